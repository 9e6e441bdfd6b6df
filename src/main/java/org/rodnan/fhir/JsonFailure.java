package org.rodnan.fhir;

import com.fasterxml.jackson.core.JacksonException;
import java.util.regex.Pattern;

/** Why JSON can't be read, for people. */
public final class JsonFailure {
  private static final Pattern SWITCHES =
      Pattern.compile(
          ": enable `[^`]*` to allow| ?\\((consider enabling|not recognized as one since"
              + " Feature)[^()]*(\\([^()]*\\))?[^()]*\\)| ?\\(start marker at"
              + " \\[Source:[^\\]]*\\]\\)|(?s)(\n| at \\[Source:).*");

  private JsonFailure() {}

  /** Jackson's messages name settings of its own, and places in a source that it doesn't show. */
  public static String reason(JacksonException failure) {
    return SWITCHES.matcher(failure.getOriginalMessage()).replaceAll("").strip();
  }
}
