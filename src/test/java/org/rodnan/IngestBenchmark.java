package org.rodnan;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import org.rodnan.terminology.Definitions;
import org.rodnan.validation.ResourceValidator;
import org.rodnan.validation.Unvalidated;
import org.springframework.beans.factory.support.BeanDefinitionBuilder;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Transactions over HTTP into the server with its validation, and into one without any. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 5)
@Measurement(iterations = 5, time = 5)
@Threads(8)
public class IngestBenchmark {

  /** The server, in the process of the clients. */
  @State(Scope.Benchmark)
  public static class Server {
    @Param({"on", "off"})
    public String validation = "on";

    final AtomicInteger next = new AtomicInteger();
    Path folder;
    ConfigurableApplicationContext context;

    @Setup(Level.Trial)
    public void start() throws IOException {
      folder = Files.createTempDirectory("rodnan-benchmark");
      SpringApplicationBuilder server = new SpringApplicationBuilder(RodnanApplication.class);
      if (validation.equals("off")) {
        server.initializers(starting ->
            starting.addBeanFactoryPostProcessor(beans ->
                ((BeanDefinitionRegistry) beans)
                    .registerBeanDefinition(
                        "resourceValidator",
                        BeanDefinitionBuilder.genericBeanDefinition(
                                ResourceValidator.class,
                                () -> new Unvalidated(beans.getBean(Definitions.class)))
                            .getBeanDefinition())));
      }
      context =
          server.run(
              "--server.port=0",
              "--rodnan.data-dir=" + folder.resolve("data"),
              "--rodnan.trials.load=false",
              "--spring.main.allow-bean-definition-overriding=true");
    }

    URI base() {
      return URI.create(
          "http://127.0.0.1:"
              + context.getEnvironment().getRequiredProperty("local.server.port")
              + "/fhir");
    }

    /** Ends the server and deletes its data. */
    @TearDown(Level.Trial)
    public void stop() throws IOException {
      context.close();
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  /** One connection of one client. */
  @State(Scope.Thread)
  public static class Client {
    RawConnection connection;

    @Setup(Level.Trial)
    public void connect(Server server) throws IOException {
      connection = new RawConnection(server.base());
    }

    @TearDown(Level.Trial)
    public void disconnect() throws IOException {
      connection.close();
    }
  }

  @Benchmark
  @OperationsPerInvocation(ServerBenchmark.ENTRIES)
  public int resourcesByTransaction(Server server, Client client) throws IOException {
    return client.connection.post(
        "", ServerBenchmark.Server.subject(server.next.getAndIncrement()));
  }
}
