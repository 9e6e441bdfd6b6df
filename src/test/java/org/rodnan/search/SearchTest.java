package org.rodnan.search;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Tests that search in an index of their own. */
abstract class SearchTest {
  @TempDir Path folder;
  SearchFixture fixture;

  @BeforeEach
  final void openIndex() {
    fixture = new SearchFixture(folder);
  }

  @AfterEach
  final void closeIndex() {
    fixture.close();
  }

  final void observation(String id, String rest) {
    fixture.put("Observation/" + id, "'status':'final'" + (rest.isEmpty() ? "" : "," + rest));
  }

  /** {@link SearchFixture#search}. */
  final List<String> search(String url) {
    return fixture.search(url);
  }
}
