package org.rodnan.http;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.Meta;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.course.Timeline;
import org.rodnan.endpoint.EndpointTable;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.operation.AdverseEventsOperation;
import org.rodnan.operation.CohortOperation;
import org.rodnan.operation.EndpointOperation;
import org.rodnan.operation.EverythingOperation;
import org.rodnan.operation.OperationArguments;
import org.rodnan.operation.Operations;
import org.rodnan.operation.ParticipantFlowOperation;
import org.rodnan.operation.PublishedNumber;
import org.rodnan.operation.PublishedOperation;
import org.rodnan.operation.Table;
import org.rodnan.operation.TableAnswer;
import org.rodnan.operation.TerminologyOperations;
import org.rodnan.operation.TimelineOperation;
import org.rodnan.search.SearchPage;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.store.Expunging;
import org.rodnan.store.HistoryScope;

/** The operations by their names (R4, operations.html). */
final class OperationEndpoint {
  private static final String GRAPHQL_JSON = "application/json;charset=utf-8";

  /** As HAPI's server has it. */
  private static final int EXPUNGED_DEFAULT = 1_000;

  private final Operations operations;
  private final InstallEndpoint installs;
  private final IngestEndpoint ingests;
  private final ImportEndpoint imports;
  private final StudyExportEndpoint studies;
  private final ViewEndpoint views;
  private final ExportEndpoint exports;
  private final AsyncJobs jobs;

  OperationEndpoint(
      Operations operations,
      InstallEndpoint installs,
      IngestEndpoint ingests,
      ImportEndpoint imports,
      StudyExportEndpoint studies,
      ViewEndpoint views,
      ExportEndpoint exports,
      AsyncJobs jobs) {
    this.operations = operations;
    this.installs = installs;
    this.ingests = ingests;
    this.imports = imports;
    this.studies = studies;
    this.views = views;
    this.exports = exports;
    this.jobs = jobs;
  }

  /** The answer, or if the client prefers that, the address under which it will be. */
  Answer answer(Target.Operation target, FhirRequest request) {
    OperationCall call = request.call(target);
    if (target.operation().isExport()) {
      return exports.start(call, request);
    }
    if (target.operation().hasFormats()) {
      // $export is the asynchronous form of it.
      return answer(call);
    }
    if (target.operation() == NamedOperation.IMPORT) {
      return imports.start(call, request, jobs);
    }
    try {
      return target.operation() == NamedOperation.INGEST
          ? jobs.answer(request, work -> ingests.ingest(call, work))
          : jobs.answer(request, () -> answer(call));
    } catch (FhirFailure e) {
      call.input().upload().ifPresent(Upload::close);
      throw e;
    }
  }

  ExportEndpoint exports() {
    return exports;
  }

  ViewEndpoint views() {
    return views;
  }

  Answer answer(OperationCall call) {
    return switch (call.target().operation()) {
      case ADVERSE_EVENTS -> adverseEvents(call);
      case CLINICALTRIALS -> studies.clinicalTrials(call);
      case CLOSURE, EXPAND, LOOKUP, SUBSUMES, TRANSLATE, VALIDATE_CODE -> terminology(call);
      case COHORT -> cohort(call);
      case CRISS ->
          table(
              call,
              operations.course().criss().criss(call.key(), call.input().arguments()),
              "criss");
      case CQL -> resource(operations.cql().evaluate(call.input().arguments()));
      case DATA_QUALITY ->
          table(
              call,
              operations.course().dataQuality().quality(call.key(), call.input().arguments()),
              "data-quality");
      case DIFF -> diff(call);
      case ENDPOINT -> endpoint(call);
      case EVALUATE ->
          resource(operations.cql().evaluate(call.target().key(), call.input().arguments()));
      case EVALUATE_MEASURE ->
          resource(
              operations.evaluateMeasure().evaluate(call.target().key(), call.input().arguments()));
      case EVERYTHING -> everything(call);
      case EXPORT, EXPORT_GROUP, EXPORT_VIEWS ->
          throw new FhirFailure.NotAllowed(
              "$export answers later, so that it can't stand in a batch or transaction");
      case EXPUNGE -> expunge(call);
      case GRAPHQL -> graphql(call);
      case ILD_PROGRESSION ->
          table(
              call,
              operations
                  .course()
                  .ildProgression()
                  .progression(call.key(), call.input().arguments()),
              "ild-progression");
      case IMPORT ->
          throw new FhirFailure.NotAllowed(
              "$import answers later, so that it can't stand in a batch or transaction");
      case INGEST -> ingests.ingest(call, new LongWork(false));
      case INSTALL -> installs.install(call);
      case LASTN -> lastn(call);
      case META -> meta(call);
      case META_ADD -> metaAdd(call);
      case META_DELETE -> metaDelete(call);
      case RUN -> views.run(call);
      case PARTICIPANT_FLOW -> participantFlow(call);
      case PUBLISHED -> published(call);
      case SDTM -> studies.sdtm(call);
      case TIMELINE -> timeline(call);
      case STATS -> StatsEndpoint.stats(call, operations.stats());
      case VALIDATE -> validate(call);
    };
  }

  private Answer cohort(OperationCall call) {
    if (!call.isPost() && !call.input().text("store").orElse("false").equals("false")) {
      throw new FhirFailure.NotAllowed(
          "$cohort with store is asked by POST, with the same parameters: a GET changes nothing");
    }
    boolean ofSubjects = call.input().flag("subjects");
    CohortOperation.Answer answer =
        operations.cohort().cohort(call.target().key(), call.input().arguments(), call.origin());
    if (!call.wantsTable()) {
      return resource(answer.parameters());
    }
    return csv(ofSubjects ? answer.subjects() : answer.attrition(), "cohort");
  }

  private Answer participantFlow(OperationCall call) {
    ParticipantFlowOperation.Answer answer =
        operations.participantFlow().count(call.key(), call.input().arguments());
    return switch (call.form()) {
      case RESOURCE -> resource(answer.parameters());
      case TABLE -> csv(answer.table(), "participant-flow");
      case PICTURE -> svg(answer.svg(), "participant-flow");
    };
  }

  private Answer adverseEvents(OperationCall call) {
    AdverseEventsOperation.Answer answer =
        operations.adverseEvents().count(call.key(), call.input().arguments());
    return call.wantsTable()
        ? csv(answer.table(), "adverse-events")
        : resource(answer.parameters());
  }

  private Answer endpoint(OperationCall call) {
    OperationArguments arguments = call.input().arguments();
    if (call.wantsPicture()) {
      byte[] svg = operations.endpoint().figure(call.key(), arguments);
      return svg(new String(svg, StandardCharsets.UTF_8), "endpoint");
    }
    EndpointTable table = operations.endpoint().table(call.key(), arguments);
    return call.wantsTable()
        ? csv(EndpointOperation.csv(table), "endpoint")
        : resource(operations.endpoint().bundle(call.key(), arguments, table));
  }

  private Answer timeline(OperationCall call) {
    Timeline timeline =
        operations.course().timeline().timeline(call.key(), call.input().arguments());
    return call.wantsPicture()
        ? svg(new String(TimelineOperation.figure(timeline), StandardCharsets.UTF_8), "timeline")
        : table(call, TimelineOperation.answer(timeline), "timeline");
  }

  private static Answer table(OperationCall call, TableAnswer answer, String name) {
    return call.wantsTable() ? csv(answer.table(), name) : resource(answer.parameters());
  }

  private Answer published(OperationCall call) {
    List<PublishedNumber> numbers =
        operations.published().numbers(call.key(), call.input().arguments());
    return call.wantsTable()
        ? csv(PublishedOperation.csv(numbers), "published")
        : resource(PublishedOperation.parameters(numbers));
  }

  private static Answer resource(Resource resource) {
    return Answer.of(
        200,
        JsonBytes.of(
            FhirContexts.r4()
                .newJsonParser()
                .encodeResourceToString(resource)
                .getBytes(StandardCharsets.UTF_8)));
  }

  static Answer csv(Table table, String name) {
    return csv(table.csv(), name);
  }

  static Answer csv(byte[] table, String name) {
    return Answer.of(200, JsonBytes.of(table))
        .with("Content-Type", "text/csv;charset=utf-8;header=present")
        .with("Content-Disposition", "inline; filename=\"" + name + ".csv\"");
  }

  /**
   * @param svg a whole document, with its own style and without scripts
   */
  static Answer svg(String svg, String name) {
    return Answer.of(200, JsonBytes.of(svg.getBytes(StandardCharsets.UTF_8)))
        .with("Content-Type", "image/svg+xml")
        .with("X-Content-Type-Options", "nosniff")
        .with("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
        .with("Content-Disposition", "inline; filename=\"" + name + ".svg\"");
  }

  private Answer diff(OperationCall call) {
    OperationInput input = call.input();
    boolean includesMeta = input.flag("includeMeta");
    if (call.target().key().isPresent()) {
      input.requireOnly(Set.of("fromVersion", "includeMeta"));
      return Answer.of(
          200,
          JsonBytes.of(
              operations.diff().since(call.key(), input.text("fromVersion"), includesMeta)));
    }
    input.requireOnly(Set.of("from", "to", "includeMeta"));
    return Answer.of(
        200,
        JsonBytes.of(
            operations.diff().between(required(call, "from"), required(call, "to"), includesMeta)));
  }

  private static String required(OperationCall call, String name) {
    return call.input()
        .text(name)
        .or(() ->
            call.input().complex(name, Reference.class).stream()
                .map(Reference::getReference)
                .findFirst())
        .orElseThrow(() -> new FhirFailure.Malformed("There is no parameter '" + name + "'", name));
  }

  private Answer everything(OperationCall call) {
    EverythingOperation everything = operations.everything();
    Optional<ResourceKey> one = call.target().key();
    String type = call.target().type().orElseThrow();
    String path = "/" + one.map(ResourceKey::toString).orElse(type) + "/$everything";
    Optional<String> cursor = call.input().query().only(BundleWriter.CURSOR);
    if (cursor.isPresent()) {
      if (!call.lenient()) {
        call.input().requireOnly(Set.of(BundleWriter.CURSOR));
      }
      SearchPage page =
          one.map(key -> everything.next(key, cursor.get()))
              .orElseGet(() -> everything.next(type, cursor.get()));
      return Answer.of(200, call.bundles().searchset(path, cursor.get(), page));
    }
    List<Parameter> asked = call.input().values();
    SearchPage page =
        one.map(key -> everything.everything(key, asked))
            .orElseGet(() -> everything.everything(type, asked));
    return Answer.of(200, call.bundles().searchset(path, asked(call, page)));
  }

  /** Of a summary that counts, the total alone (R4, search.html#summary). */
  private static SearchPage asked(OperationCall call, SearchPage page) {
    return Projection.of(call.input().query()).summary() == Projection.Summary.COUNT
        ? new SearchPage(List.of(), page.total(), page.self(), Optional.empty(), page.issues())
        : page;
  }

  private Answer expunge(OperationCall call) {
    OperationInput input = call.input();
    input.requireOnly(
        Set.of("limit", "expungePreviousVersions", "expungeDeletedResources", "expungeEverything"));
    if (input.flag("expungeEverything")) {
      throw new FhirFailure.Forbidden(
          "expungeEverything is not offered: what is current is deleted first");
    }
    boolean previous = input.flag("expungePreviousVersions");
    boolean deleted = input.flag("expungeDeletedResources");
    if (!previous && !deleted) {
      throw new FhirFailure.Malformed(
          "Nothing is asked for; expected expungePreviousVersions or expungeDeletedResources");
    }
    int limit = input.text("limit").map(OperationEndpoint::limit).orElse(EXPUNGED_DEFAULT);
    HistoryScope scope =
        call.target()
            .key()
            .<HistoryScope>map(HistoryScope.OfInstance::new)
            .or(() -> call.target().type().map(HistoryScope.OfType::new))
            .orElseGet(HistoryScope.OfSystem::new);
    int count =
        operations.expunge().expunge(new Expunging(scope, previous, deleted, limit), call.origin());
    return Answer.of(
        200,
        JsonBytes.of(
            ("{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"count\",\"valueInteger\":"
                    + count
                    + "}]}")
                .getBytes(StandardCharsets.UTF_8)));
  }

  private static int limit(String text) {
    if (!text.matches("[1-9]\\d{0,4}")) {
      throw new FhirFailure.Malformed(
          "limit is '" + text + "'; expected a whole number from 1 to 99999", "limit");
    }
    return Integer.parseInt(text);
  }

  /** What comes out is GraphQL's JSON and no resource. */
  private Answer graphql(OperationCall call) {
    OperationInput input = call.input();
    input.requireOnly(Set.of("query", "operationName", "variables"));
    String query =
        input
            .value("query")
            .orElseThrow(() -> new FhirFailure.Malformed("There is no GraphQL query", "query"));
    byte[] data =
        operations
            .graphql()
            .execute(
                call.target().key(), query, input.value("operationName"), input.value("variables"));
    return Answer.of(200, JsonBytes.of(data)).with("Content-Type", GRAPHQL_JSON);
  }

  private Answer lastn(OperationCall call) {
    SearchPage page = operations.lastn().lastn(call.input().values(), call.lenient());
    return Answer.of(200, call.bundles().searchset("/Observation/$lastn", asked(call, page)));
  }

  private Answer meta(OperationCall call) {
    call.input().requireOnly(Set.of());
    return meta(
        call.target()
            .key()
            .map(operations.meta()::meta)
            .orElseGet(() -> operations.meta().inUse(call.target().type())));
  }

  private Answer metaAdd(OperationCall call) {
    return meta(operations.meta().add(call.key(), givenMeta(call), call.ifMatch(), call.origin()));
  }

  private Answer metaDelete(OperationCall call) {
    return meta(
        operations.meta().delete(call.key(), givenMeta(call), call.ifMatch(), call.origin()));
  }

  private static Meta givenMeta(OperationCall call) {
    call.input().requireOnly(Set.of("meta"));
    return call.input()
        .value("meta", Meta.class)
        .orElseThrow(() -> new FhirFailure.Malformed("There is no parameter 'meta'", "meta"));
  }

  private static Answer meta(Meta meta) {
    return Answer.of(200, JsonBytes.of(MetaAnswers.json(meta)));
  }

  private Answer terminology(OperationCall call) {
    TerminologyOperations terminology = operations.terminology();
    OperationArguments arguments = call.input().argumentsWithValue();
    Optional<ResourceKey> key = call.target().key();
    Resource answer =
        switch (call.target().operation()) {
          case CLOSURE -> terminology.closure(arguments, call.origin());
          case EXPAND -> terminology.expand(key, arguments);
          case LOOKUP -> terminology.lookup(arguments);
          case SUBSUMES -> terminology.subsumes(key, arguments);
          case TRANSLATE -> terminology.translate(key, arguments);
          case VALIDATE_CODE ->
              terminology.validateCode(call.target().type().orElseThrow(), key, arguments);
          default -> throw new IllegalArgumentException(call.target().operation().code());
        };
    return resource(answer);
  }

  /** The answer is 200 whatever the verdict (R4, resource-operation-validate.html). */
  private Answer validate(OperationCall call) {
    OperationInput input = call.input();
    input.requireOnly(Set.of("resource", "mode", "profile"));
    String type = call.target().type().orElseThrow();
    Optional<ParsedResource> resource = input.resource("resource");
    if (resource.filter(each -> !each.type().equals(type)).isPresent()) {
      throw new FhirFailure.Malformed(
          "The resource is a " + resource.get().type() + "; expected a " + type,
          resource.get().type());
    }
    return Answer.of(
        200,
        OperationOutcomes.json(
            operations
                .validate()
                .validate(
                    call.target().key(), resource, input.value("mode"), input.value("profile"))));
  }
}
