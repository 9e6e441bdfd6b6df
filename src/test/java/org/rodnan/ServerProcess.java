package org.rodnan;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The packed program as a process of its own, on a free port of the loopback address. */
final class ServerProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  private final Process process;
  private final int port;
  private final Path log;
  private final Duration readyAfter;

  private ServerProcess(Process process, int port, Path log, Duration readyAfter) {
    this.process = process;
    this.port = port;
    this.log = log;
    this.readyAfter = readyAfter;
  }

  /**
   * Starts the program and returns once it answers; what it prints goes to a file beside the data.
   */
  static ServerProcess start(Path dataDir, Map<String, String> settings, String... jvmOptions) {
    try {
      int port = freePort();
      Path log = dataDir.resolveSibling(dataDir.getFileName() + "-" + port + ".log");
      Process process =
          new ProcessBuilder(command(dataDir, port, settings, jvmOptions))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      long begun = System.nanoTime();
      FhirClient client = new FhirClient(base(port));
      while (!answers(client)) {
        if (System.nanoTime() - begun > PATIENCE.toNanos()
            || process.waitFor(50, TimeUnit.MILLISECONDS)) {
          process.destroyForcibly();
          throw new IllegalStateException("The server didn't start:\n" + Files.readString(log));
        }
      }
      return new ServerProcess(process, port, log, Duration.ofNanos(System.nanoTime() - begun));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static List<String> command(
      Path dataDir, int port, Map<String, String> settings, String[] jvmOptions) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx1g");
    command.addAll(List.of(jvmOptions));
    command.add("-jar");
    command.add(jar().toString());
    command.add("--server.port=" + port);
    command.add("--rodnan.data-dir=" + dataDir);
    if (!settings.containsKey("rodnan.warm-up")) {
      // It would take processors from what a test is about.
      command.add("--rodnan.warm-up=false");
    }
    settings.forEach((name, value) -> command.add("--" + name + "=" + value));
    return command;
  }

  /** Built by {@code mvn package}. */
  static Path jar() {
    Path jar = Path.of("target", "rodnan.jar").toAbsolutePath();
    if (!Files.exists(jar)) {
      throw new IllegalStateException(jar + " is missing: run mvn package");
    }
    return jar;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static boolean answers(FhirClient client) throws InterruptedException {
    try {
      return client.get("/metadata").status() == 200;
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  private static URI base(int port) {
    return URI.create("http://127.0.0.1:" + port + "/fhir");
  }

  URI base() {
    return base(port);
  }

  FhirClient client() {
    return new FhirClient(base());
  }

  /** From the start of the process to its first CapabilityStatement. */
  Duration readyAfter() {
    return readyAfter;
  }

  String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** SIGKILL: the process gets no chance to finish anything. */
  void kill() {
    end(process.destroyForcibly());
  }

  /** SIGTERM, and waits until the process is gone. */
  @Override
  public void close() {
    process.destroy();
    end(process);
  }

  private static void end(Process process) {
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
