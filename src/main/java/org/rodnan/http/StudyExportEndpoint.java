package org.rodnan.http;

import java.io.ByteArrayOutputStream;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.rodnan.export.ClinicalTrialsExport;
import org.rodnan.export.ClinicalTrialsExport.Figures;
import org.rodnan.export.SdtmExport;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.sdtm.SdtmArchive.Format;

/** A study in the forms of regulators and registries. */
final class StudyExportEndpoint {
  /**
   * What was left out, as {@code what=count}, so that a client needn't look for what is missing.
   */
  private static final String LEFT_OUT = "X-Left-Out";

  private static final Map<String, Format> FORMATS =
      Map.of(
          "xpt", Format.XPT,
          "dataset-json", Format.DATASET_JSON,
          "ndjson", Format.DATASET_NDJSON,
          "define", Format.DEFINE);

  private final SdtmExport sdtm;
  private final ClinicalTrialsExport clinicalTrials;

  StudyExportEndpoint(SdtmExport sdtm, ClinicalTrialsExport clinicalTrials) {
    this.sdtm = sdtm;
    this.clinicalTrials = clinicalTrials;
  }

  /** {@code ResearchStudy/[id]/$clinicaltrials}: JSON as the registry's API gives it. */
  Answer clinicalTrials(OperationCall call) {
    call.input().requireOnly(Set.of("figures"));
    Optional<Figures> figures =
        call.input()
            .text("figures")
            .map(asked ->
                switch (asked) {
                  case "computed" -> Figures.COMPUTED;
                  case "published" -> Figures.PUBLISHED;
                  default ->
                      throw new FhirFailure.Malformed(
                          "figures is '" + asked + "'; expected computed or published", "figures");
                });
    ClinicalTrialsExport.Answer answer = clinicalTrials.write(call.key(), figures);
    return withLeftOut(
        Answer.of(200, JsonBytes.of(answer.json()))
            .with("Content-Type", "application/json")
            .with("X-Content-Type-Options", "nosniff"),
        answer.leftOut());
  }

  /** {@code ResearchStudy/[id]/$sdtm}: a zip file, or define.xml alone. */
  Answer sdtm(OperationCall call) {
    call.input().requireOnly(Set.of("format"));
    String asked = call.input().text("format").orElse("xpt");
    Format format = FORMATS.get(asked);
    if (format == null) {
      throw new FhirFailure.Malformed(
          "format is '" + asked + "'; expected xpt, dataset-json, ndjson or define", "format");
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Map<String, Integer> leftOut = sdtm.write(call.key(), format, out);
    boolean isDefine = format == Format.DEFINE;
    Answer answer =
        Answer.of(200, JsonBytes.of(out.toByteArray()))
            .with("Content-Type", isDefine ? "application/xml" : "application/zip")
            .with("X-Content-Type-Options", "nosniff")
            .with(
                "Content-Disposition",
                "attachment; filename=\""
                    + call.key().id()
                    + (isDefine ? "-define.xml" : "-sdtm-" + asked + ".zip")
                    + "\"");
    return withLeftOut(answer, leftOut);
  }

  private static Answer withLeftOut(Answer answer, Map<String, Integer> leftOut) {
    return leftOut.isEmpty() ? answer : answer.with(LEFT_OUT, printable(leftOut));
  }

  /** Codes are a client's: only what a header may hold. */
  private static String printable(Map<String, Integer> leftOut) {
    String text = new TreeMap<>(leftOut).toString().replaceAll("[^\\x20-\\x7e]", "?");
    return text.length() <= 1_000 ? text : text.substring(0, 1_000) + "...";
  }
}
