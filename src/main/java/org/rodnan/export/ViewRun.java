package org.rodnan.export;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.hl7.fhir.r4.model.Resource;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.LogPosition;
import org.rodnan.search.ResourceScan;
import org.rodnan.search.ResourceScan.Moment;
import org.rodnan.search.ResourceScan.Owners;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.view.RowFormat;
import org.rodnan.view.RowWriter;
import org.rodnan.view.View;

/**
 * Runs views over what is stored, of one point in time and in constant memory, or over resources
 * that come with the request (SQL on FHIR v2, {@code $run}). Thread safe.
 */
public final class ViewRun {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(60);

  private final ResourceScan scans;
  private final Duration timeMax;
  private final int rowsMax;

  /**
   * @param timeMax how long somebody waits for rows of what is stored
   * @param rowsMax how many rows are held of a view that puts rows together
   */
  ViewRun(ResourceScan scans, Duration timeMax, int rowsMax) {
    this.scans = scans;
    this.timeMax = timeMax;
    this.rowsMax = rowsMax;
  }

  /**
   * @param hasHeader of CSV
   * @param owners whose resources; of types that are in no patient's compartment there are then
   *     none
   * @param since only resources written at or after it
   * @param limit most rows
   * @param resources in the place of those that are stored, if there are any
   */
  public record Request(
      View view,
      RowFormat format,
      boolean hasHeader,
      Owners owners,
      Optional<Instant> since,
      OptionalLong limit,
      List<Resource> resources) {
    public Request {
      resources = List.copyOf(resources);
    }
  }

  /** There are as many rows as were asked for. */
  private static final class Enough extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Enough() {
      super(null, null, false, false);
    }
  }

  /**
   * Writes the rows, and leaves the stream open.
   *
   * @return how many there are
   * @throws FhirFailure.Unprocessable if a resource doesn't fit the view; some rows may be written
   *     by then
   * @throws FhirFailure.Busy if it takes longer than {@code rodnan.export.view-time-max}; some rows
   *     may be written by then
   * @throws IOException if the stream can't be written
   */
  public long write(Request request, OutputStream out) throws IOException {
    if (!request.resources().isEmpty()) {
      return write(request, out, rows -> request.resources().forEach(rows));
    }
    try (Moment moment = scans.open()) {
      long begun = System.nanoTime();
      return write(
          request,
          out,
          moment,
          List.of(),
          json -> {
            requireInTime(begun);
            return Optional.of(parsed(json));
          },
          () -> {});
    }
  }

  private void requireInTime(long begun) {
    if (System.nanoTime() - begun > timeMax.toNanos()) {
      throw new FhirFailure.Busy(
          "The rows take longer than rodnan.export.view-time-max allows, "
              + timeMax.toMillis()
              + " ms; ask for fewer by patient, group, _since or _limit, or for $export",
          RETRY_AFTER);
    }
  }

  /**
   * As {@link #write(Request, OutputStream)}, without a limit of time, of a moment that is open
   * already.
   *
   * @param filters searches, of which one must fit; none means all
   * @param reading what of a stored body is used; nothing if empty
   * @param seen told of each resource
   */
  long write(
      Request request,
      OutputStream out,
      Moment moment,
      List<List<Parameter>> filters,
      Function<byte[], Optional<Resource>> reading,
      Runnable seen)
      throws IOException {
    ResourceScan.Selection selection =
        new ResourceScan.Selection(
            request.view().type(), request.owners(), request.since(), filters);
    return write(
        request,
        out,
        rows ->
            moment.forEach(
                selection,
                LogPosition.START,
                (body, created) -> {
                  reading.apply(body.json()).ifPresent(rows);
                  seen.run();
                  return true;
                }));
  }

  private long write(Request request, OutputStream out, Consumer<Consumer<Resource>> resources)
      throws IOException {
    long most = request.limit().orElse(Long.MAX_VALUE);
    long[] count = new long[1];
    try (RowWriter rows = request.format().open(out, request.view(), request.hasHeader())) {
      Consumer<@Nullable Object[]> use =
          row -> {
            if (count[0] >= most) {
              throw new Enough();
            }
            try {
              rows.write(row);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
            count[0]++;
            if (count[0] == most) {
              throw new Enough();
            }
          };
      try {
        List<Integer> same = request.view().together();
        if (same.isEmpty()) {
          resources.accept(resource -> request.view().rows(resource, use));
        } else {
          TogetherRows together = new TogetherRows(same, request.view().place("date"), rowsMax);
          resources.accept(resource -> request.view().rows(resource, together::add));
          together.forEach(use);
        }
      } catch (Enough e) {
        // The rest is not wanted.
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return count[0];
  }

  static Resource parsed(byte[] json) {
    return (Resource)
        FhirContexts.r4().newJsonParser().parseResource(new String(json, StandardCharsets.UTF_8));
  }
}
