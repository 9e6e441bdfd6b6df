package org.rodnan.validation.compiled;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/**
 * The narrative's XHTML (R4, narrative.html#xhtml): text in paragraphs, lists and tables, without
 * attributes, comments or entities other than XML's own. Anything else is undecided.
 */
final class Narratives {
  private static final String OPEN = "<div xmlns=\"http://www.w3.org/1999/xhtml\">";
  private static final String CLOSE = "</div>";
  private static final Set<String> ENTITIES = Set.of("&lt;", "&gt;", "&amp;", "&quot;");
  private static final int DEPTH_MAX = 20;

  private Narratives() {}

  /**
   * @throws Undecided if it isn't surely valid
   */
  static void require(String div) {
    Undecided.unless(div.startsWith(OPEN) && div.endsWith(CLOSE));
    int end = div.length() - CLOSE.length();
    Deque<String> open = new ArrayDeque<>();
    open.push("div");
    boolean hasText = false;
    int i = OPEN.length();
    while (i < end) {
      char c = div.charAt(i);
      if (c == '<') {
        i = tag(div, i, end, open);
      } else if (c == '&') {
        int semicolon = div.indexOf(';', i);
        Undecided.unless(
            semicolon > 0
                && semicolon < end
                && ENTITIES.contains(div.substring(i, semicolon + 1))
                && mayHoldText(open.element()));
        hasText = true;
        i = semicolon + 1;
      } else {
        boolean isBlank = c == ' ' || c == '\n';
        Undecided.unless(isBlank || isVisible(div, i) && mayHoldText(open.element()));
        hasText |= !isBlank;
        i++;
      }
    }
    Undecided.unless(hasText && open.size() == 1);
  }

  /** At "&lt;"; returns the place behind the tag. */
  private static int tag(String div, int start, int end, Deque<String> open) {
    int close = div.indexOf('>', start);
    Undecided.unless(close > 0 && close < end);
    String tag = div.substring(start + 1, close);
    if (tag.equals("br/") || tag.equals("br /")) {
      Undecided.unless(mayHoldText(open.element()));
    } else if (tag.startsWith("/")) {
      Undecided.unless(tag.substring(1).equals(open.pop()) && !open.isEmpty());
    } else {
      Undecided.unless(mayStandIn(tag, open) && open.size() < DEPTH_MAX);
      open.push(tag);
    }
    return close + 1;
  }

  private static boolean isVisible(String text, int i) {
    return !Primitives.isBlank(text.charAt(i)) && Primitives.isHarmless(text, i);
  }

  private static boolean mayHoldText(String element) {
    return switch (element) {
      case "ul", "ol", "table", "thead", "tbody", "tr" -> false;
      default -> true;
    };
  }

  private static boolean mayStandIn(String element, Deque<String> open) {
    String parent = open.element();
    return switch (element) {
      case "p", "ul", "table" -> parent.equals("div");
      case "li" -> parent.equals("ul");
      case "tbody" -> parent.equals("table");
      case "tr" -> parent.equals("table") || parent.equals("tbody");
      case "td", "th" -> parent.equals("tr");
      case "b", "i", "em", "strong" -> mayHoldText(parent) && !open.contains(element);
      default -> false;
    };
  }
}
