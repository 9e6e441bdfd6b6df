package org.rodnan.index;

import java.util.Collection;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.terminology.UnitConversion;

/**
 * Derives from a resource what it can be found by, through the definitions of its type's search
 * parameters. Pure, thread safe.
 */
public final class DocumentExtractor {
  /**
   * @param serverBases the base URLs of this server, without a slash at the end: an absolute
   *     reference under one of them is a reference to this server's own resource
   */
  public DocumentExtractor(
      SearchParameters parameters, UnitConversion units, Collection<String> serverBases) {}

  /**
   * Never fails because of the content: a value that a parameter can't use is left out. The id, the
   * version and lastUpdated of the resource are not looked at, the log knows them.
   */
  public IndexDocument extract(Resource resource) {
    throw new UnsupportedOperationException();
  }
}
