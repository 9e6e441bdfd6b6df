package org.rodnan.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import org.rodnan.fhir.Limits;
import org.rodnan.index.ResourceIndex;
import org.rodnan.interaction.Interactions;
import org.rodnan.operation.Operations;
import org.rodnan.store.ResourceStore;
import org.rodnan.terminology.Definitions;
import org.rodnan.web.PageServlet.Content;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

@Configuration
class WebConfiguration {
  /** The files beside the pages, with their types. */
  private static final Map<String, String> STATIC_FILES =
      Map.of(
          "/rodnan.css", "text/css;charset=utf-8",
          "/rodnan.js", "text/javascript;charset=utf-8",
          "/rodnan.svg", "image/svg+xml");

  @Bean
  ServletRegistrationBean<LivePages> livePages(
      Interactions interactions,
      Operations operations,
      ResourceStore store,
      ResourceIndex index,
      Limits limits,
      Environment environment) {
    Site site =
        new Site(
            interactions, operations, () -> index.parameters(store.head(), limits.queryTimeMax()));
    return new ServletRegistrationBean<>(
        new LivePages(site, Optional.ofNullable(environment.getProperty("rodnan.http.base-url"))),
        "",
        "/studies/*",
        "/subjects/*",
        "/resources/*",
        "/search/*",
        "/cohort/*");
  }

  @Bean
  ServletRegistrationBean<PageServlet> guidePages(Definitions definitions) {
    return named("guide", new PageServlet(new GuideSite(() -> Guide.load(definitions))), "/ig/*");
  }

  @Bean
  ServletRegistrationBean<PageServlet> staticFiles() {
    return named("static", new PageServlet(WebConfiguration::staticFile), "/static/*");
  }

  private static ServletRegistrationBean<PageServlet> named(
      String name, PageServlet servlet, String mapping) {
    ServletRegistrationBean<PageServlet> registration =
        new ServletRegistrationBean<>(servlet, mapping);
    registration.setName(name);
    return registration;
  }

  private static Optional<Content> staticFile(String path) {
    String type = STATIC_FILES.get(path);
    if (type == null) {
      return Optional.empty();
    }
    try (InputStream file = WebConfiguration.class.getResourceAsStream("/static" + path)) {
      return file == null ? Optional.empty() : Optional.of(new Content(type, file.readAllBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
