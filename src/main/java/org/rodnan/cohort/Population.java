package org.rodnan.cohort;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Stream;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.search.SubjectSearch.Moment;
import org.rodnan.terminology.CanonicalQuantity;
import org.rodnan.terminology.UnitConversion;

/**
 * The subjects of a study, or all patients, at one moment. What is measured and searched at a visit
 * is what is linked to the study. For one thread, and only as long as its moment lasts.
 */
public final class Population {
  private static final String NOT_IN_ERROR = "status:not";
  private static final long MILLISECONDS_OF_A_DAY = 86_400_000L;

  /** So many Observations tell what a measure is called and which unit it mostly has. */
  private static final int SAMPLE = 100;

  /** The index holds twelve digits; the last may be off by what a conversion adds. */
  private static final int DIGITS = 11;

  private final Moment moment;
  private final Optional<ResourceKey> study;
  private final UnitConversion units;
  private final KnownVisits visits;
  private final BitSet all;

  /** Everybody's numbers, rising; whoever is at a place here is there in all columns. */
  private final int[] numbers;

  /** By number, where it stands among {@link #numbers}. */
  private final int[] places;

  Population(Moment moment, Optional<ResourceKey> study, UnitConversion units, KnownVisits visits) {
    this.moment = moment;
    this.study = study;
    this.units = units;
    this.visits = visits;
    this.all =
        study
            .map(key ->
                moment.patients("ResearchSubject", List.of(new Parameter("study", key.toString()))))
            .orElseGet(() -> moment.patients("Patient", List.of()));
    this.numbers = all.stream().toArray();
    this.places = new int[all.length()];
    for (int place = 0; place < numbers.length; place++) {
      places[numbers[place]] = place;
    }
  }

  /** Everybody. */
  public BitSet all() {
    return (BitSet) all.clone();
  }

  /**
   * Those in each arm, by its name: in the one they were assigned to, and only if there is none, in
   * the one they were in. Nobody is in two; who has records in several is in the first.
   */
  public Map<String, BitSet> arms(List<String> names) {
    Map<String, BitSet> arms = new LinkedHashMap<>();
    BitSet taken = new BitSet();
    for (String name : names) {
      BitSet arm = inArm(new Parameter("assigned-arm:exact", escaped(name)));
      arm.or(
          inArm(
              new Parameter("assigned-arm:missing", "true"),
              new Parameter("arm:exact", escaped(name))));
      arm.andNot(taken);
      taken.or(arm);
      arms.put(name, arm);
    }
    return arms;
  }

  private BitSet inArm(Parameter... arm) {
    List<Parameter> search = new ArrayList<>(List.of(arm));
    search.add(new Parameter("study", study.orElseThrow().toString()));
    return moment.patients("ResearchSubject", search);
  }

  /**
   * Those who meet a criterion, whether it excludes or not.
   *
   * @throws FhirFailure.Malformed if its search can't be understood, or neither anything stored nor
   *     the profiles have its visit; names the criterion
   */
  public BitSet of(Criterion criterion) {
    BitSet found = criterion.naming(() -> found(criterion));
    found.and(all);
    return found;
  }

  private BitSet found(Criterion criterion) {
    visits.require(criterion, this);
    return criterion.change().isPresent()
        ? changed(criterion, criterion.change().get())
        : moment.patients(
            criterion.type(), at(criterion.type(), criterion.parameters(), criterion.visit()));
  }

  /** Those who meet the criterion as it stands in a combination. */
  public BitSet meeting(Criterion criterion) {
    BitSet found = of(criterion);
    if (!criterion.excludes()) {
      return found;
    }
    BitSet others = all();
    others.andNot(found);
    return others;
  }

  private BitSet changed(Criterion criterion, Change change) {
    Measure measure = measure(criterion.parameters());
    double[] earlier = measure.column(change.from());
    double[] later = measure.column(change.to());
    BitSet found = new BitSet();
    for (int i = 0; i < numbers.length; i++) {
      if (!Double.isNaN(earlier[i])
          && !Double.isNaN(later[i])
          && change.isMet(earlier[i], later[i])) {
        found.set(numbers[i]);
      }
    }
    return found;
  }

  /**
   * A measure by the search that finds its Observations.
   *
   * @throws FhirFailure.Malformed if there is none with a value in a unit of UCUM
   */
  public Measure measure(List<Parameter> search) {
    return new Measure(search);
  }

  /** The codes of all Observations that have a number and are about somebody here. */
  public List<String> measured() {
    List<Parameter> numbers = new ArrayList<>();
    numbers.add(new Parameter("patient:missing", "false"));
    numbers.add(new Parameter("value-quantity:missing", "false"));
    study.ifPresent(key -> numbers.add(new Parameter("study", key.toString())));
    return moment.codes("Observation", numbers, "code").stream().sorted().toList();
  }

  /** The visits at which anybody here has an Observation, by code. */
  public List<String> visits() {
    List<Parameter> any = new ArrayList<>();
    any.add(new Parameter("patient:missing", "false"));
    study.ifPresent(key -> any.add(new Parameter("study", key.toString())));
    return moment.codes("Observation", any, "visit").stream().sorted().toList();
  }

  /** Whether anything of a type is of a visit, in whatever study. */
  boolean isRecordedAt(String type, String visit) {
    return !moment.patients(type, List.of(new Parameter("visit", visit))).isEmpty();
  }

  private List<Parameter> at(String type, List<Parameter> parameters, Optional<String> visit) {
    List<Parameter> whole = new ArrayList<>(parameters);
    visit.ifPresent(code -> {
      whole.add(new Parameter("visit", code));
      study.ifPresent(key -> whole.add(new Parameter("study", key.toString())));
    });
    boolean saysStatus = parameters.stream().anyMatch(each -> each.name().startsWith("status"));
    if (type.equals("Observation") && !saysStatus) {
      whole.add(new Parameter(NOT_IN_ERROR, "entered-in-error,cancelled"));
    }
    return whole;
  }

  private static String escaped(String value) {
    return value.replace("\\", "\\\\").replace(",", "\\,").replace("|", "\\|").replace("$", "\\$");
  }

  /** Of each subject the latest value at a visit; of the same time, the one written last. */
  private static final class Latest {
    private final double[] values;
    private final long[] times;
    private final long[] created;
    private boolean hasAny;

    Latest(int subjects) {
      this.values = new double[subjects];
      this.times = new long[subjects];
      this.created = new long[subjects];
      Arrays.fill(values, Double.NaN);
    }

    boolean has(int place) {
      return !Double.isNaN(values[place]);
    }

    void put(int place, double value, long time, long creation) {
      boolean isLater = time != times[place] ? time > times[place] : creation > created[place];
      if (!has(place) || isLater) {
        values[place] = value;
        times[place] = time;
        created[place] = creation;
        hasAny = true;
      }
    }

    /** How much later than the others these are, of who has both. */
    OptionalDouble meanDelay(Latest others) {
      double sum = 0;
      int count = 0;
      for (int i = 0; i < values.length; i++) {
        if (has(i) && others.has(i)) {
          sum += (double) times[i] - others.times[i];
          count++;
        }
      }
      return count == 0 ? OptionalDouble.empty() : OptionalDouble.of(sum / count);
    }
  }

  /**
   * A value of a day.
   *
   * @param value in the unit of the measure
   */
  public record Dated(double value, Optional<LocalDate> day) {}

  /**
   * Values of one measure in one unit: the one that is most frequent among the first hundred of its
   * Observations in the study.
   */
  public final class Measure {
    private final List<Parameter> search;
    private final String unit;
    private final String name;
    private final boolean isRecorded;
    private final double zero;
    private final double step;
    private final Map<String, Latest> byVisit = new HashMap<>();

    private Measure(List<Parameter> asked) {
      List<Parameter> search = new ArrayList<>(asked);
      // What papers print stands under the same code, but is about groups.
      search.add(new Parameter("patient:missing", "false"));
      search.add(new Parameter("value-quantity:missing", "false"));
      List<Parameter> ours =
          new ArrayList<>(Population.this.at("Observation", search, Optional.empty()));
      study.ifPresent(key -> ours.add(new Parameter("study", key.toString())));
      List<byte[]> first = moment.resources("Observation", ours, SAMPLE);
      MeasuredAs names = MeasuredAs.of(first);
      this.unit = names.unit();
      this.name = names.measure();
      this.isRecorded = !first.isEmpty();
      Optional<CanonicalQuantity> none = units.canonical(unit, BigDecimal.ZERO);
      Optional<CanonicalQuantity> one = units.canonical(unit, BigDecimal.ONE);
      this.zero = none.map(each -> each.value().doubleValue()).orElse(0.0);
      this.step = one.map(each -> each.value().doubleValue() - zero).orElse(1.0);
      List<Parameter> inUnit = new ArrayList<>(search);
      if (!first.isEmpty()) {
        inUnit.add(
            new Parameter("value-quantity", "ge-1e15|http://unitsofmeasure.org|" + escaped(unit)));
      }
      this.search = inUnit;
    }

    /** Whether anybody has a value of it, at whatever visit. */
    public boolean isRecorded() {
      return isRecorded;
    }

    /** In UCUM. */
    public String unit() {
      return unit;
    }

    /** As its Observations have it; empty if there are none. */
    public String name() {
      return name;
    }

    /**
     * Of each patient the value at a visit; of several the one of the latest date, and of these the
     * one that was written last.
     *
     * @param visit its code
     */
    public Map<Integer, Double> at(String visit) {
      double[] column = column(visit);
      Map<Integer, Double> values = new HashMap<>();
      for (int i = 0; i < numbers.length; i++) {
        if (!Double.isNaN(column[i])) {
          values.put(numbers[i], column[i]);
        }
      }
      return values;
    }

    /**
     * The same values in the order of {@link Population#all}, NaN for who has none.
     *
     * @param visit its code
     */
    public double[] column(String visit) {
      double[] column = latest(visit).values.clone();
      for (int i = 0; i < column.length; i++) {
        column[i] = Double.isNaN(column[i]) ? Double.NaN : sent(column[i]);
      }
      return column;
    }

    /** Of each patient the same value with the day in UTC that it is of. */
    public Map<Integer, Dated> datedAt(String visit) {
      Latest latest = latest(visit);
      Map<Integer, Dated> values = new HashMap<>();
      for (int i = 0; i < numbers.length; i++) {
        if (latest.has(i)) {
          values.put(numbers[i], new Dated(sent(latest.values[i]), dayOf(latest.times[i])));
        }
      }
      return values;
    }

    private static Optional<LocalDate> dayOf(long time) {
      return time == Long.MIN_VALUE
          ? Optional.empty()
          : Optional.of(LocalDate.ofEpochDay(Math.floorDiv(time, MILLISECONDS_OF_A_DAY)));
    }

    /** Whether anybody has a value at the visit. */
    public boolean isAt(String visit) {
      return latest(visit).hasAny;
    }

    /**
     * The visits at which it was measured, in the order of how long after another visit they mostly
     * were; that one, and those before it, are left out.
     */
    public List<String> visitsAfter(String baseline) {
      Latest first = latest(baseline);
      Map<String, Double> delays = new HashMap<>();
      for (String visit : recorded()) {
        if (!visit.equals(baseline)) {
          latest(visit).meanDelay(first).ifPresent(delay -> delays.put(visit, delay));
        }
      }
      return delays.entrySet().stream()
          .filter(each -> each.getValue() > 0)
          .sorted(Map.Entry.comparingByValue())
          .map(Map.Entry::getKey)
          .toList();
    }

    /** Whether a visit is the other, or mostly was before it. */
    public boolean isUntil(String visit, String other) {
      OptionalDouble delay = latest(visit).meanDelay(latest(other));
      return visit.equals(other) || (delay.isPresent() && delay.getAsDouble() < 0);
    }

    /** The visits at which anybody has a value, by code. */
    public List<String> visits() {
      return recorded().stream().filter(this::isAt).sorted().toList();
    }

    private Set<String> recorded() {
      List<Parameter> whole =
          study
              .map(key ->
                  Stream.concat(
                          Population.this.at("Observation", search, Optional.empty()).stream(),
                          Stream.of(new Parameter("study", key.toString())))
                      .toList())
              .orElse(search);
      return moment.codes("Observation", whole, "visit");
    }

    private Latest latest(String visit) {
      return byVisit.computeIfAbsent(visit, this::read);
    }

    private Latest read(String visit) {
      Latest latest = new Latest(numbers.length);
      moment.forEachMeasured(
          Population.this.at("Observation", search, Optional.of(visit)),
          (patient, value, time, created) -> {
            if (all.get(patient)) {
              latest.put(places[patient], value, time, created);
            }
          });
      return latest;
    }

    /** The number that was sent comes out again. */
    private double sent(double canonical) {
      return Decimals.rounded((canonical - zero) / step, DIGITS);
    }
  }
}
