package org.rodnan.view;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.hl7.fhir.exceptions.FHIRException;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.BooleanType;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.Resource;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;

/** A view as it was compiled. Immutable, thread safe. */
public final class View {
  private final Optional<String> name;
  private final String type;
  private final ViewPaths paths;
  private final Map<String, Base> constants;
  private final List<ViewPaths.Path> conditions;
  private final List<Selection> selects;
  private final List<ViewColumn> columns;
  private final List<String> together;

  View(
      Optional<String> name,
      String type,
      ViewPaths paths,
      Map<String, Base> constants,
      List<ViewPaths.Path> conditions,
      List<Selection> selects,
      List<ViewColumn> columns,
      List<String> together) {
    this.name = name;
    this.type = type;
    this.paths = paths;
    this.constants = constants;
    this.conditions = conditions;
    this.selects = selects;
    this.columns = columns;
    this.together = together;
  }

  /** The name in the definition. */
  public Optional<String> name() {
    return name;
  }

  /** The type of the resources that it is about. */
  public String type() {
    return type;
  }

  /** The columns, in the order of the cells of a row. */
  List<ViewColumn> columns() {
    return columns;
  }

  /**
   * The columns whose values rows have in common that are to be one row, by their places; empty if
   * each row is for itself.
   */
  public List<Integer> together() {
    return together.stream().map(each -> place(each).orElseThrow()).toList();
  }

  /** Where the cells of a column are in a row; empty if there is none of that name. */
  public OptionalInt place(String column) {
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).name().equals(column)) {
        return OptionalInt.of(i);
      }
    }
    return OptionalInt.empty();
  }

  /**
   * Makes the rows of a resource; none if it is of another type or doesn't meet a condition.
   *
   * @param use takes each row; the array is filled anew for the next one, so that it must not be
   *     kept. A cell is null, Boolean, Integer, Long, BigDecimal, String, a Jackson JsonNode of
   *     what is no primitive, or in a collection a List of these
   * @throws FhirFailure.Unprocessable if a value doesn't fit its column, a condition is no truth
   *     value, or a path can't be evaluated; names the resource
   */
  public void rows(Resource resource, Consumer<@Nullable Object[]> use) {
    if (!resource.fhirType().equals(type) || !isMet(resource)) {
      return;
    }
    Selection.Frame frame = new Selection.Frame(resource, constants, columns.size());
    rows(frame, resource, 0, () -> use.accept(frame.row()));
  }

  private void rows(Selection.Frame frame, Resource resource, int select, Runnable then) {
    if (select == selects.size()) {
      then.run();
    } else {
      selects.get(select).rows(frame, resource, 0, () -> rows(frame, resource, select + 1, then));
    }
  }

  private boolean isMet(Resource resource) {
    for (int i = 0; i < conditions.size(); i++) {
      if (!isMet(conditions.get(i), resource, "ViewDefinition.where[" + i + "].path")) {
        return false;
      }
    }
    return true;
  }

  private boolean isMet(ViewPaths.Path condition, Resource resource, String element) {
    List<Base> found;
    try {
      found = paths.evaluate(condition, new ViewPaths.Scope(constants, 0), resource, resource);
    } catch (FHIRException e) {
      throw failed(condition, resource, String.valueOf(e.getMessage()), element);
    }
    if (found.isEmpty()) {
      return false;
    }
    if (found.size() > 1 || !(found.getFirst() instanceof BooleanType truth)) {
      throw failed(
          condition,
          resource,
          "found "
              + (found.size() > 1 ? found.size() + " values" : found.getFirst().fhirType())
              + "; expected true or false",
          element);
    }
    return truth.booleanValue();
  }

  private static FhirFailure failed(
      ViewPaths.Path condition, Resource resource, String what, String element) {
    return new FhirFailure.Unprocessable(
        IssueType.PROCESSING,
        "The condition '"
            + condition.text()
            + "' on "
            + resource.fhirType()
            + "/"
            + resource.getIdElement().getIdPart()
            + ": "
            + what,
        element);
  }
}
