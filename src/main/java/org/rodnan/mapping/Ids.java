package org.rodnan.mapping;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Ids of resources, the same whenever the same is read. */
public final class Ids {
  private static final int HASH = 12;

  private Ids() {}

  /** What may not be in an id becomes a hyphen, and a hash tells apart what that makes the same. */
  public static String id(String text) {
    String id = text.replaceAll("[^A-Za-z0-9\\-.]", "-");
    return id.equals(text) && id.length() <= 64
        ? id
        : id.substring(0, Math.min(id.length(), 51)) + "-" + hash(text);
  }

  /** Twelve digits that stand for the text. */
  public static String hash(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)))
          .substring(0, HASH);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
