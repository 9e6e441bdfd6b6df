package org.rodnan.dataset;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** Tells the formats apart by how a file begins, whatever its name. */
public final class DatasetFiles {
  private static final int AHEAD = 80;

  private DatasetFiles() {}

  /**
   * @param in closed with the reader
   * @param transportCharset of text in transport files; Dataset-JSON is always in UTF-8
   * @throws DatasetFormatException if it is none of the formats
   */
  public static DatasetReader open(InputStream in, Charset transportCharset) throws IOException {
    BufferedInputStream buffered = new BufferedInputStream(in);
    buffered.mark(AHEAD);
    byte[] ahead = buffered.readNBytes(AHEAD);
    buffered.reset();
    String start = new String(ahead, StandardCharsets.ISO_8859_1);
    if (start.startsWith("HEADER RECORD") || start.startsWith("**COMPRESSED**")) {
      return new TransportReader(buffered, transportCharset);
    }
    if (ahead.length > 1 && ahead[0] == 0x78 && ((ahead[0] << 8) + (ahead[1] & 0xff)) % 31 == 0) {
      return DatasetJsonReader.of(buffered, true);
    }
    String text = start.startsWith("\u00ef\u00bb\u00bf") ? start.substring(3) : start;
    if (text.stripLeading().startsWith("{")) {
      return DatasetJsonReader.of(buffered, false);
    }
    throw new DatasetFormatException(
        "The file is neither a SAS transport file (XPT) nor Dataset-JSON: it begins with '"
            + start.substring(0, Math.min(16, start.length())).replaceAll("[^\\x20-\\x7e]", "?")
            + "'");
  }
}
