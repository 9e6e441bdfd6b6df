package org.rodnan.registry;

import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.mapping.MappingYaml;
import org.rodnan.mapping.Measure;
import org.rodnan.mapping.Refusal;
import org.rodnan.mapping.Units;
import org.rodnan.mapping.Visits;
import org.rodnan.terminology.UnitConversion;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * Which columns of which tables are what; see {@code src/docs/mapping-files.md}. Names of columns,
 * tables, visits and codes are compared without regard to case.
 *
 * @param study id of the ResearchStudy
 * @param subjects the system of subjects' identifiers
 * @param isSynthetic whether what is made is labelled as no data of people
 * @param encoding of CSV files without a byte order mark
 * @param delimiter of CSV files; empty for what their first line says
 * @param visits from a name, in upper case, to a code of ssc-visit
 * @param units from a unit of the files, in upper case, to one of UCUM
 * @param tables in their order
 */
public record RegistryMapping(
    String study,
    String subjects,
    boolean isSynthetic,
    Optional<Charset> encoding,
    Optional<Character> delimiter,
    Map<String, String> visits,
    Map<String, String> units,
    List<TableMapping> tables) {
  private static final UnitConversion UCUM = new UnitConversion();
  private static final String COLUMN = "the name of a column";
  private static final Set<String> FORM = Set.of("decimal", "dates", "missing", "absent");
  private static final Set<String> FIELD =
      Set.of("column", "value", "codes", "decimal", "dates", "missing", "absent");
  private static final Set<String> ABSENT_REASONS =
      Set.of(
          "unknown",
          "asked-unknown",
          "temp-unknown",
          "not-asked",
          "asked-declined",
          "masked",
          "not-applicable",
          "unsupported",
          "as-text",
          "error",
          "not-a-number",
          "not-performed",
          "not-permitted");

  public RegistryMapping {
    visits = Map.copyOf(visits);
    units = Map.copyOf(units);
    tables = List.copyOf(tables);
  }

  /**
   * What one kind of table has.
   *
   * @param name of the sheet, or of the file without ending; {@code *} stands for any text
   * @param header the line of the names of the columns
   * @param where the rows that are meant: by column, the texts in upper case
   * @param key columns that tell apart rows of one subject and visit
   * @param named what a table of the long shape calls its measures; empty for the wide shape
   * @param fields by the names of the mapping, such as {@code sex}, of demographics
   * @param event the same of adverse events; empty if it has none
   * @param criteria of seriousness, from SDTM's variable to a column that says yes or no
   * @param dispositions how far people came, by the names of the mapping
   * @param entries what else a row tells of
   * @param ignored columns, in upper case, that are left out on purpose
   * @param line of the mapping
   */
  record TableMapping(
      String name,
      int header,
      Map<String, Set<String>> where,
      Field subject,
      Optional<Field> visit,
      Optional<Field> date,
      List<String> key,
      Optional<Named> named,
      Map<String, Field> fields,
      List<MeasureMapping> measures,
      Map<String, Field> event,
      Map<String, Field> criteria,
      List<Map<String, Field>> dispositions,
      List<EntryMapping> entries,
      Set<String> ignored,
      int line) {
    boolean fits(Sheet sheet) {
      return fits(sheet.name());
    }

    /** Whether a file that can't be read would have it, as a workbook may. */
    boolean mayBeOf(Refusal broken) {
      return broken.row() == 0
          && (broken.file().matches("(?i).*\\.xls[xm]?") || fits(CsvReader.name(broken.file())));
    }

    private boolean fits(String sheet) {
      String pattern =
          java.util.Arrays.stream(name.split("\\*", -1))
              .map(java.util.regex.Pattern::quote)
              .collect(Collectors.joining(".*"));
      return sheet.matches("(?is)" + pattern);
    }
  }

  /** What a row tells of beside people, measures and adverse events. */
  enum Kind {
    TREATMENT("treatments", "ex", "drug"),
    MEDICATION("medications", "cm", "drug"),
    HISTORY("history", "mh", "term");

    private final String key;
    private final String letters;
    private final String main;

    Kind(String key, String letters, String main) {
      this.key = key;
      this.letters = letters;
      this.main = main;
    }

    /** Of ids. */
    String letters() {
      return letters;
    }

    /** The field that an entry can't be without. */
    String main() {
      return main;
    }
  }

  /**
   * One of them.
   *
   * @param fields by the names of the mapping
   * @param organs of medical history: from a term, in upper case, to the organ that it means
   * @param isAlone whether it is the table's only one of its kind
   */
  record EntryMapping(
      Kind kind,
      Map<String, Field> fields,
      Map<String, Measure> organs,
      boolean isAlone,
      int line) {
    Optional<Measure> organ(String term) {
      return Optional.ofNullable(organs.get(term.toUpperCase(Locale.ROOT)));
    }
  }

  /** The columns of a table of the long shape. */
  record Named(Field measure, Field value, Optional<Field> unit) {}

  /**
   * What is measured in a column, or under a name.
   *
   * @param field of the wide shape; in the long shape only codes and form of it count
   * @param name of the long shape, in upper case
   * @param unit of UCUM of values that name none; empty for the measure's own
   * @param visit a code of ssc-visit if it is always one
   * @param date if it is another than the table's
   * @param equation a code of ssc-reference-equation
   * @param hemoglobin a code of ssc-hemoglobin-source
   */
  record MeasureMapping(
      Field field,
      String name,
      Measure measure,
      String unit,
      Optional<String> visit,
      Optional<Field> date,
      String equation,
      String hemoglobin) {}

  /**
   * @throws FhirFailure.Malformed naming the line, what was found and what was expected
   */
  public static RegistryMapping parse(String yaml) {
    return read(
        MappingYaml.root(yaml)
            .orElseThrow(() ->
                new FhirFailure.Malformed("The mapping is empty; expected study and tables")));
  }

  private static RegistryMapping read(Node root) {
    Map<String, Node> members =
        MappingYaml.members(
            root,
            Set.of(
                "study",
                "subjects",
                "synthetic",
                "encoding",
                "delimiter",
                "decimal",
                "dates",
                "missing",
                "absent",
                "visits",
                "units",
                "reference-equation",
                "hemoglobin-source",
                "tables"));
    require(root, members, "study", "tables");
    String study =
        MappingYaml.text(members.get("study"), "[A-Za-z0-9\\-.]{1,64}", "an id of a ResearchStudy");
    String delimiter =
        MappingYaml.text(members.get("delimiter"), "[,;\\t]|tab|\\|", "one of , ; | tab");
    Form form = form(members, Form.DEFAULT);
    String equation = code(members.get("reference-equation"), "ssc-reference-equation");
    String hemoglobin = code(members.get("hemoglobin-source"), "ssc-hemoglobin-source");
    Map<String, String> visits = visits(members.get("visits"));
    Map<String, String> units = units(members.get("units"));
    List<TableMapping> tables = new ArrayList<>();
    for (Node each : MappingYaml.items(members.get("tables"))) {
      tables.add(table(each, form, equation, hemoglobin));
    }
    if (tables.isEmpty()) {
      throw MappingYaml.wrong(members.get("tables"), "no table", "at least one");
    }
    requireOneDisposition(members.get("tables"), tables);
    String subjects = MappingYaml.text(members.get("subjects"), "\\S+", "a system, a URI");
    return new RegistryMapping(
        study,
        subjects.isEmpty() ? "https://w3id.org/rodnan/subjects/" + study : subjects,
        flag(members.get("synthetic")),
        members.containsKey("encoding")
            ? Optional.of(MappingYaml.encoding(members.get("encoding")))
            : Optional.empty(),
        delimiter.isEmpty()
            ? Optional.empty()
            : Optional.of(delimiter.equals("tab") ? '\t' : delimiter.charAt(0)),
        visits,
        units,
        tables);
  }

  /** How far people came is part of what is known of them, and is told in one way. */
  private static void requireOneDisposition(@Nullable Node node, List<TableMapping> tables) {
    if (tables.stream().allMatch(table -> table.dispositions().isEmpty())) {
      return;
    }
    if (tables.stream().allMatch(table -> table.fields().isEmpty())) {
      throw MappingYaml.wrong(
          node, "'dispositions' without 'demographics'", "a table of the people beside it");
    }
    if (tables.stream().anyMatch(table -> table.fields().containsKey("disposition"))) {
      throw MappingYaml.wrong(
          node, "'dispositions' and a 'disposition' of demographics", "one of them");
    }
  }

  private static void require(Node node, Map<String, Node> members, String... names) {
    for (String name : names) {
      if (!members.containsKey(name)) {
        throw MappingYaml.wrong(node, "no '" + name + "'", String.join(", ", names));
      }
    }
  }

  private static boolean flag(@Nullable Node node) {
    return MappingYaml.text(node, "true|false", "true or false").equals("true");
  }

  private static String code(@Nullable Node node, String system) {
    return MappingYaml.text(node, "[a-z0-9-]+", "a code of " + system);
  }

  private static Map<String, String> visits(@Nullable Node node) {
    Map<String, String> visits = new LinkedHashMap<>();
    if (node != null) {
      MappingYaml.members(node, Set.of())
          .forEach((name, value) -> visits.put(name.toUpperCase(Locale.ROOT), visit(value)));
    }
    return visits;
  }

  private static String visit(Node node) {
    String visit = MappingYaml.text(node, ".+", "a code of ssc-visit");
    if (!Visits.code(visit).equals(Optional.of(visit))) {
      throw MappingYaml.wrong(
          node, "'" + visit + "'", "a code of ssc-visit such as baseline or month-6");
    }
    return visit;
  }

  private static Map<String, String> units(@Nullable Node node) {
    Map<String, String> units = new LinkedHashMap<>();
    if (node != null) {
      MappingYaml.members(node, Set.of())
          .forEach((name, value) -> units.put(name.toUpperCase(Locale.ROOT), unit(value)));
    }
    return units;
  }

  private static String unit(@Nullable Node node) {
    String unit = MappingYaml.text(node, ".+", "a unit");
    return unit.isEmpty()
        ? ""
        : Units.ucum(unit)
            .or(() -> Optional.of(unit).filter(UCUM::isUnit))
            .orElseThrow(() ->
                MappingYaml.wrong(
                    node, "the unit '" + unit + "'", "one of UCUM, such as mL or mm/h"));
  }

  /** What is not said is as around it. */
  private static Form form(Map<String, Node> members, Form around) {
    String decimal = MappingYaml.text(members.get("decimal"), "[.,]", "'.' or ','");
    List<DateForm> dates = new ArrayList<>();
    for (Node each : each(members.get("dates"))) {
      String pattern = MappingYaml.text(each, ".{1,40}", "a form of dates such as dd.MM.yyyy");
      try {
        DateForm read = DateForm.of(pattern);
        for (DateForm before : dates) {
          if (before.isConfusedWith(read)) {
            throw MappingYaml.wrong(
                each,
                "the dates '" + before.pattern() + "' and '" + pattern + "'",
                "one of them, as a text may be a day of both");
          }
        }
        dates.add(read);
      } catch (IllegalArgumentException e) {
        throw MappingYaml.wrong(
            each, "'" + pattern + "'", "a form of dates such as dd.MM.yyyy; " + e.getMessage());
      }
    }
    Set<String> missing = new LinkedHashSet<>(around.missing());
    for (Node each : each(members.get("missing"))) {
      missing.add(MappingYaml.text(each, ".+", "a text").toUpperCase(Locale.ROOT));
    }
    Map<String, String> absent = new LinkedHashMap<>(around.absent());
    if (members.get("absent") != null) {
      MappingYaml.members(members.get("absent"), Set.of())
          .forEach((text, node) -> {
            String reason = MappingYaml.text(node, ".+", "a reason");
            if (!ABSENT_REASONS.contains(reason)) {
              throw MappingYaml.wrong(
                  node, "'" + reason + "'", "a code of data-absent-reason such as not-performed");
            }
            absent.put(text.toUpperCase(Locale.ROOT), reason);
          });
    }
    return new Form(
        decimal.isEmpty() ? around.decimal() : decimal.charAt(0),
        dates.isEmpty() ? around.dates() : dates,
        missing,
        absent);
  }

  /** One, or a list of them. */
  private static List<Node> each(@Nullable Node node) {
    return node == null || node instanceof SequenceNode ? MappingYaml.items(node) : List.of(node);
  }

  private static TableMapping table(
      Node node, Form around, String equationAround, String hemoglobinAround) {
    Map<String, Node> members =
        MappingYaml.members(
            node,
            Set.of(
                "table",
                "header",
                "where",
                "subject",
                "visit",
                "date",
                "key",
                "long",
                "demographics",
                "measures",
                "adverse-events",
                "dispositions",
                "treatments",
                "medications",
                "history",
                "reference-equation",
                "hemoglobin-source",
                "ignore",
                "decimal",
                "dates",
                "missing",
                "absent"));
    require(node, members, "subject");
    Form form = form(members, around);
    String equation = code(members.get("reference-equation"), "ssc-reference-equation");
    String hemoglobin = code(members.get("hemoglobin-source"), "ssc-hemoglobin-source");
    Optional<Field> date = field(members.get("date"), form);
    Optional<Named> named = named(members.get("long"), form);
    List<MeasureMapping> measures = new ArrayList<>();
    for (Node each : MappingYaml.items(members.get("measures"))) {
      measures.add(
          measure(
              each,
              form,
              named.isPresent(),
              equation.isEmpty() ? equationAround : equation,
              hemoglobin.isEmpty() ? hemoglobinAround : hemoglobin));
    }
    Map<String, Field> event = new LinkedHashMap<>();
    Map<String, Field> criteria = new LinkedHashMap<>();
    if (members.get("adverse-events") != null) {
      adverseEvents(members.get("adverse-events"), form, event, criteria);
    }
    List<Map<String, Field>> dispositions = new ArrayList<>();
    for (Node each : each(members.get("dispositions"))) {
      dispositions.add(disposition(each, form));
    }
    List<EntryMapping> entries = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      List<Node> nodes = each(members.get(kind.key));
      nodes.forEach(each -> entries.add(entry(each, form, kind, nodes.size() == 1)));
    }
    Map<String, Field> fields =
        fields(
            members.get("demographics"),
            form,
            Set.of(
                "sex",
                "birth-date",
                "age",
                "death-date",
                "race",
                "ethnicity",
                "arm",
                "start",
                "end",
                "disposition",
                "disposition-date"));
    if (members.get("demographics") != null && !fields.containsKey("sex")) {
      throw MappingYaml.wrong(members.get("demographics"), "no 'sex'", "the column that has it");
    }
    if (fields.isEmpty()
        && measures.isEmpty()
        && named.isEmpty()
        && event.isEmpty()
        && dispositions.isEmpty()
        && entries.isEmpty()) {
      throw MappingYaml.wrong(
          node,
          "a table of which nothing is taken",
          "demographics, measures, adverse-events, dispositions, treatments, medications or"
              + " history");
    }
    Optional<Field> visit = field(members.get("visit"), form);
    if (visit.isPresent() && visit.get().isTemplate()) {
      throw MappingYaml.wrong(members.get("visit"), Field.VISIT, COLUMN);
    }
    Set<String> ignored = new LinkedHashSet<>();
    for (Node each : MappingYaml.items(members.get("ignore"))) {
      ignored.add(MappingYaml.text(each, ".+", COLUMN).toUpperCase(Locale.ROOT));
    }
    String header = MappingYaml.text(members.get("header"), "[1-9]\\d{0,4}", "a line such as 1");
    String name = MappingYaml.text(members.get("table"), ".+", "the name of a table");
    return new TableMapping(
        name.isEmpty() ? "*" : name,
        header.isEmpty() ? 1 : Integer.parseInt(header),
        where(members.get("where")),
        field(members.get("subject"), form).orElseThrow(),
        visit,
        date,
        each(members.get("key")).stream()
            .map(each -> MappingYaml.text(each, ".+", COLUMN))
            .toList(),
        named,
        fields,
        measures,
        event,
        criteria,
        dispositions,
        entries,
        ignored,
        line(node));
  }

  private static Map<String, Set<String>> where(@Nullable Node node) {
    Map<String, Set<String>> where = new LinkedHashMap<>();
    if (node != null) {
      MappingYaml.members(node, Set.of())
          .forEach((column, values) ->
              where.put(
                  column,
                  each(values).stream()
                      .map(each -> MappingYaml.text(each, ".*", "a text").toUpperCase(Locale.ROOT))
                      .collect(Collectors.toSet())));
    }
    return where;
  }

  private static Optional<Named> named(@Nullable Node node, Form form) {
    if (node == null) {
      return Optional.empty();
    }
    Map<String, Node> members = MappingYaml.members(node, Set.of("measure", "value", "unit"));
    require(node, members, "measure", "value");
    return Optional.of(
        new Named(
            field(members.get("measure"), form).orElseThrow(),
            field(members.get("value"), form).orElseThrow(),
            field(members.get("unit"), form)));
  }

  private static MeasureMapping measure(
      Node node, Form around, boolean isNamed, String equationAround, String hemoglobinAround) {
    Set<String> known = new LinkedHashSet<>(FORM);
    known.addAll(
        Set.of(
            isNamed ? "name" : "column",
            "measure",
            "unit",
            "visit",
            "date",
            "codes",
            "reference-equation",
            "hemoglobin-source"));
    Map<String, Node> members = MappingYaml.members(node, known);
    require(node, members, isNamed ? "name" : "column", "measure");
    String code = MappingYaml.text(members.get("measure"), ".+", "a measure");
    Measure measure =
        Measure.of(code)
            .orElseThrow(() ->
                MappingYaml.wrong(
                    members.get("measure"),
                    "'" + code + "'",
                    "a code of ssc-measure or the LOINC code of a lung function or vital sign"));
    Form form = form(members, around);
    String equation = code(members.get("reference-equation"), "ssc-reference-equation");
    String hemoglobin = code(members.get("hemoglobin-source"), "ssc-hemoglobin-source");
    if (measure.isPredicted() && equation.isEmpty() && equationAround.isEmpty()) {
      throw MappingYaml.wrong(
          node,
          "a % predicted value without 'reference-equation'",
          "a code of ssc-reference-equation");
    }
    return new MeasureMapping(
        new Field(
            MappingYaml.text(members.get("column"), ".+", COLUMN),
            "",
            MappingYaml.texts(members.get("codes")),
            form,
            line(node)),
        MappingYaml.text(members.get("name"), ".+", "a name").toUpperCase(Locale.ROOT),
        measure,
        unit(members.get("unit")),
        Optional.ofNullable(members.get("visit")).map(RegistryMapping::visit),
        field(members.get("date"), form),
        equation.isEmpty() ? equationAround : equation,
        hemoglobin.isEmpty()
            ? hemoglobinAround.isEmpty() ? "not-stated" : hemoglobinAround
            : hemoglobin);
  }

  private static void adverseEvents(
      Node node, Form form, Map<String, Field> event, Map<String, Field> criteria) {
    Set<String> known =
        Set.of(
            "id",
            "term",
            "code",
            "start",
            "end",
            "grade",
            "severity",
            "serious",
            "criterion",
            "criteria",
            "related",
            "suspect",
            "action",
            "outcome");
    Map<String, Node> members = MappingYaml.members(node, known);
    require(node, members, "term", "serious");
    members.forEach((name, member) -> {
      if (name.equals("criteria")) {
        MappingYaml.members(member, EventTerms.CRITERIA.keySet())
            .forEach((criterion, column) ->
                criteria.put(
                    EventTerms.CRITERIA.get(criterion), field(column, form).orElseThrow()));
      } else {
        event.put(name, field(member, form).orElseThrow());
      }
    });
  }

  private static Map<String, Field> disposition(Node node, Form form) {
    Set<String> known = Set.of("event", "date", "reason", "text", "arm");
    Map<String, Node> members = MappingYaml.members(node, known);
    require(node, members, "event");
    Map<String, Field> fields = fields(node, form, known);
    requireColumns(node, fields);
    return fields;
  }

  private static void requireColumns(Node node, Map<String, Field> fields) {
    for (Field each : fields.values()) {
      if (each.isTemplate()) {
        throw MappingYaml.wrong(node, Field.VISIT, COLUMN);
      }
    }
  }

  private static EntryMapping entry(Node node, Form form, Kind kind, boolean isAlone) {
    Set<String> known =
        new LinkedHashSet<>(List.of("id", "code", "system", "start", "end", kind.main));
    known.addAll(
        switch (kind) {
          case TREATMENT -> List.of("dose", "unit", "dosage", "date", "status", "change", "reason");
          case MEDICATION ->
              List.of(
                  "dose", "unit", "dosage", "date", "status", "occurred", "category", "indication");
          case HISTORY -> List.of("resolved", "occurred", "organs");
        });
    Map<String, Node> members = MappingYaml.members(node, known);
    require(node, members, kind.main);
    requireTogether(node, members, "code", "system");
    requireTogether(node, members, "dose", "unit");
    if (members.containsKey("date")
        && (members.containsKey("start") || members.containsKey("end"))) {
      throw MappingYaml.wrong(
          members.get("date"), "both 'date' and 'start' or 'end'", "a day, or from when to when");
    }
    Map<String, Measure> organs = new LinkedHashMap<>();
    Map<String, Field> fields = new LinkedHashMap<>();
    members.forEach((name, member) -> {
      if (name.equals("organs")) {
        MappingYaml.members(member, Set.of())
            .forEach((term, organ) -> organs.put(term.toUpperCase(Locale.ROOT), organ(organ)));
      } else {
        fields.put(name, field(member, form).orElseThrow());
      }
    });
    requireColumns(node, fields);
    return new EntryMapping(kind, fields, organs, isAlone, line(node));
  }

  private static void requireTogether(
      Node node, Map<String, Node> members, String first, String second) {
    if (members.containsKey(first) != members.containsKey(second)) {
      throw MappingYaml.wrong(
          node, "only one of '" + first + "' and '" + second + "'", "both of them, or neither");
    }
  }

  private static Measure organ(Node node) {
    String code = MappingYaml.text(node, ".+", "an organ");
    return Measure.of(code)
        .filter(each -> each.kind() == Measure.Kind.INVOLVEMENT)
        .orElseThrow(() ->
            MappingYaml.wrong(
                node, "'" + code + "'", "a code of an organ such as involvement-renal"));
  }

  private static Map<String, Field> fields(@Nullable Node node, Form form, Set<String> known) {
    Map<String, Field> fields = new LinkedHashMap<>();
    if (node != null) {
      MappingYaml.members(node, known)
          .forEach((name, each) -> fields.put(name, field(each, form).orElseThrow()));
    }
    return fields;
  }

  private static Optional<Field> field(@Nullable Node node, Form around) {
    if (node == null) {
      return Optional.empty();
    }
    if (node instanceof ScalarNode) {
      return Optional.of(
          new Field(MappingYaml.text(node, ".+", COLUMN), "", Map.of(), around, line(node)));
    }
    Map<String, Node> members = MappingYaml.members(node, FIELD);
    if (members.containsKey("column") == members.containsKey("value")) {
      throw MappingYaml.wrong(
          node, members.containsKey("column") ? "both" : "neither", "either 'column' or 'value'");
    }
    return Optional.of(
        new Field(
            MappingYaml.text(members.get("column"), ".+", COLUMN),
            MappingYaml.text(members.get("value"), ".+", "a text"),
            MappingYaml.texts(members.get("codes")),
            form(members, around),
            line(node)));
  }

  private static int line(Node node) {
    return node.getStartMark() == null ? 0 : node.getStartMark().getLine() + 1;
  }
}
