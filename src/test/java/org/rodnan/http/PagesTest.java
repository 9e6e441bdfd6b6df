package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;
import org.rodnan.SmallStudy;

/** The pages that show what is stored, as a client without scripts gets them. */
@ExtendWith(TestServer.Shared.class)
class PagesTest {
  private final TestServer server;
  private final FhirClient client;
  private final String root;

  PagesTest(TestServer server) {
    this.server = server;
    this.client = server.client();
    this.root = server.base().replace("/fhir", "");
  }

  private Answer page(String path) {
    return client.get(root + path);
  }

  @ParameterizedTest
  @CsvSource({
    "/studies/nothing,404",
    "/studies/a/b,404",
    "/subjects/nothing,404",
    "/resources/Patient/nothing,404",
    "/resources/Nothing/1,404",
    "/resources/Patient/1/2,404",
    "/resources/Patient/%3Cscript%3E,400",
    "/search?type=Nothing,404",
    "/search?url=nothing,404",
    "/search?url=Patient%3Fa%25zz%3D1,400",
    "/search?url=Patient%3Fnothing%3D1,400",
    "/search?url=Patient&cursor=nothing,400",
    "/search/more,404",
    "/cohort/more,404",
    "/cohort?study=nothing,400",
    "/cohort?study=..%2F..,400",
    "/cohort?s=Patient%3Fgendr%3Dmale,400",
    "/cohort?s=nonsense,400",
    "/cohort?s=Observation&k=percent&v=much,400",
    "/cohort?s=Patient&combine=all(2,400",
    "/cohort?definition=nothing,404"
  })
  void whatCannotBeShownIsAPageThatLeadsOn(String path, int status) {
    Answer answer = page(path);
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.header("Content-Type").orElseThrow()).startsWith("text/html");
    assertThat(answer.text()).contains("role=\"alert\"").contains("href=\"/search\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/search?url=%FF",
        "/search?url=Patient%3F_id%3D%00",
        "/search?p=_id&p=_id&v=1",
        "/search?p=&m=nothing&c=zz&v=%3Cb%3E",
        "/search?p=birthdate&m=&c=zz&v=2000",
        "/search?type=Patient&remove=999",
        "/cohort?remove=999&add=1",
        "/cohort?s=%FF&n=%00",
        "/cohort?s=Patient%3F_id%3D%3Cb%3E&n=%3Cb%3E&t=%3Cb%3E&k=%3Cb%3E&x=%3Cb%3E",
        "/cohort?s=Observation&k=percent&f=&o=&c=zz&v=1",
        "/cohort?definition=%2e%2e%2f",
        "/search?type=Patient&remove=-1",
        "/search?type=Patient&count=many",
        "/search?type=Patient&sort=nothing",
        "/search?type=Patient&include=nothing",
        "/search?%zz=1",
        "/resources/Patient/%ff",
        "/studies/%2e%2e%2fetc",
        "/subjects/%00"
      })
  void nothingAskedForIsTheServersFault(String path) {
    String answer =
        server.raw(
            ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
    assertThat(answer.lines().findFirst().orElseThrow()).matches("HTTP/1.1 [24]\\d\\d .*");
    assertThat(answer).doesNotContain("<b>");
  }

  @Test
  void tooManyCriteriaAreRefused() {
    Answer answer = page("/search?type=Patient" + "&p=_id&m=&c=&v=1".repeat(21));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text()).contains("expected at most 20");
  }

  @Test
  void whatIsStoredIsTextAndNothingElse() {
    String id = server.newId();
    String hostile = "<script>alert(1)</script>\\\"><img src=x onerror=alert(2)>";
    assertThat(
            client
                .put(
                    "/Basic/" + id,
                    "{\"resourceType\":\"Basic\",\"id\":\""
                        + id
                        + "\",\"code\":{\"text\":\""
                        + hostile
                        + "\"}}")
                .status())
        .isEqualTo(201);
    for (String path : new String[] {"/resources/Basic/" + id, "/search?url=Basic%3F_id%3D" + id}) {
      assertThat(page(path).text())
          .as(path)
          .contains("&lt;script&gt;alert(1)")
          .doesNotContain("<script>")
          .doesNotContain("<img");
    }
    assertThat(page("/search?type=Basic&p=code&m=&c=&v=" + FhirClient.encode("\"><script>")).text())
        .doesNotContain("<script>");
  }

  @Test
  void pagesAreOfNow() {
    String id = server.newId();
    String study =
        "{\"resourceType\":\"ResearchStudy\",\"id\":\"%s\",\"status\":\"active\",\"title\":\"%s\"}";
    client.put("/ResearchStudy/" + id, study.formatted(id, "First title of " + id));
    assertThat(page("/").text()).contains("First title of " + id);
    client.put("/ResearchStudy/" + id, study.formatted(id, "Second title of " + id));
    assertThat(page("/studies").text()).contains("Second title of " + id).doesNotContain("First");
    assertThat(page("/studies/" + id).text()).contains("<h1>Second title of " + id + "</h1>");
    assertThat(page("/resources/ResearchStudy/" + id).text())
        .contains("<del>First title of " + id + "</del>")
        .contains("<ins>Second title of " + id + "</ins>");
    client.delete("/ResearchStudy/" + id);
    assertThat(page("/studies/" + id).status()).isEqualTo(410);
    assertThat(page("/resources/ResearchStudy/" + id).text())
        .contains("was deleted")
        .contains("?version=2");
    assertThat(page("/resources/ResearchStudy/" + id + "?version=3").status()).isEqualTo(410);
  }

  @Test
  void aStudyShowsHowFarItsSubjectsCameAndWhatHarmThereWas() {
    SmallStudy study = new SmallStudy(client, server.newId());
    String page = page(study.path().replace("ResearchStudy", "studies")).text();
    assertThat(page)
        .contains("No subjects are recorded on this server")
        .contains("None are recorded of enrolled subjects")
        .doesNotContain("<img");
    String treated = study.subject("withdrawn", "adverse-event", "Active", "Active");
    study.subject("off-study", "completed", "Placebo", "Placebo");
    study.event("ssc-adverse-event-valid-nausea", treated, event -> {});
    String failed = study.subject("ineligible", "screen-failure", "", "");
    study.event("ssc-adverse-event-valid-nausea", failed, event -> {});
    page = page(study.path().replace("ResearchStudy", "studies")).text();
    assertThat(page)
        .contains("src=\"/fhir" + study.path() + "/$participant-flow?_format=svg\"")
        .contains("href=\"/fhir" + study.path() + "/$participant-flow?_format=csv\"")
        .contains("href=\"/fhir" + study.path() + "/$adverse-events?byArm=true&amp;_format=csv\"")
        .contains(
            "<th scope=\"row\">Withdrawn</th><td class=\"number\">1</td>"
                + "<td class=\"number\">1</td><td class=\"number\">0</td>")
        .contains("<span class=\"unseen\">Withdrawn: </span>adverse-event</th>")
        .contains("of the 2 enrolled subjects", "Left out: 1 of nobody who is enrolled.")
        .contains(
            "<th scope=\"row\">Nausea</th><td class=\"number\">1</td><td class=\"number\">50.0")
        .contains("1 (100.0 %)", "0 (0.0 %)");
  }

  @Test
  void aStudyShowsWhatIsMissingAndHowASubjectFared() {
    SmallStudy study = new SmallStudy(client, server.newId());
    String subject = study.subject("on-study", "", "Active", "Active");
    String path = study.path().replace("ResearchStudy", "studies");
    assertThat(page(path).text())
        .contains("id=\"quality\"", "href=\"/fhir" + study.path() + "/$data-quality?_format=csv\"")
        .doesNotContain("id=\"skin\"", "id=\"subgroups\"", "id=\"lungs\"", "id=\"beside\"");
    study.mrss(subject, "baseline", mrss -> {});
    study.mrss(subject, "month-12", mrss -> mrss.put("effectiveDateTime", "2009-01-15"));
    String page = page(path).text();
    assertThat(page).contains("id=\"skin\"", "id=\"subgroups\"").doesNotContain("id=\"lungs\"");
    for (String figure : List.of("bars", "subjects", "forest")) {
      assertThat(page)
          .containsPattern("<img src=\"/fhir" + study.path() + "/\\$endpoint\\?[^\"]*" + figure)
          .containsPattern("<a href=\"/fhir" + study.path() + "/\\$endpoint\\?[^\"]*" + figure);
    }
    assertThat(page).containsPattern("/\\$endpoint\\?[^\"]*_format=csv\">As CSV, not rounded");
    study.event("ssc-adverse-event-valid-nausea", subject, event -> {});
    String timeline = "/fhir/ResearchSubject/" + subject + "/$timeline?_format=";
    assertThat(page("/subjects/" + subject).text())
        .contains("<img src=\"" + timeline + "svg\"")
        .contains("<a href=\"" + timeline + "svg\">", "<a href=\"" + timeline + "csv\">")
        .contains(">Nausea</a>");
  }

  @Test
  void aFormMakesTheQuery() {
    String page =
        page("/search?type=Observation&p=code&m=not&c=&v=a%7Cb&p=value-quantity&m=&c=ge&v=16"
                + "&p=_tag&m=missing&c=&v=true&sort=-date&count=10&include=Observation%3Asubject")
            .text();
    assertThat(page)
        .contains(
            "/fhir/Observation?code:not=a%7Cb&amp;value-quantity=ge16&amp;_tag:missing=true"
                + "&amp;_include=Observation:subject&amp;_sort=-date&amp;_count=10");
  }

  @Test
  void aFormChoosesACohort() {
    String id = server.newId();
    String study =
        "{\"resourceType\":\"ResearchStudy\",\"id\":\"%s\",\"status\":\"active\",\"title\":\"%s\"}";
    client.put("/ResearchStudy/" + id, study.formatted(id, "Cohorts of " + id));
    String page =
        page("/cohort?study="
                + id
                + "&n=women%2C+%3Cold%3E&s=Patient%3Fgender%3Dfemale&t=&k=&f=&o=&c=le&v=&x=not"
                + "&n=&s=Observation%3Fcode%3Dmrss-total&t=baseline&k=&f=&o=&c=le&v=&x="
                + "&n=fell&s=Observation%3Fcode%3Dmrss-total&t=&k=percent&f=baseline&o=month-12"
                + "&c=le&v=-10&x=&n=&s=&combine=any(1,all(2,fell))")
            .text();
    String request =
        "/fhir/ResearchStudy/"
            + id
            + "/$cohort?criterion=women,%20%3Cold%3E::%21Patient%3Fgender%3Dfemale"
            + "&criterion=Observation%3Fcode%3Dmrss-total%23visit%3Dbaseline"
            + "&criterion=fell::Observation%3Fcode%3Dmrss-total"
            + "%23change%3Dbaseline,month-12,percent,le,-10"
            + "&combine=any%281,all%282,fell%29%29";
    assertThat(page)
        .contains(request.replace("&", "&amp;"))
        .contains("0 of 0 remain", "women, &lt;old&gt;", "value=\"month-12\"")
        .contains("_format=csv");
    assertThat(page).contains("&amp;subjects=true\">The patients as CSV</a>");
    assertThat(client.get(root + request + "&_format=csv").text())
        .contains("step,name,remaining", "3,fell,0", "4,combined,0");
    assertThat(page("/studies/" + id).text()).doesNotContain("id=\"cohorts\"");
    assertThat(
            client
                .post(root + request + "&store=definition", "{\"resourceType\": \"Parameters\"}")
                .status())
        .isEqualTo(200);
    assertThat(page("/studies/" + id).text()).contains("/cohort?definition=");
    assertThat(page("/cohort?definition=" + definitionOf(id)).text())
        .contains(request.replace("&", "&amp;"));
  }

  private String definitionOf(String study) {
    return client
        .get("/Group?study=" + study)
        .json()
        .path("entry")
        .path(0)
        .path("resource")
        .path("id")
        .asText();
  }

  @Test
  void aQueryIsTakenApart() {
    String page =
        page("/search?url="
                + FhirClient.encode(
                    server.base()
                        + "/Observation?value-quantity=lt5&subject.gender=male&code:in=x"))
            .text();
    assertThat(page)
        .contains("value=\"lt\" selected=\"selected\"")
        .contains("value=\"subject.gender\" selected=\"selected\"")
        .contains("value=\"in\" selected=\"selected\"");
  }

  @Test
  void pagesAreStrictAndForReading() {
    Answer answer = page("/search");
    assertThat(answer.header("Content-Security-Policy").orElseThrow())
        .contains("default-src 'none'")
        .contains("script-src 'self'")
        .contains("form-action 'self'")
        .doesNotContain("unsafe");
    assertThat(answer.header("Cache-Control")).contains("no-store");
    assertThat(answer.text()).doesNotContain(" style=").doesNotContain(" onclick");
    Answer head = client.send("HEAD", root + "/studies", Optional.empty());
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.text()).isEmpty();
    Answer post = client.send("POST", root + "/search", Optional.of("{}"));
    assertThat(post.status()).isEqualTo(405);
    assertThat(post.header("Allow")).contains("GET, HEAD");
  }
}
