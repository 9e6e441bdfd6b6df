package org.rodnan.hl7v2;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256. */
final class Digest {
  private Digest() {}

  /** In hexadecimal digits. */
  static String of(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** An id that is the same whenever the parts are. */
  static String id(String... parts) {
    return "hl7v2-"
        + of(String.join("\u001f", parts).getBytes(StandardCharsets.UTF_8)).substring(0, 40);
  }
}
