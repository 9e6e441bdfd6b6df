package org.rodnan.course;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The composite response index of one subject: ACR CRISS (Khanna and others 2016,
 * doi:10.1002/acr.22804) and the revised one (Khanna and others 2021,
 * doi:10.1136/annrheumdis-2020-219100).
 *
 * @param pairs of each measure the values at baseline and at the visit, on the ranges of the index;
 *     only measures that have both
 * @param events what is known of each
 */
public record CrissScore(Map<CoreMeasure, Pair> pairs, Map<OrganEvent, Finding> events) {
  private static final double INTERCEPT = -5.54;
  private static final double RESPONDER = 0.60;
  private static final int IMPROVED_MIN = 3;

  /** Values at baseline and at the visit. */
  public record Pair(double baseline, double then) {
    /** What came to it since baseline. */
    public double change() {
      return Digits.clean(then - baseline);
    }
  }

  /** What is known of an event. */
  public enum Finding {
    YES,
    NO,
    /** What is recorded doesn't suffice to tell. */
    UNCONFIRMED
  }

  public CrissScore {
    pairs = Map.copyOf(pairs);
    events = Map.copyOf(events);
  }

  /** Whether an event of step 1 occurred; empty if one is unconfirmed and none occurred. */
  public Optional<Boolean> isWorse() {
    if (events.containsValue(Finding.YES)) {
      return Optional.of(true);
    }
    return events.containsValue(Finding.UNCONFIRMED) ? Optional.empty() : Optional.of(false);
  }

  /** The sum of step 2; empty if a measure is missing. */
  public OptionalDouble sum() {
    if (!missing().isEmpty()) {
      return OptionalDouble.empty();
    }
    double sum = INTERCEPT;
    for (Map.Entry<CoreMeasure, Pair> each : pairs.entrySet()) {
      sum += each.getKey().weight() * each.getValue().change();
    }
    return OptionalDouble.of(Digits.clean(sum));
  }

  /** That the subject improved: 0 by step 1, else by step 2, not rounded. */
  public OptionalDouble probability() {
    Optional<Boolean> worse = isWorse();
    if (worse.isEmpty()) {
      return OptionalDouble.empty();
    }
    if (worse.get()) {
      return OptionalDouble.of(0);
    }
    OptionalDouble sum = sum();
    return sum.isEmpty() ? sum : OptionalDouble.of(1 / (1 + Math.exp(-sum.getAsDouble())));
  }

  /** Whether the probability is 0.60 or more. */
  public Optional<Boolean> isResponder() {
    OptionalDouble probability = probability();
    return probability.isEmpty()
        ? Optional.empty()
        : Optional.of(Digits.isAtLeast(probability.getAsDouble(), RESPONDER));
  }

  /** Why there is no probability; empty if there is one. */
  public String whyNot() {
    if (probability().isPresent()) {
      return "";
    }
    List<String> reasons = new ArrayList<>();
    events.entrySet().stream()
        .filter(each -> each.getValue() == Finding.UNCONFIRMED)
        .map(each -> each.getKey().code() + " unconfirmed")
        .sorted()
        .forEach(reasons::add);
    if (!missing().isEmpty()) {
      reasons.add(
          "missing: " + String.join(" ", missing().stream().map(CoreMeasure::code).toList()));
    }
    return String.join("; ", reasons);
  }

  /** Measures without one of the two values. */
  public List<CoreMeasure> missing() {
    return Arrays.stream(CoreMeasure.values())
        .filter(measure -> !pairs.containsKey(measure))
        .toList();
  }

  /** How many measures improved by 20 % of their baseline, FVC by 5 %, of those with values. */
  public int improved() {
    return (int)
        pairs.entrySet().stream()
            .filter(each ->
                each.getKey().isImproved(each.getValue().baseline(), each.getValue().then()))
            .count();
  }

  /** Whether at least three did; empty if measures that are missing could decide it. */
  public Optional<Boolean> isImproved() {
    if (improved() >= IMPROVED_MIN) {
      return Optional.of(true);
    }
    return improved() + missing().size() < IMPROVED_MIN ? Optional.of(false) : Optional.empty();
  }

  /** The pair of a measure. */
  public Optional<Pair> pair(CoreMeasure measure) {
    return Optional.ofNullable(pairs.get(measure));
  }

  /** What is known of an event. */
  public Finding finding(OrganEvent event) {
    return Objects.requireNonNullElse(events.get(event), Finding.NO);
  }
}
