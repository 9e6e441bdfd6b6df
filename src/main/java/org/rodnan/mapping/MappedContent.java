package org.rodnan.mapping;

import java.util.List;
import org.hl7.fhir.r4.model.Resource;

/**
 * What the files of a source say, as resources.
 *
 * @param resources in an order in which each comes after those it refers to; their ids are the same
 *     whenever the same rows are read
 * @param refused what should have given a resource and could not; empty if all is well
 * @param leftOut what was not meant to give one, a line for each dataset or kind of row
 */
public record MappedContent(List<Mapped> resources, List<Refusal> refused, List<Refusal> leftOut) {
  public MappedContent {
    resources = List.copyOf(resources);
    refused = List.copyOf(refused);
    leftOut = List.copyOf(leftOut);
  }

  /**
   * A resource and the row that it, or the first of its rows, comes from.
   *
   * @param place in the row, such as {@code column FVC}, for the reason of a refusal; empty if the
   *     row says enough
   */
  public record Mapped(Resource resource, String file, long row, String place) {
    public Mapped(Resource resource, String file, long row) {
      this(resource, file, row, "");
    }
  }
}
