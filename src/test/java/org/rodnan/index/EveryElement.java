package org.rodnan.index;

import ca.uhn.fhir.context.BaseRuntimeChildDefinition;
import ca.uhn.fhir.context.BaseRuntimeElementCompositeDefinition;
import ca.uhn.fhir.context.BaseRuntimeElementDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.hl7.fhir.instance.model.api.IBase;
import org.hl7.fhir.instance.model.api.IPrimitiveType;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.Enumeration;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.fhir.FhirContexts;

/**
 * Makes resources in which every element has a value; those of one round take the same of the types
 * that an element may have.
 */
public final class EveryElement {
  private static final int DEPTH_MAX = 5;

  private final Random random;
  private final int round;

  public EveryElement(long seed, int round) {
    this.random = new Random(seed + round);
    this.round = round;
  }

  public Resource of(String type) {
    Resource resource = (Resource) FhirContexts.r4().getResourceDefinition(type).newInstance();
    fill(resource, 0);
    resource.setId(type.toLowerCase(java.util.Locale.ROOT) + "-" + random.nextInt(1000));
    return resource;
  }

  private void fill(IBase element, int depth) {
    if (element instanceof Reference reference) {
      reference.setReference("Patient/p" + random.nextInt(10));
      reference.getIdentifier().setSystem("urn:s").setValue("v");
      return;
    }
    BaseRuntimeElementDefinition<?> definition =
        element instanceof Resource
            ? FhirContexts.r4().getResourceDefinition((Resource) element)
            : FhirContexts.r4().getElementDefinition(element.getClass());
    if (!(definition instanceof BaseRuntimeElementCompositeDefinition<?> composite)) {
      return;
    }
    for (BaseRuntimeChildDefinition child : composite.getChildren()) {
      String name = child.getElementName();
      if (name.equals("contained")
          || name.startsWith("extension")
          || name.equals("modifierExtension")) {
        continue;
      }
      List<String> names = new ArrayList<>(new TreeSet<>(child.getValidChildNames()));
      String picked = names.get(round % names.size());
      BaseRuntimeElementDefinition<?> childDefinition = child.getChildByName(picked);
      if (childDefinition == null || depth > DEPTH_MAX || name.equals("text") && depth == 0) {
        continue;
      }
      if (!Base.class.isAssignableFrom(childDefinition.getImplementingClass())
          || Resource.class.isAssignableFrom(childDefinition.getImplementingClass())) {
        continue;
      }
      IBase value = newValue(child, childDefinition);
      if (value != null) {
        fill(value, depth + 1);
        child.getMutator().addValue(element, value);
      }
    }
  }

  private IBase newValue(
      BaseRuntimeChildDefinition child, BaseRuntimeElementDefinition<?> definition) {
    Object argument = child.getInstanceConstructorArguments();
    IBase value = argument == null ? definition.newInstance() : definition.newInstance(argument);
    if (value instanceof Enumeration<?> code) {
      code.setValueAsString(anyCode(code));
    } else if (value instanceof IPrimitiveType<?> primitive) {
      primitive.setValueAsString(text(((Base) value).fhirType()));
    }
    return value;
  }

  private static String anyCode(Enumeration<?> code) {
    return toCode(constants(code)[0]);
  }

  private static Object[] constants(Enumeration<?> code) {
    for (var method : code.getEnumFactory().getClass().getMethods()) {
      if (method.getName().equals("fromCode") && method.getReturnType().isEnum()) {
        return method.getReturnType().getEnumConstants();
      }
    }
    return new Object[0];
  }

  private static String toCode(Object constant) {
    try {
      return (String) constant.getClass().getMethod("toCode").invoke(constant);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private String text(String type) {
    return switch (type) {
      case "boolean" -> "true";
      case "integer", "unsignedInt", "positiveInt" -> Integer.toString(1 + random.nextInt(100));
      case "decimal" -> "1.50";
      case "date" -> "2011-04";
      case "dateTime" -> "2011-04-05T10:20:30+02:00";
      case "instant" -> "2011-04-05T10:20:30.123Z";
      case "time" -> "10:20:30";
      case "uri", "url", "canonical" -> "http://example.org/a/" + random.nextInt(10) + "|1";
      case "oid" -> "urn:oid:1.2.3";
      case "uuid" -> "urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7";
      case "base64Binary" -> "QUJD";
      case "id" -> "id" + random.nextInt(10);
      case "xhtml" -> "<div>text</div>";
      default -> "Text " + random.nextInt(10);
    };
  }
}
