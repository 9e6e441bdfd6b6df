package org.rodnan.http;

import java.util.Set;
import org.eclipse.jetty.http.HttpStatus;

/**
 * The state of a request that is answered later. R4 says how to ask (async.html) but has a form of
 * the result only for exports; so the result is as in R5: a Bundle of type batch-response with one
 * entry, the answer that the request would have had.
 */
final class AsyncEndpoint {
  private static final int RETRY_AFTER_SECONDS = 1;

  private final AsyncJobs jobs;

  AsyncEndpoint(AsyncJobs jobs) {
    this.jobs = jobs;
  }

  Answer answer(String method, FhirRequest request, String id) {
    request.requireParameters(Set.of());
    if (method.equals("DELETE")) {
      jobs.cancel(id);
      return Answer.empty(202);
    }
    return switch (jobs.state(id)) {
      case AsyncJobs.State.Working working ->
          Answer.empty(202)
              .with(
                  "X-Progress",
                  (working.said().isEmpty() ? "" : working.said() + ", ")
                      + "at work for "
                      + working.age().toSeconds()
                      + " s")
              .with("Retry-After", Integer.toString(RETRY_AFTER_SECONDS));
      case AsyncJobs.State.Done done -> Answer.of(200, bundle(done.answer()));
      case AsyncJobs.State.Failed failed ->
          Answer.of(200, bundle(OperationOutcomes.answer(failed.reason(), id)));
    };
  }

  private static JsonBytes bundle(Answer answer) {
    JsonText text =
        new JsonText().raw("{\"resourceType\":\"Bundle\",\"type\":\"batch-response\",\"entry\":[{");
    boolean isFailure = answer.status() >= HttpStatus.BAD_REQUEST_400;
    if (!isFailure) {
      answer
          .body()
          .ifPresent(body -> text.raw("\"resource\":").stored(answer.asResource()).raw(","));
    }
    text.raw("\"response\":{")
        .member("status", answer.status() + " " + HttpStatus.getMessage(answer.status()));
    if (isFailure) {
      answer.body().ifPresent(body -> text.raw(",\"outcome\":").stored(body));
    }
    return text.raw("}}]}").toBytes();
  }
}
