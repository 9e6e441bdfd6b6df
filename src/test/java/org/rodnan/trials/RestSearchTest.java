package org.rodnan.trials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.Resource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.rodnan.fhir.FhirContexts;

/** The same check of the numbers over HTTP, from a server that pages the committed bundles. */
class RestSearchTest implements PrintedNumbersContract {

  private static final int PAGE_SIZE = 20;

  private final BundleFiles files = new BundleFiles(FhirContexts.r4());
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/fhir/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Override
  public ResourceSearch source() {
    return new RestSearch(base(), FhirContexts.r4());
  }

  @Test
  void followsNextLinks() {
    String query = "AdverseEvent?study=" + Vocabulary.SPIERA;
    List<Resource> found = source().search(query);
    assertThat(found).hasSize(358).hasSizeGreaterThan(PAGE_SIZE);
    assertThat(found.stream().map(r -> r.getIdElement().getIdPart()).distinct()).hasSize(358);
  }

  @Test
  void refusesAnErrorOfTheServer() {
    assertThatThrownBy(() -> source().search("Patient?unknown=1"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("400");
  }

  private String base() {
    return "http://"
        + server.getAddress().getHostString()
        + ":"
        + server.getAddress().getPort()
        + "/fhir";
  }

  private void answer(HttpExchange exchange) throws IOException {
    String uri = exchange.getRequestURI().toString().substring("/fhir/".length());
    String query = java.net.URLDecoder.decode(uri, StandardCharsets.UTF_8);
    List<String> criteria = Arrays.asList(query.split("[?&]"));
    int from =
        criteria.stream()
            .filter(criterion -> criterion.startsWith("from="))
            .mapToInt(criterion -> Integer.parseInt(criterion.substring(5)))
            .findFirst()
            .orElse(0);
    String search =
        criteria.getFirst()
            + "?"
            + criteria.stream()
                .skip(1)
                .filter(criterion -> !criterion.startsWith("from=") && !criterion.startsWith("_"))
                .collect(Collectors.joining("&"));
    try (exchange) {
      byte[] body;
      try {
        body = page(search, from).getBytes(StandardCharsets.UTF_8);
      } catch (IllegalArgumentException | UncheckedIOException e) {
        exchange.sendResponseHeaders(400, -1);
        return;
      }
      exchange.getResponseHeaders().add("Content-Type", "application/fhir+json");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private String page(String search, int from) {
    List<Resource> matches = files.search(search);
    int to = Math.min(matches.size(), from + PAGE_SIZE);
    Bundle page = new Bundle();
    page.setType(Bundle.BundleType.SEARCHSET);
    page.setTotal(matches.size());
    matches.subList(from, to).forEach(resource -> page.addEntry().setResource(resource));
    if (to < matches.size()) {
      page.addLink()
          .setRelation(Bundle.LINK_NEXT)
          .setUrl(base() + "/" + search.replace("|", "%7C") + "&from=" + to);
    }
    return FhirContexts.r4().newJsonParser().encodeResourceToString(page);
  }
}
