package org.rodnan.trials;

import ca.uhn.fhir.context.FhirContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.Resource;

/** Searches a running FHIR server and follows its next links. */
public final class RestSearch implements ResourceSearch {

  private static final int PAGE_SIZE = 200;

  private final String base;
  private final FhirContext fhir;
  private final HttpClient client = HttpClient.newHttpClient();

  /**
   * @param base the address of the server's root, such as http://localhost:8080/fhir
   */
  public RestSearch(String base, FhirContext fhir) {
    this.base = base;
    this.fhir = fhir;
  }

  @Override
  public List<Resource> search(String query) {
    List<Resource> found = new ArrayList<>();
    String next = base + "/" + query.replace("|", "%7C") + "&_count=" + PAGE_SIZE;
    while (!next.isEmpty()) {
      Bundle page = get(next);
      page.getEntry().forEach(entry -> found.add(entry.getResource()));
      Bundle.BundleLinkComponent link = page.getLink(Bundle.LINK_NEXT);
      next = link == null ? "" : link.getUrl().replace("|", "%7C");
    }
    return found;
  }

  private Bundle get(String url) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url)).header("Accept", "application/fhir+json").build();
    try {
      HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        throw new IllegalStateException(
            url + " gives " + response.statusCode() + ": " + response.body());
      }
      return fhir.newJsonParser().parseResource(Bundle.class, response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
