package org.rodnan.registry;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/** A REDCap project of synthetic people with events and a repeating instrument, in both shapes. */
public final class GeneratedProject {
  public static final String DICTIONARY =
      """
      "Variable / Field Name","Form Name","Section Header","Field Type","Field Label","Choices, Calculations, OR Slider Labels","Field Note","Text Validation Type OR Show Slider Number"
      record_id,demographics,,text,Record,,,
      sex,demographics,,radio,Sex,"1, Female | 2, Male",,
      dob,demographics,,text,Born,,,date_mdy
      enrolled,demographics,,text,Enrolled,,,date_ymd
      visit_date,visit,,text,Date,,,date_dmy
      intro,visit,,descriptive,Read this,,,
      fvc,visit,,text,FVC in litres,,,number_comma_decimal
      haq,visit,,text,HAQ-DI,,,number
      scl70,visit,,dropdown,Anti-Scl-70,"0, Negative | 1, Positive | 9, Not known",,
      mrss,visit,,calc,Skin score,sum(1),,
      organs,visit,,checkbox,Organs,"ild, Lung | 2, Kidney",,
      ae_term,adverse_event,,text,Event,,,
      ae_serious,adverse_event,,yesno,Serious,,,
      ae_why,adverse_event,,checkbox,Criteria,"1, Hospital | 2, Death",,
      ae_rel,adverse_event,,radio,Related,"1, Not related | 2, Possible | 3, Related",,
      ae_start,adverse_event,,text,From,,,date_ymd
      cm_drug,medication,,text,Drug,,,
      cm_dose,medication,,text,Dose,,,number
      cm_unit,medication,,dropdown,Unit,"1, mg | 2, mg/day",,
      cm_start,medication,,text,From,,,date_ymd
      ex_dose,treatment,,text,Dose in mg,,,number
      ex_date,treatment,,text,Given,,,date_ymd
      ex_given,treatment,,yesno,Given,,,
      mh,history,,checkbox,History,"1, Asthma | 2, Hypertension",,
      ds_end,end,,text,End,,,date_ymd
      ds_why,end,,radio,Why,"1, Completed | 2, Adverse event | 3, Lost to follow-up",,
      """;

  public static final String MAPPING =
      """
      study: registry-1
      synthetic: true
      visits: {baseline_arm_1: baseline, month_6_arm_1: month-6, month_12_arm_1: month-12,
               baseline_arm_2: baseline, month_6_arm_2: month-6, month_12_arm_2: month-12}
      tables:
        - where: {redcap_repeat_instrument: ""}
          subject: record_id
          visit: redcap_event_name
          date: visit_date
          demographics:
            sex: sex
            birth-date: dob
            start: enrolled
            arm: {column: redcap_arm, codes: {1: Active, 2: Placebo}}
          measures:
            - {column: fvc, measure: 19870-5, unit: L}
            - {column: haq, measure: haq-di}
            - {column: scl70, measure: anti-scl-70, absent: {9: unknown}}
            - {column: mrss, measure: mrss-total}
            - {column: organs___ild, measure: involvement-interstitial-lung-disease}
            - {column: organs___2, measure: involvement-renal}
        - where: {redcap_repeat_instrument: adverse_event}
          subject: record_id
          adverse-events:
            term: ae_term
            serious: ae_serious
            start: ae_start
            related: ae_rel
            criteria: {hospitalisation: ae_why___1, death: ae_why___2}
        - where: {redcap_repeat_instrument: medication}
          subject: record_id
          medications: {drug: cm_drug, dose: cm_dose, unit: cm_unit, start: cm_start}
        - where: {redcap_repeat_instrument: ""}
          subject: record_id
          visit: redcap_event_name
          treatments:
            drug: {value: Cyclophosphamide}
            dose: ex_dose
            unit: {value: mg}
            date: ex_date
            status: {column: ex_given, codes: {1: completed, 0: not-done}}
            reason: {value: other}
          dispositions:
            - {event: {value: randomised}, date: enrolled}
            - {event: {value: ended}, date: ds_end, reason: ds_why}
          history:
            - {term: {value: Asthma}, occurred: mh___1}
            - {term: {value: Hypertension}, occurred: mh___2}
      """;

  /** Of records that have fewer fields. */
  static final String SMALL =
      MAPPING
          .lines()
          .takeWhile(line -> !line.contains("redcap_repeat_instrument: medication"))
          .filter(line -> !line.matches(".*(haq|scl70|mrss|ae_rel|ae_why).*"))
          .collect(Collectors.joining("\n"));

  private record Place(String record, String event, String instrument, String instance) {}

  private final Map<Place, Map<String, String>> values = new LinkedHashMap<>();

  public GeneratedProject(long seed, int people) {
    Random random = new Random(seed);
    for (int i = 1; i <= people; i++) {
      String arm = "_arm_" + (1 + random.nextInt(2));
      LocalDate start = LocalDate.of(2015, 1, 1).plusDays(random.nextInt(600));
      String record = String.valueOf(i);
      for (String event : List.of("baseline", "month_6", "month_12")) {
        Map<String, String> here = new LinkedHashMap<>();
        if (event.equals("baseline")) {
          here.put("sex", String.valueOf(1 + random.nextInt(2)));
          here.put("dob", start.minusDays(9_000 + random.nextInt(15_000)).toString());
          here.put("enrolled", start.toString());
          here.put("demographics_complete", "2");
        }
        if (random.nextInt(6) > 0) {
          int months = event.equals("baseline") ? 0 : Integer.parseInt(event.substring(6));
          here.put("visit_date", start.plusMonths(months).toString());
          here.put("fvc", "%d,%02d".formatted(1 + random.nextInt(4), random.nextInt(100)));
          here.put("haq", String.valueOf(random.nextInt(25) / 8.0));
          here.put("scl70", String.valueOf(List.of(0, 1, 9).get(random.nextInt(3))));
          if (random.nextBoolean()) {
            here.put("mrss", String.valueOf(random.nextInt(52)));
          }
          here.put("organs___ild", String.valueOf(random.nextInt(2)));
          here.put("organs___2", String.valueOf(random.nextInt(2)));
          here.put("visit_complete", String.valueOf(random.nextInt(3)));
          boolean isGiven = random.nextInt(4) > 0;
          here.put("ex_given", isGiven ? "1" : "0");
          here.put("ex_date", start.plusMonths(months).toString());
          if (isGiven) {
            here.put("ex_dose", String.valueOf(25 * (1 + random.nextInt(8))));
          }
          here.put("treatment_complete", "2");
          if (event.equals("month_12")) {
            here.put("ds_end", start.plusMonths(12).toString());
            here.put("ds_why", String.valueOf(1 + random.nextInt(3)));
            here.put("end_complete", "2");
          }
          here.put("mh___1", String.valueOf(random.nextInt(2)));
          here.put("mh___2", String.valueOf(random.nextInt(2)));
          here.put("history_complete", "2");
        }
        if (!here.isEmpty()) {
          values.put(new Place(record, event + arm, "", ""), here);
        }
      }
      for (int each = 1; each <= random.nextInt(4); each++) {
        Map<String, String> medication = new LinkedHashMap<>();
        medication.put("cm_drug", List.of("Prednisone", "Bosentan", "Nifedipine").get(each % 3));
        medication.put("cm_dose", String.valueOf(random.nextInt(40) / 4.0));
        medication.put("cm_unit", String.valueOf(1 + random.nextInt(2)));
        medication.put("cm_start", start.minusDays(random.nextInt(200)).toString());
        medication.put("medication_complete", "2");
        values.put(repeated(record, arm, "medication", each), medication);
      }
      for (int each = 1; each <= random.nextInt(4); each++) {
        Map<String, String> event = new LinkedHashMap<>();
        boolean isSerious = random.nextInt(3) == 0;
        event.put("ae_term", List.of("Nausea", "Oedema", "Ulcer, \"digital\"").get(each % 3));
        event.put("ae_serious", isSerious ? "1" : "0");
        event.put("ae_why___1", isSerious ? "1" : "0");
        event.put("ae_why___2", "0");
        event.put("ae_rel", String.valueOf(1 + random.nextInt(3)));
        event.put("ae_start", start.plusDays(random.nextInt(200)).toString());
        event.put("adverse_event_complete", "2");
        values.put(repeated(record, arm, "adverse_event", each), event);
      }
    }
  }

  /** Numbered anew in each event. */
  private static Place repeated(String record, String arm, String instrument, int each) {
    String event = each > 2 ? "month_6" : "baseline";
    return new Place(record, event + arm, instrument, String.valueOf(each > 2 ? each - 2 : each));
  }

  private static String quoted(String text) {
    return text.matches("[^\",]*") ? text : "\"" + text.replace("\"", "\"\"") + "\"";
  }

  private static String line(List<String> cells) {
    return cells.stream().map(GeneratedProject::quoted).collect(Collectors.joining(",")) + "\n";
  }

  /** Boxes that aren't ticked are 0 in all rows, as REDCap has them. */
  public String flat() {
    Set<String> columns = new LinkedHashSet<>();
    values.values().forEach(each -> columns.addAll(each.keySet()));
    List<String> header =
        new ArrayList<>(
            List.of(
                "record_id",
                "redcap_event_name",
                "redcap_repeat_instrument",
                "redcap_repeat_instance"));
    header.addAll(columns);
    StringBuilder text = new StringBuilder(line(header));
    values.forEach((place, here) -> {
      List<String> cells =
          new ArrayList<>(
              List.of(place.record(), place.event(), place.instrument(), place.instance()));
      columns.forEach(
          column -> cells.add(here.getOrDefault(column, column.contains("___") ? "0" : "")));
      text.append(line(cells));
    });
    return text.toString();
  }

  /** Boxes that are ticked have a row with their code. */
  public String eav() {
    StringBuilder text =
        new StringBuilder(
            "record,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,field_name,value\n");
    values.forEach((place, here) ->
        here.forEach((field, value) -> {
          int cut = field.indexOf("___");
          if (cut < 0 || value.equals("1")) {
            text.append(
                line(
                    List.of(
                        place.record(),
                        place.event(),
                        place.instrument(),
                        place.instance(),
                        cut < 0 ? field : field.substring(0, cut),
                        cut < 0 ? value : field.substring(cut + 3))));
          }
        }));
    return text.toString();
  }
}
