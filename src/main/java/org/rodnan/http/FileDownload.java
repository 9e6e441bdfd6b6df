package org.rodnan.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file that doesn't change, whole or from where a transfer broke off: preconditions and ranges of
 * RFC 9110, sections 13 and 14. Of several ranges in one request the whole file is sent.
 *
 * @param type of its content
 * @param tag a strong one, with its quotes
 */
record FileDownload(Path path, String type, String tag) {
  private static final Pattern RANGE = Pattern.compile("(?i)bytes=(\\d+-\\d*|-\\d+)");

  /** Weak or not, and the tag; that of a packed body is the same with a suffix. */
  private static final Pattern TAGS = Pattern.compile("(W/)?\"([^\"]*?)(-gzip)?\"");

  private static final int DIGITS_MAX = 18;

  /**
   * @param header finds a header of the request
   * @return empty if the file is gone
   */
  Optional<Answer> answer(String method, Function<String, Optional<String>> header) {
    long length;
    try {
      length = Files.size(path);
    } catch (IOException e) {
      return Optional.empty();
    }
    Map<String, String> headers =
        Map.of("ETag", tag, "Accept-Ranges", "bytes", "X-Content-Type-Options", "nosniff");
    if (header.apply("If-Match").map(tags -> !names(tags, false)).orElse(false)) {
      return Optional.of(Answer.empty(412).with(headers));
    }
    if (header.apply("If-None-Match").map(tags -> names(tags, true)).orElse(false)) {
      return Optional.of(Answer.empty(304).with(headers));
    }
    Matcher asked = RANGE.matcher(header.apply("Range").orElse("").strip());
    boolean isOfThis = header.apply("If-Range").map(each -> each.strip().equals(tag)).orElse(true);
    Answer answer =
        method.equals("GET") && isOfThis && asked.matches()
            ? part(length, asked.group(1))
            : Answer.of(200, new FileContent(path, 0, length, false), type);
    return Optional.of(answer.with(headers));
  }

  private boolean names(String tags, boolean isWeak) {
    if (tags.strip().equals("*")) {
      return true;
    }
    return TAGS.matcher(tags)
        .results()
        .filter(each -> isWeak || (each.group(1) == null && each.group(3) == null))
        .anyMatch(each -> tag.equals("\"" + each.group(2) + "\""));
  }

  private Answer part(long length, String range) {
    int hyphen = range.indexOf('-');
    long last = number(range.substring(hyphen + 1), Long.MAX_VALUE);
    long from = hyphen == 0 ? Math.max(0, length - last) : number(range.substring(0, hyphen), 0);
    long to = hyphen == 0 ? length - 1 : Math.min(last, length - 1);
    if (from >= length || from > to) {
      return Answer.empty(416).with("Content-Range", "bytes */" + length);
    }
    return Answer.of(206, new FileContent(path, from, to - from + 1, false), type)
        .with("Content-Range", "bytes " + from + "-" + to + "/" + length);
  }

  private static long number(String digits, long otherwise) {
    if (digits.isEmpty()) {
      return otherwise;
    }
    return digits.length() > DIGITS_MAX ? Long.MAX_VALUE : Long.parseLong(digits);
  }
}
