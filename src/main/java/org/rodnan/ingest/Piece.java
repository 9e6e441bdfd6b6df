package org.rodnan.ingest;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A file as it came, maybe packed.
 *
 * @param name as the sender calls it, cleaned of what would lead somewhere else: it is for people
 *     to read, and no file is ever opened by it
 * @param path where its bytes are
 */
public record Piece(String name, Path path) {
  private static final int LENGTH_MAX = 255;

  public Piece {
    name = clean(name);
  }

  /** Folders in it stay, but for those that lead up or begin at a root. */
  static String clean(String name) {
    List<String> parts = new ArrayList<>();
    for (String part : name.replace('\\', '/').split("/", -1)) {
      String text = part.replaceAll("[\\p{Cntrl}\\p{Cf}]", "").strip();
      if (!text.isEmpty() && !text.matches("\\.+|[A-Za-z]:")) {
        parts.add(text);
      }
    }
    String cleaned = String.join("/", parts);
    if (cleaned.isEmpty()) {
      return "body";
    }
    return cleaned.length() <= LENGTH_MAX
        ? cleaned
        : cleaned.substring(cleaned.length() - LENGTH_MAX);
  }
}
