package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

/** The pages for people. */
@ExtendWith(TestServer.Shared.class)
class GuidePagesTest {
  private static final Pattern LINK = Pattern.compile("href=\"(/(?:ig|static)/[^\"]*)\"");

  private final FhirClient client;
  private final String root;

  GuidePagesTest(TestServer server) {
    this.client = server.client();
    this.root = server.base().replace("/fhir", "");
  }

  private Answer page(String path, String... headers) {
    return client.get(root + path, headers);
  }

  @Test
  void everyLinkOfTheGuideLeadsSomewhere() {
    TreeSet<String> seen = new TreeSet<>();
    TreeSet<String> open = new TreeSet<>();
    open.add("/ig/");
    while (!open.isEmpty()) {
      String path = open.pollFirst();
      seen.add(path);
      Answer answer = page(path);
      assertThat(answer.status()).as(path).isEqualTo(200);
      if (answer.header("Content-Type").orElseThrow().startsWith("text/html")) {
        Matcher links = LINK.matcher(answer.text());
        while (links.find()) {
          if (!seen.contains(links.group(1))) {
            open.add(links.group(1));
          }
        }
      }
    }
    assertThat(seen)
        .contains(
            "/static/rodnan.css",
            "/ig/package.tgz",
            "/ig/StructureDefinition/ssc-mrss",
            "/ig/ValueSet/ssc-mrss-site",
            "/ig/CodeSystem/ssc-measure",
            "/ig/ConceptMap/ssc-measure",
            "/ig/SearchParameter/ssc-visit",
            "/ig/OperationDefinition/ImplementationGuide-install",
            "/ig/example/ssc-mrss-invalid-sum-differs");
  }

  @Test
  void aProfileShowsItsElementsBindingsConstraintsAndExamples() {
    String page = page("/ig/StructureDefinition/ssc-mrss").text();
    assertThat(page)
        .contains("<caption>All elements</caption>")
        .contains("0..17")
        .contains("extension:visit")
        .contains("href=\"/ig/ValueSet/ssc-mrss-site\"")
        .contains("ssc-mrss-2")
        .contains("The total must equal the sum of the 17 sites")
        .contains("href=\"/ig/example/ssc-mrss-invalid-sum-differs\"");
  }

  @Test
  void anInvalidExampleSaysWhy() {
    assertThat(page("/ig/example/ssc-mrss-invalid-sum-differs").text())
        .contains("invalid")
        .contains("The total must equal the sum")
        .contains("&quot;resourceType&quot;");
  }

  @Test
  void theFirstPageLeadsToAllOthers() {
    Answer home = page("/");
    assertThat(home.status()).isEqualTo(200);
    assertThat(home.text()).contains("href=\"/ig/\"").contains("href=\"/fhir/metadata\"");
  }

  @Test
  void nothingComesFromElsewhere() {
    Answer answer = page("/ig/");
    assertThat(answer.header("Content-Security-Policy").orElseThrow())
        .contains("default-src 'none'")
        .contains("frame-ancestors 'none'")
        .doesNotContain("unsafe");
    assertThat(answer.header("X-Content-Type-Options")).contains("nosniff");
    assertThat(answer.text()).doesNotContain("<script").doesNotContain("src=\"http");
  }

  @Test
  void aPageThatIsKnownIsNotSentAgain() {
    String etag = page("/ig/").header("ETag").orElseThrow();
    assertThat(page("/ig/", "If-None-Match", etag).status()).isEqualTo(304);
  }

  @Test
  void otherPathsAndMethodsAreRefused() {
    assertThat(page("/ig/nothing").status()).isEqualTo(404);
    assertThat(page("/ig/StructureDefinition/nothing").status()).isEqualTo(404);
    assertThat(page("/ig/example/..%2F..%2Fapplication").status()).isIn(400, 404);
    assertThat(page("/static/other.css").status()).isEqualTo(404);
    Answer post = client.send("POST", root + "/ig/", java.util.Optional.of("{}"));
    assertThat(post.status()).isEqualTo(405);
    assertThat(post.header("Allow")).contains("GET, HEAD");
  }
}
