package org.rodnan.interaction;

import ca.uhn.fhir.context.BaseRuntimeChildDefinition;
import ca.uhn.fhir.context.BaseRuntimeElementCompositeDefinition;
import ca.uhn.fhir.context.BaseRuntimeElementDefinition;
import java.util.LinkedHashSet;
import java.util.Set;
import org.hl7.fhir.r4.fhirpath.ExpressionNode;
import org.hl7.fhir.r4.fhirpath.ExpressionNode.Function;
import org.hl7.fhir.r4.fhirpath.ExpressionNode.Kind;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirContexts;

/** Whether a path of a patch could name an element of a type at all, be one there or not. */
final class ElementPaths {
  /** What follows depends on a name of a type. */
  private static final Set<Function> OF_ANOTHER_TYPE = Set.of(Function.As, Function.OfType);

  private ElementPaths() {}

  /**
   * @throws org.rodnan.fhir.FhirFailure.Unprocessable if no resource of the type has such an
   *     element
   */
  static void require(FhirPathPatch.Operation operation, ExpressionNode path, String type) {
    Set<BaseRuntimeElementDefinition<?>> here =
        new LinkedHashSet<>(Set.of(FhirContexts.r4().getResourceDefinition(type)));
    boolean isFirst = true;
    for (ExpressionNode node = path; node != null; node = node.getInner()) {
      if (node.getKind() == Kind.Name && !(isFirst && type.equals(node.getName()))) {
        here = children(here, node.getName());
        if (here.isEmpty()) {
          throw operation.failure("a " + type + " has no '" + node.getName() + "' there");
        }
      } else if (node.getKind() == Kind.Function) {
        if (OF_ANOTHER_TYPE.contains(node.getFunction())) {
          return;
        }
        if (node.getFunction() == Function.Extension) {
          here = Set.of(FhirContexts.r4().getElementDefinition("Extension"));
        }
      } else if (node.getKind() != Kind.Name) {
        throw operation.failure("expected the path of an element");
      }
      isFirst = false;
      if (isOpen(here)) {
        return;
      }
    }
  }

  /** Whether anything may stand within: another resource, a value of any type. */
  private static boolean isOpen(Set<BaseRuntimeElementDefinition<?>> here) {
    return here.stream()
        .anyMatch(each ->
            !(each instanceof BaseRuntimeElementCompositeDefinition<?>)
                && each.getChildType()
                    == BaseRuntimeElementDefinition.ChildTypeEnum.CONTAINED_RESOURCE_LIST);
  }

  private static Set<BaseRuntimeElementDefinition<?>> children(
      Set<BaseRuntimeElementDefinition<?>> parents, String name) {
    Set<BaseRuntimeElementDefinition<?>> found = new LinkedHashSet<>();
    for (BaseRuntimeElementDefinition<?> parent : parents) {
      if (parent instanceof BaseRuntimeElementCompositeDefinition<?> composite) {
        BaseRuntimeChildDefinition child = child(composite, name);
        if (child != null) {
          for (String valid : child.getValidChildNames()) {
            found.add(child.getChildByName(valid));
          }
        }
      }
    }
    return found;
  }

  private static @Nullable BaseRuntimeChildDefinition child(
      BaseRuntimeElementCompositeDefinition<?> composite, String name) {
    for (BaseRuntimeChildDefinition child : composite.getChildrenAndExtension()) {
      if (child.getElementName().equals(name)
          || child.getElementName().equals(name + "[x]")
          || child.getValidChildNames().contains(name)) {
        return child;
      }
    }
    return null;
  }
}
