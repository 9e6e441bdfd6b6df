package org.rodnan.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.rodnan.terminology.Definitions;
import org.rodnan.web.PageServlet.Content;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration
class WebConfiguration {
  @Bean
  ServletRegistrationBean<PageServlet> homePage() {
    return named("home", new PageServlet(path -> Optional.of(Content.page(HomePage.html()))), "");
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
    if (!path.equals("/rodnan.css")) {
      return Optional.empty();
    }
    try (InputStream file = WebConfiguration.class.getResourceAsStream("/static" + path)) {
      return file == null
          ? Optional.empty()
          : Optional.of(new Content("text/css;charset=utf-8", file.readAllBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
