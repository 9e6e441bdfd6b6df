package org.rodnan.view;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.hl7.fhir.exceptions.FHIRException;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.Resource;
import org.hl7.fhir.r4.model.StringType;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;

/**
 * A select with all that is in it (SQL on FHIR v2, processing model). Rows are never collected: a
 * select fills its cells of the one row that there is, and lets the next one fill the rest.
 *
 * @param unnesting paths by which it goes to elements; none for {@link Unnesting#NONE}
 * @param unions alternatives that fill the same cells
 * @param from first cell of it and all in it
 * @param to the cell after the last one
 */
record Selection(
    ViewPaths paths,
    Unnesting how,
    List<ViewPaths.Path> unnesting,
    List<Cell> cells,
    List<Selection> selects,
    List<Selection> unions,
    int from,
    int to) {
  /** Deeper than any resource that is stored. */
  private static final int REPEAT_DEPTH_MAX = 100;

  /** How a select goes from one element to others. */
  enum Unnesting {
    NONE,
    EACH,
    EACH_OR_NULL,
    REPEAT
  }

  /**
   * @param index in the row
   * @param element where the definition has it, for messages
   */
  record Cell(int index, ViewColumn column, ViewPaths.Path path, String element) {}

  /** What goes on while the rows of one resource are made. */
  static final class Frame {
    /** Far more than any view of sense takes for one resource. */
    private static final int STEPS_MAX = 5_000_000;

    private final Resource resource;
    private final Map<String, Base> constants;
    private final @Nullable Object[] row;
    private int steps;

    Frame(Resource resource, Map<String, Base> constants, int width) {
      this.resource = resource;
      this.constants = constants;
      this.row = new @Nullable Object[width];
    }

    @Nullable Object[] row() {
      return row;
    }

    private void step() {
      if (++steps > STEPS_MAX) {
        throw new FhirFailure.Unprocessable(
            IssueType.TOOCOSTLY,
            "The rows of one resource take more than "
                + STEPS_MAX
                + " steps; expected fewer"
                + " elements that are joined with each other");
      }
    }

    private String name() {
      return resource.fhirType() + "/" + resource.getIdElement().getIdPart();
    }
  }

  /**
   * Fills the cells, once for each row of this select.
   *
   * @param rowIndex of the element among those around it
   * @param then called with the cells filled
   */
  void rows(Frame frame, Base focus, int rowIndex, Runnable then) {
    switch (how) {
      case NONE -> at(frame, focus, rowIndex, then);
      case EACH, EACH_OR_NULL -> {
        List<Base> found = found(unnesting.getFirst(), frame, focus, rowIndex);
        if (found.isEmpty() && how == Unnesting.EACH_OR_NULL) {
          clear(frame);
          then.run();
        }
        for (int i = 0; i < found.size(); i++) {
          at(frame, found.get(i), i, then);
        }
      }
      case REPEAT -> repeat(frame, focus, new int[1], 0, then);
    }
  }

  private void repeat(Frame frame, Base focus, int[] count, int depth, Runnable then) {
    if (depth > REPEAT_DEPTH_MAX) {
      throw new FhirFailure.Unprocessable(
          IssueType.PROCESSING,
          "repeat goes deeper than "
              + REPEAT_DEPTH_MAX
              + " elements in "
              + frame.name()
              + "; expected paths that lead from an element to those in it");
    }
    for (ViewPaths.Path path : unnesting) {
      for (Base each : found(path, frame, focus, count[0])) {
        at(frame, each, count[0]++, then);
        repeat(frame, each, count, depth + 1, then);
      }
    }
  }

  private List<Base> found(ViewPaths.Path path, Frame frame, Base focus, int rowIndex) {
    frame.step();
    try {
      return paths.evaluate(
          path, new ViewPaths.Scope(frame.constants, rowIndex), frame.resource, focus);
    } catch (FHIRException e) {
      throw new FhirFailure.Unprocessable(
          IssueType.PROCESSING,
          "'" + path.text() + "' on " + frame.name() + ": " + e.getMessage(),
          "ViewDefinition.select");
    }
  }

  private void at(Frame frame, Base focus, int rowIndex, Runnable then) {
    frame.step();
    fill(frame, focus, rowIndex, cells);
    next(frame, focus, rowIndex, 0, then);
  }

  private void fill(Frame frame, Base focus, int rowIndex, List<Cell> filled) {
    ViewPaths.Scope scope = new ViewPaths.Scope(frame.constants, rowIndex);
    for (Cell cell : filled) {
      try {
        frame.row[cell.index()] =
            Cells.of(paths.evaluate(cell.path(), scope, frame.resource, focus), cell.column());
      } catch (FHIRException e) {
        throw new FhirFailure.Unprocessable(
            IssueType.PROCESSING,
            "Column '" + cell.column().name() + "' of " + frame.name() + ": " + e.getMessage(),
            cell.element());
      }
    }
  }

  /** The rest of the select: its selects joined with each other, the unions last. */
  private void next(Frame frame, Base focus, int rowIndex, int part, Runnable then) {
    if (part < selects.size()) {
      selects
          .get(part)
          .rows(frame, focus, rowIndex, () -> next(frame, focus, rowIndex, part + 1, then));
    } else if (unions.isEmpty()) {
      then.run();
    } else {
      unions.forEach(union -> union.rows(frame, focus, rowIndex, then));
    }
  }

  /** The row of nothing: all cells are null, but for those that tell its place. */
  private void clear(Frame frame) {
    for (int i = from; i < to; i++) {
      frame.row[i] = null;
    }
    Stream<Cell> placed = allCells().filter(cell -> cell.path().usesRowIndex());
    fill(frame, new StringType(), 0, placed.toList());
  }

  private Stream<Cell> allCells() {
    Stream<Selection> inner = Stream.concat(selects.stream(), unions.stream().limit(1));
    return Stream.concat(cells.stream(), inner.flatMap(Selection::allCells));
  }
}
