package org.rodnan.web;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.ResourceTypes;
import org.rodnan.fhir.VersionId;
import org.rodnan.interaction.HistoryPage;
import org.rodnan.interaction.HistoryRequest;
import org.rodnan.store.HistoryScope;
import org.rodnan.store.ResourceVersion;
import org.rodnan.web.ResourceChanges.Change;

/** Any resource, readable: one version of it, its history, and what differs between versions. */
final class ResourcePage {
  /** Versions on a page of the history. */
  private static final int VERSIONS_MAX = 100;

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final StoredResources resources;
  private final ResourceChanges changes;

  ResourcePage(StoredResources resources, ResourceChanges changes) {
    this.resources = resources;
    this.changes = changes;
  }

  /** {@code version} shows one that isn't current; {@code from} and {@code to} compare two. */
  String html(PageRequest request) {
    ResourceKey key =
        new ResourceKey(ResourceTypes.require(segment(request, 1)), segment(request, 2));
    HistoryPage history =
        resources
            .interactions()
            .history()
            .history(
                new HistoryRequest(
                    new HistoryScope.OfInstance(key),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(VERSIONS_MAX),
                    request.first("older")));
    Optional<StoredResource> shown = shown(key, request, history);
    return Layout.page(
        key.type() + " " + key.id(),
        "",
        false,
        html -> {
          shown.ifPresent(resource -> about(html, resource));
          if (shown.isEmpty()) {
            html.element(
                "p",
                "This resource was deleted; its earlier versions are below.",
                "class",
                "alert");
          }
          compared(html, key, request, shown);
          shown.ifPresent(resource -> content(html, resource));
          history(html, key, history, shown);
        });
  }

  private static String segment(PageRequest request, int place) {
    return request.path().get(place);
  }

  private Optional<StoredResource> shown(
      ResourceKey key, PageRequest request, HistoryPage history) {
    Optional<String> version = request.first("version");
    if (version.isPresent()) {
      return Optional.of(version(key, version.get()));
    }
    boolean isDeleted =
        request.first("older").isEmpty()
            && !history.versions().isEmpty()
            && !(history.versions().getFirst() instanceof ResourceVersion.Content);
    return isDeleted ? Optional.empty() : Optional.of(resources.read(key));
  }

  private StoredResource version(ResourceKey key, String version) {
    return StoredResource.of(resources.interactions().vread().vread(key, version));
  }

  private static void about(Html html, StoredResource resource) {
    html.open("p", "class", "lead").text(ResourceText.what(resource.json())).text(" ");
    if (resource.isSynthetic()) {
      Layout.synthetic(html);
    }
    html.close().open("dl");
    JsonNode json = resource.json();
    String subject = ResourceText.subject(json);
    if (!subject.isEmpty()) {
      html.element("dt", "About").open("dd");
      ResourceTree.reference(html, subject, "");
      html.close();
    }
    Layout.term(html, "Visit", ResourceText.visit(json));
    Layout.term(html, "Date", ResourceText.date(json));
    Layout.term(html, "Status", json.path("status").asText());
    Layout.term(
        html, "Version", resource.version() + ", written " + TIME.format(resource.lastUpdated()));
    html.close().open("p", "class", "actions");
    String type = resource.key().type();
    if (type.equals("ResearchStudy")) {
      Layout.link(html, "/studies/" + resource.key().id(), "Page of this study");
    } else if (type.equals("ResearchSubject")) {
      Layout.link(html, "/subjects/" + resource.key().id(), "Page of this subject");
    }
    String url = "/fhir/" + resource.key() + "/_history/" + resource.version();
    Layout.link(html, url + "?_format=json&_pretty=true", "As JSON");
    Layout.link(html, url + "?_format=xml&_pretty=true", "As XML");
    html.close();
  }

  private static void content(Html html, StoredResource resource) {
    html.element("h2", "What it says");
    ResourceTree.write(html, resource.json());
  }

  private void compared(
      Html html, ResourceKey key, PageRequest request, Optional<StoredResource> shown) {
    Optional<String> from = request.first("from");
    Optional<String> to = request.first("to");
    if (from.isPresent() && to.isPresent()) {
      differences(html, key, version(key, from.get()), version(key, to.get()));
    } else if (shown.isPresent() && shown.get().version().value() > 1) {
      try {
        differences(
            html, key, version(key, Long.toString(shown.get().version().value() - 1)), shown.get());
      } catch (FhirFailure.Gone | FhirFailure.NotFound e) {
        html.element("h2", "What changed")
            .element("p", "The version before this one has no content to compare with.");
      }
    }
  }

  private void differences(Html html, ResourceKey key, StoredResource from, StoredResource to) {
    String title = "What changed from version " + from.version() + " to " + to.version();
    List<Change> found = changes.between(key, from.version().value(), to.version().value(), from);
    html.element("h2", title);
    if (found.isEmpty()) {
      html.element("p", "Nothing but the metadata.");
      return;
    }
    Layout.table(html, title, List.of("Element", "Before", "After"));
    for (Change change : found) {
      html.open("tr").open("th", "scope", "row").element("code", change.path()).close();
      html.open("td");
      if (!change.before().isEmpty()) {
        html.element("del", change.before());
      }
      html.close().open("td");
      if (!change.after().isEmpty()) {
        html.element("ins", change.after());
      }
      html.close().close();
    }
    Layout.endTable(html);
    if (found.size() == ResourceChanges.CHANGES_MAX) {
      html.element("p", "Only the first " + found.size() + " differences are shown.");
    }
    html.open("p", "class", "note");
    Layout.link(
        html,
        "/fhir/$diff?from="
            + key
            + "/_history/"
            + from.version()
            + "&to="
            + key
            + "/_history/"
            + to.version()
            + "&_pretty=true",
        "The same as a FHIRPath Patch");
    html.close();
  }

  private static void history(
      Html html, ResourceKey key, HistoryPage history, Optional<StoredResource> shown) {
    html.element("h2", "History", "id", "history");
    Layout.table(
        html,
        history.total() == 1 ? "One version" : history.total() + " versions, the newest first",
        List.of("Version", "Written", "How", "Differences"));
    for (ResourceVersion version : history.versions()) {
      boolean isShown = shown.map(each -> each.version().equals(version.version())).orElse(false);
      html.open("tr").open("th", "scope", "row");
      String text = "Version " + version.version();
      if (isShown) {
        html.text(text + " (shown)");
      } else if (version instanceof ResourceVersion.Content) {
        Layout.link(html, StoredResource.path(key) + "?version=" + version.version(), text);
      } else {
        html.text(text);
      }
      html.close().element("td", time(version.lastUpdated())).element("td", how(version));
      html.open("td");
      long before = version.version().value() - 1;
      if (before > 0 && version instanceof ResourceVersion.Content) {
        Layout.link(
            html,
            StoredResource.path(key) + "?from=" + before + "&to=" + version.version(),
            "From version " + before + " to " + version.version());
      }
      html.close().close();
    }
    Layout.endTable(html);
    if (history.versions().size() > 1) {
      comparison(html, key, history);
    }
    history
        .next()
        .ifPresent(cursor -> {
          html.open("p");
          Layout.link(
              html, StoredResource.path(key) + "?older=" + cursor + "#history", "Older versions");
          html.close();
        });
  }

  /** Any two versions of the page can be compared. */
  private static void comparison(Html html, ResourceKey key, HistoryPage history) {
    List<String> versions =
        history.versions().stream()
            .filter(ResourceVersion.Content.class::isInstance)
            .map(version -> version.version().toString())
            .toList();
    if (versions.size() < 2) {
      return;
    }
    html.open("form", "action", StoredResource.path(key), "class", "row");
    Fields.select(html, "from", "Compare version", versions, versions.getLast());
    Fields.select(html, "to", "with version", versions, versions.getFirst());
    html.element("button", "Compare", "type", "submit").close();
  }

  private static String time(Instant time) {
    return TIME.format(time);
  }

  private static String how(ResourceVersion version) {
    String change =
        switch (version.change()) {
          case CREATED -> "created";
          case UPDATED -> version.version().equals(VersionId.FIRST) ? "created" : "changed";
          case DELETED -> "deleted";
        };
    return version instanceof ResourceVersion.Expunged ? change + ", content expunged" : change;
  }
}
