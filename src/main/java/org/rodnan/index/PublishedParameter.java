package org.rodnan.index;

import ca.uhn.fhir.parser.IParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hl7.fhir.r4.model.SearchParameter;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.ResourceTypes;

/**
 * A SearchParameter as somebody published it (R4, searchparameter.html): what it says, before it is
 * resolved for a type. Immutable, thread safe.
 */
record PublishedParameter(JsonNode json) {
  static final Set<String> OF_EVERY_TYPE = Set.of("Resource", "DomainResource");
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Long enough that two definitions of one code don't share a field by accident. */
  private static final int MARK_BYTES = 6;

  static PublishedParameter of(byte[] json) {
    try {
      return new PublishedParameter(JSON.readTree(json));
    } catch (IOException e) {
      throw new UncheckedIOException("A search parameter can't be read", e);
    }
  }

  static PublishedParameter of(SearchParameter resource) {
    IParser parser = FhirContexts.r4().newJsonParser();
    return of(parser.encodeResourceToString(resource).getBytes(StandardCharsets.UTF_8));
  }

  String url() {
    return json.path("url").asText();
  }

  String code() {
    return json.path("code").asText();
  }

  /** Whether it is in force once it is stored: drafts and retired ones aren't. */
  boolean isActive() {
    return json.path("status").asText().equals("active");
  }

  /** As it stands there. */
  String type() {
    return json.path("type").asText();
  }

  /** Null for what R4 doesn't have. */
  @Nullable ParameterKind kind() {
    for (ParameterKind kind : ParameterKind.values()) {
      if (kind.code().equals(type())) {
        return kind;
      }
    }
    return null;
  }

  String expression() {
    return json.path("expression").asText();
  }

  List<String> bases() {
    List<String> bases = new ArrayList<>();
    json.path("base").forEach(base -> bases.add(base.asText()));
    return bases;
  }

  /** The resource types that a base stands for; none if there is no such type. */
  static Set<String> types(String base) {
    if (OF_EVERY_TYPE.contains(base)) {
      return ResourceTypes.all();
    }
    return ResourceTypes.isType(base) ? Set.of(base) : Set.of();
  }

  /** The definitions of a composite's parts, without their versions. */
  List<String> componentUrls() {
    List<String> urls = new ArrayList<>();
    json.path("component")
        .forEach(part -> urls.add(part.path("definition").asText().split("\\|", 2)[0]));
    return urls;
  }

  List<String> componentExpressions() {
    List<String> expressions = new ArrayList<>();
    json.path("component").forEach(part -> expressions.add(part.path("expression").asText()));
    return expressions;
  }

  /**
   * The parts of a composite; none if one of their definitions isn't known.
   *
   * @param byUrl what is known
   */
  List<ParameterDefinition.Component> components(Map<String, PublishedParameter> byUrl) {
    List<PublishedParameter> parts = new ArrayList<>();
    for (String url : componentUrls()) {
      PublishedParameter part = byUrl.get(url);
      if (part == null || part.kind() == null) {
        return List.of();
      }
      parts.add(part);
    }
    List<String> expressions = componentExpressions();
    if (areSwapped(parts, expressions)) {
      Collections.reverse(parts);
    }
    List<ParameterDefinition.Component> components = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      ParameterKind kind = parts.get(i).kind();
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
  private static boolean areSwapped(List<PublishedParameter> parts, List<String> expressions) {
    return parts.size() == 2
        && parts.get(0).expression().endsWith("." + expressions.get(1))
        && parts.get(1).expression().endsWith("." + expressions.get(0))
        && !parts.get(0).expression().endsWith("." + expressions.get(0));
  }

  /** R4 writes {@code value.as(DateTime)} in one place; the type is {@code dateTime}. */
  private static String lowerDateTime(String expression) {
    return expression.replace("as(DateTime)", "as(dateTime)");
  }

  /**
   * What it means on each type; on none if there is no expression, or no such kind.
   *
   * @param byUrl where the parts of a composite are found
   * @param isMarked whether its fields carry a mark of the definition: another one of the same code
   *     then has other fields
   */
  List<ParameterDefinition> resolve(Map<String, PublishedParameter> byUrl, boolean isMarked) {
    ParameterKind kind = kind();
    if (kind == null || expression().isEmpty()) {
      return List.of();
    }
    List<ParameterDefinition.Component> components = components(byUrl);
    if (kind == ParameterKind.COMPOSITE && !CompositeShape.isSupported(components)) {
      return List.of();
    }
    List<ParameterDefinition> resolved = new ArrayList<>();
    for (String base : bases()) {
      boolean everyType = OF_EVERY_TYPE.contains(base);
      List<String> expressions = alternatives(expression(), base);
      if (expressions.isEmpty()) {
        continue;
      }
      String mark = isMarked ? FieldNames.marked(mark(kind, expressions, components)) : "";
      for (String type : types(base)) {
        resolved.add(
            new ParameterDefinition(
                type,
                code(),
                (everyType ? code() : type + "." + code()) + mark,
                kind,
                url(),
                json.path("description").asText(),
                expressions,
                targets(),
                components,
                everyType));
      }
    }
    return resolved;
  }

  private Set<String> targets() {
    Set<String> targets = new LinkedHashSet<>();
    json.path("target").forEach(target -> targets.add(target.asText()));
    return targets;
  }

  /** Differs for whatever is indexed differently. */
  private static String mark(
      ParameterKind kind,
      List<String> expressions,
      List<ParameterDefinition.Component> components) {
    return hash(kind + " " + expressions + " " + components, MARK_BYTES);
  }

  static String hash(String text, int bytes) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-256", e);
    }
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
}
