package org.rodnan.export;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.hl7.fhir.r4.model.Resource;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
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
  private final ResourceScan scans;

  ViewRun(ResourceScan scans) {
    this.scans = scans;
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
   * @throws IOException if the stream can't be written
   */
  public long write(Request request, OutputStream out) throws IOException {
    if (!request.resources().isEmpty()) {
      return write(request, out, rows -> request.resources().forEach(rows));
    }
    try (Moment moment = scans.open()) {
      return write(request, out, moment, List.of(), resource -> {});
    }
  }

  /**
   * As {@link #write(Request, OutputStream)}, of a moment that is open already.
   *
   * @param filters searches, of which one must fit; none means all
   * @param seen told of each resource
   */
  long write(
      Request request,
      OutputStream out,
      Moment moment,
      List<List<Parameter>> filters,
      Consumer<Resource> seen)
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
                body -> {
                  Resource resource = parsed(body.json());
                  rows.accept(resource);
                  seen.accept(resource);
                  return true;
                }));
  }

  private static long write(
      Request request, OutputStream out, Consumer<Consumer<Resource>> resources)
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
        resources.accept(resource -> request.view().rows(resource, use));
      } catch (Enough e) {
        // The rest is not wanted.
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return count[0];
  }

  private static Resource parsed(byte[] json) {
    return (Resource)
        FhirContexts.r4().newJsonParser().parseResource(new String(json, StandardCharsets.UTF_8));
  }
}
