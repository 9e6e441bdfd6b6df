package org.rodnan.interaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.VersionId;

class EntityTagTest {
  @Test
  void readsWeakStrongAndBareTags() {
    assertThat(EntityTag.versions("W/\"3\", \"4\",5"))
        .containsExactly(new VersionId(3), new VersionId(4), new VersionId(5));
  }

  @Test
  void leavesOutTagsOfOtherServers() {
    assertThat(EntityTag.versions("W/\"abc\"")).isEmpty();
  }

  @Test
  void refusesAnEmptyTag() {
    assertThatThrownBy(() -> EntityTag.versions("W/\"\""))
        .isInstanceOf(FhirFailure.Malformed.class);
  }

  @Test
  void writesWeakTags() {
    assertThat(EntityTag.of(new VersionId(7))).isEqualTo("W/\"7\"");
  }
}
