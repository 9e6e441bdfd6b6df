package org.rodnan;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.trials.PrintedNumbersContract;
import org.rodnan.trials.ResourceSearch;
import org.rodnan.trials.RestSearch;

/** The packed program at its first start: with the trials in it, as the README shows it. */
@TestMethodOrder(OrderAnnotation.class)
class SeedTrialsIT implements PrintedNumbersContract {
  @TempDir private static Path folder;

  private static ServerProcess server;

  @BeforeAll
  static void start() {
    server = ServerProcess.start(folder.resolve("data"), Map.of("rodnan.warm-up", "true"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Override
  public ResourceSearch source() {
    return new RestSearch(server.base().toString(), FhirContexts.r4());
  }

  @Test
  @Order(Integer.MAX_VALUE)
  void answersEachCommandOfTheReadmeAsPrinted() {
    assertThat(ReadmeCommands.read()).isNotEmpty();
    for (ReadmeCommands.Command command : ReadmeCommands.read()) {
      assertThat(ReadmeCommands.run(command, server.base().toString()))
          .as(command.line())
          .isEqualTo(command.answer());
    }
  }
}
