package org.rodnan.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.rodnan.FhirClient;
import org.rodnan.RodnanApplication;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.FileSystemUtils;

/**
 * The whole program on a free port of the loopback address, with a store of its own in a folder
 * that goes away with it. All test classes that ask for it share one.
 */
public final class TestServer implements AutoCloseable {
  private final Path dataDir;
  private final ConfigurableApplicationContext context;
  private final int port;
  private final AtomicInteger ids = new AtomicInteger();

  private TestServer(Path dataDir, ConfigurableApplicationContext context, int port) {
    this.dataDir = dataDir;
    this.context = context;
    this.port = port;
  }

  /**
   * @param settings such as {@code rodnan.references=allow}
   */
  public static TestServer start(String... settings) {
    try {
      Path dataDir = Files.createTempDirectory("rodnan-http-");
      List<String> arguments = new ArrayList<>();
      arguments.add("--server.port=0");
      arguments.add("--rodnan.data-dir=" + dataDir);
      if (Arrays.stream(settings).noneMatch(setting -> setting.startsWith("rodnan.trials.load="))) {
        arguments.add("--rodnan.trials.load=false");
      }
      // Each of many would use a processor for seconds.
      if (Arrays.stream(settings).noneMatch(setting -> setting.startsWith("rodnan.warm-up="))) {
        arguments.add("--rodnan.warm-up=false");
      }
      for (String setting : settings) {
        arguments.add("--" + setting);
      }
      ConfigurableApplicationContext context =
          SpringApplication.run(RodnanApplication.class, arguments.toArray(String[]::new));
      int port = context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
      return new TestServer(dataDir, context, port);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public String base() {
    return "http://127.0.0.1:" + port + "/fhir";
  }

  int port() {
    return port;
  }

  public FhirClient client() {
    return new FhirClient(URI.create(base()));
  }

  /** An id that no other test uses. */
  String newId() {
    return "t" + ids.incrementAndGet();
  }

  /**
   * Sends bytes as they are and reads until the server closes the connection.
   *
   * @return all that came, as ISO 8859-1; empty if the connection was closed without an answer
   */
  String raw(byte[] request) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request);
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    context.close();
    FileSystemUtils.deleteRecursively(dataDir.toFile());
  }

  /** Gives the shared server to tests that take one in their constructor. */
  static final class Shared implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
      return parameter.getParameter().getType() == TestServer.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext test) {
      return test.getRoot()
          .getStore(ExtensionContext.Namespace.GLOBAL)
          .computeIfAbsent(TestServer.class, key -> start(), TestServer.class);
    }
  }
}
