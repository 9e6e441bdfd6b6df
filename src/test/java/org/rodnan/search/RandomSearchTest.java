package org.rodnan.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random searches against a model that knows nothing of the index: it looks at every resource. */
final class RandomSearchTest {
  private static final long SEED = 20260101;
  private static final List<String> SYSTEMS = List.of("", "http://a", "http://b");
  private static final List<String> CODES = List.of("x", "y", "z");
  private static final Map<String, BigDecimal> GRAMS =
      Map.of("g", BigDecimal.ONE, "mg", new BigDecimal("0.001"), "kg", new BigDecimal("1000"));
  private static final List<String> PREFIXES =
      List.of("", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb");

  @TempDir Path folder;
  private final Random random = new Random(SEED);
  private final Map<String, Sample> samples = new TreeMap<>();
  private final Map<String, String> genders = new TreeMap<>();

  /** Days of an epoch, both included. */
  private record Days(long low, long high) {}

  private record Amount(BigDecimal value, String unit) {
    BigDecimal grams() {
      return value.multiply(gramsOf(unit));
    }
  }

  private record Token(String system, String code) {}

  private record Sample(
      String id,
      List<Token> codes,
      String date,
      Amount amount,
      String patient,
      String status,
      List<Component> components) {}

  private record Component(Token code, Amount amount) {}

  private record Question(String parameter, Predicate<Sample> expected) {}

  @Test
  void findsWhatTheModelFinds() {
    try (SearchFixture fixture = new SearchFixture(folder)) {
      for (int i = 0; i < 12; i++) {
        putPatient(fixture, "p" + i);
      }
      for (int i = 0; i < 250; i++) {
        putSample(fixture, "o" + random.nextInt(180));
        if (random.nextInt(12) == 0) {
          String id = "o" + random.nextInt(180);
          if (samples.remove(id) != null) {
            fixture.log.delete("Observation/" + id);
          }
        }
      }
      int fruitful = 0;
      for (int i = 0; i < 600; i++) {
        List<Question> questions = new ArrayList<>();
        for (int part = random.nextInt(3); part >= 0; part--) {
          questions.add(question());
        }
        String url =
            "Observation?_count=1000&"
                + String.join("&", questions.stream().map(Question::parameter).toList());
        Set<String> expected = new TreeSet<>();
        samples.values().stream()
            .filter(sample -> questions.stream().allMatch(q -> q.expected().test(sample)))
            .forEach(sample -> expected.add(sample.id()));
        SearchPage page = fixture.page(url);
        assertThat(new TreeSet<>(SearchFixture.ids(page)))
            .as("seed %d, search %d: %s", SEED, i, url)
            .isEqualTo(expected);
        assertThat(page.total()).as(url).hasValue(expected.size());
        fruitful += expected.isEmpty() ? 0 : 1;
      }
      assertThat(fruitful).as("searches that find something").isGreaterThan(200);
    }
  }

  private <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private void putPatient(SearchFixture fixture, String id) {
    String gender = any(List.of("male", "female", "other"));
    genders.put(id, gender);
    fixture.put("Patient/" + id, "'gender':'" + gender + "'");
  }

  private Token token() {
    return new Token(any(SYSTEMS), any(CODES));
  }

  private Amount amount() {
    BigDecimal value = new BigDecimal(random.nextInt(60)).movePointLeft(random.nextInt(3));
    return new Amount(value, any(List.of("g", "mg", "kg")));
  }

  private String date() {
    int year = 2009 + random.nextInt(3);
    int month = 1 + random.nextInt(12);
    int day = 1 + random.nextInt(28);
    return switch (random.nextInt(3)) {
      case 0 -> "%04d".formatted(year);
      case 1 -> "%04d-%02d".formatted(year, month);
      default -> "%04d-%02d-%02d".formatted(year, month, day);
    };
  }

  private static Days days(String date) {
    LocalDate first = LocalDate.parse(date + "-01-01".substring(Math.max(0, date.length() - 4)));
    LocalDate last =
        switch (date.length()) {
          case 4 -> LocalDate.of(first.getYear(), 12, 31);
          case 7 -> YearMonth.from(first).atEndOfMonth();
          default -> first;
        };
    return new Days(first.toEpochDay(), last.toEpochDay());
  }

  private void putSample(SearchFixture fixture, String id) {
    List<Token> codes = new ArrayList<>(List.of(token()));
    if (random.nextBoolean()) {
      codes.add(token());
    }
    List<Component> components = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      components.add(new Component(token(), amount()));
    }
    Sample sample =
        new Sample(
            id,
            codes,
            date(),
            amount(),
            "p" + random.nextInt(12),
            any(List.of("final", "amended")),
            components);
    samples.put(id, sample);
    fixture.put(
        "Observation/" + id,
        "'status':'"
            + sample.status()
            + "',"
            + concept(codes)
            + ",'effectiveDateTime':'"
            + sample.date()
            + "',"
            + quantity(sample.amount())
            + ",'subject':{'reference':'Patient/"
            + sample.patient()
            + "'}"
            + (components.isEmpty()
                ? ""
                : ",'component':["
                    + String.join(
                        ",",
                        components.stream()
                            .map(c ->
                                "{" + concept(List.of(c.code())) + "," + quantity(c.amount()) + "}")
                            .toList())
                    + "]"));
  }

  private static String concept(List<Token> codes) {
    return "'code':{'coding':["
        + String.join(
            ",",
            codes.stream()
                .map(c ->
                    "{"
                        + (c.system().isEmpty() ? "" : "'system':'" + c.system() + "',")
                        + "'code':'"
                        + c.code()
                        + "'}")
                .toList())
        + "]}";
  }

  private static String quantity(Amount amount) {
    return "'valueQuantity':{'value':"
        + amount.value().toPlainString()
        + ",'system':'http://unitsofmeasure.org','code':'"
        + amount.unit()
        + "'}";
  }

  private static BigDecimal gramsOf(String unit) {
    return java.util.Objects.requireNonNull(GRAMS.get(unit));
  }

  private Question question() {
    return switch (random.nextInt(8)) {
      case 0 -> code();
      case 1 -> dateQuestion();
      case 2 -> amountQuestion();
      case 3 -> composite();
      case 4 -> chained();
      case 5 -> {
        String status = any(List.of("final", "amended"));
        yield random.nextBoolean()
            ? new Question("status=" + status, s -> s.status().equals(status))
            : new Question("status:not=" + status, s -> !s.status().equals(status));
      }
      case 6 -> {
        String one = "p" + random.nextInt(12);
        String two = "p" + random.nextInt(12);
        yield new Question(
            "patient=" + one + ",Patient/" + two,
            s -> s.patient().equals(one) || s.patient().equals(two));
      }
      default -> new Question("component-code:missing=true", s -> s.components().isEmpty());
    };
  }

  private record TokenQuestion(String text, Predicate<Token> expected) {}

  private TokenQuestion token(Token token) {
    return switch (random.nextInt(3)) {
      case 0 -> new TokenQuestion(token.code(), t -> t.code().equals(token.code()));
      case 1 -> new TokenQuestion(token.system() + "|" + token.code(), t -> t.equals(token));
      default ->
          token.system().isEmpty()
              ? new TokenQuestion("|" + token.code(), t -> t.equals(token))
              : new TokenQuestion(token.system() + "|", t -> t.system().equals(token.system()));
    };
  }

  private Question code() {
    TokenQuestion token = token(token());
    return new Question(
        "code=" + encoded(token.text()), s -> s.codes().stream().anyMatch(token.expected()));
  }

  private Question dateQuestion() {
    String prefix = any(PREFIXES);
    String date = date();
    Days v = days(date);
    return new Question("date=" + prefix + date, s -> compares(prefix, days(s.date()), v));
  }

  private static boolean compares(String prefix, Days target, Days v) {
    boolean inside = target.low() >= v.low() && target.high() <= v.high();
    return switch (prefix) {
      case "ne" -> !inside;
      case "gt" -> target.high() > v.high();
      case "lt" -> target.low() < v.low();
      case "ge" -> target.high() > v.high() || inside;
      case "le" -> target.low() < v.low() || inside;
      case "sa" -> target.low() > v.high();
      case "eb" -> target.high() < v.low();
      default -> inside;
    };
  }

  private record AmountQuestion(String text, Predicate<Amount> expected) {}

  private AmountQuestion anyAmount() {
    String prefix = any(PREFIXES);
    Amount v = amount();
    boolean hasUnit = random.nextBoolean();
    BigDecimal half = new BigDecimal("0.5").movePointLeft(v.value().scale());
    BigDecimal factor = hasUnit ? gramsOf(v.unit()) : BigDecimal.ONE;
    BigDecimal exact = v.value().multiply(factor);
    BigDecimal low = v.value().subtract(half).multiply(factor);
    BigDecimal high = v.value().add(half).multiply(factor);
    return new AmountQuestion(
        prefix
            + v.value().toPlainString()
            + (hasUnit ? "|http://unitsofmeasure.org|" + v.unit() : ""),
        amount -> {
          BigDecimal target = hasUnit ? amount.grams() : amount.value();
          boolean inside = target.compareTo(low) >= 0 && target.compareTo(high) < 0;
          int order = target.compareTo(exact);
          return switch (prefix) {
            case "ne" -> !inside;
            case "gt", "sa" -> order > 0;
            case "lt", "eb" -> order < 0;
            case "ge" -> order >= 0;
            case "le" -> order <= 0;
            default -> inside;
          };
        });
  }

  private Question amountQuestion() {
    AmountQuestion amount = anyAmount();
    return random.nextBoolean()
        ? new Question(
            "value-quantity=" + encoded(amount.text()), s -> amount.expected().test(s.amount()))
        : new Question(
            "combo-value-quantity=" + encoded(amount.text()),
            s ->
                amount.expected().test(s.amount())
                    || s.components().stream().anyMatch(c -> amount.expected().test(c.amount())));
  }

  private Question composite() {
    AmountQuestion amount = anyAmount();
    TokenQuestion token = token(token());
    Predicate<Component> component =
        c -> token.expected().test(c.code()) && amount.expected().test(c.amount());
    String value = "=" + encoded(token.text() + "$" + amount.text());
    Predicate<Sample> whole =
        s -> s.codes().stream().anyMatch(token.expected()) && amount.expected().test(s.amount());
    return switch (random.nextInt(3)) {
      case 0 -> new Question("code-value-quantity" + value, whole);
      case 1 ->
          new Question(
              "component-code-value-quantity" + value,
              s -> s.components().stream().anyMatch(component));
      default ->
          new Question(
              "combo-code-value-quantity" + value,
              s -> whole.test(s) || s.components().stream().anyMatch(component));
    };
  }

  private Question chained() {
    String gender = any(List.of("male", "female", "other"));
    return switch (random.nextInt(3)) {
      case 0 ->
          new Question("patient.gender=" + gender, s -> gender.equals(genders.get(s.patient())));
      case 1 ->
          new Question(
              "subject:Patient.gender:not=" + gender,
              s -> !gender.equals(genders.get(s.patient())));
      default ->
          new Question(
              "patient._has:Observation:patient:code=x",
              s ->
                  samples.values().stream()
                      .anyMatch(other ->
                          other.patient().equals(s.patient())
                              && other.codes().stream().anyMatch(c -> c.code().equals("x"))));
    };
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
