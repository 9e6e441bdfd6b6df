package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the program works out for itself after its start. */
class TrialWarmUpTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String DEBUG = "logging.level.org.rodnan.operation=debug";

  private final PrintStream out = System.out;
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();

  @BeforeEach
  void readLog() {
    System.setOut(new PrintStream(log, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void printLog() {
    System.setOut(out);
    out.print(log.toString(StandardCharsets.UTF_8));
  }

  @Test
  void asksTheLargestStudy() throws Exception {
    try (TestServer server = start()) {
      assertThat(told("armed up")).containsPattern("by [1-6] rounds of ResearchStudy/spiera-2011");
      assertThat(server.client().get("/ResearchStudy/spiera-2011/$cohort").status()).isEqualTo(200);
    }
    assertThat(told("armed up")).doesNotContain("can't be warmed up");
  }

  @Test
  void endsWithTheProgram() throws Exception {
    start().close();

    assertThat(told("armed up")).doesNotContain("can't be warmed up");
  }

  @Test
  void canBeLeftOut() throws Exception {
    try (TestServer server =
        TestServer.start("rodnan.trials.load=true", "rodnan.warm-up=false", DEBUG)) {
      assertThat(server.client().get("/ResearchStudy/spiera-2011/$cohort").status()).isEqualTo(200);
    }
    assertThat(log.toString(StandardCharsets.UTF_8)).doesNotContain("armed up");
  }

  private TestServer start() {
    return TestServer.start("rodnan.trials.load=true", "rodnan.warm-up=true", DEBUG);
  }

  private String told(String what) throws InterruptedException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (!log.toString(StandardCharsets.UTF_8).contains(what)) {
      assertThat(System.nanoTime()).as("%s", log).isLessThan(until);
      Thread.sleep(20);
    }
    return log.toString(StandardCharsets.UTF_8);
  }
}
