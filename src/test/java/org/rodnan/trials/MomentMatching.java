package org.rodnan.trials;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Finds a table of whole numbers whose column and difference statistics fall within intervals.
 *
 * <p>A table has a row for each subject and a column for each variable. Statistics are kept as
 * exact sums and sums of squares; the search is threshold accepting with {@link java.util.Random},
 * whose numbers are specified, and uses only exactly rounded arithmetic: one seed gives one table
 * everywhere. Not safe for threads.
 */
final class MomentMatching {

  private static final int ATTEMPTS_MAX = 100;
  private static final int CYCLES_PER_ATTEMPT = 5;
  private static final int MOVES_PER_CYCLE = 120_000;
  private static final double THRESHOLD_AT_START = 1.5;

  /** The running total of penalties may drift by rounding; below this it is worth a recount. */
  private static final double SOLVED_BELOW = 1e-6;

  /**
   * One variable.
   *
   * @param unit what a step of one is worth
   * @param low the lowest value, in units
   * @param high the highest value, in units
   * @param stepMax the longest step of the search, in units
   */
  record Column(double unit, int low, int high, int stepMax) {}

  /** A limit on the values of one subject, whatever the statistics say. */
  @FunctionalInterface
  interface RowRule {
    boolean allows(int row, int[] values);
  }

  /** The values of one column, or the differences of two, over some rows. */
  static final class Term {
    private final int to;
    private final int from;
    private final int n;
    private final double unit;
    private final List<Condition> conditions = new ArrayList<>();
    private long sum;
    private long squares;

    private Term(int to, int from, int n, double unit) {
      this.to = to;
      this.from = from;
      this.n = n;
      this.unit = unit;
    }

    private int value(int[] row) {
      return from < 0 ? row[to] : row[to] - row[from];
    }

    double mean() {
      return unit * sum / n;
    }

    double variance() {
      return unit * unit * (squares - (double) sum * sum / n) / (n - 1);
    }

    double sd() {
      return Math.sqrt(variance());
    }
  }

  @FunctionalInterface
  private interface Statistic {
    double of(Term first, Term second);
  }

  private static final class Condition {
    private final Term first;
    private final Term second;
    private final Statistic statistic;
    private final Interval target;
    private double penalty;

    private Condition(Term first, Term second, Statistic statistic, Interval target) {
      this.first = first;
      this.second = second;
      this.statistic = statistic;
      this.target = target;
    }

    private double distance() {
      return target.distance(statistic.of(first, second));
    }
  }

  private final List<Column> columns;
  private final int[][] table;
  private final List<Term> terms = new ArrayList<>();
  private final List<Condition> conditions = new ArrayList<>();
  private final List<List<List<Term>>> termsAt = new ArrayList<>();
  private RowRule rule = (row, values) -> true;
  private int attemptsMax = ATTEMPTS_MAX;

  MomentMatching(int rows, List<Column> columns) {
    this.columns = columns;
    this.table = new int[rows][columns.size()];
    for (int r = 0; r < rows; r++) {
      List<List<Term>> byColumn = new ArrayList<>();
      columns.forEach(column -> byColumn.add(new ArrayList<>()));
      termsAt.add(byColumn);
    }
  }

  Term values(int[] rows, int column) {
    return term(rows, column, -1);
  }

  Term differences(int[] rows, int to, int from) {
    return term(rows, to, from);
  }

  private Term term(int[] rows, int to, int from) {
    Term term = new Term(to, from, rows.length, columns.get(to).unit());
    terms.add(term);
    for (int row : rows) {
      termsAt.get(row).get(to).add(term);
      if (from >= 0) {
        termsAt.get(row).get(from).add(term);
      }
    }
    return term;
  }

  void mean(Term term, Interval target) {
    require(term, term, (t, same) -> t.mean(), target);
  }

  void sd(Term term, Interval target) {
    require(term, term, (t, same) -> t.sd(), target);
  }

  /** Requires a bound of the 95 % interval: {@code side} is -1 for the lower, 1 for the upper. */
  void bound(Term term, int side, Interval target) {
    double factor = side * TrialStatistics.tFactor(term.n);
    require(term, term, (t, same) -> t.mean() + factor * t.sd(), target);
  }

  /** Requires the two-sided p of the paired t test, and the sign of the change. */
  void pairedP(Term term, int sign, Interval p) {
    double root = sign * Math.sqrt(term.n);
    require(term, term, (t, same) -> t.mean() * root / t.sd(), tOf(p, term.n - 1));
  }

  /** Requires the two-sided p of the unpaired t test with one variance for both. */
  void unpairedP(Term first, Term second, Interval p) {
    int degrees = first.n + second.n - 2;
    double spread = 1.0 / first.n + 1.0 / second.n;
    require(
        first,
        second,
        (a, b) -> {
          double pooled = ((a.n - 1) * a.variance() + (b.n - 1) * b.variance()) / degrees;
          return Math.abs(a.mean() - b.mean()) / Math.sqrt(pooled * spread);
        },
        tOf(p, degrees));
  }

  void rowRule(RowRule allowed) {
    this.rule = allowed;
  }

  /** Gives up after so many starts. */
  void attemptsMax(int attempts) {
    this.attemptsMax = attempts;
  }

  private static Interval tOf(Interval p, int degrees) {
    double high = p.low() <= 0 ? 1e3 : TrialStatistics.tOf(p.low(), degrees);
    return new Interval(TrialStatistics.tOf(p.high(), degrees), high);
  }

  private void require(Term first, Term second, Statistic statistic, Interval target) {
    Condition condition = new Condition(first, second, statistic, target);
    conditions.add(condition);
    first.conditions.add(condition);
    if (second != first) {
      second.conditions.add(condition);
    }
  }

  /** Gives a table to start from, obeying the columns' limits and the row rule. */
  @FunctionalInterface
  interface Start {
    int[][] table(Random random);
  }

  /**
   * Searches, from a new start now and then.
   *
   * @throws IllegalStateException if no table was found within the limits of the search
   */
  int[][] solve(Random random, Start start) {
    for (int attempt = 0; attempt < attemptsMax; attempt++) {
      double total = begin(start.table(random));
      for (int cycle = 0; cycle < CYCLES_PER_ATTEMPT && !isSolved(); cycle++) {
        total = anneal(random, total);
      }
      if (isSolved()) {
        return Arrays.stream(table).map(int[]::clone).toArray(int[][]::new);
      }
    }
    throw new IllegalStateException(
        "no table found in " + attemptsMax + " attempts; left of the last: " + unmet());
  }

  private List<String> unmet() {
    return conditions.stream()
        .filter(condition -> condition.penalty > 0)
        .map(c -> c.target + " is " + c.statistic.of(c.first, c.second))
        .toList();
  }

  private double begin(int[][] start) {
    for (int r = 0; r < table.length; r++) {
      for (int c = 0; c < columns.size(); c++) {
        set(r, c, start[r][c]);
      }
      if (!rule.allows(r, table[r])) {
        throw new IllegalArgumentException("start breaks the rule: " + Arrays.toString(table[r]));
      }
    }
    double total = 0;
    for (Condition condition : conditions) {
      condition.penalty = condition.distance();
      total += condition.penalty;
    }
    return total;
  }

  private double anneal(Random random, double start) {
    double total = start;
    for (int move = 0; move < MOVES_PER_CYCLE; move++) {
      double left = 1 - (double) move / MOVES_PER_CYCLE;
      double after = tryMove(random, total, total + THRESHOLD_AT_START * left * left * left);
      boolean improved = after < total;
      total = after;
      if (improved && total < SOLVED_BELOW && isSolved()) {
        return total;
      }
    }
    return total;
  }

  private boolean isSolved() {
    for (Condition condition : conditions) {
      if (condition.penalty > 0) {
        return false;
      }
    }
    return true;
  }

  /** Makes a move unless it would raise the penalty above {@code limit}; gives the new penalty. */
  private double tryMove(Random random, double total, double limit) {
    int column = random.nextInt(columns.size());
    int step = 1 + random.nextInt(columns.get(column).stepMax());
    int delta = random.nextBoolean() ? step : -step;
    int row = random.nextInt(table.length);
    switch (random.nextInt(3)) {
      case 0 -> {
        return apply(total, limit, new int[][] {{row, column, delta}});
      }
      case 1 -> {
        int other = random.nextInt(table.length);
        return other == row
            ? total
            : apply(total, limit, new int[][] {{row, column, delta}, {other, column, -delta}});
      }
      default -> {
        int[][] changes = new int[columns.size()][];
        for (int c = 0; c < changes.length; c++) {
          changes[c] = new int[] {row, c, delta};
        }
        return apply(total, limit, changes);
      }
    }
  }

  private double apply(double total, double limit, int[][] changes) {
    if (!isAllowed(changes)) {
      return total;
    }
    double after = total;
    for (int[] change : changes) {
      set(change[0], change[1], table[change[0]][change[1]] + change[2]);
    }
    after += refresh(changes);
    if (after <= limit) {
      return after;
    }
    for (int[] change : changes) {
      set(change[0], change[1], table[change[0]][change[1]] - change[2]);
    }
    refresh(changes);
    return total;
  }

  private boolean isAllowed(int[][] changes) {
    for (int[] change : changes) {
      Column column = columns.get(change[1]);
      int value = table[change[0]][change[1]] + change[2];
      if (value < column.low() || value > column.high()) {
        return false;
      }
    }
    boolean allowed = true;
    for (int[] change : changes) {
      table[change[0]][change[1]] += change[2];
    }
    for (int[] change : changes) {
      allowed &= rule.allows(change[0], table[change[0]]);
    }
    for (int[] change : changes) {
      table[change[0]][change[1]] -= change[2];
    }
    return allowed;
  }

  /** Changes one value and the sums of the terms that it is part of. */
  private void set(int row, int column, int value) {
    List<Term> touched = termsAt.get(row).get(column);
    int before = table[row][column];
    for (Term term : touched) {
      long was = term.value(table[row]);
      table[row][column] = value;
      long is = term.value(table[row]);
      table[row][column] = before;
      term.sum += is - was;
      term.squares += is * is - was * was;
    }
    table[row][column] = value;
  }

  /** Computes the conditions that the changes touch again; gives the change of the penalty. */
  private double refresh(int[][] changes) {
    double difference = 0;
    for (int[] change : changes) {
      for (Term term : termsAt.get(change[0]).get(change[1])) {
        for (Condition condition : term.conditions) {
          double penalty = condition.distance();
          difference += penalty - condition.penalty;
          condition.penalty = penalty;
        }
      }
    }
    return difference;
  }
}
