package org.rodnan.fhir;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.Bundle.BundleEntryComponent;
import org.hl7.fhir.r4.model.Resource;
import org.jspecify.annotations.Nullable;

/**
 * Which entries of a Bundle a reference can mean, by the place where it stands (R4,
 * bundle.html#references): an absolute one, a URN among them, the entry with this fullUrl; a
 * relative one likewise once it is put behind the base of the fullUrl of its own entry. A version
 * must be that of the entry's resource. In a Bundle within a Bundle the inner entries come first,
 * then the outer ones. Immutable, thread safe.
 */
public final class BundleScope {
  private static final String HISTORY = "/_history/";
  private static final Pattern ENTRY = Pattern.compile("\\.entry\\[(\\d{1,9})]\\.resource");

  private final @Nullable BundleScope outer;
  private final Map<String, Set<String>> versionsByUrl;
  private final String base;
  private final List<BundleScope> entries;

  private BundleScope(
      @Nullable BundleScope outer,
      Map<String, Set<String>> versionsByUrl,
      String base,
      @Nullable Resource resource) {
    this.outer = outer;
    this.versionsByUrl = versionsByUrl;
    this.base = base;
    this.entries = resource instanceof Bundle bundle ? entries(bundle) : List.of();
  }

  /**
   * The scope of the resource itself, in which nothing resolves; a Bundle's entries have others.
   */
  public static BundleScope of(Resource resource) {
    return new BundleScope(null, Map.of(), "", resource);
  }

  /** The scope of an entry, from 0, if this is the scope of a Bundle; else this one. */
  public BundleScope entry(int index) {
    return index < entries.size() ? entries.get(index) : this;
  }

  /**
   * The scope of an element below the resource of this one.
   *
   * @param path from the resource, its type first: {@code Bundle.entry[1].resource.subject}
   */
  public BundleScope at(String path) {
    BundleScope scope = this;
    Matcher matcher = ENTRY.matcher(path);
    int start = path.indexOf('.');
    while (start >= 0 && !scope.entries.isEmpty()) {
      matcher.region(start, path.length());
      if (!matcher.lookingAt()) {
        break;
      }
      scope = scope.entry(Integer.parseInt(matcher.group(1)));
      start = matcher.end();
    }
    return scope;
  }

  /** Whether an entry is what the text of a literal reference means that stands here. */
  public boolean resolves(String reference) {
    if (outer == null) {
      return false;
    }
    String absolute =
        ResourceKey.parse(reference).isPresent() && !base.isEmpty() ? base + reference : reference;
    for (BundleScope scope = this; scope != null; scope = scope.outer) {
      if (scope.has(absolute)) {
        return true;
      }
    }
    return false;
  }

  private boolean has(String url) {
    if (versionsByUrl.containsKey(url)) {
      return true;
    }
    int history = url.indexOf(HISTORY);
    return history > 0
        && versionsByUrl
            .getOrDefault(url.substring(0, history), Set.of())
            .contains(url.substring(history + HISTORY.length()));
  }

  private List<BundleScope> entries(Bundle bundle) {
    Map<String, Set<String>> versions = new HashMap<>();
    for (BundleEntryComponent entry : bundle.getEntry()) {
      if (entry.hasFullUrl() && entry.hasResource()) {
        Set<String> ofUrl = versions.computeIfAbsent(entry.getFullUrl(), url -> new HashSet<>());
        Resource resource = entry.getResource();
        if (resource.hasMeta() && resource.getMeta().hasVersionId()) {
          ofUrl.add(resource.getMeta().getVersionId());
        }
      }
    }
    List<BundleScope> scopes = new ArrayList<>();
    for (BundleEntryComponent entry : bundle.getEntry()) {
      String url = Objects.requireNonNullElse(entry.getFullUrl(), "");
      scopes.add(new BundleScope(this, versions, base(url).orElse(""), entry.getResource()));
    }
    return List.copyOf(scopes);
  }

  /** What stands before Type/id in the URL of a resource on a server, with the slash. */
  private static Optional<String> base(String fullUrl) {
    int type = fullUrl.lastIndexOf('/', fullUrl.lastIndexOf('/') - 1) + 1;
    return Optional.of(fullUrl.substring(0, type))
        .filter(base -> base.startsWith("http://") || base.startsWith("https://"))
        .filter(base ->
            ResourceKey.parse(fullUrl.substring(type))
                .filter(key -> ResourceTypes.isType(key.type()))
                .isPresent());
  }
}
