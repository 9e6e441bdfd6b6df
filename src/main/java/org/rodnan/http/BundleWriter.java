package org.rodnan.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpStatus;
import org.rodnan.fhir.BodyTemplate;
import org.rodnan.fhir.Issue;
import org.rodnan.fhir.VersionId;
import org.rodnan.interaction.BundleOutcome;
import org.rodnan.interaction.EntityTag;
import org.rodnan.interaction.EntryOutcome;
import org.rodnan.interaction.HistoryPage;
import org.rodnan.interaction.HistoryRequest;
import org.rodnan.interaction.WriteOutcome;
import org.rodnan.search.SearchPage;
import org.rodnan.search.SearchRequest;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.store.Change;
import org.rodnan.store.HistoryScope;
import org.rodnan.store.ResourceVersion;

/**
 * Writes Bundles around bodies as they are stored (R4, bundle.html); no model of a Bundle is ever
 * built. For one answer.
 *
 * @param projection which part of each resource goes in
 * @param ofTheAnswer the parameters about the form of the answer, to be carried into the links
 */
record BundleWriter(Links links, Projection projection, List<Parameter> ofTheAnswer) {
  /** Names the next page to the server that gave the cursor; opaque to clients. */
  static final String CURSOR = HistoryRequest.CURSOR;

  /** The first page of a search. */
  JsonBytes searchset(SearchRequest request, SearchPage page) {
    List<Parameter> self =
        page.self().stream()
            .filter(parameter -> !QueryParameters.OF_THE_ANSWER.contains(parameter.name()))
            .toList();
    String path = path(request);
    String url = url(path, self);
    return searchset(path, page, List.of(link("self", url), link("first", url)));
  }

  /** The first page of what is no search by its path. */
  JsonBytes searchset(String path, SearchPage page) {
    return searchset(path, page, List.of(link("self", url(path, page.self()))));
  }

  /** A later page. */
  JsonBytes searchset(String path, String cursor, SearchPage page) {
    String self = url(path, List.of(new Parameter(CURSOR, cursor)));
    return searchset(path, page, List.of(link("self", self)));
  }

  private JsonBytes searchset(String path, SearchPage page, List<Link> itself) {
    List<Link> all = new ArrayList<>(itself);
    page.next()
        .map(cursor -> url(path, List.of(new Parameter(CURSOR, cursor))))
        .ifPresent(url -> all.add(link("next", url)));
    JsonText text = new JsonText().raw("{\"resourceType\":\"Bundle\",\"type\":\"searchset\"");
    page.total().ifPresent(total -> text.raw(",\"total\":" + total));
    links(text, all);
    Entries entries = new Entries(text);
    for (SearchPage.Entry entry : page.entries()) {
      entries.open();
      String fragment = entry.contained().map(inner -> "#" + inner.id()).orElse("");
      String type = entry.contained().orElse(entry.key()).type();
      text.member("fullUrl", links.fullUrl(entry.key()) + fragment).raw(",\"resource\":");
      text.stored(projection.apply(type, entry.json()))
          .raw(",\"search\":{\"mode\":\"" + lowerCase(entry.mode()) + "\"}}");
    }
    outcome(entries, text, page.issues());
    entries.close();
    return text.raw("}").toBytes();
  }

  private static void outcome(Entries entries, JsonText text, List<Issue> issues) {
    if (!issues.isEmpty()) {
      entries.open();
      text.raw("\"resource\":")
          .stored(OperationOutcomes.json(issues))
          .raw(",\"search\":{\"mode\":\"outcome\"}}");
    }
  }

  JsonBytes history(HistoryRequest request, HistoryPage page) {
    String path = path(request.scope());
    List<Parameter> asked = new ArrayList<>();
    request.since().ifPresent(since -> asked.add(new Parameter("_since", since)));
    request.at().ifPresent(at -> asked.add(new Parameter("_at", at)));
    request.count().ifPresent(count -> asked.add(new Parameter("_count", count.toString())));
    List<Parameter> self = new ArrayList<>(asked);
    request.cursor().ifPresent(cursor -> self.add(new Parameter(CURSOR, cursor)));
    List<Link> all = new ArrayList<>();
    all.add(link("self", url(path, self)));
    all.add(link("first", url(path, asked)));
    page.next()
        .ifPresent(cursor -> {
          List<Parameter> next = new ArrayList<>(asked);
          next.add(new Parameter(CURSOR, cursor));
          all.add(link("next", url(path, next)));
        });
    JsonText text =
        new JsonText()
            .raw("{\"resourceType\":\"Bundle\",\"type\":\"history\",\"total\":" + page.total());
    links(text, all);
    Entries entries = new Entries(text);
    for (ResourceVersion version : page.versions()) {
      entries.open();
      historyEntry(text, version);
    }
    entries.close();
    return text.raw("}").toBytes();
  }

  private void historyEntry(JsonText text, ResourceVersion version) {
    text.member("fullUrl", links.fullUrl(version.key()));
    if (version instanceof ResourceVersion.Content content) {
      text.raw(",\"resource\":").stored(projection.apply(version.key().type(), content.json()));
    }
    boolean isFirst = version.version().equals(VersionId.FIRST);
    String method = version.change() == Change.CREATED ? "POST" : "PUT";
    switch (version.change()) {
      case CREATED -> request(text, method, version.key().type());
      case UPDATED -> request(text, method, version.key().toString());
      case DELETED -> request(text, "DELETE", version.key().toString());
    }
    int status =
        switch (version.change()) {
          case CREATED -> 201;
          case UPDATED -> isFirst ? 201 : 200;
          case DELETED -> 204;
        };
    text.raw(",\"response\":{").member("status", statusLine(status));
    versionOf(text, version);
    text.raw("}}");
  }

  private static void request(JsonText text, String method, String url) {
    text.raw(",\"request\":{\"method\":\"" + method + "\",").member("url", url).raw("}");
  }

  /**
   * The answer to a batch or a transaction, its entries in the order of the request.
   *
   * @param capabilities what {@code GET metadata} answers with
   */
  JsonBytes response(
      BundleOutcome outcome, Preferences.Return wanted, Supplier<JsonBytes> capabilities) {
    JsonText text =
        new JsonText()
            .raw("{\"resourceType\":\"Bundle\",\"type\":\"")
            .raw(outcome.transaction() ? "transaction-response\"" : "batch-response\"");
    Entries entries = new Entries(text);
    for (EntryOutcome entry : outcome.entries()) {
      entries.open();
      responseEntry(text, entry, wanted, capabilities);
    }
    entries.close();
    return text.raw("}").toBytes();
  }

  private void responseEntry(
      JsonText text,
      EntryOutcome entry,
      Preferences.Return wanted,
      Supplier<JsonBytes> capabilities) {
    switch (entry) {
      case EntryOutcome.Written written -> written(text, written.outcome(), wanted);
      case EntryOutcome.MetaChanged changed -> {
        text.raw("\"resource\":").stored(MetaAnswers.json(changed.outcome().version())).raw(",");
        status(text, 200);
        versionOf(text, changed.outcome().version());
        text.raw("}}");
      }
      case EntryOutcome.Operated operated -> {
        text.raw("\"resource\":").stored(operated.json()).raw(",");
        status(text, 200).raw("}}");
      }
      case EntryOutcome.NothingDeleted nothing -> status(text, 204).raw("}}");
      case EntryOutcome.DeletedWhere deleted -> status(text, 204).raw("}}");
      case EntryOutcome.Read read -> {
        resource(text, read.content());
        status(text, 200);
        versionOf(text, read.content());
        text.raw("}}");
      }
      case EntryOutcome.NotModified same -> {
        status(text, 304);
        versionOf(text, same.content());
        text.raw("}}");
      }
      case EntryOutcome.Searched searched -> {
        text.raw("\"resource\":").stored(searchset(searched.request(), searched.page())).raw(",");
        status(text, 200).raw("}}");
      }
      case EntryOutcome.Capabilities asked -> {
        text.raw("\"resource\":").stored(capabilities.get()).raw(",");
        status(text, 200).raw("}}");
      }
      case EntryOutcome.OfHistory history -> {
        text.raw("\"resource\":").stored(history(history.request(), history.page())).raw(",");
        status(text, 200).raw("}}");
      }
      case EntryOutcome.Failed failed -> {
        status(text, OperationOutcomes.status(failed.failure()));
        text.raw(",\"outcome\":").stored(OperationOutcomes.json(failed.failure().issues()));
        text.raw("}}");
      }
    }
  }

  private void written(JsonText text, WriteOutcome outcome, Preferences.Return wanted) {
    ResourceVersion version = outcome.version();
    if (wanted == Preferences.Return.REPRESENTATION
        && version instanceof ResourceVersion.Content content) {
      resource(text, content);
    }
    status(text, WriteAnswers.status(outcome.effect()));
    if (version instanceof ResourceVersion.Content) {
      text.raw(",").member("location", Links.relativeVersion(version.key(), version.version()));
    }
    versionOf(text, version);
    if (wanted == Preferences.Return.OPERATION_OUTCOME) {
      text.raw(",\"outcome\":").stored(WriteAnswers.outcome(outcome));
    }
    text.raw("}}");
  }

  private void resource(JsonText text, ResourceVersion.Content content) {
    text.member("fullUrl", links.fullUrl(content.key()))
        .raw(",\"resource\":")
        .stored(projection.apply(content.key().type(), content.json()))
        .raw(",");
  }

  private static JsonText status(JsonText text, int status) {
    return text.raw("\"response\":{").member("status", statusLine(status));
  }

  private static void versionOf(JsonText text, ResourceVersion version) {
    text.raw(",")
        .member("etag", EntityTag.of(version.version()))
        .raw(",")
        .member("lastModified", BodyTemplate.format(version.lastUpdated()));
  }

  private static String statusLine(int status) {
    return status + " " + HttpStatus.getMessage(status);
  }

  private String url(String path, List<Parameter> parameters) {
    List<Parameter> all = new ArrayList<>(parameters);
    all.addAll(ofTheAnswer);
    return links.query(path, all);
  }

  static String path(SearchRequest request) {
    String type =
        request.types().size() == 1
            ? "/" + request.types().getFirst()
            : request.compartment().isPresent() ? "/*" : "";
    return request.compartment().map(key -> "/" + key).orElse("") + type;
  }

  private static String path(HistoryScope scope) {
    return switch (scope) {
      case HistoryScope.OfInstance instance -> "/" + instance.key() + "/_history";
      case HistoryScope.OfType type -> "/" + type.type() + "/_history";
      case HistoryScope.OfSystem system -> "/_history";
    };
  }

  private record Link(String relation, String url) {}

  private static Link link(String relation, String url) {
    return new Link(relation, url);
  }

  private static void links(JsonText text, List<Link> links) {
    text.raw(",\"link\":[");
    String separator = "";
    for (Link link : links) {
      text.raw(separator + "{")
          .member("relation", link.relation())
          .raw(",")
          .member("url", link.url())
          .raw("}");
      separator = ",";
    }
    text.raw("]");
  }

  private static String lowerCase(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** The array of entries, which an empty Bundle doesn't have. */
  private static final class Entries {
    private final JsonText text;
    private boolean isAny;

    Entries(JsonText text) {
      this.text = text;
    }

    void open() {
      text.raw(isAny ? ",{" : ",\"entry\":[{");
      isAny = true;
    }

    void close() {
      if (isAny) {
        text.raw("]");
      }
    }
  }
}
