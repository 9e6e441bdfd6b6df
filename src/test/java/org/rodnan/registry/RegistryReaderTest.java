package org.rodnan.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import org.hl7.fhir.r4.model.AdverseEvent;
import org.hl7.fhir.r4.model.Condition;
import org.hl7.fhir.r4.model.MedicationAdministration;
import org.hl7.fhir.r4.model.MedicationStatement;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Patient;
import org.hl7.fhir.r4.model.ResearchSubject;
import org.hl7.fhir.r4.model.Resource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.mapping.Elements;
import org.rodnan.mapping.MappedContent;
import org.rodnan.mapping.Refusal;
import org.rodnan.mapping.SourceFile;

class RegistryReaderTest {
  private static final RegistryReader READER = new RegistryReader(100_000);
  private static final String PEOPLE =
      """
      study: s
      tables:
        - {table: people, subject: ID, demographics: {sex: Sex, start: Start}}
      """;

  static MappedContent read(List<SourceFile> files, String mapping) {
    return READER.read(files, RegistryMapping.parse(mapping), id -> Optional.empty());
  }

  private static MappedContent read(String mapping, String... namesAndTexts) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (int i = 0; i < namesAndTexts.length; i += 2) {
      files.put(namesAndTexts[i], namesAndTexts[i + 1].getBytes(UTF_8));
    }
    return read(GeneratedRegistry.files(files), mapping);
  }

  static Map<String, String> resources(MappedContent content) {
    Map<String, String> resources = new TreeMap<>();
    for (MappedContent.Mapped each : content.resources()) {
      String json = FhirContexts.r4().newJsonParser().encodeResourceToString(each.resource());
      String before =
          resources.put(
              each.resource().fhirType() + "/" + each.resource().getIdElement().getIdPart(), json);
      assertThat(before).isIn(null, each.resource() instanceof Condition ? json : null);
    }
    return resources;
  }

  private static <T extends Resource> List<T> only(MappedContent content, Class<T> type) {
    return content.resources().stream()
        .map(MappedContent.Mapped::resource)
        .filter(type::isInstance)
        .map(type::cast)
        .toList();
  }

  private static List<String> reasons(MappedContent content) {
    return content.refused().stream().map(each -> each.row() + " " + each.reason()).toList();
  }

  @Test
  void allShapesOfARegistryGiveTheSameResources() {
    long seed = ThreadLocalRandom.current().nextLong();
    GeneratedRegistry byVisit = GeneratedRegistry.byVisit(seed, 40);
    MappedContent content = read(byVisit.plain(), byVisit.mapping());
    Map<String, String> expected = resources(content);
    assertThat(content.refused()).describedAs("seed %d", seed).isEmpty();
    assertThat(only(content, Patient.class)).hasSize(40);
    assertThat(only(content, ResearchSubject.class)).hasSize(40);
    assertThat(only(content, Observation.class)).hasSizeGreaterThan(500);
    assertThat(only(content, AdverseEvent.class)).isNotEmpty();
    assertThat(only(content, MedicationAdministration.class)).hasSize(160);
    assertThat(only(content, MedicationStatement.class)).isNotEmpty();
    assertThat(only(content, Condition.class)).isNotEmpty();

    for (GeneratedRegistry shape :
        List.of(
            byVisit, GeneratedRegistry.byValue(seed, 40), GeneratedRegistry.byPerson(seed, 40))) {
      MappedContent plain = read(shape.plain(), shape.mapping());
      assertThat(plain.refused()).describedAs("seed %d", seed).isEmpty();
      assertThat(resources(plain)).describedAs("seed %d", seed).isEqualTo(expected);
      MappedContent workbook =
          read(GeneratedRegistry.files(Map.of("registry.xlsx", shape.workbook())), shape.mapping());
      assertThat(workbook.refused()).describedAs("seed %d", seed).isEmpty();
      assertThat(resources(workbook)).describedAs("seed %d", seed).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "windows-1252,;,true,encoding: windows-1252",
    "UTF-16LE,;,true,encoding: utf-16le",
    "x-UTF-16LE-BOM,tab,false,''",
    "UTF-16,;,true,''",
    "UTF-8,tab,true,''"
  })
  void anEncodingADelimiterAndALanguageMakeNoDifference(
      String charset, String delimiter, boolean isGerman, String said) {
    GeneratedRegistry registry = GeneratedRegistry.byVisit(7, 12);
    String mapping =
        (said.isEmpty() ? "" : said + "\n")
            + (isGerman ? "decimal: ','\ndates: dd.MM.yyyy\n" : "")
            + registry.mapping();
    MappedContent content =
        read(
            GeneratedRegistry.files(
                registry.csv(
                    Charset.forName(charset),
                    delimiter.equals("tab") ? '\t' : delimiter.charAt(0),
                    isGerman)),
            mapping);
    assertThat(content.refused()).isEmpty();
    assertThat(resources(content)).isEqualTo(resources(read(registry.plain(), registry.mapping())));
  }

  @Test
  void aByteOrderMarkIsNoPartOfTheFirstColumn() {
    MappedContent content = read(PEOPLE, "people.csv", "\ufeffID,Sex,Start\n1,F,2015-01-01\n");
    assertThat(content.refused()).isEmpty();
    assertThat(content.resources()).hasSize(2);
  }

  @Test
  void refusesWhatItCanNotReadByLineAndColumn() {
    MappedContent content =
        read(
            PEOPLE
                + """
                  - table: visits
                    subject: ID
                    visit: Visit
                    date: Date
                    measures:
                      - {column: FVC, measure: 19870-5, unit: L}
                      - {column: ESR, measure: esr}
                """,
            "people.csv",
            "ID,Sex,Start\n1,F,2015-01-01\n2,X,2015-01-01\n,F,2015-01-01\n",
            "visits.csv",
            """
            ID,Visit,Date,FVC,ESR,Other
            1,baseline,2015-01-01,2.5,20,x
            1,month 6,2015-07-01,"2,5",21,x
            1,month 9,15.10.2015,2.5,,x
            1,later,2015-12-01,2.5,,x
            2,baseline,2015-01-01,2.5,,x
            3,baseline,2015-01-01,2.5,,x
            1,baseline,2015-01-02,2.6,,x
            1,month 12,,,12,x
            1,month 12,2015-12-31,1,2,x,y
            1,month 12
            """);
    assertThat(reasons(content))
        .satisfiesExactlyInAnyOrder(
            each -> assertThat(each).startsWith("3 column Sex: found 'X'; expected one of f, m"),
            each -> assertThat(each).startsWith("4 column ID: it is empty"),
            each ->
                assertThat(each).startsWith("3 column FVC: found '2,5'; expected a number such as"),
            each ->
                assertThat(each)
                    .isEqualTo(
                        "4 column Date: found '15.10.2015'; expected a date such as 2008-01-15"),
            each -> assertThat(each).startsWith("5 column Visit: the visit 'later' is no code"),
            each -> assertThat(each).contains("6 column ID: the demographics of '2' were refused"),
            each -> assertThat(each).contains("7 column ID: '3' is in no table"),
            each -> assertThat(each).contains("8 column FVC: a row before it gives the same"),
            each -> assertThat(each).startsWith("9 column ESR: there is a value, but column Date"),
            each -> assertThat(each).contains("10 the line has 7 cells, the header 6"),
            each -> assertThat(each).contains("11 the line has 2 cells, the header 6"));
    assertThat(only(content, Observation.class)).hasSize(3);
    assertThat(content.leftOut())
        .extracting(Refusal::reason)
        .containsExactly("1 columns are mapped to nothing: Other");
  }

  private static final String FLOW =
      """
      study: s
      tables:
        - {table: people, subject: ID, demographics: {sex: Sex}}
      """;

  private static List<String> states(MappedContent content) {
    return only(content, ResearchSubject.class).stream()
        .map(each ->
            each.getIdElement().getIdPart()
                + " "
                + each.getStatus().toCode()
                + " "
                + (each.hasPeriod() ? each.getPeriod().getStartElement().asStringValue() : "-")
                + " "
                + Elements.find(each, Elements.PROFILES + "ssc-disposition")
                    .map(end ->
                        Elements.part(end, "reason").flatMap(Elements::code).orElseThrow()
                            + Elements.part(end, "date")
                                .map(date -> " " + date.primitiveValue())
                                .orElse(""))
                    .orElse("-"))
        .toList();
  }

  @Test
  void readsHowFarPeopleCameFromRowsOrColumns() {
    String people = "ID,Sex\n1,F\n2,F\n3,M\n4,M\n5,F\n6,F\n7,F\n";
    MappedContent rows =
        read(
            FLOW
                + """
                  - {table: ds, subject: ID, dispositions: {event: DSDECOD, date: DSSTDTC}}
                """,
            "people.csv",
            people,
            "ds.csv",
            """
            ID,DSDECOD,DSSTDTC
            1,COMPLETED,2016-01-20
            1,INFORMED CONSENT OBTAINED,2015-01-02
            1,RANDOMIZED,2015-01-09
            2,RANDOMIZED,2015-02-09
            2,WITHDRAWAL BY SUBJECT,2015-06
            3,INFORMED CONSENT OBTAINED,2015-02-01
            3,WITHDRAWAL BY SUBJECT,2015-02-03
            4,INFORMED CONSENT OBTAINED,2015-02-01
            4,SCREEN FAILURE,2015-02-03
            5,INFORMED CONSENT OBTAINED,2015-02-01
            6,RANDOMIZED,2015-02-09
            6,RANDOMIZED,2015-02-09
            """);
    assertThat(reasons(rows)).isEmpty();
    assertThat(states(rows))
        .containsExactlyInAnyOrder(
            "s-1 off-study 2015-01-09 completed 2016-01-20",
            "s-2 withdrawn 2015-02-09 withdrawal-by-subject 2015-06",
            "s-3 not-registered - withdrawal-by-subject 2015-02-03",
            "s-4 off-study - screen-failure 2015-02-03",
            "s-5 screening - -",
            "s-6 on-study 2015-02-09 -",
            "s-7 screening - -");

    MappedContent columns =
        read(
            FLOW
                + """
                  - table: flow
                    subject: ID
                    dispositions:
                      - {event: {value: consented}, date: Consent}
                      - {event: {value: randomised}, date: Random}
                      - event: {value: ended}
                        date: End
                        reason: {column: Why, codes: {1: completed, 2: withdrawal by subject, 3: screen failure}}
                """,
            "people.csv",
            people,
            "flow.csv",
            """
            ID,Consent,Random,End,Why
            1,2015-01-02,2015-01-09,2016-01-20,1
            2,2015-01-02,2015-02-09,2015-06,2
            3,2015-02-01,,2015-02-03,2
            4,2015-02-01,,2015-02-03,3
            5,2015-02-01,,,
            6,2015-01-02,2015-02-09,,
            7,,,,
            """);
    assertThat(reasons(columns)).isEmpty();
    assertThat(resources(columns)).isEqualTo(resources(rows));
  }

  @Test
  void refusesPeopleWhoseDispositionsContradictThemselves() {
    MappedContent content =
        read(
            FLOW
                + """
                  - table: ds
                    subject: ID
                    dispositions: {event: Event, date: Date, reason: Why}
                """,
            "people.csv",
            "ID,Sex\n1,F\n2,F\n3,M\n4,M\n5,F\n",
            "ds.csv",
            """
            ID,Event,Date,Why
            1,completed,2016-01-20,
            1,death,2016-01-20,
            2,withdrawn,2016-01-20,
            3,gone,2016-01-20,
            4,withdrawn,2016-01-20,completed
            5,withdrawn,2016-01-20,other
            9,consented,2016-01-20,
            """);
    assertThat(reasons(content))
        .satisfiesExactlyInAnyOrder(
            each -> assertThat(each).contains("3 column Event: found 'death', but line 2 says"),
            each -> assertThat(each).startsWith("4 column Event: nothing says why"),
            each -> assertThat(each).startsWith("5 column Event: found 'gone'; expected consented"),
            each -> assertThat(each).startsWith("6 column Why: found 'completed' of who has"),
            each -> assertThat(each).isEqualTo("8 '9' is in no table with demographics"),
            each -> assertThat(each).isEqualTo("2 how far '1' came was refused"),
            each -> assertThat(each).isEqualTo("3 how far '2' came was refused"),
            each -> assertThat(each).isEqualTo("4 how far '3' came was refused"),
            each -> assertThat(each).isEqualTo("5 how far '4' came was refused"));
    assertThat(states(content)).containsExactly("s-5 withdrawn - other 2016-01-20");

    assertThatThrownBy(() ->
            RegistryMapping.parse(
                "study: s\ntables:\n  - {subject: ID, dispositions: {event: E}}\n"))
        .hasMessageContaining("'dispositions' without 'demographics'");
    assertThatThrownBy(() ->
            RegistryMapping.parse(
                "study: s\ntables:\n"
                    + "  - {subject: ID, demographics: {sex: S, disposition: D}}\n"
                    + "  - {subject: ID, dispositions: {event: E}}\n"))
        .hasMessageContaining("a 'disposition' of demographics");
  }

  @Test
  void countsLinesAsTheyAreInTheFile() {
    MappedContent content =
        read(
            PEOPLE,
            "people.csv",
            "ID,Sex,Start,Note\n1,F,2015-01-01,\"a\nb\r\nc\"\n\n2,F,never,\n\"3\",?,,\"x\ny\"");
    assertThat(reasons(content))
        .satisfiesExactly(
            each -> assertThat(each).startsWith("6 column Start"),
            each -> assertThat(each).startsWith("7 column Sex"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "study: s|no 'tables' in line 1",
        "study: s\\ntables: []|no table in line 2",
        "study: s\\nstudies: x\\ntables: []|unknown key 'studies' in line 2",
        "study: s\\ntables:\\n"
            + "  - {subject: ID, measures: [{column: A, measure: b}]}|'b' in line 3; expected a"
            + " code of ssc-measure",
        "study: s\\ntables:\\n"
            + "  - {subject: ID,\\n"
            + "     measures: [{column: A, measure: 19872-1}]}|without 'reference-equation' in line"
            + " 4",
        "study: s\\ntables:\\n"
            + "  - {subject: ID, demographics: {sex: {colum: S}}}|unknown key 'colum' in line 3;"
            + " expected absent, codes, column",
        "study: s\\ndates: nonsense\\ntables: []|'nonsense' in line 2; expected a form of dates",
        "study: s\\ndates: dd.mm.yyyy\\ntables: []|'dd.mm.yyyy' in line 2; expected a form of dates"
            + " such as dd.MM.yyyy; mm is minutes, months are MM",
        "study: s\\ndates: DD.MM.YYYY\\ntables: []|D is the day of the year, days are dd",
        "study: s\\ndates: MM.YYYY\\ntables: []|Y is the year of a week, years are yyyy",
        "study: s\\ndates: dd.MM.yy\\ntables: []|years have four digits",
        "study: s\\ndates: dd.yyyy\\ntables: []|both MM and dd",
        "study: s\\ndates: HH:MM dd.mm.yyyy\\ntables: []|after all three maybe a time",
        "study: s\\ndates: [yyyy, dd/MM/yyyy, M/d/yyyy]\\ntables: []|the dates 'dd/MM/yyyy' and"
            + " 'M/d/yyyy' in line 2; expected one of them",
        "study: s\\nvisits: {A: month-99}\\ntables: []|'month-99' in line 2; expected a code of"
            + " ssc-visit",
        "study: s\\nabsent: {A: sick}\\ntables: []|'sick' in line 2",
        "study: s\\nunits: {A: furlong}\\ntables: []|the unit 'furlong' in line 2; expected one of"
            + " UCUM",
        "study: s\\ntables:\\n  - {subject: ID}|nothing is taken in line 3",
        "study: s\\ntables: [{subject: ID, adverse-events: {term: T}}]|no 'serious' in line 2",
        "study: s\\ntables: [{subject: ID, treatments: {dose: D}}]|no 'drug' in line 2",
        "study: s\\ntables: [{subject: ID, history: {term: T, code: C}}]|only one of 'code' and"
            + " 'system' in line 2",
        "study: s\\ntables: [{subject: ID, treatments: {drug: T, dose: C}}]|only one of 'dose'"
            + " and 'unit' in line 2",
        "study: s\\ntables: [{subject: ID, medications: {drug: T, date: C, end: D}}]|both 'date'"
            + " and 'start' or 'end' in line 2",
        "study: s\\ntables: [{subject: ID, history: {term: T, organs: {A: crp}}}]|'crp' in line 2;"
            + " expected a code of an organ",
        "[]|keys and values",
        "~~|The mapping is empty"
      })
  void refusesAMappingByItsLine(String yaml, String reason) {
    assertThatThrownBy(() -> RegistryMapping.parse(yaml.replace("\\n", "\n")))
        .isInstanceOf(FhirFailure.Malformed.class)
        .hasMessageContaining(reason);
  }

  @ParameterizedTest
  @CsvSource({
    "dd.MM.yyyy,3.05.1961,''",
    "dd.MM.yyyy,03.05.1961,1961-05-03",
    "'[dd.MM.yyyy, MM.yyyy, yyyy]',13.2015,''",
    "'[dd.MM.yyyy, MM.yyyy, yyyy]',12.2015,2015-12",
    "'[dd.MM.yyyy, MM.yyyy, yyyy]',2015,2015",
    "yyyy-MM,2015-13,''",
    "yyyy-MM,2015-12,2015-12",
    "d-MMM-yyyy,3-may-1961,1961-05-03",
    "dd.MM.yyyy HH:mm,03.05.1961 23:59,1961-05-03",
    "dd.MM.yyyy HH:mm,03.05.1961 25:00,''",
    "dd.MM.yyyy[ HH:mm],03.05.1961,1961-05-03",
    "'[MM/dd/yyyy, dd-MMM-yyyy, dd.MM.yyyy]',05/03/1961,1961-05-03",
    "[],2015-01-12T23:00,2015-01-12",
    "[],2015-01-12T25:00,''",
    "[],2015-01-12 10:61,''"
  })
  void takesAWholeAndValidDateOrNone(String forms, String written, String date) {
    MappedContent content =
        read(
            PEOPLE.replace("tables:", "dates: " + forms + "\ntables:"),
            "people.csv",
            "ID,Sex,Start\n1,F," + written + "\n");
    assertThat(only(content, ResearchSubject.class))
        .extracting(each -> each.getPeriod().getStartElement().getValueAsString())
        .isEqualTo(date.isEmpty() ? List.of() : List.of(date));
    assertThat(reasons(content))
        .allMatch(each -> each.contains("column Start: found '" + written + "'; expected a date"))
        .hasSize(date.isEmpty() ? 1 : 0);
  }

  @Test
  void refusesWhoIsNotBornYetOrDiedBefore() {
    MappedContent content =
        read(
            """
            study: s
            tables:
              - {table: people, subject: ID, demographics: {sex: Sex, birth-date: Born, death-date: Died}}
            """,
            "people.csv",
            """
            ID,Sex,Born,Died
            1,F,2199-01-01,
            2,F,1961-05-03,1961-05-02
            3,F,1961-05-03,1961
            4,F,1961-05,2015-01-01
            """);
    assertThat(reasons(content))
        .containsExactly(
            "2 column Born: found '2199-01-01'; expected a day that isn't in the future",
            "3 column Died: found '1961-05-02'; expected none before the birth, 1961-05-03");
    assertThat(only(content, Patient.class)).hasSize(2);
  }

  @Test
  void namesColumnsAndTablesThatAreNotThere() {
    MappedContent content = read(PEOPLE, "people.csv", "ID,Gender,Start\n1,F,2015-01-01\n");
    assertThat(reasons(content))
        .containsExactly(
            "0 There is no column 'Sex', which line 3 of the mapping names; there are [ID, Gender,"
                + " Start]");
    content = read(PEOPLE, "persons.csv", "ID,Sex,Start\n1,F,2015-01-01\n");
    assertThat(reasons(content))
        .containsExactly(
            "0 There is no table 'people', which line 3 of the mapping names; there are [persons]");
    assertThat(content.leftOut()).hasSize(1);
  }

  @Test
  void namesNothingThatFollowsFromAMissingColumnOrABrokenFile() {
    MappedContent content =
        read(
            """
            study: s
            tables:
              - {table: people, subject: ID, demographics: {sex: Sex, start: Start, arm: Arm}}
              - {table: history, subject: ID, history: {term: Term}}
            """,
            "people.csv",
            "ID,Gender,Start,Arm\n1,F,2015-01-01,A\n",
            "history.csv",
            "ID,Term\n1,\"Asthma\n");
    assertThat(reasons(content))
        .satisfiesExactlyInAnyOrder(
            each -> assertThat(each).contains("There is no column 'Sex'"),
            each -> assertThat(each).startsWith("0 ").doesNotContain("There is no table"));
    assertThat(content.leftOut())
        .extracting(Refusal::reason)
        .containsExactly("1 columns are mapped to nothing: Gender");
  }

  @Test
  void aMappingHasUnitsOfUcum() {
    RegistryMapping mapping =
        RegistryMapping.parse(
            """
            study: s
            units: {a: Cel, b: "[degF]", c: "mm[Hg]", d: 10*3/uL, e: umol/L, f: mmHg}
            tables: [{subject: ID, demographics: {sex: Sex}}]
            """);
    assertThat(mapping.units())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "A", "Cel", "B", "[degF]", "C", "mm[Hg]", "D", "10*3/uL", "E", "umol/L", "F",
                "mm[Hg]"));
  }

  @Test
  void leavesHowFarPeopleCameIfItsTableIsNotThere() {
    MappedContent content =
        read(
            PEOPLE + "  - {table: flow, subject: ID, dispositions: {event: Step, date: On}}\n",
            "people.csv",
            "ID,Sex,Start\n1,F,2015-01-01\n");
    assertThat(only(content, Patient.class)).hasSize(1);
    assertThat(only(content, ResearchSubject.class)).isEmpty();
    assertThat(content.leftOut())
        .extracting(Refusal::reason)
        .containsExactly(
            "No ResearchSubject is taken, as 'flow', which says how far people came, isn't there"
                + " to be read");
  }

  @Test
  void anAgeGivesAYearAndADispositionEndsTheStudy() {
    MappedContent content =
        read(
            """
            study: s
            tables:
              - subject: ID
                demographics: {sex: Sex, age: Age, start: Start, disposition: Why, end: End}
            """,
            "people.csv",
            "ID,Sex,Age,Start,Why,End\n1,female,50,2015-03-01,lost to follow-up,2015-06-01\n");
    assertThat(content.refused()).isEmpty();
    assertThat(only(content, Patient.class).getFirst().getBirthDateElement().asStringValue())
        .isEqualTo("1964");
    ResearchSubject subject = only(content, ResearchSubject.class).getFirst();
    assertThat(subject.getStatus().toCode()).isEqualTo("withdrawn");
    assertThat(subject.getExtensionByUrl(Elements.PROFILES + "ssc-disposition")).isNotNull();
  }

  private static final String BESIDE =
      PEOPLE
          + """
            - table: infusions
              subject: ID
              treatments:
                drug: Drug
                date: Given
                dose: Dose
                unit: Unit
                status: Status
                reason: Why
            - table: visits
              subject: ID
              visit: Visit
              date: Date
              medications:
                - {drug: {value: Prednisone}, dose: Pred, unit: {value: mg/day}, date: Date}
                - {drug: {value: Bosentan}, occurred: Bosentan, date: Date}
              history:
                - {term: {value: Renal crisis}, occurred: Crisis,
                   organs: {renal crisis: involvement-renal}}
                - {term: {value: Asthma}, occurred: Asthma, resolved: Over, id: {value: asthma}}
          """;

  @Test
  void takesTreatmentsMedicationsAndHistory() {
    MappedContent content =
        read(
            BESIDE,
            "people.csv",
            "ID,Sex,Start\n1,F,2015-01-01\n",
            "infusions.csv",
            """
            ID,Given,Drug,Dose,Unit,Status,Why
            1,2015-01-01,Rituximab,1000,mg,,
            1,2015-01-15,Rituximab,,,not done,adverse event
            1,2015-02-01,Rituximab,1000,,,
            1,2015-03-01,Rituximab,<5,mg,,
            1,,Rituximab,1000,mg,,
            1,2015-05-01,Rituximab,1000,mg,maybe,
            1,2015-06-01,Rituximab,1000,furlong,,
            """,
            "visits.csv",
            """
            ID,Visit,Date,Pred,Bosentan,Crisis,Asthma,Over
            1,baseline,2015-01-01,7.5,yes,no,yes,no
            1,month 3,2015-04-01,,no,yes,,
            """);
    assertThat(reasons(content))
        .satisfiesExactlyInAnyOrder(
            each -> assertThat(each).startsWith("4 column Dose: there is a dose, but nothing says"),
            each -> assertThat(each).startsWith("5 column Dose: found '<5'; expected a dose"),
            each -> assertThat(each).startsWith("6 column Drug: nothing says when"),
            each -> assertThat(each).startsWith("7 column Status: The status is 'maybe'; expected"),
            each -> assertThat(each).startsWith("8 column Unit: the unit 'furlong' is not known"));
    List<MedicationAdministration> given = only(content, MedicationAdministration.class);
    assertThat(given).hasSize(2);
    assertThat(given.getFirst().getMeta().getProfile().getFirst().getValue())
        .endsWith("/ssc-study-treatment");
    assertThat(given.getFirst().getEffectiveDateTimeType().asStringValue()).isEqualTo("2015-01-01");
    assertThat(given.getFirst().getDosage().getDose().getCode()).isEqualTo("mg");
    assertThat(given.get(1).getStatus().toCode()).isEqualTo("not-done");
    assertThat(given.get(1).getStatusReasonFirstRep().getCodingFirstRep().getCode())
        .isEqualTo("adverse-event");
    assertThat(Elements.studyDay(given.get(1))).contains(15);
    assertThat(only(content, MedicationStatement.class))
        .extracting(each ->
            each.getMedicationCodeableConcept().getText()
                + " "
                + each.getStatus().toCode()
                + " "
                + Elements.visitCode(each).orElse(""))
        .containsExactly("Prednisone active baseline", "Bosentan active baseline");
    assertThat(only(content, Observation.class))
        .extracting(each ->
            each.getCode().getCodingFirstRep().getCode()
                + " "
                + each.getValueCodeableConcept().getCodingFirstRep().getCode())
        .containsExactly("involvement-renal N", "involvement-renal Y");
    Condition asthma = only(content, Condition.class).getFirst();
    assertThat(asthma.getIdElement().getIdPart()).isEqualTo("s-1-mh-asthma");
    assertThat(asthma.getClinicalStatus().getCodingFirstRep().getCode()).isEqualTo("active");
    assertThat(content.leftOut())
        .extracting(Refusal::reason)
        .containsExactly(
            "1 rows say that something is not so, of 'Bosentan' in line 19 of the mapping");
  }

  /** An organ that is asked for among the history is the same as one in a column of measures. */
  @Test
  void anOrganOfTheHistoryIsTheOneOfTheMeasures() {
    String table = "  - {table: visits, subject: ID, visit: Visit, date: Date, %s}\n";
    String[] files = {
      "people.csv",
      "ID,Sex,Start\n1,F,2015-01-01\n",
      "visits.csv",
      "ID,Visit,Date,Lung\n1,baseline,2015-01-01,1\n1,unscheduled,2015-03-01,0\n"
    };
    String organ = "involvement-interstitial-lung-disease";
    MappedContent measured =
        read(PEOPLE + table.formatted("measures: [{column: Lung, measure: " + organ + "}]"), files);
    MappedContent told =
        read(
            PEOPLE
                + table.formatted(
                    "history: {term: {value: ILD}, occurred: Lung, organs: {ILD: " + organ + "}}"),
            files);
    assertThat(told.refused()).isEmpty();
    assertThat(resources(told)).hasSize(4).isEqualTo(resources(measured));
  }

  @Test
  void refusesBrokenTextWithItsLine() {
    assertThat(
            reasons(
                read(
                    GeneratedRegistry.files(
                        Map.of(
                            "people.csv",
                            "ID,Sex,Start\n1,F,\nJörg,M,\n".getBytes(StandardCharsets.ISO_8859_1))),
                    PEOPLE)))
        .singleElement()
        .asString()
        .contains("another encoding");
    assertThat(reasons(read(PEOPLE, "people.csv", "ID,Sex,Start\n1,F,\n2,\"F,\n3,M,\n")))
        .singleElement()
        .asString()
        .contains("record that begins in line 3");
    assertThat(reasons(read(PEOPLE, "people.csv", "ID,ID,Sex,Start\n1,1,F,\n")))
        .singleElement()
        .asString()
        .contains("two columns 'ID'");
    assertThat(reasons(read(PEOPLE, "people.csv", "ID;Sex,Start\n1;F,\n")))
        .singleElement()
        .asString()
        .contains("as many of one delimiter");
    assertThat(reasons(read(PEOPLE, "people.csv", "ID,Sex,Start\n1,\"" + "x".repeat(1_100_000))))
        .singleElement()
        .asString()
        .contains("more than 1000000 characters");
  }
}
