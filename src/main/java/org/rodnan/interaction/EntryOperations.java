package org.rodnan.interaction;

import java.util.List;
import java.util.Optional;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.store.Origin;

/**
 * What answers to the entries of a batch or transaction that call an operation. The operations
 * stand above the interactions, so whoever has a Bundle processed brings them along. Thread safe.
 */
public interface EntryOperations {
  /**
   * @param path decoded, such as {@code Patient/1/$everything}
   * @param parameters of the query
   * @param resource of the entry
   */
  record Call(
      boolean isPost, String path, List<Parameter> parameters, Optional<ParsedResource> resource) {
    public Call {
      parameters = List.copyOf(parameters);
    }
  }

  /**
   * Whether the operation changes something.
   *
   * @throws FhirFailure.NotFound if there is no such operation
   * @throws FhirFailure.NotAllowed if it is not offered by this method
   */
  boolean changes(Call call);

  /**
   * The resource that the operation answers with, as JSON.
   *
   * @throws FhirFailure as the operation
   */
  byte[] answer(Call call, Origin origin);

  /** For those who send no operations: none is found. */
  EntryOperations NONE =
      new EntryOperations() {
        @Override
        public boolean changes(Call call) {
          throw new FhirFailure.NotFound("There is no operation " + call.path());
        }

        @Override
        public byte[] answer(Call call, Origin origin) {
          throw new FhirFailure.NotFound("There is no operation " + call.path());
        }
      };
}
