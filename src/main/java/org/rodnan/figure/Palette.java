package org.rodnan.figure;

import java.awt.Color;
import java.util.List;

/**
 * The colours of pictures: as they are drawn, for a light ground, and what stands for them on a
 * dark one. Lines and areas have a contrast of 3:1 or more to the ground (WCAG 2.1, 1.4.11),
 * letters of 4.5:1 or more (1.4.3).
 */
final class Palette {
  static final Color GROUND = new Color(0xfdfdfe);
  static final Color INK = new Color(0x1c2430);
  static final Color GRID = new Color(0xd5dbe3);
  static final Color COURSE = new Color(0x7d8da3);

  private static final List<Color> SERIES =
      List.of(
          new Color(0x0b5cad),
          new Color(0xb45f06),
          new Color(0x2e7d32),
          new Color(0x7b3fa0),
          new Color(0x6b7380));

  private static final List<Shade> SHADES =
      List.of(
          new Shade(GROUND, "#14181e"),
          new Shade(INK, "#e4e8ee"),
          new Shade(GRID, "#343d49"),
          new Shade(COURSE, "#75869c"),
          new Shade(SERIES.get(0), "#7fb8f5"),
          new Shade(SERIES.get(1), "#f0a860"),
          new Shade(SERIES.get(2), "#81c784"),
          new Shade(SERIES.get(3), "#c79be6"),
          new Shade(SERIES.get(4), "#98a2b0"));

  private record Shade(Color light, String dark) {}

  private Palette() {}

  /** Colours come again after the last one. */
  static Color series(int place) {
    return SERIES.get(place % SERIES.size());
  }

  /** The rules that change the colours as drawn where the reader wants a dark ground. */
  static String style() {
    StringBuilder css = new StringBuilder("@media screen and (prefers-color-scheme:dark){");
    for (Shade shade : SHADES) {
      Color light = shade.light();
      String drawn =
          "\"rgb(" + light.getRed() + "," + light.getGreen() + "," + light.getBlue() + ")\"";
      for (String property : List.of("fill", "stroke")) {
        css.append('[').append(property).append('=').append(drawn).append("]{");
        css.append(property).append(':').append(shade.dark()).append('}');
      }
    }
    return css.append('}').toString();
  }
}
