package org.rodnan.search;

import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.index.ResourceIndex;
import org.rodnan.index.SearchParameters;
import org.rodnan.terminology.UnitConversion;

/**
 * Search (R4, search.html): from parameters to a page. Every search sees all writes that were
 * acknowledged before it. Thread safe.
 *
 * <p>All methods fail with {@link org.rodnan.fhir.FhirFailure.Malformed} for parameters that can't
 * be understood, naming the parameter, what was found and what was expected, and with {@link
 * org.rodnan.fhir.FhirFailure.Busy} while the index is rebuilt or if the time budget is used up.
 */
public final class SearchEngine {
  /**
   * @param head the log's last committed position, {@link org.rodnan.store.LogReader#head}
   * @param serverBases the base URLs of this server, without a slash at the end
   */
  public SearchEngine(
      ResourceIndex index,
      Supplier<LogPosition> head,
      SearchParameters parameters,
      UnitConversion units,
      Collection<String> serverBases,
      Limits limits,
      Clock clock) {}

  /** The first page. */
  public SearchPage search(SearchRequest request) {
    throw new UnsupportedOperationException();
  }

  /**
   * The page of a next link: of the same point in time as the first one as long as its snapshot is
   * kept, else of now, continued after the last match that was served.
   *
   * @param cursor {@link SearchPage#next()} of the page before
   */
  public SearchPage next(String cursor) {
    throw new UnsupportedOperationException();
  }

  /**
   * What the criteria of a conditional interaction match, in order of creation. Unknown parameters
   * and those that shape a result ({@code _count} and its like) are refused, empty criteria too.
   *
   * @param limit at most so many
   * @param atLeast the position that the index must hold, such as the head inside the writer
   *     section
   */
  public List<ResourceKey> match(
      String type, List<SearchRequest.Parameter> criteria, int limit, LogPosition atLeast) {
    throw new UnsupportedOperationException();
  }

  /** Current resources that refer to the target, anywhere in their content. */
  public List<ResourceKey> referencing(ResourceKey target, int limit, LogPosition atLeast) {
    throw new UnsupportedOperationException();
  }
}
