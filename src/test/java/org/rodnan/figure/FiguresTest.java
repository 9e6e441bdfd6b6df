package org.rodnan.figure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.rodnan.figure.ForestFigure.Estimate;
import org.rodnan.figure.Series.Point;
import org.rodnan.figure.TimelineFigure.Course;
import org.rodnan.figure.TimelineFigure.Mark;
import org.rodnan.figure.TimelineFigure.Row;
import org.rodnan.figure.TimelineFigure.Span;
import org.rodnan.figure.TimelineFigure.Strip;
import org.rodnan.figure.TimelineFigure.Value;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class FiguresTest {
  private static final List<String> VISITS = List.of("baseline", "month-6", "month-12");
  private static final Caption CAPTION =
      new Caption("Title <&>", "What it \u0001shows", "Visit", "Score");

  private static Series series(String name, double... values) {
    return new Series(
        name, java.util.Arrays.stream(values).mapToObj(value -> new Point(value, 2)).toList());
  }

  private static Series alone(String name, double value) {
    return new Series(name, List.of(new Point(value, 0)));
  }

  static Stream<Figure> figures() {
    Random random = new Random(7);
    List<List<Double>> courses =
        Stream.generate(() ->
                List.of(
                    20 + 10 * random.nextDouble(),
                    random.nextInt(4) == 0 ? Double.NaN : 18 + 10 * random.nextDouble(),
                    15 + 10 * random.nextDouble()))
            .limit(30)
            .toList();
    return Stream.of(
        new BarFigure(
            CAPTION,
            VISITS,
            List.of(series("baseline", 30, 30.6, 29.4), series("at visit", 30, 26, 22.8))),
        new BarFigure(
            CAPTION, VISITS, List.of(series("up", 3, -4, Double.NaN), series("up", 1, 2, 3))),
        new CourseFigure(CAPTION, VISITS, courses, series("Mean", 25, 23, 20)),
        new BarFigure(CAPTION, List.of("month-6"), List.of(alone("nothing changed", 0))),
        new CourseFigure(
            CAPTION, List.of("one"), List.of(List.of(7.0), List.of(7.0)), alone("all the same", 7)),
        new ForestFigure(CAPTION, List.of(new Estimate("nothing changed", 0, 0, 0))),
        new ForestFigure(
            CAPTION,
            List.of(
                new Estimate("all", -6.6, -8.7, -4.5),
                new Estimate(
                    "disease of less than 18 months and so on and on and on", -7.9, -12.6, -3.1),
                new Estimate("one", 2, Double.NaN, Double.NaN))),
        new TimelineFigure(
            new Caption("Title <&>", "What it \u0001shows", "Study day", ""),
            List.of(new Mark("baseline", 1), new Mark("month 12", 366)),
            List.of(
                new Course("Score", List.of(new Value(1, 24), new Value(366, 20))),
                new Course("Same", List.of(new Value(1, 3), new Value(Double.NaN, 9))),
                new Course("None", List.of())),
            List.of(
                new Strip(
                    "Drugs",
                    List.of(
                        new Row("drug", List.of(new Span(1, 200, "", 0))),
                        new Row("none", List.of()))),
                new Strip(
                    "Events",
                    IntStream.range(0, 25)
                        .mapToObj(i ->
                            new Row(
                                "an event with a name that is long " + i / 2,
                                List.of(
                                    new Span(7 * i, 7.0 * i + 9, "1", i),
                                    new Span(300, Double.NaN, "3 serious", 9))))
                        .toList()))));
  }

  @ParameterizedTest
  @MethodSource("figures")
  void saysInWordsWhatItShowsAndNeedsNothingElse(Figure figure) throws Exception {
    byte[] svg = figure.svg();
    keep(figure, svg);
    Document document =
        DocumentBuilderFactory.newDefaultNSInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(svg));
    Element root = document.getDocumentElement();
    assertThat(root.getLocalName()).isEqualTo("svg");
    assertThat(root.getAttribute("role")).isEqualTo("img");
    assertThat(root.getAttribute("viewBox")).startsWith("0 0 760 ");
    assertThat(root.getFirstChild().getTextContent()).isEqualTo("Title <&>");
    assertThat(root.getFirstChild().getNextSibling().getTextContent()).isEqualTo("What it shows");
    NodeList all = document.getElementsByTagName("*");
    for (int i = 0; i < all.getLength(); i++) {
      Element element = (Element) all.item(i);
      assertThat(element.getLocalName()).isNotIn("script", "image", "use", "a", "foreignObject");
      assertThat(element.hasAttribute("href")).isFalse();
      assertThat(element.hasAttribute("style")).isFalse();
      assertThat(element.getAttribute("d")).doesNotContain("NaN", "Infinity");
    }
    assertThat(new String(svg, StandardCharsets.UTF_8))
        .contains("prefers-color-scheme:dark")
        .doesNotContain("NaN");
  }

  @ParameterizedTest
  @MethodSource("figures")
  void givesTheSameBytesAgain(Figure figure) {
    assertThat(figure.svg()).isEqualTo(figure.svg());
  }

  /** Else a part would stay dark on a dark ground. */
  @ParameterizedTest
  @MethodSource("figures")
  void drawsInColoursOfThePaletteOnly(Figure figure) {
    String svg = new String(figure.svg(), StandardCharsets.UTF_8);
    String style = Palette.style();
    java.util.regex.Matcher colours =
        java.util.regex.Pattern.compile(" (?:fill|stroke)=(\"[^\"]+\")").matcher(svg);
    while (colours.find()) {
      assertThat(colours.group(1))
          .satisfiesAnyOf(
              colour -> assertThat(style).contains(colour),
              colour -> assertThat(colour).isIn("\"none\"", "\"black\""));
    }
  }

  @Test
  void nothingIsDrawnAsNothing() {
    for (Figure figure :
        List.of(
            new BarFigure(
                CAPTION, VISITS, List.of(series("x", Double.NaN, Double.NaN, Double.NaN))),
            new BarFigure(CAPTION, List.of(), List.of()),
            new CourseFigure(CAPTION, List.of(), List.of(), series("Mean")),
            new ForestFigure(CAPTION, List.of()),
            new TimelineFigure(
                CAPTION,
                List.of(new Mark("baseline", 1)),
                List.of(new Course("x", List.of())),
                List.of(new Strip("y", List.of()))))) {
      assertThat(new String(figure.svg(), StandardCharsets.UTF_8)).contains("no numbers to draw");
    }
  }

  @Test
  void joinsALineOverWhatIsMissing() {
    assertThat(Charts.joined(List.of(Double.NaN, 1.0, Double.NaN, Double.NaN, 4.0, Double.NaN)))
        .containsExactly(null, 1.0, 2.0, 3.0, 4.0, null);
  }

  private static void keep(Figure figure, byte[] svg) throws IOException {
    String folder = System.getProperty("rodnan.screenshots");
    if (folder != null) {
      Files.createDirectories(Path.of(folder));
      Files.write(
          Path.of(
              folder,
              figure.getClass().getSimpleName() + "-" + Math.abs(figure.hashCode()) + ".svg"),
          svg);
    }
  }
}
