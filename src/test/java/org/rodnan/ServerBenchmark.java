package org.rodnan;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
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
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The packed program over HTTP on one machine with its client. The client keeps its connections and
 * reads answers without looking into them, so that it takes as little of the processor as it can.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 5)
@Measurement(iterations = 5, time = 5)
@Threads(8)
public class ServerBenchmark {
  private static final int SUBJECTS = 200;
  private static final int VISITS = 5;
  static final int ENTRIES = 1 + 2 * VISITS;

  /** The server with some thousand resources in it. */
  @State(Scope.Benchmark)
  public static class Server {
    final AtomicInteger next = new AtomicInteger();
    Path folder;
    ServerProcess process;

    /** Starts the packed program on an empty folder and loads it. */
    @Setup(Level.Trial)
    public void start() throws IOException {
      folder = Files.createTempDirectory("rodnan-benchmark");
      process = ServerProcess.start(folder.resolve("data"), Map.of("rodnan.trials.load", "false"));
      FhirClient client = process.client();
      for (int i = 0; i < SUBJECTS; i++) {
        FhirClient.Answer answer = client.post("", subject(next.getAndIncrement()));
        if (answer.status() != 200) {
          throw new IllegalStateException(answer.text());
        }
      }
    }

    /** Ends the program and deletes its data. */
    @TearDown(Level.Trial)
    public void stop() throws IOException {
      process.close();
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }

    /** A subject with an mRSS and an FVC at each visit: {@value #ENTRIES} resources. */
    static String subject(int number) {
      ObjectNode bundle = Fixtures.transaction();
      String id = "s" + number;
      Fixtures.put(bundle, Fixtures.patient(id, id));
      for (int visit = 0; visit < VISITS; visit++) {
        String date = "2008-0" + (1 + visit) + "-15";
        Fixtures.put(bundle, Fixtures.mrss(id + "-mrss-" + visit, "Patient/" + id, date));
        Fixtures.put(bundle, Fixtures.fvc(id + "-fvc-" + visit, "Patient/" + id, date));
      }
      return bundle.toString();
    }
  }

  /** One connection of one client. */
  @State(Scope.Thread)
  public static class Client {
    RawConnection connection;
    int turn;

    @Setup(Level.Trial)
    public void connect(Server server) throws IOException {
      connection = new RawConnection(server.process.base());
      turn = server.next.getAndIncrement();
    }

    @TearDown(Level.Trial)
    public void disconnect() throws IOException {
      connection.close();
    }
  }

  @Benchmark
  public int read(Server server, Client client) throws IOException {
    int subject = Math.floorMod(client.turn++ * 31, SUBJECTS);
    return client.connection.get("/Observation/s" + subject + "-mrss-" + client.turn % VISITS);
  }

  @Benchmark
  public int pageOfFiftyMrss(Server server, Client client) throws IOException {
    return client.connection.get(
        "/Observation?code=https%3A%2F%2Fw3id.org%2Frodnan%2FCodeSystem%2Fssc-measure%7Cmrss-total"
            + "&_count=50");
  }

  @Benchmark
  public int searchByPatientAndCode(Server server, Client client) throws IOException {
    int subject = Math.floorMod(client.turn++ * 31, SUBJECTS);
    return client.connection.get("/Observation?code=mrss-total&patient=s" + subject);
  }

  @Benchmark
  public int createOneFvc(Server server, Client client) throws IOException {
    int subject = Math.floorMod(client.turn++ * 31, SUBJECTS);
    return client.connection.post(
        "/Observation", Fixtures.fvc("x", "Patient/s" + subject, "2008-06-15").toString());
  }

  @Benchmark
  @OperationsPerInvocation(ENTRIES)
  public int ingestResourcesByTransaction(Server server, Client client) throws IOException {
    return client.connection.post("", Server.subject(server.next.getAndIncrement()));
  }
}
