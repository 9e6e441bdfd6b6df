package org.rodnan.hl7v2;

import java.util.List;

/** A message, or a part of one, that is not taken. */
final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  RefusedException(List<Problem> problems) {
    super(problems.isEmpty() ? "" : problems.getFirst().text());
    this.problems = List.copyOf(problems);
  }

  RefusedException(Problem problem) {
    this(List.of(problem));
  }

  List<Problem> problems() {
    return problems;
  }
}
