package org.rodnan.index;

import ca.uhn.fhir.context.BaseRuntimeElementDefinition;
import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.IValidationSupport;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.hl7.fhir.exceptions.PathEngineException;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.r4.context.IWorkerContext;
import org.hl7.fhir.r4.fhirpath.ExpressionNode;
import org.hl7.fhir.r4.fhirpath.FHIRPathEngine;
import org.hl7.fhir.r4.hapi.ctx.HapiWorkerContext;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.Resource;
import org.hl7.fhir.r4.model.StructureDefinition;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.ResourceTypes;

/**
 * HAPI's FHIRPath engine, as far as search parameters need it. It knows the types by name and
 * ancestry, so that the many megabytes of their full definitions need not be read; {@code
 * resolve()} gives an empty resource of the type that the reference names, which is all that {@code
 * resolve() is Patient} asks for. Thread safe: the engine keeps no state of an evaluation.
 */
public final class FhirPaths {
  private final IWorkerContext types;
  private final FHIRPathEngine engine;

  public FhirPaths() {
    FhirContext context = FhirContexts.r4();
    this.types = new HapiWorkerContext(context, new TypesByName(context));
    this.engine = new FHIRPathEngine(types);
    engine.setHostServices(new ReferencesByType(context));
  }

  /** The types as the engine knows them; for engines that are built on it. */
  public IWorkerContext types() {
    return types;
  }

  /**
   * @throws PathEngineException if it is not FHIRPath
   */
  public ExpressionNode compile(String expression) {
    return engine.parse(expression);
  }

  /** All that the expression selects, seen from an element of the resource. */
  public List<Base> evaluate(ExpressionNode expression, Resource resource, Base element) {
    return evaluate(expression, resource, element, Map.of());
  }

  /**
   * All that the expression selects, seen from an element of the resource.
   *
   * @param types the types of references whose text doesn't name one, by the text
   */
  List<Base> evaluate(
      ExpressionNode expression, Resource resource, Base element, Map<String, String> types) {
    return engine.evaluate(types, resource, resource, element, expression);
  }

  /** Type definitions that hold nothing but the name and the parent, made when asked for. */
  private static final class TypesByName implements IValidationSupport {
    private static final String BASE = "http://hl7.org/fhir/StructureDefinition/";

    private final FhirContext context;
    private final Map<String, Class<?>> abstractTypes = new ConcurrentHashMap<>();
    private final Map<String, Optional<StructureDefinition>> types = new ConcurrentHashMap<>();

    TypesByName(FhirContext context) {
      this.context = context;
    }

    private Optional<StructureDefinition> find(String url) {
      if (!url.startsWith(BASE)) {
        return Optional.empty();
      }
      Optional<StructureDefinition> known = types.get(url);
      if (known == null) {
        known = implementation(url.substring(BASE.length())).map(this::definition);
        types.put(url, known);
      }
      return known;
    }

    private Optional<Class<?>> implementation(String name) {
      if (abstractTypes.containsKey(name)) {
        return Optional.ofNullable(abstractTypes.get(name));
      }
      if (ResourceTypes.isType(name)) {
        return Optional.of(context.getResourceDefinition(name).getImplementingClass());
      }
      return Optional.ofNullable(context.getElementDefinition(name))
          .map(BaseRuntimeElementDefinition::getImplementingClass);
    }

    private StructureDefinition definition(Class<?> type) {
      String name = name(type);
      StructureDefinition definition = new StructureDefinition();
      definition.setUrl(BASE + name).setName(name).setType(name);
      Class<?> parent = type.getSuperclass();
      if (parent != null && Base.class.isAssignableFrom(parent) && parent != Base.class) {
        abstractTypes.put(name(parent), parent);
        definition.setBaseDefinition(BASE + name(parent));
      }
      return definition;
    }

    /** The FHIR name, from HAPI's class name: {@code StringType} is {@code string}. */
    private static String name(Class<?> type) {
      String simple = type.getSimpleName();
      if (simple.endsWith("Type")
          && org.hl7.fhir.r4.model.PrimitiveType.class.isAssignableFrom(type)) {
        String bare = simple.substring(0, simple.length() - "Type".length());
        return Character.toLowerCase(bare.charAt(0)) + bare.substring(1);
      }
      return simple;
    }

    @Override
    public FhirContext getFhirContext() {
      return context;
    }

    @Override
    public <T extends IBaseResource> List<T> fetchAllStructureDefinitions() {
      // The engine wants them only for checks of expressions that are not asked for here.
      return List.of();
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T extends IBaseResource> @Nullable T fetchResource(
        @Nullable Class<T> type, String uri) {
      return (T) find(uri).orElse(null);
    }

    @Override
    public @Nullable IBaseResource fetchStructureDefinition(String url) {
      return find(url).orElse(null);
    }
  }

  private static final class ReferencesByType extends PathHost {
    private final FhirContext context;
    private final Map<String, Base> empty = new ConcurrentHashMap<>();

    ReferencesByType(FhirContext context) {
      this.context = context;
    }

    @Override
    public @Nullable Base resolveReference(
        FHIRPathEngine engine, Object appContext, String url, Base refContext) {
      String given = (String) ((Map<?, ?>) appContext).get(url);
      String type = given == null ? ReferenceText.typeOf(url) : given;
      return ResourceTypes.isType(type)
          ? empty.computeIfAbsent(type, t -> (Base) context.getResourceDefinition(t).newInstance())
          : null;
    }
  }
}
