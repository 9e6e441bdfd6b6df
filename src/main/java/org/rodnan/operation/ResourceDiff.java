package org.rodnan.operation;

import ca.uhn.fhir.context.BaseRuntimeChildDefinition;
import ca.uhn.fhir.context.BaseRuntimeElementCompositeDefinition;
import ca.uhn.fhir.context.BaseRuntimeElementDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.hl7.fhir.instance.model.api.IBase;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.CodeType;
import org.hl7.fhir.r4.model.Enumeration;
import org.hl7.fhir.r4.model.Extension;
import org.hl7.fhir.r4.model.IntegerType;
import org.hl7.fhir.r4.model.Narrative;
import org.hl7.fhir.r4.model.Parameters;
import org.hl7.fhir.r4.model.Parameters.ParametersParameterComponent;
import org.hl7.fhir.r4.model.Resource;
import org.hl7.fhir.r4.model.StringType;
import org.hl7.fhir.r4.model.Type;
import org.rodnan.fhir.FhirContexts;

/**
 * What makes one resource of another, as a FHIRPath Patch (R4, fhirpatch.html). Lists are compared
 * from both ends, what is between by its place; what has the same place is compared inside.
 */
final class ResourceDiff {
  /** The names that a parameter's value can have, by its type. */
  private static final Set<String> VALUES =
      ((BaseRuntimeElementCompositeDefinition<?>)
              FhirContexts.r4()
                  .getResourceDefinition("Parameters")
                  .getChildByName("parameter")
                  .getChildByName("parameter"))
          .getChildByName("value[x]")
          .getValidChildNames();

  private final Parameters patch = new Parameters();

  private ResourceDiff() {}

  /**
   * The patch; applied to {@code from} it gives {@code to} but for the id, and for the meta unless
   * that is included.
   */
  static Parameters of(Resource from, Resource to, boolean includeMeta) {
    ResourceDiff diff = new ResourceDiff();
    for (BaseRuntimeChildDefinition child : children(from)) {
      String name = child.getElementName();
      if (!name.equals("id") && (includeMeta || !name.equals("meta"))) {
        diff.compare(from.fhirType(), child, from, to);
      }
    }
    return diff.patch;
  }

  private static List<BaseRuntimeChildDefinition> children(IBase element) {
    BaseRuntimeElementDefinition<?> definition =
        element instanceof Resource resource
            ? FhirContexts.r4().getResourceDefinition(resource)
            : FhirContexts.r4().getElementDefinition(element.getClass());
    return definition instanceof BaseRuntimeElementCompositeDefinition<?> composite
        ? composite.getChildrenAndExtension()
        : List.of();
  }

  private void compare(String parent, BaseRuntimeChildDefinition child, IBase from, IBase to) {
    List<Base> before = values(child, from);
    List<Base> after = values(child, to);
    String name = name(child);
    String path = parent + "." + name;
    if (child.getMax() == 1) {
      if (before.isEmpty() && !after.isEmpty()) {
        add(parent, name, after.getFirst());
      } else if (!before.isEmpty() && after.isEmpty()) {
        operation("delete", path);
      } else if (!before.isEmpty()) {
        change(path, before.getFirst(), after.getFirst());
      }
      return;
    }
    int same = 0;
    while (same < Math.min(before.size(), after.size())
        && before.get(same).equalsDeep(after.get(same))) {
      same++;
    }
    int tail = 0;
    while (tail < Math.min(before.size(), after.size()) - same
        && before.get(before.size() - 1 - tail).equalsDeep(after.get(after.size() - 1 - tail))) {
      tail++;
    }
    int common = Math.min(before.size(), after.size()) - tail;
    for (int i = same; i < common; i++) {
      change(path + "[" + i + "]", before.get(i), after.get(i));
    }
    for (int i = before.size() - tail - 1; i >= common; i--) {
      operation("delete", path + "[" + i + "]");
    }
    for (int i = common; i < after.size() - tail; i++) {
      insert(parent, name, i, before.isEmpty() && i == 0, after.get(i));
    }
  }

  /** A choice goes by its bare name. */
  private static String name(BaseRuntimeChildDefinition child) {
    String name = child.getElementName();
    return name.endsWith("[x]") ? name.substring(0, name.length() - "[x]".length()) : name;
  }

  private static List<Base> values(BaseRuntimeChildDefinition child, IBase parent) {
    List<Base> values = new ArrayList<>();
    for (IBase value : child.getAccessor().getValues(parent)) {
      if (value instanceof Base base && !base.isEmpty()) {
        values.add(base);
      }
    }
    return values;
  }

  private void change(String path, Base before, Base after) {
    if (before.equalsDeep(after)) {
      return;
    }
    boolean isInside =
        before.getClass() == after.getClass()
            && !(before instanceof Resource)
            && !(before instanceof Narrative)
            && !before.isPrimitive()
            && !children(before).isEmpty()
            && isSameElementId(before, after);
    if (isInside) {
      children(before).forEach(child -> compare(path, child, before, after));
      return;
    }
    ParametersParameterComponent operation = operation("replace", path);
    value(operation.addPart().setName("previousValue"), before);
    value(operation.addPart().setName("value"), after);
  }

  private static boolean isSameElementId(Base before, Base after) {
    return java.util.Objects.equals(before.getIdBase(), after.getIdBase());
  }

  private void add(String parent, String name, Base value) {
    ParametersParameterComponent operation = operation("add", parent);
    operation.addPart().setName("name").setValue(new StringType(name));
    value(operation.addPart().setName("value"), value);
  }

  private void insert(String parent, String name, int index, boolean isFirst, Base value) {
    if (isFirst) {
      add(parent, name, value);
      return;
    }
    ParametersParameterComponent operation = operation("insert", parent + "." + name);
    operation.addPart().setName("index").setValue(new IntegerType(index));
    value(operation.addPart().setName("value"), value);
  }

  private ParametersParameterComponent operation(String type, String path) {
    ParametersParameterComponent operation = patch.addParameter().setName("operation");
    operation.addPart().setName("type").setValue(new CodeType(type));
    operation.addPart().setName("path").setValue(new StringType(path));
    return operation;
  }

  /** A value that a parameter can't have is written by its parts. */
  private static void value(ParametersParameterComponent part, Base value) {
    switch (value) {
      case Resource resource -> part.setResource(resource);
      case Enumeration<?> code -> part.setValue(code(code));
      case Narrative narrative -> {
        value(part.addPart().setName("status"), narrative.getStatusElement());
        part.addPart()
            .setName("div")
            .setValue(new StringType(narrative.getDiv().getValueAsString()));
        narrative.getExtension().forEach(each -> value(part.addPart().setName("extension"), each));
      }
      case Type type when isOfParameters(type) -> part.setValue(type);
      default -> {
        for (BaseRuntimeChildDefinition child : children(value)) {
          for (Base inner : values(child, value)) {
            value(part.addPart().setName(name(child)), inner);
          }
        }
      }
    }
  }

  private static CodeType code(Enumeration<?> code) {
    CodeType plain = new CodeType(code.getValueAsString());
    plain.setId(code.getId());
    code.getExtension().forEach(plain::addExtension);
    return plain;
  }

  private static boolean isOfParameters(Type type) {
    return !(type instanceof Extension) && VALUES.contains("value" + capitalized(type.fhirType()));
  }

  private static String capitalized(String name) {
    return Character.toUpperCase(name.charAt(0)) + name.substring(1);
  }
}
