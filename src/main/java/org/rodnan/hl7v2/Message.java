package org.rodnan.hl7v2;

import ca.uhn.hl7v2.DefaultHapiContext;
import ca.uhn.hl7v2.HL7Exception;
import ca.uhn.hl7v2.HapiContext;
import ca.uhn.hl7v2.model.GenericMessage;
import ca.uhn.hl7v2.model.GenericSegment;
import ca.uhn.hl7v2.parser.EncodingCharacters;
import ca.uhn.hl7v2.parser.GenericModelClassFactory;
import ca.uhn.hl7v2.parser.PipeParser;
import ca.uhn.hl7v2.validation.impl.ValidationContextFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A message whose segments were read, in the order in which they were sent. HAPI reads fields,
 * repetitions, components and escapes; the order of segments is judged by who maps them, since
 * senders have segments of their own anywhere.
 */
record Message(Header header, List<Segment> segments) {
  private static final Pattern NAME = Pattern.compile("[A-Z][A-Z0-9]{2}");
  private static final int DELIMITERS_MAX = 100_000;

  Message {
    segments = List.copyOf(segments);
  }

  /** Reads messages. Thread safe. */
  static final class Reader {
    private final HapiContext context =
        new DefaultHapiContext(ValidationContextFactory.noValidation());
    private final PipeParser parser = context.getPipeParser();

    Reader() {
      context.getParserConfiguration().setEscaping(new HexEscaping());
    }

    /**
     * @throws RefusedException if it can't be read
     */
    Message read(byte[] bytes) {
      Header header = Header.of(bytes);
      if (!header.isKnown()) {
        throw new RefusedException(
            Problem.rejected(
                Problem.SEQUENCE,
                "MSH^1",
                "The message doesn't begin with an MSH segment that has its delimiters"));
      }
      if (header.controlId().isEmpty()) {
        throw new RefusedException(
            Problem.rejected(
                Problem.MISSING, "MSH^1^10", "MSH-10 is empty; expected the message's control id"));
      }
      if (!header.component(12, 1).matches("2(\\.[1-9](\\.[1-9])?)?")) {
        throw new RefusedException(
            Problem.rejected(
                Problem.VERSION,
                "MSH^1^12",
                "MSH-12 is '" + header.component(12, 1) + "'; expected a version of HL7 v2"));
      }
      return new Message(header, segments(header, header.text(bytes)));
    }

    private List<Segment> segments(Header header, String text) {
      String delimiters = header.delimiters();
      if (text.chars().filter(c -> delimiters.indexOf(c) >= 0).count() > DELIMITERS_MAX) {
        throw new RefusedException(
            Problem.rejected(
                Problem.SEQUENCE,
                "",
                "The message has more than "
                    + DELIMITERS_MAX
                    + " fields, components and repetitions"));
      }
      EncodingCharacters encoding =
          new EncodingCharacters(delimiters.charAt(0), delimiters.substring(1));
      GenericMessage whole = new GenericMessage.V251(new GenericModelClassFactory());
      whole.setParser(parser);
      List<Segment> segments = new ArrayList<>();
      Map<String, Integer> numbers = new HashMap<>();
      int line = 0;
      for (String each : text.split("\r")) {
        line++;
        if (each.isBlank()) {
          continue;
        }
        String name = each.substring(0, Math.min(3, each.length()));
        if (!NAME.matcher(name).matches()
            || each.length() > 3 && each.charAt(3) != delimiters.charAt(0)) {
          throw new RefusedException(
              Problem.rejected(
                  Problem.SEQUENCE,
                  "",
                  "Line "
                      + line
                      + " begins with '"
                      + name
                      + "'; expected the name of a segment and '"
                      + delimiters.charAt(0)
                      + "'"));
        }
        try {
          GenericSegment fields = new GenericSegment(whole, name);
          parser.parse(fields, each, encoding);
          segments.add(new Segment(name, numbers.merge(name, 1, Integer::sum), fields));
        } catch (HL7Exception | RuntimeException e) {
          throw new RefusedException(
              Problem.rejected(
                  Problem.SEQUENCE,
                  name + "^" + (numbers.getOrDefault(name, 0) + 1),
                  "Line " + line + " can't be read: " + e.getMessage()));
        }
      }
      return segments;
    }
  }

  /** Such as {@code ORU^R01}. */
  String type() {
    return header.component(9, 1) + "^" + header.component(9, 2);
  }

  Optional<Segment> first(String name) {
    return segments.stream().filter(each -> each.name().equals(name)).findFirst();
  }

  long count(String name) {
    return segments.stream().filter(each -> each.name().equals(name)).count();
  }
}
