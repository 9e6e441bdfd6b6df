package org.rodnan.interaction;

import java.util.List;
import java.util.Optional;
import org.rodnan.store.ResourceVersion;

/**
 * A page of a history, newest first.
 *
 * @param total versions in all pages, as of the first page's moment
 * @param next opaque, URL-safe cursor of the next page; empty on the last
 */
public record HistoryPage(List<ResourceVersion> versions, long total, Optional<String> next) {
  public HistoryPage {
    versions = List.copyOf(versions);
  }
}
