package org.rodnan.index;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hl7.fhir.r4.fhirpath.ExpressionNode;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.Property;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.terminology.UnitConversion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Derives from a resource what it can be found by, through the definitions of its type's search
 * parameters. Pure, thread safe.
 */
public final class DocumentExtractor {
  private static final Logger LOG = LoggerFactory.getLogger(DocumentExtractor.class);

  private final SearchParameters parameters;
  private final UnitConversion units;
  private final ReferenceText text;
  private final FhirPaths paths = new FhirPaths();
  private final Map<String, List<Compiled>> compiled = new ConcurrentHashMap<>();

  /** The expressions of one parameter, ready to run. */
  private record Compiled(
      ParameterDefinition parameter,
      List<ExpressionNode> expressions,
      List<ExpressionNode> components) {}

  public DocumentExtractor(
      SearchParameters parameters, UnitConversion units, ReferenceText references) {
    this.parameters = parameters;
    this.units = units;
    this.text = references;
  }

  /**
   * Never fails because of the content: a value that a parameter can't use is left out. The id, the
   * version and lastUpdated of the resource are not looked at, the log knows them.
   */
  public IndexDocument extract(Resource resource) {
    FieldSink sink = new FieldSink(units);
    for (Compiled parameter : compiled.computeIfAbsent(resource.fhirType(), this::compile)) {
      try {
        extract(parameter, resource, sink);
      } catch (RuntimeException e) {
        LOG.warn(
            "Search parameter {} can't be extracted: {}",
            parameter.parameter().field(),
            e.toString());
      }
    }
    Set<String> references = new LinkedHashSet<>();
    collectReferences(resource, references);
    return new IndexDocument(
        text, sink.fields(), sink.literals(), sink.joined(), references, sink.identifiers());
  }

  /** Changes whenever the same resource would give another document. */
  String fingerprint() {
    return parameters.fingerprint() + " " + text.serverBases();
  }

  private void extract(Compiled compiled, Resource resource, FieldSink sink) {
    ParameterDefinition parameter = compiled.parameter();
    boolean any = false;
    for (ExpressionNode expression : compiled.expressions()) {
      for (Base value : paths.evaluate(expression, resource, resource)) {
        if (value.isEmpty()) {
          continue;
        }
        any = true;
        if (parameter.kind() == ParameterKind.COMPOSITE) {
          List<List<Base>> parts = new ArrayList<>();
          for (ExpressionNode component : compiled.components()) {
            parts.add(paths.evaluate(component, resource, value));
          }
          sink.addComposite(parameter, parts);
        } else {
          sink.add(parameter, value);
        }
      }
    }
    if (any) {
      sink.present(parameter.field());
    }
  }

  private List<Compiled> compile(String type) {
    List<Compiled> all = new ArrayList<>();
    for (ParameterDefinition parameter : parameters.of(type)) {
      if (!SearchParameters.isExtracted(parameter)) {
        continue;
      }
      try {
        all.add(
            new Compiled(
                parameter,
                parameter.expressions().stream()
                    .map(expression -> paths.compile(withoutRoot(expression, type)))
                    .toList(),
                parameter.components().stream()
                    .map(component -> paths.compile(component.expression()))
                    .toList()));
      } catch (RuntimeException e) {
        LOG.warn(
            "Search parameter {} is not FHIRPath, it finds nothing: {}",
            parameter.field(),
            e.toString());
      }
    }
    return List.copyOf(all);
  }

  /** The same expression seen from the resource itself: the engine then need not check its type. */
  private static String withoutRoot(String expression, String type) {
    Pattern root =
        Pattern.compile("(?<![\\w'./|])(?:" + type + "|Resource|DomainResource)\\.(?=[a-z])");
    Matcher matcher = root.matcher(expression);
    return expression.contains("'") && !matcher.lookingAt()
        ? expression
        : matcher.lookingAt() && expression.contains("'")
            ? expression.substring(matcher.end())
            : matcher.replaceAll("");
  }

  private static void collectReferences(Base element, Set<String> references) {
    for (Property property : element.children()) {
      if (!property.hasValues()) {
        continue;
      }
      for (Base child : property.getValues()) {
        if (child instanceof Reference reference && reference.hasReference()) {
          references.add(reference.getReference());
        }
        if (child != null) {
          collectReferences(child, references);
        }
      }
    }
  }
}
