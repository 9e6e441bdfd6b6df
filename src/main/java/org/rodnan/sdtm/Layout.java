package org.rodnan.sdtm;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a domain is made of: variables in the order of the SDTMIG, with its labels; {@code --}
 * stands for the domain's letters.
 *
 * @param structure as Define-XML says it
 * @param datasetClass as Define-XML says it
 */
record Layout(
    String name, String label, String structure, String datasetClass, List<Column> columns) {
  /**
   * A variable.
   *
   * @param key its place in the key; 0 if none
   */
  record Column(String name, String label, boolean isNumber, int key, String role) {}

  private static final String FINDINGS = "FINDINGS";

  private static final Map<String, String> SHARED =
      Map.of(
          "STUDYID", "Study Identifier",
          "DOMAIN", "Domain Abbreviation",
          "RDOMAIN", "Related Domain Abbreviation",
          "IDVAR", "Identifying Variable",
          "IDVARVAL", "Identifying Variable Value",
          "USUBJID", "Unique Subject Identifier",
          "SEQ", "Sequence Number",
          "GRPID", "Group ID",
          "SPID", "Sponsor-Defined Identifier");

  static final List<Layout> ALL =
      List.of(
          new Layout(
              "DM",
              "Demographics",
              "One record per subject",
              "SPECIAL PURPOSE",
              columns(
                  "DM",
                  "STUDYID*1 DOMAIN USUBJID*2",
                  "SUBJID=Subject Identifier for the Study",
                  "RFSTDTC=Subject Reference Start Date/Time",
                  "RFPENDTC=Date/Time of End of Participation",
                  "DTHDTC=Date/Time of Death",
                  "DTHFL=Subject Death Flag",
                  "SITEID=Study Site Identifier",
                  "BRTHDTC=Date/Time of Birth",
                  "SEX=Sex",
                  "RACE=Race",
                  "ETHNIC=Ethnicity",
                  "ARMCD=Planned Arm Code",
                  "ARM=Description of Planned Arm",
                  "ACTARMCD=Actual Arm Code",
                  "ACTARM=Description of Actual Arm",
                  "COUNTRY=Country")),
          new Layout(
              "AE",
              "Adverse Events",
              "One record per adverse event per subject",
              "EVENTS",
              columns(
                  "AE",
                  "STUDYID*1 DOMAIN USUBJID*2 AESEQ#3 AESPID",
                  "AETERM=Reported Term for the Adverse Event",
                  "AEDECOD=Dictionary-Derived Term",
                  "AEPTCD#=Preferred Term Code",
                  "AESEV=Severity/Intensity",
                  "AESER=Serious Event",
                  "AEACN=Action Taken with Study Treatment",
                  "AEREL=Causality",
                  "AEOUT=Outcome of Adverse Event",
                  "AESCONG=Congenital Anomaly or Birth Defect",
                  "AESDISAB=Persist or Signif Disability/Incapacity",
                  "AESDTH=Results in Death",
                  "AESHOSP=Requires or Prolongs Hospitalization",
                  "AESINTV=Needs Intervention to Prevent Impairment",
                  "AESLIFE=Is Life Threatening",
                  "AESMIE=Other Medically Important Serious Event",
                  "AETOXGR=Standard Toxicity Grade",
                  "VISITNUM#=Visit Number",
                  "VISIT=Visit Name",
                  "AESTDTC=Start Date/Time of Adverse Event",
                  "AEENDTC=End Date/Time of Adverse Event",
                  "AESTDY#=Study Day of Start of Adverse Event")),
          new Layout(
              "CM",
              "Concomitant/Prior Medications",
              "One record per recorded intervention occurrence per subject",
              "INTERVENTIONS",
              columns(
                  "CM",
                  "STUDYID*1 DOMAIN USUBJID*2 CMSEQ#3 CMSPID",
                  "CMTRT=Reported Name of Drug, Med, or Therapy",
                  "CMCAT=Category for Medication",
                  "CMPRESP=CM Pre-specified",
                  "CMOCCUR=CM Occurrence",
                  "CMINDC=Indication",
                  "CMDOSE#=Dose per Administration",
                  "CMDOSU=Dose Units",
                  "VISITNUM#=Visit Number",
                  "VISIT=Visit Name",
                  "CMSTDTC=Start Date/Time of Medication",
                  "CMENDTC=End Date/Time of Medication",
                  "CMSTDY#=Study Day of Start of Medication")),
          new Layout(
              "DS",
              "Disposition",
              "One record per disposition status per subject",
              "EVENTS",
              columns(
                  "DS",
                  "STUDYID*1 DOMAIN USUBJID*2 DSSEQ#3",
                  "DSTERM=Reported Term for the Disposition Event",
                  "DSDECOD=Standardized Disposition Term",
                  "DSCAT=Category for Disposition Event",
                  "DSSCAT=Subcategory for Disposition Event",
                  "VISITNUM#=Visit Number",
                  "VISIT=Visit Name",
                  "DSSTDTC=Start Date/Time of Disposition Event")),
          new Layout(
              "EX",
              "Exposure",
              "One record per constant-dosing interval per subject",
              "INTERVENTIONS",
              columns(
                  "EX",
                  "STUDYID*1 DOMAIN USUBJID*2 EXSEQ#3 EXSPID",
                  "EXTRT=Name of Treatment",
                  "EXPRESP=EX Pre-specified",
                  "EXOCCUR=EX Occurrence",
                  "EXDOSE#=Dose",
                  "EXDOSU=Dose Units",
                  "EXADJ=Reason for Dose Adjustment",
                  "VISITNUM#=Visit Number",
                  "VISIT=Visit Name",
                  "EXSTDTC=Start Date/Time of Treatment",
                  "EXENDTC=End Date/Time of Treatment",
                  "EXSTDY#=Study Day of Start of Treatment")),
          new Layout(
              "MH",
              "Medical History",
              "One record per medical history event per subject",
              "EVENTS",
              columns(
                  "MH",
                  "STUDYID*1 DOMAIN USUBJID*2 MHSEQ#3 MHSPID",
                  "MHTERM=Reported Term for the Medical History",
                  "MHCAT=Category for Medical History",
                  "MHPRESP=Medical History Event Pre-Specified",
                  "MHOCCUR=Medical History Occurrence",
                  "MHSTAT=Completion Status",
                  "MHREASND=Reason Medical History Not Collected",
                  "VISITNUM#=Visit Number",
                  "VISIT=Visit Name",
                  "MHDTC=Date/Time of History Collection",
                  "MHSTDTC=Start Date/Time of Medical History Event",
                  "MHENDTC=End Date/Time of Medical History Event",
                  "MHDY#=Study Day of History Collection")),
          finding("CV", "Cardiovascular System Findings", ""),
          finding("LB", "Laboratory Test Results", "Lab"),
          finding("QS", "Questionnaires", "Question"),
          finding("RE", "Respiratory System Findings", ""),
          finding("RS", "Disease Response and Clin Classification", ""),
          finding("SC", "Subject Characteristics", "Subject Characteristic"),
          finding("VS", "Vital Signs", "Vital Signs"),
          new Layout(
              "SV",
              "Subject Visits",
              "One record per subject per visit",
              "SPECIAL PURPOSE",
              columns(
                  "SV",
                  "STUDYID*1 DOMAIN USUBJID*2",
                  "VISITNUM#3=Visit Number",
                  "VISIT=Visit Name",
                  "SVSTDTC=Start Date/Time of Observation",
                  "SVENDTC=End Date/Time of Observation")));

  /** Comments on rows of other domains. */
  static final Layout COMMENTS =
      new Layout(
          "CO",
          "Comments",
          "One record per comment per subject",
          "SPECIAL PURPOSE",
          columns(
              "CO",
              "STUDYID*1 DOMAIN RDOMAIN USUBJID*2 COSEQ#3 IDVAR IDVARVAL",
              "COVAL=Comment",
              "COEVAL=Evaluator",
              "CODTC=Date/Time of Comment"));

  /** With as many columns as the longest comment has parts. */
  static Layout comments(List<Written> comments) {
    int parts =
        comments.stream()
            .flatMap(row -> row.values.keySet().stream())
            .filter(name -> name.matches("COVAL\\d+"))
            .mapToInt(name -> Integer.parseInt(name.substring("COVAL".length())))
            .max()
            .orElse(0);
    List<Column> columns = new ArrayList<>(COMMENTS.columns());
    int at = columns.stream().map(Column::name).toList().indexOf("COVAL") + 1;
    for (int i = 1; i <= parts; i++) {
      columns.add(at + i - 1, column("COVAL" + i, "Comment " + i, "Qualifier"));
    }
    return new Layout(
        COMMENTS.name(), COMMENTS.label(), COMMENTS.structure(), COMMENTS.datasetClass(), columns);
  }

  /** Records that are related to each other, by RELID. */
  static final Layout RELATIONS =
      new Layout(
          "RELREC",
          "Related Records",
          "One record per related record, group of records or dataset",
          "RELATIONSHIP",
          columns(
              "RELREC",
              "STUDYID*1",
              "RDOMAIN*2=Related Domain Abbreviation",
              "USUBJID*3=Unique Subject Identifier",
              "IDVAR*4=Identifying Variable",
              "IDVARVAL*5=Identifying Variable Value",
              "RELTYPE=Relationship Type",
              "RELID*6=Relationship Identifier"));

  private static Layout finding(String domain, String label, String test) {
    return new Layout(
        domain,
        label,
        "One record per finding per visit per subject",
        FINDINGS,
        columns(
            domain,
            "STUDYID*1 DOMAIN USUBJID*2 --SEQ#3 --GRPID --SPID",
            "--TESTCD=" + (test.isEmpty() ? "" : test + " ") + "Short Name",
            "--TEST=" + (test.isEmpty() ? "Name of Test" : test + " Name"),
            "--CAT=Category",
            "--ORRES=Result or Finding in Original Units",
            "--ORRESU=Original Units",
            "--STRESC=Character Result/Finding in Std Format",
            "--STRESN#=Numeric Result/Finding in Standard Units",
            "--STRESU=Standard Units",
            "--STAT=Completion Status",
            "--REASND=Reason Not Done",
            "VISITNUM#=Visit Number",
            "VISIT=Visit Name",
            "--DTC=Date/Time of Collection",
            "--ENDTC=End Date/Time of Observation",
            "--DY#=Study Day of Collection"));
  }

  /** {@code *2}: of the key; {@code #}: a number; {@code #3}: both. */
  private static List<Column> columns(String domain, String shared, String... own) {
    List<Column> columns = new ArrayList<>();
    for (String each : shared.split(" ")) {
      String name = each.replaceFirst("[*#].*", "").replace("--", domain);
      String kind = name.startsWith(domain) ? name.substring(domain.length()) : name;
      columns.add(
          column(each.replace("--", domain), SHARED.getOrDefault(kind, kind), "Identifier"));
    }
    for (String each : own) {
      int equals = each.indexOf('=');
      String name = each.substring(0, equals).replace("--", domain);
      String role =
          name.endsWith("DTC") || name.contains("DY") || name.startsWith("VISIT")
              ? "Timing"
              : "Qualifier";
      columns.add(column(name, each.substring(equals + 1), role));
    }
    return List.copyOf(columns);
  }

  private static Column column(String text, String label, String role) {
    int mark = Math.max(text.indexOf('*'), text.indexOf('#'));
    String name = mark < 0 ? text : text.substring(0, mark);
    String key = mark < 0 ? "" : text.substring(mark + 1);
    return new Column(
        name, label, text.contains("#"), key.isEmpty() ? 0 : Integer.parseInt(key), role);
  }

  static Layout supplement(String domain) {
    return new Layout(
        "SUPP" + domain,
        "Supplemental Qualifiers for " + domain,
        "One record per IDVAR, IDVARVAL, and QNAM value per subject",
        "RELATIONSHIP",
        columns(
            "SUPP",
            "STUDYID*1",
            "RDOMAIN*2=Related Domain Abbreviation",
            "USUBJID*3=Unique Subject Identifier",
            "IDVAR*4=Identifying Variable",
            "IDVARVAL*5=Identifying Variable Value",
            "QNAM*6=Qualifier Variable Name",
            "QLABEL=Qualifier Variable Label",
            "QVAL=Data Value",
            "QORIG=Origin",
            "QEVAL=Evaluator"));
  }
}
