package org.rodnan.validation;

import java.util.List;
import org.hl7.fhir.r4.model.Resource;

public final class ResourceValidator implements AutoCloseable {
  public ValidationReport validate(Resource resource, byte[] json) {
    return new ValidationReport(List.of());
  }

  @Override
  public void close() {}
}
