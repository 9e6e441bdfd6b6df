package org.rodnan.clinicaltrials;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.rodnan.fhir.JsonFailure;
import org.rodnan.mapping.MappedContent;
import org.rodnan.mapping.MappedContent.Mapped;
import org.rodnan.mapping.Refusal;
import org.rodnan.mapping.RowException;
import org.rodnan.mapping.SourceFile;

/**
 * Reads files that hold a study, an array of studies, or an answer to a search of studies. A study
 * that can't be read is refused as a whole; a figure of its results that can't be, alone. The row
 * that is told is the number of the study in its file. Thread safe.
 */
public final class ClinicalTrialsReader {
  private static final ObjectMapper JSON =
      new ObjectMapper(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(40)
                          .maxStringLength(1 << 20)
                          .maxNumberLength(100)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final long bytesMax;

  /**
   * @param bytesMax of a file; a larger one is refused
   */
  public ClinicalTrialsReader(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  public MappedContent read(List<SourceFile> files) {
    List<Mapped> resources = new ArrayList<>();
    List<Refusal> refused = new ArrayList<>();
    List<Refusal> leftOut = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (SourceFile file : files) {
      try {
        long row = 0;
        JsonNode tree = tree(file);
        for (JsonNode study : studies(tree)) {
          row++;
          study(study, file.name(), row, seen, resources, refused, leftOut);
        }
        if (tree.path("nextPageToken").isTextual()) {
          leftOut.add(
              new Refusal(
                  file.name(),
                  0,
                  "The file is one page of a search, and the next is not in it: pageToken="
                      + tree.path("nextPageToken").textValue()));
        }
      } catch (RowException e) {
        refused.add(new Refusal(file.name(), 0, String.valueOf(e.getMessage())));
      }
    }
    return new MappedContent(resources, refused, leftOut);
  }

  private static void study(
      JsonNode json,
      String file,
      long row,
      Set<String> seen,
      List<Mapped> resources,
      List<Refusal> refused,
      List<Refusal> leftOut) {
    Findings findings = new Findings();
    try {
      String nct = ProtocolReader.nct(json);
      if (!seen.add(nct)) {
        throw new RowException(nct + " is there twice");
      }
      Shape.require(json);
      new ProtocolReader(nct, json, findings).read();
      new ResultsReader(nct, json, findings).read();
    } catch (RowException e) {
      refused.add(new Refusal(file, row, String.valueOf(e.getMessage())));
      return;
    }
    findings
        .resources()
        .forEach(each -> {
          if (seen.add(each.fhirType() + "/" + each.getIdElement().getIdPart())) {
            resources.add(new Mapped(each, file, row));
          }
        });
    findings.refused().forEach(each -> refused.add(new Refusal(file, row, each)));
    findings.leftOut().forEach(each -> leftOut.add(new Refusal(file, row, each)));
  }

  private JsonNode tree(SourceFile file) {
    try (InputStream in = file.opening().open()) {
      byte[] content = in.readNBytes((int) Math.min(bytesMax + 1, Integer.MAX_VALUE - 8));
      if (content.length > bytesMax) {
        throw new RowException("The file is larger than " + bytesMax + " bytes");
      }
      JsonNode tree = JSON.readTree(content);
      return tree == null ? JSON.missingNode() : tree;
    } catch (JsonProcessingException e) {
      throw new RowException(
          "The file is not JSON"
              + (e.getLocation() == null ? "" : " from line " + e.getLocation().getLineNr())
              + ": "
              + JsonFailure.reason(e));
    } catch (IOException e) {
      throw new RowException("The file can't be read: " + e.getMessage());
    }
  }

  private static Iterable<JsonNode> studies(JsonNode tree) {
    if (tree.isArray()) {
      return tree;
    }
    if (tree.path("studies").isArray()) {
      return tree.path("studies");
    }
    if (!tree.isObject()) {
      throw new RowException("The file has no study; expected an object with protocolSection");
    }
    return List.of(tree);
  }
}
