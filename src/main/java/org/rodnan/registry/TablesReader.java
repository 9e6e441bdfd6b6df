package org.rodnan.registry;

import ca.uhn.fhir.parser.DataFormatException;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.hl7.fhir.r4.model.DateTimeType;
import org.hl7.fhir.r4.model.DomainResource;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Observation.ObservationStatus;
import org.hl7.fhir.r4.model.ResearchSubject;
import org.rodnan.mapping.Elements;
import org.rodnan.mapping.Ids;
import org.rodnan.mapping.MappedContent;
import org.rodnan.mapping.MappedContent.Mapped;
import org.rodnan.mapping.Measure;
import org.rodnan.mapping.Refusal;
import org.rodnan.mapping.RowException;
import org.rodnan.mapping.Units;
import org.rodnan.mapping.Visits;
import org.rodnan.registry.RegistryMapping.TableMapping;

/** From the tables of one registry to resources: first the people, then what was found of them. */
final class TablesReader {
  static final int RESOURCES_MAX = 1_000_000;
  private static final int NAMED_MAX = 40;

  private final RegistryMapping mapping;
  private final Function<String, Optional<ResearchSubject>> stored;
  private final List<Refusal> refused;
  private final List<Refusal> leftOut;
  private final List<Mapped> resources = new ArrayList<>();
  private final Map<String, Subject> subjects = new LinkedHashMap<>();
  private final Set<String> refusedSubjects = new HashSet<>();
  private final Map<String, Participation> participations = new LinkedHashMap<>();
  private final Map<String, DomainResource> given = new HashMap<>();

  /** Columns by sheet, by identity: a sheet is as long as its file. */
  private final IdentityHashMap<Sheet, Set<String>> used = new IdentityHashMap<>();

  private final boolean hasPeople;
  private boolean tellsEnrolment;
  private boolean lacksDispositions;
  private int kept;

  TablesReader(
      RegistryMapping mapping,
      Function<String, Optional<ResearchSubject>> stored,
      List<Refusal> refused,
      List<Refusal> leftOut) {
    this.mapping = mapping;
    this.stored = tellsEnds(mapping) ? id -> Optional.empty() : stored;
    this.refused = refused;
    this.leftOut = leftOut;
    this.hasPeople = mapping.tables().stream().anyMatch(table -> !table.fields().isEmpty());
  }

  /**
   * A table of the mapping and a sheet that it is of.
   *
   * @param columns those that the table names
   */
  record Pair(TableMapping table, Sheet sheet, Sheet.Header header, Set<String> columns) {
    /** The rows that are meant, but for those with errors of Excel in what is taken of them. */
    List<Row> rows() {
      return meant().stream().filter(row -> error(row).isEmpty()).toList();
    }

    Optional<String> error(Row row) {
      return sheet.isWorkbook()
          ? columns.stream().filter(column -> row.cell(column).isError()).findFirst()
          : Optional.empty();
    }

    List<Row> meant() {
      List<Row> rows = new ArrayList<>();
      List<Sheet.Line> lines = sheet.lines();
      for (Sheet.Line line : lines.subList(header.line() + 1, lines.size())) {
        Row row = new Row(sheet, header, line);
        if (isWhole(sheet, header.names().size(), line.cells().size())
            && table.where().entrySet().stream()
                .allMatch(each -> isMeant(row.cell(each.getKey()), each.getValue()))) {
          rows.add(row);
        }
      }
      return rows;
    }

    private static boolean isMeant(Cell cell, Set<String> texts) {
      return cell.isError() || texts.contains(cell.text().toUpperCase(Locale.ROOT));
    }
  }

  MappedContent read(List<Sheet> sheets) {
    List<Pair> pairs = pairs(sheets);
    for (TableMapping table : mapping.tables()) {
      if (hasPeople
          && !table.dispositions().isEmpty()
          && pairs.stream().noneMatch(each -> each.table() == table)) {
        lacksDispositions = true;
        leftOut.add(
            new Refusal(
                "",
                0,
                "No ResearchSubject is taken, as '"
                    + table.name()
                    + "', which says how far people came, isn't there to be read"));
      }
    }
    for (Pair pair : pairs) {
      for (Map<String, Field> fields : pair.table().dispositions()) {
        new DispositionsReader(this, pair, fields).read();
      }
    }
    tellsEnrolment = participations.values().stream().anyMatch(Participation::isEnrolled);
    for (Pair pair : pairs) {
      if (!pair.table().fields().isEmpty()) {
        new PeopleReader(this, pair).read();
      }
    }
    for (Pair pair : pairs) {
      TableMapping table = pair.table();
      if (!table.measures().isEmpty() || table.named().isPresent()) {
        new MeasuresReader(this, pair).read();
      }
      if (!table.event().isEmpty()) {
        EventsReader events = new EventsReader(this, pair);
        pair.rows().forEach(row -> attempt(row, row.line().number(), () -> events.read(row)));
      }
      table.entries().forEach(entry -> new EntriesReader(this, pair, entry).read());
    }
    tellOfNobody();
    if (kept > 0) {
      leftOut.add(
          new Refusal(
              "",
              0,
              kept
                  + " subjects keep their status, disposition and end as stored, since the mapping"
                  + " has no dispositions"));
    }
    used.forEach(this::tellUnused);
    return new MappedContent(resources, refused, leftOut);
  }

  private static boolean tellsEnds(RegistryMapping mapping) {
    return mapping.tables().stream()
        .anyMatch(
            table -> !table.dispositions().isEmpty() || table.fields().containsKey("disposition"));
  }

  /** A line that is cut, or has a delimiter too many, isn't taken by guessing. */
  private void requireWhole(Sheet sheet, Sheet.Header header) {
    int columns = header.names().size();
    for (Sheet.Line line : sheet.lines().subList(header.line() + 1, sheet.lines().size())) {
      int cells = line.cells().size();
      if (!isWhole(sheet, columns, cells)) {
        refused.add(
            new Refusal(
                sheet.file(),
                line.number(),
                "the line has " + cells + " cells, the header " + columns));
      }
    }
  }

  /** Workbooks leave out cells at the end that are empty. */
  private static boolean isWhole(Sheet sheet, int columns, int cells) {
    return sheet.isWorkbook() || cells == columns;
  }

  private List<Pair> pairs(List<Sheet> sheets) {
    List<Pair> pairs = new ArrayList<>();
    List<Refusal> broken = List.copyOf(refused);
    Set<Refusal> errors = new LinkedHashSet<>();
    Set<Sheet> taken = Collections.newSetFromMap(new IdentityHashMap<>());
    for (TableMapping table : mapping.tables()) {
      int found = 0;
      for (Sheet sheet : sheets) {
        if (!table.fits(sheet)) {
          continue;
        }
        found++;
        boolean isFirst = taken.add(sheet);
        try {
          Sheet.Header header = sheet.header(table.header());
          Pair pair = new Pair(table, sheet, header, required(table, sheet, header));
          if (isFirst) {
            requireWhole(sheet, header);
          }
          pair.meant().forEach(row -> pair.error(row).map(row::erroneous).ifPresent(errors::add));
          pairs.add(pair);
        } catch (RowException e) {
          refused.add(new Refusal(sheet.file(), 0, inSheet(sheet) + e.getMessage()));
        }
      }
      if (found == 0 && !sheets.isEmpty() && broken.stream().noneMatch(table::mayBeOf)) {
        refused.add(
            new Refusal(
                "",
                0,
                "There is no table '"
                    + table.name()
                    + "', which line "
                    + table.line()
                    + " of the mapping names; there are "
                    + sheets.stream().map(Sheet::name).distinct().limit(NAMED_MAX).toList()));
      }
    }
    refused.addAll(errors);
    if (sheets.isEmpty() && refused.isEmpty()) {
      refused.add(new Refusal("", 0, "There is no table; expected CSV or a workbook (.xlsx)"));
    }
    for (Sheet sheet : sheets) {
      if (!taken.contains(sheet)) {
        leftOut.add(
            new Refusal(sheet.file(), 0, inSheet(sheet) + "no table of the mapping is this one"));
      }
    }
    return pairs;
  }

  private static String inSheet(Sheet sheet) {
    return sheet.isWorkbook() ? "sheet " + sheet.name() + ": " : "";
  }

  /** The columns that the mapping names, each of which has to be there. */
  private Set<String> required(TableMapping table, Sheet sheet, Sheet.Header header) {
    Map<String, Integer> named = new LinkedHashMap<>();
    Consumer<Field> field =
        each -> {
          if (!each.column().isEmpty()) {
            named.put(each.column(), each.line());
          }
        };
    field.accept(table.subject());
    table.visit().ifPresent(field);
    table.date().ifPresent(field);
    table.key().forEach(column -> named.put(column, table.line()));
    table.where().keySet().forEach(column -> named.put(column, table.line()));
    table.fields().values().forEach(field);
    table.event().values().forEach(field);
    table.criteria().values().forEach(field);
    table.dispositions().forEach(each -> each.values().forEach(field));
    table.entries().forEach(entry -> entry.fields().values().forEach(field));
    table
        .named()
        .ifPresent(each -> {
          field.accept(each.measure());
          field.accept(each.value());
          each.unit().ifPresent(field);
        });
    table
        .measures()
        .forEach(each -> {
          field.accept(each.field());
          each.date().ifPresent(field);
        });
    Set<String> columns = new LinkedHashSet<>();
    List<String> absent = new ArrayList<>();
    named.forEach((column, line) -> {
      if (column.contains(Field.VISIT)) {
        List<String> found = visits(column, header);
        if (found.isEmpty()) {
          absent.add(column);
        }
        found.forEach(
            visit -> columns.add(column.replace(Field.VISIT, visit).toUpperCase(Locale.ROOT)));
      } else if (!header.has(column)) {
        absent.add(column);
      } else {
        columns.add(column.toUpperCase(Locale.ROOT));
      }
    });
    Set<String> all = used.computeIfAbsent(sheet, key -> new HashSet<>());
    all.addAll(table.ignored());
    all.addAll(columns);
    if (!absent.isEmpty()) {
      String column = absent.getFirst();
      throw absent(column, named.getOrDefault(column, table.line()), header);
    }
    return columns;
  }

  private static RowException absent(String column, int line, Sheet.Header header) {
    return new RowException(
        "There is no column '"
            + column
            + "', which line "
            + line
            + " of the mapping names; there are "
            + header.names().stream().map(Sheet::shown).limit(NAMED_MAX).toList());
  }

  /** The texts that stand for {visit} in columns of the name, if they are visits. */
  List<String> visits(String template, Sheet.Header header) {
    int at = template.indexOf(Field.VISIT);
    String before = template.substring(0, at).toUpperCase(Locale.ROOT);
    String after = template.substring(at + Field.VISIT.length()).toUpperCase(Locale.ROOT);
    Set<String> visits = new LinkedHashSet<>();
    for (String name : header.names()) {
      String upper = name.toUpperCase(Locale.ROOT);
      if (upper.length() > before.length() + after.length()
          && upper.startsWith(before)
          && upper.endsWith(after)) {
        String visit = name.substring(before.length(), name.length() - after.length());
        if (visit(visit).isPresent()) {
          visits.add(visit);
        }
      }
    }
    return List.copyOf(visits);
  }

  private void tellUnused(Sheet sheet, Set<String> columns) {
    Map<String, Long> unused = new TreeMap<>();
    for (TableMapping table : mapping.tables()) {
      if (table.fits(sheet)) {
        sheet.header(table.header()).names().stream()
            .filter(name -> !name.isEmpty() && !columns.contains(name.toUpperCase(Locale.ROOT)))
            .filter(name -> !sheet.isOfRecords() || !name.startsWith("redcap_"))
            .forEach(name -> unused.put(name, 1L));
        break;
      }
    }
    if (!unused.isEmpty()) {
      leftOut.add(
          new Refusal(
              sheet.file(),
              0,
              inSheet(sheet)
                  + unused.size()
                  + " columns are mapped to nothing: "
                  + String.join(
                      ", ", unused.keySet().stream().map(Sheet::shown).limit(NAMED_MAX).toList())
                  + (unused.size() > NAMED_MAX ? ", ..." : "")));
    }
  }

  /** Of how far somebody came, without who it is. */
  private void tellOfNobody() {
    participations.forEach((name, each) -> {
      if (!subjects.containsKey(name) && !refusedSubjects.contains(name)) {
        refused.add(
            new Refusal(
                each.first().sheet().file(),
                each.first().line().number(),
                "'" + Sheet.shown(name) + "' is in no table with demographics"));
      }
    });
  }

  RegistryMapping mapping() {
    return mapping;
  }

  /** What fails in it is refused with the row. */
  void attempt(Row row, long line, Runnable reading) {
    String file = row.sheet().file();
    try {
      reading.run();
    } catch (RowException e) {
      refused.add(new Refusal(file, line, String.valueOf(e.getMessage())));
    } catch (DataFormatException | IllegalArgumentException e) {
      refused.add(new Refusal(file, line, "A value has a form that FHIR lacks: " + e.getMessage()));
    }
  }

  int refusedCount() {
    return refused.size();
  }

  void leaveOut(Sheet sheet, String reason) {
    leftOut.add(new Refusal(sheet.file(), 0, inSheet(sheet) + reason));
  }

  /**
   * @param place in the row; empty if the row says enough
   */
  void add(DomainResource resource, Row row, long line, String place) {
    DomainResource before = given.putIfAbsent(key(resource), resource);
    if (before != null) {
      throw new RowException(
          (place.isEmpty() ? "" : place + ": ")
              + "a row before it gives the same "
              + resource.fhirType()
              + "; expected one, or columns that tell them apart as 'key' of the table");
    }
    keep(new Mapped(resource, row.sheet().file(), line, place));
  }

  private void keep(Mapped mapped) {
    if (resources.size() >= RESOURCES_MAX) {
      throw new RowException(
          "There are more than " + RESOURCES_MAX + " values; send fewer at once");
    }
    resources.add(mapped);
  }

  /** What may be told again, as medical history is at each visit: then it has to be the same. */
  void addOrRepeat(DomainResource resource, Row row, long line) {
    DomainResource before = given.get(key(resource));
    if (before != null && before.equalsDeep(resource)) {
      keep(new Mapped(before, row.sheet().file(), line));
    } else {
      add(resource, row, line, "");
    }
  }

  private static String key(DomainResource resource) {
    return resource.fhirType() + "/" + resource.getIdElement().getIdPart();
  }

  void start(DomainResource resource, String id, String profile) {
    resource.setId(id);
    if (!profile.isEmpty()) {
      resource.getMeta().addProfile(Elements.PROFILES + profile);
    }
    if (mapping.isSynthetic()) {
      resource
          .getMeta()
          .addSecurity()
          .setSystem("http://terminology.hl7.org/CodeSystem/v3-ActReason")
          .setCode("HTEST");
    }
  }

  /** Study and visit of what is a finding. */
  void link(DomainResource resource, Subject subject, Optional<String> visit, String date) {
    resource.addExtension(
        Elements.extension(Elements.STUDY, Elements.reference("ResearchStudy", mapping.study())));
    Optional<Integer> day = day(subject, date);
    if (visit.isPresent() || day.isPresent()) {
      resource.addExtension(Elements.visit(visit, day));
    }
  }

  /** Counted from the start of participation; there is no day 0. */
  static Optional<Integer> day(Subject subject, String date) {
    if (date.length() < 10 || subject.start().length() < 10) {
      return Optional.empty();
    }
    long days = ChronoUnit.DAYS.between(LocalDate.parse(subject.start()), LocalDate.parse(date));
    return Optional.of((int) (days < 0 ? days : days + 1));
  }

  /** What was found of somebody, without the value. */
  Observation observation(
      Subject subject, Measure measure, Optional<String> visit, String date, String occasion) {
    Observation observation = new Observation();
    start(
        observation,
        Ids.id(subject.id() + "-" + measure.code() + "-" + Ids.hash(occasion)),
        measure.profile());
    link(observation, subject, visit, date);
    observation.setStatus(ObservationStatus.FINAL);
    if (!measure.category().isEmpty()) {
      observation.addCategory(
          Elements.concept(
              "http://terminology.hl7.org/CodeSystem/observation-category", measure.category()));
    }
    observation.setCode(Elements.concept(measure.system(), measure.code()));
    observation.setSubject(Elements.reference("Patient", subject.id()));
    observation.setEffective(new DateTimeType(date));
    return observation;
  }

  /** What tells a finding apart from others of its measure and subject. */
  static String occasion(Row row, TableMapping table, Optional<String> visit, String date) {
    boolean isRepeated =
        visit.isEmpty() || visit.get().equals("unscheduled") || visit.get().equals("follow-up");
    return visit.orElse("") + "|" + (isRepeated ? date : "") + key(row, table);
  }

  /** Of UCUM, by the mapping or by its name. */
  String unit(Row row, Field field, String named) {
    return Optional.ofNullable(mapping.units().get(named.toUpperCase(Locale.ROOT)))
        .or(() -> Units.ucum(named))
        .orElseThrow(() ->
            field.wrong(
                row,
                "the unit '"
                    + Sheet.shown(named)
                    + "' is not known; expected one that the mapping names under units"));
  }

  String name(Row row, TableMapping table) {
    String name = table.subject().text(row);
    if (name.isEmpty()) {
      throw table.subject().wrong(row, "it is empty; expected who the row is of");
    }
    return name;
  }

  String idOf(String name) {
    return Ids.id(mapping.study() + "-" + name);
  }

  void known(String name, Subject subject) {
    subjects.put(name, subject);
  }

  /** Somebody's part as it is stored, if the mapping has nothing of how it ended. */
  Optional<ResearchSubject> stored(String id) {
    return stored.apply(id);
  }

  /** One more of whom something stored stays. */
  void kept() {
    kept++;
  }

  /** How far somebody came, which the first row begins to tell. */
  Participation participation(String name, Row row) {
    return participations.computeIfAbsent(name, key -> new Participation(row));
  }

  Optional<Participation> participation(String name) {
    return Optional.ofNullable(participations.get(name));
  }

  /** Whether the files tell who was enrolled. */
  boolean tellsEnrolment() {
    return tellsEnrolment;
  }

  /** Whether a table that tells how far people came isn't there. */
  boolean lacksDispositions() {
    return lacksDispositions;
  }

  void unknown(String name) {
    refusedSubjects.add(name);
  }

  /** Of the row; one that the files don't tell about is one that is stored. */
  Subject subject(Row row, TableMapping table) {
    String name = name(row, table);
    Subject subject = subjects.get(name);
    if (subject != null) {
      return subject;
    }
    if (refusedSubjects.contains(name)) {
      throw table
          .subject()
          .wrong(row, "the demographics of '" + Sheet.shown(name) + "' were refused");
    }
    if (hasPeople) {
      throw table
          .subject()
          .wrong(row, "'" + Sheet.shown(name) + "' is in no table with demographics");
    }
    Subject stored = new Subject(idOf(name), "");
    subjects.put(name, stored);
    return stored;
  }

  /** A code of ssc-visit, by the mapping or by its name. */
  Optional<String> visit(String text) {
    return Optional.ofNullable(mapping.visits().get(text.toUpperCase(Locale.ROOT)))
        .or(() -> Visits.code(text));
  }

  Optional<String> visit(Row row, TableMapping table) {
    if (table.visit().isEmpty()) {
      return Optional.empty();
    }
    Field field = table.visit().get();
    String text = field.text(row);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Optional<String> code = visit(text);
    if (code.isEmpty()) {
      throw field.wrong(
          row,
          "the visit '"
              + Sheet.shown(text)
              + "' is no code of ssc-visit; expected one that the mapping names under visits");
    }
    return code;
  }

  /**
   * What tells the row apart from others of its subject and visit; of REDCap the event and the
   * number of what repeats.
   */
  static String key(Row row, TableMapping table) {
    if (!table.key().isEmpty() || !row.sheet().isOfRecords()) {
      return joined(row, table.key());
    }
    List<String> columns =
        Stream.of(RedcapReader.EVENT, RedcapReader.INSTANCE).filter(row.header()::has).toList();
    return columns.contains(RedcapReader.INSTANCE) && !row.cell(RedcapReader.INSTANCE).isEmpty()
        ? joined(row, columns)
        : "";
  }

  private static String joined(Row row, List<String> columns) {
    StringBuilder key = new StringBuilder();
    for (String column : columns) {
      String text = row.cell(column).text();
      key.append(text.isEmpty() ? "" : "|" + text);
    }
    return key.toString();
  }
}
