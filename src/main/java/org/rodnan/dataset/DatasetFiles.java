package org.rodnan.dataset;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** Tells the formats apart by how a file begins, whatever its name. */
public final class DatasetFiles {
  private static final int AHEAD = 4_096;

  /** What a file is. */
  public enum Kind {
    TRANSPORT,
    DATASET_JSON,
    PACKED_DATASET_JSON,
    DEFINE_XML,
    OTHER
  }

  private static final Pattern ODM = Pattern.compile("<([\\w.-]+:)?ODM[\\s>]");

  private DatasetFiles() {}

  /**
   * By the first 4,096 bytes at most.
   *
   * @param in stays open
   */
  public static Kind kind(InputStream in) throws IOException {
    return kind(in.readNBytes(AHEAD));
  }

  private static Kind kind(byte[] ahead) {
    String start = new String(ahead, StandardCharsets.ISO_8859_1);
    if (start.startsWith("HEADER RECORD") || start.startsWith("**COMPRESSED**")) {
      return Kind.TRANSPORT;
    }
    if (ahead.length > 1 && ahead[0] == 0x78 && ((ahead[0] << 8) + (ahead[1] & 0xff)) % 31 == 0) {
      return Kind.PACKED_DATASET_JSON;
    }
    String text =
        (start.startsWith("\u00ef\u00bb\u00bf") ? start.substring(3) : start).stripLeading();
    if (text.startsWith("{")) {
      return Kind.DATASET_JSON;
    }
    // Style sheets lie beside it.
    return text.startsWith("<") && ODM.matcher(text).find() ? Kind.DEFINE_XML : Kind.OTHER;
  }

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
    return switch (kind(ahead)) {
      case TRANSPORT -> new TransportReader(buffered, transportCharset);
      case DATASET_JSON -> DatasetJsonReader.of(buffered, false);
      case PACKED_DATASET_JSON -> DatasetJsonReader.of(buffered, true);
      case DEFINE_XML, OTHER ->
          throw new DatasetFormatException(
              "The file is neither a SAS transport file (XPT) nor Dataset-JSON: it begins with '"
                  + new String(ahead, 0, Math.min(16, ahead.length), StandardCharsets.ISO_8859_1)
                      .replaceAll("[^\\x20-\\x7e]", "?")
                  + "'");
    };
  }
}
