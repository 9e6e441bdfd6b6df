package org.rodnan.export;

import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.hl7.fhir.r4.model.DecimalType;
import org.hl7.fhir.r4.model.IntegerType;
import org.hl7.fhir.r4.model.Parameters;
import org.hl7.fhir.r4.model.Parameters.ParametersParameterComponent;
import org.hl7.fhir.r4.model.Resource;
import org.hl7.fhir.r4.model.StringType;
import org.rodnan.deidentification.Anonymity;
import org.rodnan.deidentification.Anonymity.SameClass;
import org.rodnan.deidentification.Deidentifier;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.ResourceKey;

/** Stored bodies as one export gives them out without what tells who they are about. */
final class DeidentifiedReading {
  private final Deidentifier deidentifier;
  private final LocalDate today;
  private final Anonymity anonymity;
  private final Map<String, Long> leftOut = new TreeMap<>();

  DeidentifiedReading(Deidentifier deidentifier, LocalDate today) {
    this.deidentifier = deidentifier;
    this.today = today;
    this.anonymity = new Anonymity(today.getYear());
  }

  Optional<Resource> resource(byte[] json) {
    Resource parsed = ViewRun.parsed(json);
    ResourceKey key = new ResourceKey(parsed.fhirType(), parsed.getIdElement().getIdPart());
    Optional<Resource> masked = deidentifier.deidentified(key, parsed, today);
    masked.ifPresentOrElse(anonymity::see, () -> leftOut(key.type(), 1));
    return masked;
  }

  /** Takes note of what is in the files already. */
  void see(byte[] json) {
    resource(json);
  }

  Optional<byte[]> json(byte[] json) {
    return resource(json)
        .map(each ->
            FhirContexts.r4()
                .newJsonParser()
                .encodeResourceToString(each)
                .getBytes(StandardCharsets.UTF_8));
  }

  void leftOut(String type, long count) {
    if (count > 0) {
      leftOut.merge(type, count, Long::sum);
    }
  }

  /** How well the subjects hide among each other, and what is not in the files: a Parameters. */
  byte[] report(int k) {
    Anonymity.Report found = anonymity.report(k);
    Parameters report = new Parameters();
    report.addParameter("k", new IntegerType(found.k()));
    report.addParameter("subjects", new IntegerType(found.subjects()));
    report.addParameter("classes", new IntegerType(found.classes()));
    report.addParameter("smallest", new IntegerType(found.smallest()));
    report.addParameter("belowK", new IntegerType(found.belowK()));
    for (SameClass each : found.small()) {
      ParametersParameterComponent small = report.addParameter().setName("class");
      part(small, "sex", each.sex());
      part(small, "age", each.age());
      part(small, "arms", each.arms());
      part(small, "site", each.site());
      small.addPart().setName("subjects").setValue(new IntegerType(each.subjects()));
    }
    leftOut.forEach((type, count) -> {
      ParametersParameterComponent left = report.addParameter().setName("leftOut");
      part(left, "type", type);
      left.addPart().setName("count").setValue(new DecimalType(count));
    });
    return FhirContexts.r4()
        .newJsonParser()
        .encodeResourceToString(report)
        .getBytes(StandardCharsets.UTF_8);
  }

  private static void part(ParametersParameterComponent whole, String name, String value) {
    if (!value.isEmpty()) {
      whole.addPart().setName(name).setValue(new StringType(value));
    }
  }
}
