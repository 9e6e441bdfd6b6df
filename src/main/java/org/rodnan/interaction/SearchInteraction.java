package org.rodnan.interaction;

import org.rodnan.search.SearchEngine;
import org.rodnan.search.SearchPage;
import org.rodnan.search.SearchRequest;

/** R4, http.html#search. Thread safe. */
public final class SearchInteraction {
  private final SearchEngine engine;

  public SearchInteraction(SearchEngine engine) {
    this.engine = engine;
  }

  /** The first page; sees every write acknowledged before, see {@link SearchEngine#search}. */
  public SearchPage search(SearchRequest request) {
    return engine.search(request);
  }

  /** The page of a cursor, see {@link SearchEngine#next}. */
  public SearchPage next(SearchRequest place, String cursor) {
    return engine.next(place, cursor);
  }
}
