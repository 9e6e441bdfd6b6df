package org.rodnan.index;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hl7.fhir.r4.fhirpath.ExpressionNode;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.CodeType;
import org.hl7.fhir.r4.model.DomainResource;
import org.hl7.fhir.r4.model.MetadataResource;
import org.hl7.fhir.r4.model.Property;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.Resource;
import org.hl7.fhir.r4.model.StringType;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.BundleScope;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.terminology.UnitConversion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Derives from a resource what it can be found by, through the definitions of its type's search
 * parameters. Pure, thread safe.
 */
public final class DocumentExtractor {
  private static final Logger LOG = LoggerFactory.getLogger(DocumentExtractor.class);

  /** Of one parameter that a client stored, in one resource; of a composite: combinations. */
  private static final int STORED_VALUES_MAX = 10_000;

  private final SearchParameters parameters;
  private final UnitConversion units;
  private final ReferenceText text;
  private final FhirPaths paths;

  /** By type; those for contained resources by {@link FieldNames#contained}. */
  private final Map<String, List<Compiled>> compiled = new ConcurrentHashMap<>();

  /** An expression with its place among those of the type, each of which is run but once. */
  private record Expression(int place, ExpressionNode node) {}

  /** The expressions of one parameter, ready to run. */
  private record Compiled(
      FieldSink.Names names,
      List<Expression> expressions,
      List<Expression> components,
      AtomicBoolean isCut) {
    Compiled(FieldSink.Names names, List<Expression> expressions, List<Expression> components) {
      this(names, expressions, components, new AtomicBoolean());
    }

    /** How many values of one resource are taken. */
    int valuesMax() {
      return FieldNames.isMarked(names.field()) ? STORED_VALUES_MAX : Integer.MAX_VALUE;
    }

    void cut(Resource resource) {
      if (!isCut.getAndSet(true)) {
        LOG.warn(
            "Search parameter {} has more than {} values in a {}; the rest is left out, here and"
                + " wherever else there are more",
            names.field(),
            STORED_VALUES_MAX,
            resource.fhirType());
      }
    }
  }

  /** What expressions select in one resource. Many parameters share expressions. */
  private final class Selection {
    private final Resource resource;
    private final Map<String, String> types;
    private final Map<Base, Map<Integer, List<Base>>> byElement = new IdentityHashMap<>();

    Selection(Resource resource, Map<String, String> types) {
      this.resource = resource;
      this.types = types;
    }

    List<Base> of(Expression expression, Base element) {
      return byElement
          .computeIfAbsent(element, e -> new HashMap<>())
          .computeIfAbsent(
              expression.place(),
              place -> paths.evaluate(expression.node(), resource, element, types));
    }
  }

  public DocumentExtractor(
      SearchParameters parameters, UnitConversion units, ReferenceText references) {
    this(parameters, units, references, new FhirPaths());
  }

  private DocumentExtractor(
      SearchParameters parameters,
      UnitConversion units,
      ReferenceText references,
      FhirPaths paths) {
    this.parameters = parameters;
    this.units = units;
    this.text = references;
    this.paths = paths;
  }

  /** The same for other parameters. */
  DocumentExtractor with(SearchParameters others) {
    if (others == parameters) {
      return this;
    }
    DocumentExtractor extractor = new DocumentExtractor(others, units, text, paths);
    compiled.forEach((name, ready) -> {
      if (others.isSameFor(FieldNames.withoutMark(name), parameters)) {
        extractor.compiled.put(name, ready);
      }
    });
    return extractor;
  }

  SearchParameters parameters() {
    return parameters;
  }

  FhirPaths paths() {
    return paths;
  }

  /** {@link #extract(Resource, Map)} of a resource all of whose references are decided. */
  public IndexDocument extract(Resource resource) {
    return extract(resource, Map.of());
  }

  /**
   * Never fails because of the content: a value that a parameter can't use is left out. The id, the
   * version and lastUpdated of the resource are not looked at, the log knows them.
   *
   * @param openReferences the type that each reference of the resource will have whose text is to
   *     be replaced ({@link IndexDocument#withReferences}), such as {@code urn:uuid:…}: parameters
   *     that are only for one type of target ({@code resolve() is Patient}) need it
   */
  public IndexDocument extract(Resource resource, Map<String, String> openReferences) {
    FieldSink sink = new FieldSink(units);
    extractParameters(resource, resource.fhirType(), openReferences, sink);
    Set<String> references = new LinkedHashSet<>();
    Set<String> texts = new LinkedHashSet<>();
    List<String> narrative = narrative(resource);
    texts.addAll(narrative);
    collect(resource, BundleScope.of(resource), references, texts);
    sink.addWords(FieldNames.TEXT, narrative);
    sink.addWords(FieldNames.CONTENT, List.copyOf(texts));
    if (resource instanceof MetadataResource definition) {
      sink.addCanonical(definition);
    }
    return document(sink, references, contained(resource, openReferences));
  }

  private IndexDocument document(
      FieldSink sink, Set<String> references, List<IndexDocument.Contained> contained) {
    return new IndexDocument(
        parameters,
        text,
        sink.fields(),
        sink.literals(),
        sink.joined(),
        references,
        sink.identifiers(),
        contained);
  }

  private void extractParameters(
      Resource resource, String name, Map<String, String> openReferences, FieldSink sink) {
    Selection selection = new Selection(resource, openReferences);
    for (Compiled parameter : compiled.computeIfAbsent(name, this::compile)) {
      try {
        extract(parameter, resource, selection, sink);
      } catch (RuntimeException | StackOverflowError e) {
        LOG.warn(
            "Search parameter {} can't be extracted: {}", parameter.names().field(), e.toString());
      }
    }
  }

  /** What is contained, but for what has no id: nothing could name it. */
  private List<IndexDocument.Contained> contained(
      Resource resource, Map<String, String> openReferences) {
    if (!(resource instanceof DomainResource container) || !container.hasContained()) {
      return List.of();
    }
    List<IndexDocument.Contained> all = new ArrayList<>();
    int place = 0;
    for (Resource inner : container.getContained()) {
      place++;
      String id = inner.getIdElement().getIdPart();
      id = id != null && id.startsWith("#") ? id.substring(1) : id;
      if (id != null && ResourceKey.isId(id)) {
        all.add(
            new IndexDocument.Contained(
                new ResourceKey(inner.fhirType(), id),
                place,
                containedDocument(inner, openReferences)));
      }
    }
    return List.copyOf(all);
  }

  /** What it refers to is among the references of its container. */
  private IndexDocument containedDocument(Resource inner, Map<String, String> openReferences) {
    FieldSink sink = new FieldSink(units);
    extractParameters(inner, FieldNames.contained(inner.fhirType()), openReferences, sink);
    Set<String> texts = new LinkedHashSet<>();
    List<String> narrative = narrative(inner);
    texts.addAll(narrative);
    collect(inner, BundleScope.of(inner), new LinkedHashSet<>(), texts);
    sink.addWords(FieldNames.contained(FieldNames.TEXT), narrative);
    sink.addWords(FieldNames.contained(FieldNames.CONTENT), List.copyOf(texts));
    return document(sink, Set.of(), List.of());
  }

  /** Changes whenever the same resource would give another document. */
  String fingerprint() {
    return parameters.fingerprint() + " " + text.serverBases();
  }

  private static void extract(
      Compiled compiled, Resource resource, Selection selection, FieldSink sink) {
    FieldSink.Names names = compiled.names();
    long values = 0;
    for (Expression expression : compiled.expressions()) {
      for (Base value : selection.of(expression, resource)) {
        if (value.isEmpty()) {
          continue;
        }
        boolean isComposite = names.parameter().kind() == ParameterKind.COMPOSITE;
        List<List<Base>> parts = isComposite ? parts(compiled, value, selection) : List.of();
        long more = isComposite ? combinations(parts, compiled.valuesMax()) : 1;
        if (values + more > compiled.valuesMax()) {
          compiled.cut(resource);
        } else if (more > 0) {
          values += more;
          if (isComposite) {
            sink.addComposite(names, parts);
          } else {
            sink.add(names, value);
          }
        }
      }
    }
    if (values > 0) {
      sink.present(names);
    }
  }

  private static List<List<Base>> parts(Compiled compiled, Base element, Selection selection) {
    return compiled.components().stream()
        .map(component -> selection.of(component, element))
        .toList();
  }

  /** How many values the parts make together, none if one is missing; no further than the limit. */
  private static long combinations(List<List<Base>> parts, int max) {
    long combinations = 1;
    for (List<Base> part : parts) {
      combinations = Math.min(combinations * part.size(), max + 1L);
      if (combinations == 0) {
        return 0;
      }
    }
    return combinations;
  }

  private List<Compiled> compile(String name) {
    String type = FieldNames.withoutMark(name);
    List<Compiled> all = new ArrayList<>();
    Map<String, Expression> expressions = new HashMap<>();
    for (ParameterDefinition parameter : parameters.of(type)) {
      if (!SearchParameters.isExtracted(parameter)) {
        continue;
      }
      try {
        all.add(
            new Compiled(
                FieldSink.Names.of(
                    FieldNames.isContained(name) ? parameter.ofContained() : parameter),
                parameter.expressions().stream()
                    .map(expression -> compile(withoutRoot(expression, type), expressions))
                    .toList(),
                parameter.components().stream()
                    .map(component -> compile(component.expression(), expressions))
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

  private Expression compile(String expression, Map<String, Expression> known) {
    Expression same = known.get(expression);
    if (same == null) {
      same = new Expression(known.size(), paths.compile(expression));
      known.put(expression, same);
    }
    return same;
  }

  /** The same expression seen from the resource itself: the engine then need not check its type. */
  static String withoutRoot(String expression, String type) {
    Pattern root =
        Pattern.compile("(?<![\\w'./|])(?:" + type + "|Resource|DomainResource)\\.(?=[a-z])");
    Matcher matcher = root.matcher(expression);
    return expression.contains("'") && !matcher.lookingAt()
        ? expression
        : matcher.lookingAt() && expression.contains("'")
            ? expression.substring(matcher.end())
            : matcher.replaceAll("");
  }

  private static List<String> narrative(Resource resource) {
    if (!(resource instanceof DomainResource whole) || !whole.hasText()) {
      return List.of();
    }
    String text = whole.getText().getDiv().allText();
    return text == null || text.isBlank() ? List.of() : List.of(text);
  }

  /**
   * Every reference to what is outside of the resource, and every text that a person may have
   * written or read. What means an entry of the same Bundle means nothing that is stored.
   */
  private static void collect(
      Base element, BundleScope scope, Set<String> references, Set<String> texts) {
    for (Property property : element.children()) {
      if (!property.hasValues()) {
        continue;
      }
      boolean isEntry = element instanceof Bundle && property.getName().equals("entry");
      int index = 0;
      for (Base child : property.getValues()) {
        BundleScope inner = isEntry ? scope.entry(index++) : scope;
        if (child instanceof Reference reference
            && reference.hasReference()
            && !inner.resolves(reference.getReference())) {
          references.add(reference.getReference());
        }
        if (isText(child)) {
          texts.add(child.primitiveValue());
        }
        if (child != null) {
          collect(child, inner, references, texts);
        }
      }
    }
  }

  /** Strings and markdown; codes and ids are strings to HAPI, but none to a reader. */
  private static boolean isText(@Nullable Base value) {
    return value instanceof StringType text
        && !(text instanceof CodeType)
        && text.getValue() != null
        && !text.getValue().isBlank();
  }
}
