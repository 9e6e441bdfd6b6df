package org.rodnan.web;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An example of the guide.
 *
 * @param name of the file, without {@code .json}
 * @param profile id of the profile that it is an example of; empty for a resource that other
 *     examples refer to
 * @param why what the validator says of an invalid one; empty for a valid one
 * @param json as the file has it
 */
record GuideExample(String name, Optional<String> profile, Optional<String> why, byte[] json) {
  private static final Pattern NAME = Pattern.compile("(.+?)-(valid|invalid)-.+");

  /**
   * @param expectation element and text of the finding; missing for a valid one
   */
  static GuideExample of(String file, byte[] json, JsonNode expectation) {
    String name = file.substring(0, file.length() - ".json".length());
    Matcher parts = NAME.matcher(name);
    return new GuideExample(
        name,
        parts.matches() ? Optional.of(parts.group(1)) : Optional.empty(),
        expectation.isMissingNode()
            ? Optional.empty()
            : Optional.of(
                expectation.path("element").asText() + ": " + expectation.path("text").asText()),
        json);
  }

  boolean isValid() {
    return why.isEmpty();
  }
}
