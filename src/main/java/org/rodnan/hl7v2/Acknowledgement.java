package org.rodnan.hl7v2;

import ca.uhn.hl7v2.parser.EncodingCharacters;
import ca.uhn.hl7v2.parser.Escape;
import java.util.List;
import java.util.regex.Pattern;
import org.rodnan.hl7v2.Problem.Kind;

/**
 * The answer to a message.
 *
 * @param parked whether it is kept for a person to map
 */
record Acknowledgement(Header header, List<Problem> problems, boolean parked) {
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}+");
  private static final Pattern EVENT = Pattern.compile("[A-Z0-9]{3}");
  private static final int TEXT_MAX = 2_000;
  private static final int PROBLEMS_MAX = 50;

  /** MSA-1: {@code AA}, {@code AE} or {@code AR}. */
  String code() {
    if (parked || problems.stream().allMatch(Problem::isLeftOut)) {
      return "AA";
    }
    return problems.stream()
            .anyMatch(each -> each.kind() == Kind.REJECTED || each.kind() == Kind.BUSY)
        ? "AR"
        : "AE";
  }

  boolean isBusy() {
    return problems.stream().anyMatch(each -> each.kind() == Kind.BUSY);
  }

  /**
   * In the encoding of the message; segments end with a carriage return.
   *
   * @param controlId of the answer
   * @param time of HL7's form
   */
  byte[] encode(String controlId, String time) {
    Header to = header;
    String version = to.component(12, 1);
    String event = to.component(9, 2);
    StringBuilder text = new StringBuilder();
    segment(
        text,
        "MSH|^~\\&",
        same(to.field(5)),
        same(to.field(6)),
        same(to.field(3)),
        same(to.field(4)),
        time,
        "",
        "ACK" + (EVENT.matcher(event).matches() ? "^" + event + "^ACK" : ""),
        controlId,
        to.field(11).isEmpty() ? "P" : same(to.field(11)),
        version.isEmpty() ? "2.5.1" : same(version),
        "",
        "",
        "",
        "",
        "",
        same(to.field(18)));
    segment(text, "MSA", code(), same(to.controlId()), "");
    for (Problem problem : problems.subList(0, Math.min(PROBLEMS_MAX, problems.size()))) {
      segment(
          text,
          "ERR",
          "",
          problem.location(),
          problem.code(),
          parked || problem.isLeftOut() ? "W" : "E",
          "",
          "",
          "",
          escaped(problem.text()));
    }
    return text.toString().getBytes(to.charset());
  }

  private static void segment(StringBuilder text, String... fields) {
    text.append(String.join("|", fields).replaceFirst("\\|+$", "")).append('\r');
  }

  /** A field that is sent back; its delimiters may be others than ours. */
  private String same(String field) {
    String clean = CONTROL.matcher(field).replaceAll(" ");
    return header.delimiters().startsWith("|^~\\&") ? clean : escaped(clean);
  }

  private static String escaped(String text) {
    String clean = CONTROL.matcher(text).replaceAll(" ");
    return Escape.escape(
        clean.length() > TEXT_MAX ? clean.substring(0, TEXT_MAX) + "..." : clean,
        new EncodingCharacters('|', "^~\\&"));
  }
}
