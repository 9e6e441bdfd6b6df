package org.rodnan.ingest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.ResearchSubject;
import org.rodnan.clinicaltrials.ClinicalTrialsReader;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.mapping.MappedContent;
import org.rodnan.mapping.MappedSink;
import org.rodnan.mapping.SourceFile;
import org.rodnan.registry.RedcapReader;
import org.rodnan.registry.RegistryMapping;
import org.rodnan.registry.RegistryReader;
import org.rodnan.sdtm.SdtmMapping;
import org.rodnan.sdtm.SdtmReader;

/** What files can be, each with its reader. A new source is one more constant. */
public enum Source {
  /** Resources, Bundles and NDJSON; read as a stream by {@link Ingest} itself. */
  FHIR("fhir", Optional.empty()),
  /** Messages, each acknowledged on its own by {@link org.rodnan.hl7v2.Hl7v2Receiver}. */
  HL7V2("hl7v2", Optional.empty()),
  CLINICALTRIALS(
      "clinicaltrials",
      (files, mapping, stored) -> new ClinicalTrialsReader(Source.JSON_BYTES_MAX).read(files)),
  SDTM(
      "sdtm",
      (StreamReader)
          (files, mapping, sink) ->
              new SdtmReader(Source.ROWS_MAX)
                  .readFiles(files, mapping.map(SdtmMapping::parse), sink)),
  CSV(
      "csv",
      (files, mapping, stored) ->
          new RegistryReader(Source.ROWS_MAX)
              .read(files, RegistryMapping.parse(Source.required(mapping)), stored)),
  REDCAP(
      "redcap",
      (files, mapping, stored) ->
          new RedcapReader(Source.ROWS_MAX)
              .read(files, RegistryMapping.parse(Source.required(mapping)), stored));

  private static final int ROWS_MAX = 1_000_000;
  private static final long JSON_BYTES_MAX = 64L << 20;

  private final String code;
  private final Optional<StreamReader> reader;
  private final boolean isInMemory;

  Source(String code, Reader reader) {
    this(code, Optional.of(reader), true);
  }

  Source(String code, StreamReader reader) {
    this(code, Optional.of(reader), false);
  }

  Source(String code, Optional<StreamReader> none) {
    this(code, none, code.equals("hl7v2"));
  }

  Source(String code, Optional<StreamReader> reader, boolean isInMemory) {
    this.code = code;
    this.reader = reader;
    this.isInMemory = isInMemory;
  }

  /** The same, while they are read. */
  interface StreamReader {
    /**
     * @param files all that was sent but the mapping; unpacked, in the order of their names
     * @param mapping the text of the YAML file that was sent beside them
     * @throws FhirFailure.Malformed as {@link Reader#read}
     */
    void read(List<SourceFile> files, Optional<String> mapping, MappedSink sink);
  }

  /** From files to resources: the same files give the same resources with the same ids. */
  interface Reader extends StreamReader {
    @Override
    default void read(List<SourceFile> files, Optional<String> mapping, MappedSink sink) {
      MappedContent content = read(files, mapping, sink::storedSubject);
      content.resources().forEach(each -> sink.expect(each.resource()));
      record Told(String file, long row, Runnable teller) {}
      List<Told> all = new ArrayList<>();
      content
          .refused()
          .forEach(each -> all.add(new Told(each.file(), each.row(), () -> sink.refused(each))));
      content
          .leftOut()
          .forEach(each -> all.add(new Told(each.file(), each.row(), () -> sink.leftOut(each))));
      content
          .resources()
          .forEach(each -> all.add(new Told(each.file(), each.row(), () -> sink.resource(each))));
      all.sort(Comparator.comparing(Told::file).thenComparingLong(Told::row));
      all.forEach(each -> each.teller().run());
    }

    /**
     * @param files all that was sent but the mapping; unpacked, in the order of their names
     * @param mapping the text of the YAML file that was sent beside them
     * @param stored somebody's part in a study as it is there, for files that don't tell all of it
     * @throws FhirFailure.Malformed if the mapping is wrong, or missing though it takes one; what
     *     is wrong with a file is told in the content
     */
    MappedContent read(
        List<SourceFile> files,
        Optional<String> mapping,
        Function<String, Optional<ResearchSubject>> stored);
  }

  /** As it is asked for. */
  public String code() {
    return code;
  }

  private static String required(Optional<String> mapping) {
    return mapping.orElseThrow(() ->
        new FhirFailure.Malformed(
            IssueType.REQUIRED,
            "There is no mapping, which says which columns are what; expected a file *.yaml sent"
                + " with the others, in a form (multipart/form-data) or a zip file"));
  }

  /** Whether nothing can be read of it without a mapping. */
  public boolean needsMapping() {
    return this == CSV || this == REDCAP;
  }

  /** Empty for what is read as a stream. */
  Optional<StreamReader> reader() {
    return reader;
  }

  /** Whether the files are read into memory. */
  boolean isInMemory() {
    return isInMemory;
  }

  /**
   * @throws FhirFailure.Malformed if there is none of the code
   */
  public static Source of(String code) {
    return Arrays.stream(values())
        .filter(source -> source.code.equals(code))
        .findFirst()
        .orElseThrow(() ->
            new FhirFailure.Malformed(
                IssueType.NOTSUPPORTED,
                "source is '" + code + "'; expected one of " + codes(),
                "source"));
  }

  private static String codes() {
    return Arrays.stream(values()).map(Source::code).collect(Collectors.joining(", "));
  }
}
