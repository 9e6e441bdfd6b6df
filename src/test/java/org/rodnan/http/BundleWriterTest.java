package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.Bundle.BundleEntryComponent;
import org.hl7.fhir.r4.model.Bundle.BundleType;
import org.hl7.fhir.r4.model.Bundle.HTTPVerb;
import org.hl7.fhir.r4.model.Bundle.SearchEntryMode;
import org.hl7.fhir.r4.model.OperationOutcome;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.junit.jupiter.api.Test;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Issue;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.VersionId;
import org.rodnan.http.Preferences.Return;
import org.rodnan.interaction.BundleOutcome;
import org.rodnan.interaction.EntryOutcome;
import org.rodnan.interaction.HistoryPage;
import org.rodnan.interaction.HistoryRequest;
import org.rodnan.interaction.WriteOutcome;
import org.rodnan.interaction.WriteOutcome.Effect;
import org.rodnan.search.SearchPage;
import org.rodnan.search.SearchPage.Mode;
import org.rodnan.search.SearchRequest;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.store.Change;
import org.rodnan.store.HistoryScope;
import org.rodnan.store.ResourceVersion;

class BundleWriterTest {
  private static final Instant NOW = Instant.parse("2026-03-04T05:06:07.089Z");
  private static final ResourceKey PATIENT = new ResourceKey("Patient", "p1");
  private static final JsonBytes NO_CAPABILITIES = JsonBytes.of(Fixtures.bytes("{}"));
  private static final ResourceKey STUDY = new ResourceKey("ResearchStudy", "s1");
  private static final String STORED =
      "{\"resourceType\":\"Patient\",\"id\":\"p1\",\"meta\":{\"versionId\":\"2\"},"
          + "\"extension\":[{\"url\":\"http://example.org/n\",\"valueDecimal\":1.00}],"
          + "\"active\":true}";

  private final BundleWriter writer =
      new BundleWriter(new Links("http://localhost:1/fhir"), Projection.WHOLE, List.of());

  @Test
  void putsStoredBytesIntoASearchsetAsTheyAre() {
    JsonBytes json = writer.searchset(patients(), page(Optional.empty(), List.of(match())));
    assertThat(Fixtures.text(json)).contains("\"resource\":" + STORED + ",\"search\"");
    Bundle bundle = Fixtures.parse(json, Bundle.class);
    assertThat(bundle.getType()).isEqualTo(BundleType.SEARCHSET);
    assertThat(bundle.getTotal()).isEqualTo(7);
    assertThat(bundle.getEntryFirstRep().getFullUrl())
        .isEqualTo("http://localhost:1/fhir/Patient/p1");
    assertThat(bundle.getEntryFirstRep().getSearch().getMode()).isEqualTo(SearchEntryMode.MATCH);
  }

  @Test
  void namesAContainedResourceByItsContainer() {
    SearchPage.Entry contained =
        new SearchPage.Entry(
            STUDY,
            VersionId.FIRST,
            NOW,
            Mode.MATCH,
            Fixtures.bytes("{\"resourceType\":\"Organization\",\"id\":\"o\"}"),
            Optional.of(new ResourceKey("Organization", "o")));
    Bundle bundle =
        Fixtures.parse(
            writer.searchset(patients(), page(Optional.empty(), List.of(contained))), Bundle.class);
    assertThat(bundle.getEntryFirstRep().getFullUrl())
        .isEqualTo("http://localhost:1/fhir/ResearchStudy/s1#o");
    assertThat(bundle.getEntryFirstRep().getResource().fhirType()).isEqualTo("Organization");
  }

  @Test
  void marksWhatWasIncludedAndAddsWarningsAsAnOutcome() {
    SearchPage.Entry included =
        new SearchPage.Entry(
            STUDY,
            VersionId.FIRST,
            NOW,
            Mode.INCLUDE,
            Fixtures.bytes("{\"resourceType\":\"ResearchStudy\",\"id\":\"s1\"}"));
    SearchPage page =
        new SearchPage(
            List.of(match(), included),
            OptionalLong.empty(),
            List.of(),
            Optional.empty(),
            List.of(Issue.warning(IssueType.NOTSUPPORTED, "foo was ignored")));
    Bundle bundle = Fixtures.parse(writer.searchset(patients(), page), Bundle.class);
    assertThat(bundle.hasTotal()).isFalse();
    assertThat(bundle.getEntry())
        .extracting(entry -> entry.getSearch().getMode())
        .containsExactly(SearchEntryMode.MATCH, SearchEntryMode.INCLUDE, SearchEntryMode.OUTCOME);
    OperationOutcome outcome = (OperationOutcome) bundle.getEntry().get(2).getResource();
    assertThat(outcome.getIssueFirstRep().getDiagnostics()).isEqualTo("foo was ignored");
  }

  @Test
  void linksToItselfAsUnderstoodAndToTheNextPage() {
    BundleWriter asked =
        new BundleWriter(
            new Links("http://localhost:1/fhir"),
            Projection.WHOLE,
            List.of(new Parameter("_format", "json")));
    Bundle bundle =
        Fixtures.parse(
            asked.searchset(patients(), page(Optional.of("c-1"), List.of())), Bundle.class);
    assertThat(bundle.getLink("self").getUrl())
        .isEqualTo("http://localhost:1/fhir/Patient?name=M%C3%BCller%20%26%20Co&_format=json");
    assertThat(bundle.getLink("first").getUrl()).isEqualTo(bundle.getLink("self").getUrl());
    assertThat(bundle.getLink("next").getUrl())
        .isEqualTo("http://localhost:1/fhir/Patient?_cursor=c-1&_format=json");
    assertThat(bundle.getEntry()).isEmpty();
  }

  @Test
  void keepsThePathOfACompartment() {
    SearchRequest all = new SearchRequest(List.of(), Optional.of(PATIENT), List.of(), false);
    assertThat(BundleWriter.path(all)).isEqualTo("/Patient/p1/*");
    SearchRequest one =
        new SearchRequest(List.of("Observation"), Optional.of(PATIENT), List.of(), false);
    assertThat(BundleWriter.path(one)).isEqualTo("/Patient/p1/Observation");
    SearchRequest system = new SearchRequest(List.of(), Optional.empty(), List.of(), false);
    assertThat(BundleWriter.path(system)).isEmpty();
  }

  @Test
  void tellsInAHistoryWhatMadeEachVersion() {
    HistoryPage page =
        new HistoryPage(
            List.of(
                new ResourceVersion.Tombstone(PATIENT, new VersionId(3), NOW, new LogPosition(9)),
                content(2, Change.UPDATED),
                content(1, Change.CREATED)),
            5,
            Optional.of("9-2"));
    HistoryRequest request =
        new HistoryRequest(
            new HistoryScope.OfInstance(PATIENT),
            Optional.of("2026"),
            Optional.empty(),
            Optional.of(3),
            Optional.empty());
    Bundle bundle = Fixtures.parse(writer.history(request, page), Bundle.class);
    assertThat(bundle.getType()).isEqualTo(BundleType.HISTORY);
    assertThat(bundle.getTotal()).isEqualTo(5);
    assertThat(bundle.getLink("next").getUrl())
        .isEqualTo("http://localhost:1/fhir/Patient/p1/_history?_since=2026&_count=3&_cursor=9-2");
    assertThat(bundle.getEntry())
        .extracting(entry -> entry.getRequest().getMethod())
        .containsExactly(HTTPVerb.DELETE, HTTPVerb.PUT, HTTPVerb.POST);
    assertThat(bundle.getEntry())
        .extracting(entry -> entry.getRequest().getUrl())
        .containsExactly("Patient/p1", "Patient/p1", "Patient");
    assertThat(bundle.getEntry())
        .extracting(entry -> entry.getResponse().getStatus())
        .containsExactly("204 No Content", "200 OK", "201 Created");
    assertThat(bundle.getEntryFirstRep().hasResource()).isFalse();
    assertThat(bundle.getEntry().get(1).getResponse().getEtag()).isEqualTo("W/\"2\"");
  }

  @Test
  void answersATransactionEntryByEntry() {
    BundleOutcome outcome =
        new BundleOutcome(
            true,
            List.of(
                new EntryOutcome.Written(written(Effect.CREATED)),
                new EntryOutcome.Written(written(Effect.UNCHANGED)),
                new EntryOutcome.NothingDeleted(),
                new EntryOutcome.Read(content(2, Change.UPDATED)),
                new EntryOutcome.NotModified(content(2, Change.UPDATED)),
                new EntryOutcome.Searched(patients(), page(Optional.empty(), List.of(match())))));
    Bundle bundle =
        Fixtures.parse(
            writer.response(outcome, Return.MINIMAL, () -> NO_CAPABILITIES), Bundle.class);
    assertThat(bundle.getType()).isEqualTo(BundleType.TRANSACTIONRESPONSE);
    assertThat(bundle.getEntry())
        .extracting(entry -> entry.getResponse().getStatus().substring(0, 3))
        .containsExactly("201", "200", "204", "200", "304", "200");
    BundleEntryComponent created = bundle.getEntryFirstRep();
    assertThat(created.getResponse().getLocation()).isEqualTo("Patient/p1/_history/2");
    assertThat(created.getResponse().getEtag()).isEqualTo("W/\"2\"");
    assertThat(created.hasResource()).isFalse();
    assertThat(bundle.getEntry().get(3).getResource().getIdElement().getIdPart()).isEqualTo("p1");
    assertThat(((Bundle) bundle.getEntry().get(5).getResource()).getTotal()).isEqualTo(7);
  }

  @Test
  void bringsBackTheResourcesOrTheOutcomesThatAreWanted() {
    BundleOutcome outcome =
        new BundleOutcome(true, List.of(new EntryOutcome.Written(written(Effect.CREATED))));
    assertThat(
            Fixtures.text(writer.response(outcome, Return.REPRESENTATION, () -> NO_CAPABILITIES)))
        .contains(STORED);
    Bundle bundle =
        Fixtures.parse(
            writer.response(outcome, Return.OPERATION_OUTCOME, () -> NO_CAPABILITIES),
            Bundle.class);
    OperationOutcome said = (OperationOutcome) bundle.getEntryFirstRep().getResponse().getOutcome();
    assertThat(said.getIssue()).hasSize(2);
  }

  @Test
  void letsABatchEntryFailAlone() {
    BundleOutcome outcome =
        new BundleOutcome(
            false,
            List.of(
                new EntryOutcome.Failed(new FhirFailure.NotFound("no Patient/x")),
                new EntryOutcome.DeletedWhere(List.of())));
    Bundle bundle =
        Fixtures.parse(
            writer.response(outcome, Return.MINIMAL, () -> NO_CAPABILITIES), Bundle.class);
    assertThat(bundle.getType()).isEqualTo(BundleType.BATCHRESPONSE);
    assertThat(bundle.getEntryFirstRep().getResponse().getStatus()).isEqualTo("404 Not Found");
    OperationOutcome said = (OperationOutcome) bundle.getEntryFirstRep().getResponse().getOutcome();
    assertThat(said.getIssueFirstRep().getDiagnostics()).isEqualTo("no Patient/x");
  }

  private static SearchRequest patients() {
    return new SearchRequest(
        List.of("Patient"),
        Optional.empty(),
        List.of(new Parameter("name", "Müller & Co"), new Parameter("foo", "1")),
        true);
  }

  private static SearchPage page(Optional<String> next, List<SearchPage.Entry> entries) {
    return new SearchPage(
        entries,
        OptionalLong.of(7),
        List.of(new Parameter("name", "Müller & Co")),
        next,
        List.of());
  }

  private static SearchPage.Entry match() {
    return new SearchPage.Entry(PATIENT, new VersionId(2), NOW, Mode.MATCH, Fixtures.bytes(STORED));
  }

  private static ResourceVersion.Content content(int version, Change change) {
    return new ResourceVersion.Content(
        PATIENT,
        new VersionId(version),
        NOW,
        new LogPosition(version),
        change,
        Fixtures.bytes(STORED));
  }

  private static WriteOutcome written(Effect effect) {
    return new WriteOutcome(
        effect,
        content(2, Change.CREATED),
        List.of(Issue.warning(IssueType.INFORMATIONAL, "no narrative")));
  }
}
