package org.rodnan.terminology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.hl7.fhir.r4.model.ValueSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtifactsTest {
  @Test
  void readsEveryArtifactOfAFolder() throws IOException {
    try (var files = Files.list(Path.of("terminology/ValueSet"))) {
      assertThat(Artifacts.read(ValueSet.class, "terminology/ValueSet"))
          .hasSize((int) files.count());
    }
  }

  @Test
  void readsFromAPackedProgram(@TempDir Path folder) throws IOException {
    Path jar = folder.resolve("program.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      for (String name :
          new String[] {"things/", "things/b.json", "things/a.json", "things/c.md"}) {
        out.putNextEntry(new JarEntry(name));
        out.write(name.getBytes(StandardCharsets.UTF_8));
        out.closeEntry();
      }
    }
    try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null)) {
      assertThat(Artifacts.files("things", loader)).containsOnlyKeys("a.json", "b.json");
      assertThat(Artifacts.files("things", loader).get("a.json"))
          .asString(StandardCharsets.UTF_8)
          .isEqualTo("things/a.json");
    }
  }

  @Test
  void failsLoudlyIfTheFolderIsMissing() {
    assertThatThrownBy(() -> Artifacts.files("profiles/Nothing"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("profiles/Nothing");
  }
}
