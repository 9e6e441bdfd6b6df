package org.rodnan;

import org.junit.jupiter.api.Test;
import org.springframework.modulith.core.ApplicationModules;

class ModularityTest {
  @Test
  void arrowsBetweenRoomsPointOneWay() {
    ApplicationModules.of(RodnanApplication.class).verify();
  }
}
