package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Set;
import org.hl7.fhir.r4.model.CapabilityStatement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.rodnan.FhirClient;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceTypes;

@ExtendWith(TestServer.Shared.class)
class CapabilitiesTest {
  private final TestServer server;
  private final FhirClient client;

  CapabilitiesTest(TestServer server) {
    this.server = server;
    this.client = server.client();
  }

  @Test
  void isAStatementOfTheStandard() {
    CapabilityStatement statement =
        FhirContexts.r4()
            .newJsonParser()
            .parseResource(CapabilityStatement.class, client.get("/metadata").text());
    assertThat(statement.getFhirVersion().toCode()).isEqualTo("4.0.1");
    assertThat(statement.getImplementation().getUrl()).isEqualTo(server.base());
    assertThat(statement.getSoftware().getVersion()).isNotBlank();
    assertThat(statement.getRestFirstRep().getInteraction()).hasSize(4);
  }

  @Test
  void offersEveryTypeOfTheStandard() {
    Set<String> types = new HashSet<>();
    resources().forEach(resource -> types.add(resource.path("type").asText()));
    assertThat(types).isEqualTo(ResourceTypes.all());
    resources().forEach(resource -> assertThat(resource.path("interaction")).hasSize(9));
  }

  @Test
  void namesSearchParametersIncludesAndProfiles() {
    JsonNode observation = resource("Observation");
    assertThat(observation.path("searchParam").findValuesAsText("name"))
        .contains("code", "subject", "value-quantity", "_lastUpdated");
    assertThat(client.get("/metadata").json().at("/rest/0/searchParam").findValuesAsText("name"))
        .contains("_id", "_text", "_content", "_list", "_filter");
    assertThat(resource("Location").path("searchParam").findValuesAsText("name")).contains("near");
    assertThat(observation.path("searchInclude").toString()).contains("Observation:subject");
    assertThat(observation.path("supportedProfile").toString())
        .contains("https://w3id.org/rodnan/StructureDefinition/ssc-mrss");
    assertThat(resource("Patient").path("searchRevInclude").toString())
        .contains("Observation:subject");
  }

  @Test
  void isTheSameInBothModesAndKnowsNoOther() {
    String full = client.get("/metadata").text();
    assertThat(client.get("/metadata?mode=full").text()).isEqualTo(full);
    assertThat(client.get("/metadata?mode=normative").text()).isEqualTo(full);
    assertThat(client.get("/metadata?mode=some").status()).isEqualTo(400);
  }

  @Test
  void namesTheCodeSystemsInTheModeOfTerminology() {
    JsonNode terminology = client.get("/metadata?mode=terminology").json();
    assertThat(terminology.path("resourceType").asText()).isEqualTo("TerminologyCapabilities");
    assertThat(terminology.path("codeSystem").findValuesAsText("uri"))
        .contains("https://w3id.org/rodnan/CodeSystem/ssc-measure");
    assertThat(terminology.at("/expansion/paging").asBoolean()).isTrue();
    assertThat(client.get("/metadata?mode=terminology&_format=xml").text())
        .startsWith("<TerminologyCapabilities");
  }

  /** What is listed is there, and what is there is listed. */
  @Test
  void listsTheOperationsThatAnswer() {
    for (JsonNode resource : resources()) {
      String type = resource.path("type").asText();
      Set<String> listed = new HashSet<>(resource.path("operation").findValuesAsText("name"));
      for (NamedOperation operation : NamedOperation.offered(false)) {
        boolean answers =
            isRoute("/" + type + "/$" + operation.code())
                || isRoute("/" + type + "/x/$" + operation.code());
        assertThat(listed.contains(operation.code()))
            .describedAs(type + " " + operation.code())
            .isEqualTo(answers);
      }
      resource
          .path("operation")
          .forEach(operation ->
              assertThat(operation.path("definition").asText())
                  .endsWith("-" + operation.path("name").asText()));
    }
    assertThat(resource("Patient").path("operation").findValuesAsText("name"))
        .contains("everything", "meta", "meta-add", "meta-delete", "validate")
        .doesNotContain("lastn", "expunge");
    assertThat(client.get("/api-docs").text()).doesNotContain("$expunge").contains("$meta-add");
    Set<String> system = new HashSet<>();
    client
        .get("/metadata")
        .json()
        .at("/rest/0/operation")
        .forEach(operation -> system.add(operation.path("name").asText()));
    for (NamedOperation operation : NamedOperation.offered(false)) {
      assertThat(system.contains(operation.code()))
          .describedAs(operation.code())
          .isEqualTo(isRoute("/$" + operation.code()));
    }
  }

  private static boolean isRoute(String path) {
    try {
      return Routes.target(path) instanceof Target.Operation;
    } catch (FhirFailure.NotFound e) {
      return false;
    }
  }

  @Test
  void namesTheFormatsOfPatches() {
    assertThat(client.get("/metadata").json().path("patchFormat").toString())
        .contains("json-patch+json", "xml-patch+xml", "fhir+json", "fhir+xml");
    assertThat(resource("Patient").path("interaction").findValuesAsText("code")).contains("patch");
  }

  @Test
  void comesInXmlAndInPart() {
    assertThat(client.get("/metadata?_format=xml").text()).startsWith("<CapabilityStatement");
    assertThat(client.get("/metadata?_summary=true").text().length())
        .isLessThan(client.get("/metadata").text().length() / 2);
  }

  private JsonNode resources() {
    return client.get("/metadata").json().at("/rest/0/resource");
  }

  private JsonNode resource(String type) {
    for (JsonNode resource : resources()) {
      if (resource.path("type").asText().equals(type)) {
        return resource;
      }
    }
    throw new AssertionError(type);
  }
}
