package org.rodnan.clinicaltrials;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hl7.fhir.r4.model.CodeType;
import org.hl7.fhir.r4.model.DomainResource;
import org.hl7.fhir.r4.model.Extension;
import org.hl7.fhir.r4.model.IntegerType;
import org.hl7.fhir.r4.model.StringType;
import org.hl7.fhir.r4.model.Type;
import org.rodnan.mapping.Elements;

/**
 * Where a figure stands in the record of a registry, as the extension {@code ssc-registry-figure}
 * keeps it, so that the record can be written again.
 *
 * @param module {@code participant-flow}, {@code baseline}, {@code outcome} or {@code
 *     adverse-events}
 * @param parts what the registry says of it, by names of the extension; without empty ones
 * @param groups titles of the groups that are compared
 */
record Placement(String module, Map<String, String> parts, List<String> groups) {
  static final String URL = Elements.PROFILES + "ssc-registry-figure";
  static final String FLOW = "participant-flow";
  static final String BASELINE = "baseline";
  static final String OUTCOME = "outcome";
  static final String EVENTS = "adverse-events";

  Placement {
    parts = new LinkedHashMap<>(parts);
    parts.values().removeIf(String::isEmpty);
    groups = List.copyOf(groups);
  }

  Placement(String module) {
    this(module, Map.of(), List.of());
  }

  Placement with(String name, String text) {
    Map<String, String> more = new LinkedHashMap<>(parts);
    more.put(name, text);
    return new Placement(module, more, groups);
  }

  Placement comparing(List<String> titles) {
    return new Placement(module, parts, titles);
  }

  /** Empty if nothing is said. */
  String part(String name) {
    return parts.getOrDefault(name, "");
  }

  /**
   * @param order figures of a module are in the order of these
   */
  Extension extension(int order) {
    Extension extension = new Extension(URL);
    extension.addExtension(Elements.extension("order", new IntegerType(order)));
    extension.addExtension(Elements.extension("module", new CodeType(module)));
    parts.forEach(
        (name, text) -> extension.addExtension(Elements.extension(name, new StringType(text))));
    groups.forEach(
        title -> extension.addExtension(Elements.extension("group", new StringType(title))));
    return extension;
  }

  /** What comes from no registry is first. */
  static int order(DomainResource figure) {
    return Elements.find(figure, URL)
        .flatMap(each -> Elements.part(each, "order"))
        .map(each -> ((IntegerType) each).getValue())
        .orElse(-1);
  }

  static Optional<Placement> of(DomainResource figure) {
    return Elements.find(figure, URL).map(Placement::read);
  }

  private static Placement read(Extension extension) {
    String module = "";
    Map<String, String> parts = new LinkedHashMap<>();
    List<String> groups = new ArrayList<>();
    for (Extension each : extension.getExtension()) {
      Type value = each.getValue();
      String text = value == null ? "" : String.valueOf(value.primitiveValue());
      switch (each.getUrl()) {
        case "module" -> module = text;
        case "group" -> groups.add(text);
        default -> parts.put(each.getUrl(), text);
      }
    }
    return new Placement(module, parts, groups);
  }
}
