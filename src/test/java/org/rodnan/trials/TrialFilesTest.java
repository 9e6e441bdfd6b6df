package org.rodnan.trials;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.rodnan.fhir.FhirContexts;

class TrialFilesTest {

  @Test
  void regeneratingGivesTheCommittedFiles() {
    Map<String, String> files = new TrialFiles(FhirContexts.r4()).files();
    assertThat(files).hasSize(35);
    files.forEach((path, text) ->
        assertThat(BundleFiles.text(path).equals(text))
            .as("%s differs from what seed %d makes: run TrialFiles", path, TrialFiles.SEED)
            .isTrue());
  }
}
