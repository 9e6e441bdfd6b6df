/**
 * The edge: HTTP in, bytes out, failures to status codes.
 *
 * <p>A request comes in through {@link org.rodnan.http.FhirServlet}. {@link org.rodnan.http.Routes}
 * makes its path a {@link org.rodnan.http.Target}, {@link org.rodnan.http.RequestReader} makes the
 * rest of it a {@link org.rodnan.http.FhirRequest} (parameters, {@link
 * org.rodnan.http.Negotiation}, {@link org.rodnan.http.Preferences}), and {@link
 * org.rodnan.http.FhirApi}, the whole interface on one page, says which endpoint answers. An
 * endpoint calls its interaction and returns an {@link org.rodnan.http.Answer}: a status, headers,
 * and JSON as a sequence of arrays that are mostly bodies as they are stored, put together by
 * {@link org.rodnan.http.BundleWriter}. {@link org.rodnan.http.ResponseWriter} sends them as they
 * are; only XML, {@code _pretty}, and a {@link org.rodnan.http.Projection} look into them. What
 * fails, in an interaction or in Jetty, becomes an OperationOutcome in {@link
 * org.rodnan.http.OperationOutcomes} and nowhere else.
 *
 * <p>HAPI's RestfulServer is not part of it. Its method binding knows parameters only without their
 * order and without names that begin with an underscore, no HEAD, root or compartment searches, and
 * encodes each answer from a model: every interaction would have had to be routed ahead of it.
 */
@ApplicationModule(
    allowedDependencies = {
      "fhir",
      "export",
      "view",
      "sdtm",
      "endpoint",
      "course",
      "hl7v2",
      "ingest",
      "interaction",
      "operation",
      "search",
      "index",
      "store",
      "terminology",
      "terminology :: concepts",
      "validation"
    })
@NullMarked
package org.rodnan.http;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
