package org.rodnan.index;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.hl7.fhir.r4.model.SearchParameter;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceTypes;
import org.rodnan.terminology.Artifacts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The search parameters of every resource type that are in force at one time, by their definitions:
 * those of R4, those of the project's profiles, and those that clients have stored. Immutable,
 * thread safe.
 */
public final class SearchParameters {
  private static final Logger LOG = LoggerFactory.getLogger(SearchParameters.class);
  private static final String OF_R4 = "/org/hl7/fhir/r4/model/sp/search-parameters.json";
  private static final String OF_PROFILES = "profiles/SearchParameter";
  private static final int FINGERPRINT_BYTES = 16;

  /** Known from the log, not from the content. */
  private static final Set<String> WITHOUT_EXTRACTION = Set.of("_id", "_lastUpdated");

  private final Map<String, Map<String, ParameterDefinition>> byType;
  private final Map<String, ParameterDefinition> ofEveryType;
  private final Map<String, PublishedParameter> byUrl;
  private final String fingerprint;
  private final ReindexProgress reindexing;

  private SearchParameters(
      Map<String, Map<String, ParameterDefinition>> byType,
      Map<String, ParameterDefinition> ofEveryType,
      Map<String, PublishedParameter> byUrl,
      String fingerprint,
      ReindexProgress reindexing) {
    this.byType = byType;
    this.ofEveryType = ofEveryType;
    this.byUrl = byUrl;
    this.fingerprint = fingerprint;
    this.reindexing = reindexing;
  }

  /** R4's own parameters and those under {@code profiles/SearchParameter} on the class path. */
  public static SearchParameters load() {
    return withDefinitions(Artifacts.read(SearchParameter.class, OF_PROFILES));
  }

  /**
   * R4's own and the given ones.
   *
   * @param definitions one with the code of an R4 parameter replaces it for its base types
   */
  public static SearchParameters withDefinitions(Collection<SearchParameter> definitions) {
    List<PublishedParameter> all = new ArrayList<>(ofR4());
    definitions.forEach(definition -> all.add(PublishedParameter.of(definition)));
    Map<String, PublishedParameter> byUrl = new HashMap<>();
    all.forEach(published -> byUrl.put(published.url(), published));
    Map<String, Map<String, ParameterDefinition>> byType = new TreeMap<>();
    ResourceTypes.all().forEach(type -> byType.put(type, new TreeMap<>()));
    Map<String, ParameterDefinition> ofEveryType = new TreeMap<>();
    for (PublishedParameter published : all) {
      List<ParameterDefinition> resolved = published.resolve(byUrl, false);
      if (resolved.isEmpty()) {
        LOG.debug("Search parameter {} can't be indexed: not served", published.url());
      }
      for (ParameterDefinition definition : resolved) {
        ofType(byType, definition.type()).put(definition.code(), definition);
        if (definition.isOfEveryType()) {
          ofEveryType.put(definition.code(), definition);
        }
      }
    }
    return new SearchParameters(
        byType, ofEveryType, byUrl, fingerprintOf(byType), ReindexProgress.NONE);
  }

  private static Map<String, ParameterDefinition> ofType(
      Map<String, Map<String, ParameterDefinition>> byType, String type) {
    return byType.computeIfAbsent(type, absent -> new TreeMap<>());
  }

  /** These and one more, whose code may not change the meaning of those that are there. */
  SearchParameters with(PublishedParameter added) {
    Map<String, PublishedParameter> urls = new HashMap<>(byUrl);
    urls.putIfAbsent(added.url(), added);
    Map<String, Map<String, ParameterDefinition>> types = new TreeMap<>(byType);
    Map<String, ParameterDefinition> every = new TreeMap<>(ofEveryType);
    for (ParameterDefinition definition : added.resolve(urls, true)) {
      if (find(byType, definition.type(), definition.code()).isEmpty()) {
        types.compute(
            definition.type(),
            (type, before) -> {
              Map<String, ParameterDefinition> more = new TreeMap<>(before);
              more.put(definition.code(), definition);
              return more;
            });
        if (definition.isOfEveryType()) {
          every.put(definition.code(), definition);
        }
      }
    }
    return new SearchParameters(types, every, urls, fingerprint, reindexing);
  }

  /**
   * The same parameters, some of which may not be searched by yet.
   *
   * @param last what the last call gave, which is given again if nothing has changed
   */
  SearchParameters reindexing(ReindexProgress progress, SearchParameters last) {
    if (progress == reindexing) {
      return this;
    }
    return last.byType == byType && last.reindexing == progress
        ? last
        : new SearchParameters(byType, ofEveryType, byUrl, fingerprint, progress);
  }

  /** All that can be searched by on the type, in alphabetical order of their codes. */
  public Collection<ParameterDefinition> of(String type) {
    Map<String, ParameterDefinition> all = byType.get(type);
    return all == null ? List.of() : Collections.unmodifiableCollection(all.values());
  }

  /** Those that mean the same on every type, in alphabetical order of their codes. */
  public Collection<ParameterDefinition> ofEveryType() {
    return Collections.unmodifiableCollection(ofEveryType.values());
  }

  /**
   * One of the type's parameters, to be searched by.
   *
   * @throws FhirFailure.Busy if resources are still being indexed by it
   */
  public Optional<ParameterDefinition> find(String type, String code) {
    Optional<ParameterDefinition> found = find(byType, type, code);
    found.ifPresent(this::requireIndexed);
    return found;
  }

  /**
   * To be asked of a parameter of {@link #of} or {@link #ofEveryType} before it is searched by.
   *
   * @throws FhirFailure.Busy if resources are still being indexed by it; says how far that is
   */
  public void requireIndexed(ParameterDefinition definition) {
    reindexing.requireIndexed(definition);
  }

  /** Whether every resource is indexed by it. */
  public boolean isIndexed(ParameterDefinition definition) {
    return !reindexing.fields().contains(definition.field());
  }

  private static Optional<ParameterDefinition> find(
      Map<String, Map<String, ParameterDefinition>> byType, String type, String code) {
    Map<String, ParameterDefinition> all = byType.get(type);
    return all == null ? Optional.empty() : Optional.ofNullable(all.get(code));
  }

  /** Changes whenever a definition of R4 or of the project changes in a way that is indexed. */
  public String fingerprint() {
    return fingerprint;
  }

  /** The definitions by their URLs, for the parts of composites. */
  Map<String, PublishedParameter> byUrl() {
    return Collections.unmodifiableMap(byUrl);
  }

  /** Whether a resource of the type is indexed in the same way. */
  boolean isSameFor(String type, SearchParameters others) {
    Map<String, ParameterDefinition> these = byType.get(type);
    Map<String, ParameterDefinition> those = others.byType.get(type);
    return these == those || (these != null && these.equals(those));
  }

  /** The fields that others don't have, with the types whose resources may have values in them. */
  Map<String, Set<String>> fieldsBeyond(SearchParameters others) {
    Map<String, Set<String>> beyond = new TreeMap<>();
    for (String type : byType.keySet()) {
      if (!isSameFor(type, others)) {
        Set<String> known = others.fields(type);
        fields(type).stream()
            .filter(field -> !known.contains(field))
            .forEach(field -> beyond.computeIfAbsent(field, f -> new TreeSet<>()).add(type));
      }
    }
    return beyond;
  }

  private Set<String> fields(String type) {
    Set<String> fields = new TreeSet<>();
    of(type).forEach(definition -> fields.add(definition.field()));
    return fields;
  }

  /** The fields of all parameters. */
  Set<String> fields() {
    Set<String> fields = new TreeSet<>();
    byType.keySet().forEach(type -> fields.addAll(fields(type)));
    return fields;
  }

  /** Whether the values come from the resource's content, not from the log. */
  static boolean isExtracted(ParameterDefinition definition) {
    return !WITHOUT_EXTRACTION.contains(definition.code());
  }

  private static List<PublishedParameter> ofR4() {
    try (InputStream in = SearchParameters.class.getResourceAsStream(OF_R4)) {
      if (in == null) {
        throw new IllegalStateException("R4's search parameters are not on the class path");
      }
      List<PublishedParameter> definitions = new ArrayList<>();
      for (JsonNode entry : new ObjectMapper().readTree(in).path("entry")) {
        definitions.add(new PublishedParameter(entry.path("resource")));
      }
      return definitions;
    } catch (IOException e) {
      throw new UncheckedIOException("R4's search parameters can't be read", e);
    }
  }

  private static String fingerprintOf(Map<String, Map<String, ParameterDefinition>> byType) {
    StringBuilder text = new StringBuilder();
    byType
        .values()
        .forEach(parameters ->
            parameters
                .values()
                .forEach(p ->
                    text.append(p.field())
                        .append(p.kind())
                        .append(p.expressions())
                        .append(p.components())
                        .append('\n')));
    return PublishedParameter.hash(text.toString(), FINGERPRINT_BYTES);
  }
}
