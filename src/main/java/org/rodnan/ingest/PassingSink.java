package org.rodnan.ingest;

import java.util.Optional;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.mapping.MappedContent.Mapped;
import org.rodnan.mapping.MappedSink;
import org.rodnan.mapping.Refusal;

/** Passes on what it takes; whoever extends it looks at some of it first. */
abstract class PassingSink implements MappedSink {
  private final MappedSink next;

  PassingSink(MappedSink next) {
    this.next = next;
  }

  @Override
  public void expect(Resource resource) {
    next.expect(resource);
  }

  @Override
  public void resource(Mapped resource) {
    next.resource(resource);
  }

  @Override
  public void refused(Refusal refusal) {
    next.refused(refusal);
  }

  @Override
  public void leftOut(Refusal refusal) {
    next.leftOut(refusal);
  }

  @Override
  public Optional<Resource> stored(String type, String id) {
    return next.stored(type, id);
  }
}
