package org.rodnan.operation;

import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.rodnan.cohort.ParticipantFlow;
import org.rodnan.cohort.ParticipantFlow.Row;
import org.rodnan.cohort.ParticipantFlow.Stage;

/**
 * Draws a participant flow as the CONSORT statement has it (Schulz et al., BMJ 2010;340:c332):
 * screening, enrolment, one column for each arm with follow-up and end. With one arm, or more than
 * {@value #COLUMNS_MAX}, there is one column for all. For one thread.
 */
final class ConsortDiagram {
  private static final int COLUMNS_MAX = 8;

  private static final int WIDTH = 256;
  private static final int GAP = 28;
  private static final int MARGIN = 12;
  private static final int PADDING = 10;
  private static final int LINE = 19;

  /** As many letters as fit into a box whatever the font. */
  private static final int LETTERS = 30;

  private static final String STYLE =
      """
      svg { color-scheme: light dark; }
      .ground { fill: #ffffff; }
      .box { fill: #f3f5f8; stroke: #566172; }
      .line { fill: none; stroke: #566172; stroke-width: 1.5; }
      .head { fill: #566172; }
      text { fill: #1c2430; font: 14px system-ui, sans-serif; }
      .first { font-weight: 600; }
      @media screen and (prefers-color-scheme: dark) {
        .ground { fill: #14181e; }
        .box { fill: #1d232b; stroke: #a3adba; }
        .line { stroke: #a3adba; }
        .head { fill: #a3adba; }
        text { fill: #e4e8ee; }
      }
      """;

  private record Box(int x, int y, List<String> lines, int headings) {
    int height() {
      return lines.size() * LINE + PADDING * 2 - 4;
    }

    int bottom() {
      return y + height();
    }

    int middle() {
      return x + WIDTH / 2;
    }
  }

  /** From one point to another: down, across, down. */
  private record Arrow(int x1, int y1, int x2, int y2) {}

  private final ParticipantFlow flow;
  private final List<Box> boxes = new ArrayList<>();
  private final List<Arrow> arrows = new ArrayList<>();

  private ConsortDiagram(ParticipantFlow flow) {
    this.flow = flow;
  }

  /**
   * A whole document, in the colours that the reader prefers, with a title and all numbers in
   * words.
   *
   * @param title of the picture
   */
  static String svg(ParticipantFlow flow, String title) {
    ConsortDiagram diagram = new ConsortDiagram(flow);
    diagram.arrange();
    return diagram.write(title);
  }

  private void arrange() {
    if (flow.rows().isEmpty()) {
      boxes.add(
          new Box(MARGIN, MARGIN, List.of("No subjects are recorded", "and none published"), 1));
      return;
    }
    List<Function<Row, Optional<Integer>>> columns = columns();
    boolean isSplit = columns.size() > 1;
    int span = columns.size() * (WIDTH + GAP) - GAP;
    int middle = MARGIN + span / 2;
    Optional<Box> top =
        flow.all(Stage.SCREENED)
            .map(row -> box(middle, MARGIN, List.of(counted(row, row.subjects())), 1));
    Optional<Box> above =
        flow.all(Stage.ELIGIBLE)
            .flatMap(row -> next(middle, top, List.of(counted(row, row.subjects())), 1))
            .or(() -> top);
    List<String> excluded = withReasons(Stage.NOT_ENROLLED, row -> Optional.of(row.subjects()));
    Optional<Box> enrolled =
        flow.all(Stage.ENROLLED)
            .map(row -> {
              int below = above.map(Box::bottom).orElse(MARGIN - GAP);
              int side = excluded.isEmpty() ? 0 : aside(middle, below + GAP, excluded) + GAP;
              Box box =
                  box(
                      middle,
                      Math.max(below + GAP, side),
                      List.of(counted(row, row.subjects())),
                      1);
              above.ifPresent(from -> connect(from, box));
              return box;
            });
    for (int i = 0; i < columns.size(); i++) {
      int centre = MARGIN + i * (WIDTH + GAP) + WIDTH / 2;
      column(centre, enrolled.or(() -> above), columns.get(i), isSplit ? names().get(i) : "");
    }
  }

  /** Numbers of each column; that of all if there are no arms to tell apart. */
  private List<Function<Row, Optional<Integer>>> columns() {
    List<String> names = names();
    if (names.size() < 2 || names.size() > COLUMNS_MAX) {
      return List.of(row -> Optional.of(row.subjects()));
    }
    List<Function<Row, Optional<Integer>>> columns = new ArrayList<>();
    for (String arm : flow.arms()) {
      columns.add(row -> Optional.ofNullable(row.arms().get(arm)));
    }
    if (names.size() > flow.arms().size()) {
      columns.add(row -> Optional.of(inNoArm(row)));
    }
    return columns;
  }

  private List<String> names() {
    List<String> names = new ArrayList<>(flow.arms());
    // Rounded numbers don't add up.
    boolean isExact = flow.countMin() <= 1;
    if (isExact
        && flow.all(Stage.ENROLLED)
            .filter(row -> !row.isPublished() && inNoArm(row) > 0)
            .isPresent()
        && !names.isEmpty()) {
      names.add("No arm");
    }
    return names;
  }

  private static int inNoArm(Row row) {
    return row.subjects() - row.arms().values().stream().mapToInt(Integer::intValue).sum();
  }

  private void column(
      int centre, Optional<Box> from, Function<Row, Optional<Integer>> number, String arm) {
    Optional<Box> above = from;
    if (!arm.isEmpty()) {
      String n =
          flow.all(Stage.ENROLLED)
              .flatMap(number)
              .map(found -> n(found) + ")")
              .orElse("(n\u00a0not\u00a0published)");
      // The branch to the arms needs room for the line across.
      int y = above.map(box -> box.bottom() + GAP + GAP / 2).orElse(MARGIN);
      Box head = box(centre, y, List.of(arm + " " + n), 1);
      above.ifPresent(box -> connect(box, head));
      above = Optional.of(head);
    }
    List<String> followed = new ArrayList<>();
    for (Row visit : flow.each(Stage.VISIT)) {
      number.apply(visit).ifPresent(found -> followed.add(counted(visit, found)));
    }
    List<String> withdrawn = withReasons(Stage.WITHDRAWN, number);
    if (!followed.isEmpty()) {
      followed.addFirst("Follow-up");
    }
    boolean isAside = arm.isEmpty();
    if (!isAside) {
      followed.addAll(withdrawn);
    }
    if (!followed.isEmpty()) {
      above = next(centre, above, followed, 1);
    }
    List<String> ends = new ArrayList<>();
    for (Stage stage : List.of(Stage.COMPLETED, Stage.ONGOING, Stage.OFF_STUDY)) {
      flow.all(stage)
          .ifPresent(row -> number.apply(row).ifPresent(found -> ends.add(counted(row, found))));
    }
    if (ends.isEmpty()) {
      return;
    }
    if (isAside && !withdrawn.isEmpty() && above.isPresent()) {
      Box last = above.get();
      int bottom = aside(centre, last.bottom() + GAP, withdrawn);
      Box end = box(centre, bottom + GAP, ends, ends.size());
      connect(last, end);
    } else {
      next(centre, above, ends, ends.size());
    }
  }

  private Optional<Box> next(int centre, Optional<Box> above, List<String> lines, int headings) {
    int y = above.map(box -> box.bottom() + GAP).orElse(MARGIN);
    Box box = box(centre, y, lines, headings);
    above.ifPresent(from -> connect(from, box));
    return Optional.of(box);
  }

  private Box box(int centre, int y, List<String> lines, int headings) {
    List<String> wrapped = new ArrayList<>();
    int first = 0;
    for (int i = 0; i < lines.size(); i++) {
      wrapped.addAll(wrapped(lines.get(i)));
      if (i < headings) {
        first = wrapped.size();
      }
    }
    Box box = new Box(centre - WIDTH / 2, y, wrapped, first);
    boxes.add(box);
    return box;
  }

  /** A box to the right of the line down; returns where it ends. */
  private int aside(int centre, int y, List<String> lines) {
    Box box = box(centre + WIDTH / 2 + GAP * 2, y, lines, 1);
    int level = y + box.height() / 2;
    arrows.add(new Arrow(centre, level, box.x(), level));
    return box.bottom();
  }

  private void connect(Box from, Box to) {
    arrows.add(new Arrow(from.middle(), from.bottom(), to.middle(), to.y()));
  }

  private List<String> withReasons(Stage stage, Function<Row, Optional<Integer>> number) {
    List<String> lines = new ArrayList<>();
    flow.all(stage)
        .ifPresent(row -> number.apply(row).ifPresent(found -> lines.add(counted(row, found))));
    for (Row row : flow.each(stage)) {
      number
          .apply(row)
          .filter(found -> found > 0)
          .ifPresent(found -> lines.add("\u2022 " + counted(row, found)));
      if (lines.size() == 1 && flow.all(stage).isEmpty()) {
        lines.addFirst(row.title());
      }
    }
    return lines;
  }

  private static String counted(Row row, int number) {
    String name = row.reason().map(reason -> reason.text()).orElse(row.title());
    return name + " " + n(number) + (row.isPublished() ? ", published)" : ")");
  }

  /** In one piece, wherever a line ends. */
  private static String n(int number) {
    return "(n\u00a0=\u00a0" + number;
  }

  private static List<String> wrapped(String text) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ")) {
      String rest = word;
      if (!line.isEmpty() && line.length() + 1 + rest.length() > LETTERS) {
        lines.add(line.toString());
        line.setLength(0);
      }
      while (rest.length() > LETTERS) {
        lines.add(rest.substring(0, LETTERS));
        rest = rest.substring(LETTERS);
      }
      line.append(line.isEmpty() ? "" : " ").append(rest);
    }
    lines.add(line.toString());
    return lines;
  }

  private String write(String title) {
    int width = boxes.stream().mapToInt(box -> box.x() + WIDTH).max().orElse(0) + MARGIN;
    int height = boxes.stream().mapToInt(Box::bottom).max().orElse(0) + MARGIN;
    StringWriter out = new StringWriter();
    try {
      XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(out);
      start(xml, "svg", "xmlns", "http://www.w3.org/2000/svg", "role", "img");
      xml.writeAttribute("aria-labelledby", "title desc");
      xml.writeAttribute("width", Integer.toString(width));
      xml.writeAttribute("height", Integer.toString(height));
      xml.writeAttribute("viewBox", "0 0 " + width + " " + height);
      text(xml, "title", title, "id", "title");
      text(xml, "desc", described(), "id", "desc");
      text(xml, "style", STYLE);
      start(xml, "rect", "class", "ground", "width", "100%", "height", "100%");
      xml.writeEndElement();
      for (Arrow arrow : arrows) {
        write(xml, arrow);
      }
      for (Box box : boxes) {
        write(xml, box);
      }
      xml.writeEndElement();
      xml.flush();
    } catch (XMLStreamException e) {
      throw new IllegalStateException("Writing to memory failed", e);
    }
    return out.toString();
  }

  /** What the picture shows, for who doesn't see it. */
  private String described() {
    return flow.rows().isEmpty()
        ? "No subjects are recorded and none published."
        : flow.rows().stream()
            .map(row ->
                row.title()
                    + row.reason().map(reason -> ", " + reason.text()).orElse("")
                    + ": "
                    + row.subjects()
                    + row.arms().entrySet().stream()
                        .map(arm -> arm.getKey() + " " + arm.getValue())
                        .collect(Collectors.joining(", ", " (", ")"))
                        .replace(" ()", "")
                    + (row.isPublished()
                        ? ", as published"
                        : row.published()
                            .filter(number -> flow.verdict(row).isPresent())
                            .map(number -> ", published " + number)
                            .orElse("")))
            .collect(Collectors.joining("; ", "", "."));
  }

  private static void write(XMLStreamWriter xml, Arrow arrow) throws XMLStreamException {
    boolean isAcross = arrow.y1() == arrow.y2();
    int turn = arrow.y2() - GAP / 2 - 4;
    String path =
        arrow.x1() == arrow.x2() || isAcross
            ? "M%d %dL%d %d".formatted(arrow.x1(), arrow.y1(), arrow.x2(), arrow.y2())
            : "M%d %dV%dH%dV%d".formatted(arrow.x1(), arrow.y1(), turn, arrow.x2(), arrow.y2());
    start(xml, "path", "class", "line", "d", path);
    xml.writeEndElement();
    String head =
        isAcross
            ? "M%d %dl-8 -4v8z".formatted(arrow.x2(), arrow.y2())
            : "M%d %dl-4 -8h8z".formatted(arrow.x2(), arrow.y2());
    start(xml, "path", "class", "head", "d", head);
    xml.writeEndElement();
  }

  private static void write(XMLStreamWriter xml, Box box) throws XMLStreamException {
    start(xml, "rect", "class", "box", "x", Integer.toString(box.x()));
    xml.writeAttribute("y", Integer.toString(box.y()));
    xml.writeAttribute("width", Integer.toString(WIDTH));
    xml.writeAttribute("height", Integer.toString(box.height()));
    xml.writeAttribute("rx", "3");
    xml.writeEndElement();
    for (int i = 0; i < box.lines().size(); i++) {
      start(xml, "text", "x", Integer.toString(box.x() + PADDING));
      xml.writeAttribute("y", Integer.toString(box.y() + PADDING + LINE * i + 12));
      if (i < box.headings()) {
        xml.writeAttribute("class", "first");
      }
      xml.writeCharacters(xmlText(box.lines().get(i)));
      xml.writeEndElement();
    }
  }

  private static void start(XMLStreamWriter xml, String tag, String... attributes)
      throws XMLStreamException {
    xml.writeStartElement(tag);
    for (int i = 0; i < attributes.length; i += 2) {
      xml.writeAttribute(attributes[i], attributes[i + 1]);
    }
  }

  private static void text(XMLStreamWriter xml, String tag, String text, String... attributes)
      throws XMLStreamException {
    start(xml, tag, attributes);
    xml.writeCharacters(xmlText(text));
    xml.writeEndElement();
  }

  /** FHIR's strings may hold what XML can't. */
  private static String xmlText(String text) {
    return text.replaceAll("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ufffe\\uffff]", "\ufffd");
  }
}
