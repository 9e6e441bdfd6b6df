package org.rodnan.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.rodnan.fhir.FhirFailure;

/**
 * Fetches files by HTTP, within limits of time and size, from allowed places only. Redirects are
 * not followed. For one thread; open as long as one import lasts.
 */
final class RemoteFiles implements AutoCloseable {
  private static final long POLL_MILLIS = 50;
  private static final int ZIP = 0x504b;

  private final ImportSettings settings;
  private final Clock clock;
  private final HttpClient client;
  private long left;

  RemoteFiles(ImportSettings settings, Clock clock) {
    this.settings = settings;
    this.clock = clock;
    this.left = settings.bytesMax();
    this.client =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(settings.silenceMax())
            .build();
  }

  /** That a file can't be had. */
  static final class NotFetched extends Exception {
    private static final long serialVersionUID = 1;

    NotFetched(String reason) {
      super(reason);
    }
  }

  /**
   * @param file is made
   * @param isStopped whether no more of it is wanted
   * @throws NotFetched with the reason
   */
  void fetch(URI url, Path file, BooleanSupplier isStopped) throws NotFetched {
    requireAllowed(url);
    HttpRequest request;
    try {
      request =
          HttpRequest.newBuilder(url)
              .header("Accept", "application/fhir+ndjson")
              .header("Accept-Encoding", "gzip")
              .GET()
              .build();
    } catch (IllegalArgumentException e) {
      throw new NotFetched("The address can't be asked: " + e.getMessage());
    }
    try (FileBody body = new FileBody(file, left)) {
      HttpResponse<Long> answer =
          patiently(
              client.sendAsync(
                  request, info -> info.statusCode() == 200 ? body : BodySubscribers.replacing(0L)),
              body,
              isStopped);
      requireFile(answer, file);
      left -= body.count();
    } catch (IOException e) {
      throw new FhirFailure.Fault("A file that is fetched can't be spooled", e);
    }
  }

  private void requireAllowed(URI url) throws NotFetched {
    if (!settings.allows(url)) {
      throw new NotFetched("The address begins with none of " + ImportSettings.PREFIXES);
    }
    String host = url.getHost();
    boolean isSaid =
        host.equalsIgnoreCase("localhost") || host.startsWith("[") || host.matches("[0-9.]+");
    try {
      InetAddress[] addresses = InetAddress.getAllByName(host);
      if (!isSaid
          && !settings.privateNames()
          && Arrays.stream(addresses).anyMatch(RemoteFiles::isPrivate)) {
        throw new NotFetched(
            "The name "
                + host
                + " stands for an address of this machine or of a private network, which"
                + " rodnan.import.private-names doesn't allow");
      }
    } catch (UnknownHostException e) {
      throw new NotFetched("There is no host " + host);
    }
  }

  private static boolean isPrivate(InetAddress address) {
    byte[] bytes = address.getAddress();
    return address.isLoopbackAddress()
        || address.isAnyLocalAddress()
        || address.isSiteLocalAddress()
        || address.isLinkLocalAddress()
        || address.isMulticastAddress()
        || (address instanceof Inet6Address
            ? (bytes[0] & 0xfe) == 0xfc
            : (bytes[0] & 0xff) == 100 && (bytes[1] & 0xc0) == 64);
  }

  private HttpResponse<Long> patiently(
      CompletableFuture<HttpResponse<Long>> answer, FileBody body, BooleanSupplier isStopped)
      throws NotFetched {
    Instant began = clock.instant();
    Instant moved = began;
    long seen = 0;
    while (true) {
      try {
        return answer.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        Instant now = clock.instant();
        if (body.count() > seen) {
          seen = body.count();
          moved = now;
        }
        Optional<String> reason =
            isStopped.getAsBoolean()
                ? Optional.of("Cancelled while it was fetched")
                : over(Duration.between(began, now), settings.timeMax(), "time-max", "whole");
        if (reason.isEmpty()) {
          reason =
              over(
                  Duration.between(moved, now),
                  settings.silenceMax(),
                  "silence-max",
                  "nor more of it");
        }
        if (reason.isPresent()) {
          answer.cancel(true);
          throw new NotFetched(reason.get());
        }
      } catch (ExecutionException | CancellationException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        throw new NotFetched(
            cause instanceof FileBody.TooLong
                ? "The files have more bytes than rodnan.import.bytes-max allows, "
                    + settings.bytesMax()
                : "The file can't be fetched to its end: "
                    + (cause.getMessage() == null
                        ? cause.getClass().getSimpleName()
                        : cause.getMessage()));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        answer.cancel(true);
        throw new FhirFailure.Fault("The import was interrupted", e);
      }
    }
  }

  private static Optional<String> over(Duration passed, Duration max, String setting, String what) {
    return passed.compareTo(max) > 0
        ? Optional.of(
            "The file didn't come, "
                + what
                + ", within rodnan.import."
                + setting
                + ", "
                + max.toString().substring(2).toLowerCase(Locale.ROOT))
        : Optional.empty();
  }

  private static void requireFile(HttpResponse<Long> answer, Path file)
      throws NotFetched, IOException {
    int status = answer.statusCode();
    if (status >= 300 && status < 400) {
      throw new NotFetched(
          "The source answered "
              + status
              + ", elsewhere; redirects are not followed, expected the address of the file itself");
    }
    if (status != 200) {
      throw new NotFetched("The source answered " + status + "; expected 200");
    }
    String encoding = answer.headers().firstValue("Content-Encoding").orElse("identity");
    if (!encoding.matches("(?i)identity|x?-?gzip")) {
      throw new NotFetched(
          "The file's Content-Encoding is '" + encoding + "'; expected gzip or none");
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] start = in.readNBytes(2);
      if (start.length == 2 && ((start[0] & 0xff) << 8 | (start[1] & 0xff)) == ZIP) {
        throw new NotFetched("The file is a zip file; expected NDJSON, which gzip may have packed");
      }
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
