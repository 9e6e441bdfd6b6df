package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rodnan.FhirClient;
import org.rodnan.Packages;

/** Packages that are in place before the first request. */
class PackagesAtStartTest {
  private static final String BASE = "https://example.org/at-start";

  @TempDir Path folder;

  private static String profile(String name, String parent, String differential) {
    return """
    {"resourceType": "StructureDefinition", "id": "%s", "url": "%s/%s", "version": "1.0.0",
     "name": "Test", "status": "active", "kind": "resource", "abstract": false, "type": "Basic",
     "baseDefinition": "%s", "derivation": "constraint", "differential": {"element": [
       {"id": "Basic", "path": "Basic"}%s]}}
    """
        .formatted(name, BASE, name, parent, differential);
  }

  @Test
  void installsThemInTheOrderOfTheirDependencies() throws Exception {
    Packages first =
        Packages.of("z.first", "1.0.0")
            .with(
                "package/first.json",
                profile(
                    "first",
                    "http://hl7.org/fhir/StructureDefinition/Basic",
                    ", {\"id\": \"Basic.author\", \"path\": \"Basic.author\", \"min\": 1}"));
    Packages second =
        Packages.of("a.second", "1.0.0")
            .with(
                "package/package.json",
                """
                {"name": "a.second", "version": "1.0.0", "fhirVersions": ["4.0.1"],
                 "dependencies": {"z.first": "1.0.0"}}
                """)
            .with("package/second.json", profile("second", BASE + "/first", ""));
    Files.write(folder.resolve("a-second.tgz"), second.tgz());
    Files.write(folder.resolve("z-first.tgz"), first.tgz());
    Files.writeString(folder.resolve("readme.txt"), "not a package");
    try (TestServer server = TestServer.start("rodnan.packages.load=" + folder)) {
      FhirClient client = server.client();
      String history = client.get("/StructureDefinition/_history?_elements=url").text();
      assertThat(history.indexOf(BASE + "/second")).isPositive();
      assertThat(history.indexOf(BASE + "/second")).isLessThan(history.indexOf(BASE + "/first"));
      String claiming =
          "{\"resourceType\": \"Basic\", \"meta\": {\"profile\": [\"%s/second\"]},"
              + " \"code\": {\"text\": \"note\"}}";
      assertThat(client.post("/Basic", claiming.formatted(BASE)).text()).contains("Basic.author");
      takesTheGuideOfAnother(client, server.base().replace("/fhir", "/ig/package.tgz"));
    }
  }

  private static void takesTheGuideOfAnother(FhirClient client, String url) {
    byte[] tgz = client.get(url).response().body();
    String install = "/ImplementationGuide/$install";
    FhirClient.Answer first = client.postBytes(install, tgz, "application/gzip");
    assertThat(first.status()).as(first.text()).isEqualTo(200);
    assertThat(first.text()).contains("org.rodnan.ssc");
    assertThat(client.get("/StructureDefinition/ssc-mrss").text()).contains("\"snapshot\"");
    assertThat(client.postBytes(install, tgz, "application/gzip").text())
        .contains("{\"name\":\"created\",\"valueInteger\":0}")
        .contains("{\"name\":\"updated\",\"valueInteger\":0}");
  }
}
