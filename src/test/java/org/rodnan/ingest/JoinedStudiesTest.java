package org.rodnan.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rodnan.RodnanApplication;
import org.rodnan.cli.OpenProgram;
import org.rodnan.fhir.Progress;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.ResourceParser;
import org.rodnan.ingest.IngestReport.Action;
import org.rodnan.interaction.Interactions;
import org.rodnan.store.Origin;
import org.rodnan.store.ResourceStore;
import org.rodnan.store.ResourceVersion;

/** A stored study that somebody changes while one of the registry is joined with it. */
final class JoinedStudiesTest {
  private static final ResourceKey STUDY = new ResourceKey("ResearchStudy", "our-study");
  private static final Origin ORIGIN = new Origin(Origin.ANONYMOUS, null, "test", null);

  @TempDir private Path folder;

  private static void put(OpenProgram program, String title) {
    ObjectNode own = new ObjectMapper().createObjectNode();
    own.put("resourceType", "ResearchStudy").put("id", "our-study").put("status", "active");
    own.put("title", title);
    own.putArray("identifier")
        .addObject()
        .put("system", "http://clinicaltrials.gov")
        .put("value", "NCT09999995");
    program
        .part(Interactions.class)
        .update()
        .update(
            STUDY,
            program.part(ResourceParser.class).parseJson(own.toString().getBytes(UTF_8)),
            Optional.empty(),
            Optional.empty(),
            ORIGIN);
  }

  private static JsonNode stored(OpenProgram program) throws IOException {
    ResourceVersion version = program.part(ResourceStore.class).read(STUDY).orElseThrow();
    return new ObjectMapper().readTree(((ResourceVersion.Content) version).json());
  }

  private List<String> ingest(OpenProgram program, Progress progress) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("study.json"),
            "{\"protocolSection\":{\"identificationModule\":{\"nctId\":\"NCT09999995\","
                + "\"briefTitle\":\"Of the registry\"},\"descriptionModule\":{\"briefSummary\":"
                + "\"Its summary\"},\"statusModule\":{\"overallStatus\":\"RECRUITING\"}}}");
    try (IngestReport report =
        program
            .part(Ingest.class)
            .ingest(
                new Ingest.Order(
                    Source.CLINICALTRIALS, List.of(new Piece("study.json", file)), true),
                ORIGIN,
                progress)) {
      return report.told().stream()
          .filter(row -> row.action() == Action.REJECTED)
          .map(row -> row.type() + "/" + row.id() + " " + row.reason())
          .toList();
    }
  }

  @Test
  void losesNoChangeThatComesBetween() throws IOException {
    try (OpenProgram program =
        RodnanApplication.open(
            List.of("--rodnan.data-dir=" + folder.resolve("data"), "--rodnan.trials.load=false"))) {
      put(program, "Before");
      AtomicBoolean isChanged = new AtomicBoolean();
      Progress between =
          new Progress() {
            @Override
            public void at(String step, long done, long all) {}

            /** It is asked when the study was joined, before it is written. */
            @Override
            public boolean isStopped() {
              if (isChanged.compareAndSet(false, true)) {
                put(program, "Changed between");
              }
              return false;
            }
          };
      assertThat(ingest(program, between))
          .singleElement()
          .asString()
          .contains("ResearchStudy/our-study It was changed after it was read", "W/\"1\"");
      assertThat(isChanged).isTrue();
      assertThat(stored(program).path("title").asText()).isEqualTo("Changed between");
      assertThat(stored(program).has("description")).isFalse();

      assertThat(ingest(program, Progress.NONE)).isEmpty();
      assertThat(stored(program).path("title").asText()).isEqualTo("Changed between");
      assertThat(stored(program).path("description").asText()).isEqualTo("Its summary");
    }
  }
}
