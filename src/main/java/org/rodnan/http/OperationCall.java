package org.rodnan.http;

import java.util.List;
import java.util.Optional;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.store.Origin;

/**
 * An operation as it is called, by a request of its own or in an entry of a batch or transaction.
 *
 * @param isPost whether it may change something
 * @param lenient whether unknown parameters of searches are ignored
 * @param ifMatch the header as sent
 * @param form of the answer, one that the operation has
 * @param accept the header's values
 * @param bundles writes the pages of those that answer with some
 */
record OperationCall(
    Target.Operation target,
    OperationInput input,
    boolean isPost,
    boolean lenient,
    Optional<String> ifMatch,
    AnswerForm form,
    List<String> accept,
    Origin origin,
    BundleWriter bundles) {

  /** Of what it is called; for those of the level of an instance. */
  ResourceKey key() {
    return target.key().orElseThrow();
  }

  /** Whether the answer is to be CSV. */
  boolean wantsTable() {
    return form == AnswerForm.TABLE;
  }

  /** Whether the answer is to be SVG. */
  boolean wantsPicture() {
    return form == AnswerForm.PICTURE;
  }
}
