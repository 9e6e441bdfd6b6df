package org.rodnan.index;

import ca.uhn.fhir.parser.IParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.hl7.fhir.r4.model.SearchParameter;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.ResourceTypes;
import org.rodnan.terminology.Artifacts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The search parameters of every resource type, by their definitions: those of R4 and those of the
 * project's profiles. Immutable, thread safe.
 */
public final class SearchParameters {
  private static final Logger LOG = LoggerFactory.getLogger(SearchParameters.class);
  private static final String OF_R4 = "/org/hl7/fhir/r4/model/sp/search-parameters.json";
  private static final String OF_PROFILES = "profiles/SearchParameter";
  private static final Set<String> OF_EVERY_TYPE = Set.of("Resource", "DomainResource");

  /** Known from the log, not from the content. */
  private static final Set<String> WITHOUT_EXTRACTION = Set.of("_id", "_lastUpdated");

  private final Map<String, Map<String, ParameterDefinition>> byType = new TreeMap<>();
  private final Map<String, ParameterDefinition> ofEveryType = new TreeMap<>();
  private final String fingerprint;

  private SearchParameters(List<JsonNode> definitions) {
    Map<String, JsonNode> byUrl = new TreeMap<>();
    definitions.forEach(definition -> byUrl.put(definition.path("url").asText(), definition));
    ResourceTypes.all().forEach(type -> byType.put(type, new TreeMap<>()));
    definitions.forEach(definition -> add(definition, byUrl));
    this.fingerprint = fingerprintOf(byType);
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
    List<JsonNode> all = new ArrayList<>(definitionsOfR4());
    try {
      ObjectMapper json = new ObjectMapper();
      for (SearchParameter definition : definitions) {
        IParser parser = FhirContexts.r4().newJsonParser();
        all.add(json.readTree(parser.encodeResourceToString(definition)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("A search parameter can't be encoded", e);
    }
    return new SearchParameters(all);
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

  /** One of the type's parameters. */
  public Optional<ParameterDefinition> find(String type, String code) {
    Map<String, ParameterDefinition> all = byType.get(type);
    return all == null ? Optional.empty() : Optional.ofNullable(all.get(code));
  }

  /** Changes whenever a definition changes in a way that matters to the index. */
  public String fingerprint() {
    return fingerprint;
  }

  /** Whether the values come from the resource's content, not from the log. */
  static boolean isExtracted(ParameterDefinition definition) {
    return !WITHOUT_EXTRACTION.contains(definition.code());
  }

  private void add(JsonNode definition, Map<String, JsonNode> byUrl) {
    String code = definition.path("code").asText();
    String expression = definition.path("expression").asText();
    ParameterKind kind = kindOf(definition);
    if (kind == null || expression.isEmpty()) {
      LOG.debug("Search parameter {} has no expression or a special type: not served", code);
      return;
    }
    List<ParameterDefinition.Component> components = components(definition, byUrl);
    if (kind == ParameterKind.COMPOSITE && !CompositeShape.isSupported(components)) {
      LOG.warn(
          "Composite search parameter {} joins parts that can't be indexed together: not served",
          definition.path("url").asText());
      return;
    }
    for (JsonNode base : definition.path("base")) {
      boolean everyType = OF_EVERY_TYPE.contains(base.asText());
      for (String type : everyType ? ResourceTypes.all() : Set.of(base.asText())) {
        Map<String, ParameterDefinition> ofType = byType.get(type);
        List<String> expressions = alternatives(expression, base.asText());
        if (ofType == null || expressions.isEmpty()) {
          continue;
        }
        ParameterDefinition resolved =
            new ParameterDefinition(
                type,
                code,
                kind,
                definition.path("url").asText(),
                definition.path("description").asText(),
                expressions,
                texts(definition.path("target")),
                components,
                everyType);
        ofType.put(code, resolved);
        if (everyType) {
          ofEveryType.put(code, resolved);
        }
      }
    }
  }

  private static @Nullable ParameterKind kindOf(JsonNode definition) {
    String type = definition.path("type").asText();
    for (ParameterKind kind : ParameterKind.values()) {
      if (kind.code().equals(type)) {
        return kind;
      }
    }
    return null;
  }

  private static List<ParameterDefinition.Component> components(
      JsonNode definition, Map<String, JsonNode> byUrl) {
    List<JsonNode> parts = new ArrayList<>();
    List<String> expressions = new ArrayList<>();
    for (JsonNode component : definition.path("component")) {
      JsonNode part = byUrl.get(component.path("definition").asText());
      if (part == null || kindOf(part) == null) {
        return List.of();
      }
      parts.add(part);
      expressions.add(component.path("expression").asText());
    }
    if (areSwapped(parts, expressions)) {
      Collections.reverse(parts);
    }
    List<ParameterDefinition.Component> components = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      ParameterKind kind = kindOf(parts.get(i));
      if (kind != null) {
        components.add(new ParameterDefinition.Component(kind, lowerDateTime(expressions.get(i))));
      }
    }
    return components;
  }

  /**
   * R4 has a composite (relationship of DocumentReference) whose two parts name each other's
   * definition: each expression is the end of the other's. The expressions give the order.
   */
  private static boolean areSwapped(List<JsonNode> parts, List<String> expressions) {
    return parts.size() == 2
        && endsWith(parts.get(0), expressions.get(1))
        && endsWith(parts.get(1), expressions.get(0))
        && !endsWith(parts.get(0), expressions.get(0));
  }

  private static boolean endsWith(JsonNode part, String expression) {
    return part.path("expression").asText().endsWith("." + expression);
  }

  /** R4 writes {@code value.as(DateTime)} in one place; the type is {@code dateTime}. */
  private static String lowerDateTime(String expression) {
    return expression.replace("as(DateTime)", "as(dateTime)");
  }

  /** The alternatives of the expression that begin at the base type. */
  static List<String> alternatives(String expression, String base) {
    List<String> result = new ArrayList<>();
    for (String alternative : splitAtPipes(expression)) {
      String root = firstName(alternative);
      if (root.equals(base) || !Character.isUpperCase(root.isEmpty() ? 'a' : root.charAt(0))) {
        result.add(alternative);
      }
    }
    return result;
  }

  private static List<String> splitAtPipes(String expression) {
    List<String> parts = new ArrayList<>();
    int depth = 0;
    boolean quoted = false;
    int from = 0;
    for (int i = 0; i < expression.length(); i++) {
      char c = expression.charAt(i);
      if (c == '\'') {
        quoted = !quoted;
      } else if (!quoted && c == '(') {
        depth++;
      } else if (!quoted && c == ')') {
        depth--;
      } else if (!quoted && depth == 0 && c == '|') {
        parts.add(expression.substring(from, i).strip());
        from = i + 1;
      }
    }
    parts.add(expression.substring(from).strip());
    return parts;
  }

  private static String firstName(String expression) {
    int from = 0;
    while (from < expression.length() && !Character.isLetter(expression.charAt(from))) {
      from++;
    }
    int to = from;
    while (to < expression.length() && Character.isLetter(expression.charAt(to))) {
      to++;
    }
    return expression.substring(from, to);
  }

  private static Set<String> texts(JsonNode array) {
    Set<String> texts = new LinkedHashSet<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }

  private static List<JsonNode> definitionsOfR4() {
    try (InputStream in = SearchParameters.class.getResourceAsStream(OF_R4)) {
      if (in == null) {
        throw new IllegalStateException("R4's search parameters are not on the class path");
      }
      List<JsonNode> definitions = new ArrayList<>();
      for (JsonNode entry : new ObjectMapper().readTree(in).path("entry")) {
        definitions.add(entry.path("resource"));
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
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(text.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-256", e);
    }
  }
}
