package org.rodnan;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
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

/**
 * Transactions over HTTP into the server with its validation, and into one without any. Both run in
 * the process of the clients, which turn from one to the other every second, so that a machine
 * whose speed wanders is as fast for one as for the other. What either took in is counted by
 * itself; the score of the method is that of both together.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 6, time = 10)
@Measurement(iterations = 8, time = 10)
@Threads(8)
public class IngestBenchmark {

  /** A server with its own data. */
  private static final class Server implements AutoCloseable {
    private final AtomicInteger next = new AtomicInteger();
    private final Path folder;
    private final ConfigurableApplicationContext context;

    Server(boolean validated) throws IOException {
      folder = Files.createTempDirectory("rodnan-benchmark");
      SpringApplicationBuilder server = new SpringApplicationBuilder(RodnanApplication.class);
      if (!validated) {
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

    String transaction() {
      return ServerBenchmark.Server.subject(next.getAndIncrement());
    }

    /** Ends the server and deletes its data. */
    @Override
    public void close() throws IOException {
      context.close();
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  /** The two servers. */
  @State(Scope.Benchmark)
  public static class Servers {
    private Server validating;
    private Server trusting;

    @Setup(Level.Trial)
    public void start() throws IOException {
      validating = new Server(true);
      trusting = new Server(false);
    }

    @TearDown(Level.Trial)
    public void stop() throws IOException {
      validating.close();
      trusting.close();
    }
  }

  /** The connections of one client. */
  @State(Scope.Thread)
  public static class Client {
    private RawConnection validating;
    private RawConnection trusting;

    @Setup(Level.Trial)
    public void connect(Servers servers) throws IOException {
      validating = new RawConnection(servers.validating.base());
      trusting = new RawConnection(servers.trusting.base());
    }

    @TearDown(Level.Trial)
    public void disconnect() throws IOException {
      validating.close();
      trusting.close();
    }
  }

  /** Resources that went in, a second of the whole, of which each server has half. */
  @AuxCounters
  @State(Scope.Thread)
  public static class Resources {
    public long validated;
    public long unvalidated;

    @Setup(Level.Iteration)
    public void reset() {
      validated = 0;
      unvalidated = 0;
    }
  }

  /** A transaction to the server whose turn it is. */
  @Benchmark
  @OperationsPerInvocation(ServerBenchmark.ENTRIES)
  public int resourcesByTransaction(Servers servers, Client client, Resources resources)
      throws IOException {
    if (TimeUnit.NANOSECONDS.toSeconds(System.nanoTime()) % 2 == 0) {
      resources.validated += ServerBenchmark.ENTRIES;
      return client.validating.post("", servers.validating.transaction());
    }
    resources.unvalidated += ServerBenchmark.ENTRIES;
    return client.trusting.post("", servers.trusting.transaction());
  }
}
