package org.rodnan.sdtm;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The qualifiers of rows that no variable of their domain has, as SUPP--. */
final class SupplementWriter {
  private static final Map<String, String> LABELS =
      Map.ofEntries(
          Map.entry("IDSYS", "Identifier System"),
          Map.entry("SUBID", "FHIR Id of the Research Subject"),
          Map.entry("PATID", "FHIR Id of the Patient"),
          Map.entry("SYNTHET", "Synthetic Subject"),
          Map.entry("RSSTAT", "FHIR Status of the Research Subject"),
          Map.entry("AESTAT", "FHIR Status of the Adverse Event"),
          Map.entry("AEDISC", "Caused Discontinuation of the Study"),
          Map.entry("AEEXPECT", "Expected in the Study"),
          Map.entry("AESUSP", "Suspected Treatment"),
          Map.entry("AEREL", "Causality"),
          Map.entry("AERELC", "Causality in Another Vocabulary"),
          Map.entry("AEMETH", "Method of the Causality Assessment"),
          Map.entry("AEACT", "Mitigating Action"),
          Map.entry("AECTF", "Contributing Factor"),
          Map.entry("AEINF", "Supporting Information"),
          Map.entry("NORSUB", "No Research Subject in the Source"),
          Map.entry("NOSTUDY", "No Link to the Study in the Source"),
          Map.entry("NOCODE", "No Code of Ours in the Source"),
          Map.entry("TEXTED", "Text and Code Are the Same in the Source"),
          Map.entry("IDVALUE", "Identifier of the Subject"),
          Map.entry("IDSUB", "Further Identifier of the Subject"),
          Map.entry("IDPAT", "Identifier of the Patient"),
          Map.entry("ETHNICC", "Ethnicity in Another Vocabulary"),
          Map.entry("ALIVE", "Not Deceased, as Stated in the Source"),
          Map.entry("DOSENUM", "Dose as Written"),
          Map.entry("UCUM", "Unit of UCUM"),
          Map.entry("ABSENT", "FHIR Code of the Reason Not Done"),
          Map.entry("PERIOD", "A Period in the Source"),
          Map.entry("CODETXT", "Name of the Test in the Source"),
          Map.entry("STATRSN", "Reason of the FHIR Status"),
          Map.entry("CATCODE", "Category in Another Vocabulary"),
          Map.entry("INDCODE", "Indication in Another Vocabulary"),
          Map.entry("CLINSTAT", "FHIR Clinical Status"),
          Map.entry("VERSTAT", "FHIR Verification Status"),
          Map.entry("RESTAT", "FHIR Status"),
          Map.entry("RESTYPE", "FHIR Resource Type"),
          Map.entry("POINT", "One Time and No Period in the Source"),
          Map.entry("DOSETXT", "Dosage as Written"),
          Map.entry("DOSECHG", "Kind of Dose Change"),
          Map.entry("REFEQ", "Reference Equation"),
          Map.entry("HGBSRC", "Hemoglobin Source"),
          Map.entry("IMPUTED", "Imputation Method"),
          Map.entry("OBSCAT", "FHIR Category"),
          Map.entry("OBSSTAT", "FHIR Status of the Observation"),
          Map.entry("NODAY", "No Study Day in the Source"),
          Map.entry("NOTEXT", "No Verbatim Text in the Source"),
          Map.entry("CODE", "Code in Another System"),
          Map.entry("RACE", "Race"));

  private final String study;

  SupplementWriter(String study) {
    this.study = study;
  }

  List<Written> write(Layout layout, List<Written> rows) {
    List<Written> supplements = new ArrayList<>();
    boolean isNumbered = !layout.name().equals("DM");
    for (Written row : rows) {
      row.supplemental.forEach((name, value) -> {
        Written supplement = new Written("SUPP", row.usubjid);
        supplement.put("STUDYID", study);
        supplement.put("RDOMAIN", layout.name());
        supplement.put("USUBJID", row.usubjid);
        supplement.put("IDVAR", isNumbered ? layout.name() + "SEQ" : "");
        supplement.put("IDVARVAL", isNumbered ? row.get(layout.name() + "SEQ") : "");
        supplement.put("QNAM", name);
        supplement.put("QLABEL", label(layout, name));
        supplement.put("QVAL", value);
        supplement.put("QORIG", "Assigned");
        supplements.add(supplement);
      });
    }
    return supplements;
  }

  /** Parts of one text have one label. */
  private static String label(Layout layout, String name) {
    String whole = LABELS.getOrDefault(name.replaceFirst("\\d*(_\\d+)?$", ""), name);
    return layout.columns().stream()
        .filter(column -> name.matches(".*\\d") && isPart(name, column.name()))
        .map(Layout.Column::label)
        .findFirst()
        .orElse(whole);
  }

  private static boolean isPart(String name, String variable) {
    int part = Integer.parseInt(name.replaceFirst(".*?(\\d{1,2})$", "$1"));
    return LongText.name(variable, part).equals(name);
  }
}
