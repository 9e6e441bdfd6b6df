package org.rodnan.web;

import java.util.Map;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Issue;

/** What went wrong, and where to go from there. */
final class FailurePage {
  private FailurePage() {}

  static Page of(FhirFailure failure) {
    return switch (failure) {
      case FhirFailure.NotFound missing -> page(404, "There is no such page", failure);
      case FhirFailure.Gone gone -> page(410, "This was deleted", failure);
      case FhirFailure.Busy busy -> page(503, "Not now", failure);
      case FhirFailure.Fault fault -> page(500, "The server failed", failure);
      case FhirFailure.DiskFull full -> page(507, "The server's disk is full", failure);
      case FhirFailure.TooLarge large -> page(413, "That is too much", failure);
      case FhirFailure.Unauthorized unauthorized -> page(401, "Who are you?", failure);
      case FhirFailure.Forbidden forbidden -> page(403, "Not allowed", failure);
      case FhirFailure.Unprocessable unprocessable -> notUnderstood(failure);
      case FhirFailure.Malformed malformed -> notUnderstood(failure);
      case FhirFailure.NotAllowed notAllowed -> notUnderstood(failure);
      case FhirFailure.NotAcceptable notAcceptable -> notUnderstood(failure);
      case FhirFailure.Conflict conflict -> notUnderstood(failure);
      case FhirFailure.PreconditionFailed failed -> notUnderstood(failure);
      case FhirFailure.UnsupportedMedia unsupported -> notUnderstood(failure);
    };
  }

  private static Page notUnderstood(FhirFailure failure) {
    return page(400, "The address can't be understood", failure);
  }

  private static Page page(int status, String title, FhirFailure failure) {
    return new Page(
        status,
        Layout.page(
            title,
            html -> {
              issues(html, failure);
              html.element("h2", "What to do next").open("ul");
              choices()
                  .forEach((path, text) -> {
                    html.open("li");
                    Layout.link(html, path, text);
                    html.close();
                  });
              html.close();
            }));
  }

  private static Map<String, String> choices() {
    Map<String, String> choices = new java.util.LinkedHashMap<>();
    choices.put("/", "See all studies");
    choices.put("/search", "Search for any resource");
    choices.put("/ig/", "Read the implementation guide");
    return choices;
  }

  /** The findings of a failure, as a page shows them. */
  static void issues(Html html, FhirFailure failure) {
    html.open("div", "class", "alert", "role", "alert");
    for (Issue issue : failure.issues()) {
      html.element("p", issue.diagnostics());
    }
    html.close();
  }
}
