package org.rodnan.deidentification;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secret from which pseudonyms are made (HMAC-SHA-256, RFC 2104). Whoever has it can tell
 * whether a pseudonym is somebody's whose id is known; without it nobody can. It never shows
 * itself. Thread safe.
 */
public final class PseudonymKey {
  /** As many as the hash has. */
  public static final int BYTES_MIN = 32;

  private static final int BYTES_MAX = 4096;
  private static final String HMAC = "HmacSHA256";
  private static final int LENGTH = 32;

  private final SecretKeySpec key;

  private PseudonymKey(byte[] secret) {
    this.key = new SecretKeySpec(secret, HMAC);
  }

  /**
   * @throws IllegalArgumentException if it has not 32 to 4096 bytes
   */
  public static PseudonymKey of(byte[] secret) {
    if (secret.length < BYTES_MIN || secret.length > BYTES_MAX) {
      throw new IllegalArgumentException(
          "The key of pseudonyms has "
              + secret.length
              + " bytes; expected "
              + BYTES_MIN
              + " to "
              + BYTES_MAX);
    }
    return new PseudonymKey(secret);
  }

  /**
   * All bytes of the file are the key, also a line break at its end.
   *
   * @throws IOException if the file can't be read
   * @throws IllegalArgumentException if it has not 32 to 4096 bytes
   */
  public static PseudonymKey read(Path file) throws IOException {
    return of(Files.readAllBytes(file));
  }

  byte[] hash(String kind, String text) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(key);
      mac.update(kind.getBytes(StandardCharsets.UTF_8));
      mac.update((byte) 0);
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException(e);
    }
  }

  /** 32 hexadecimal digits, the same for the same. */
  String pseudonym(String kind, String text) {
    return HexFormat.of().formatHex(hash(kind, text)).substring(0, LENGTH);
  }

  @Override
  public String toString() {
    return "PseudonymKey";
  }
}
