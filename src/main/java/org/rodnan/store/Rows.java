package org.rodnan.store;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.VersionId;

/** From rows to versions and back; the same on both databases. Stateless. */
final class Rows {
  /** Columns that {@link #key} reads. */
  static final String KEY_COLUMNS =
      "k.number, k.type, k.id, k.version, k.position, k.created, k.last_updated, k.deleted";

  /** Columns that {@link #version} and {@link #entry} read. */
  static final String VERSION_COLUMNS =
      "v.type, v.id, v.version, v.last_updated, v.position, v.change, v.hash, v.body,"
          + " v.number, v.created, v.ends_unit";

  /** Bytes up to which a value or system is kept as it is; indices have a limit. */
  private static final int PLAIN_IDENTIFIER_BYTES = 200;

  /** Added to the code of a change when the body is taken away. */
  static final int EXPUNGED = 10;

  private Rows() {}

  static KeyRow key(ResultSet row) throws SQLException {
    ResourceKey key = new ResourceKey(row.getString(2), row.getString(3));
    long version = row.getLong(4);
    CurrentVersion current =
        version == 0
            ? null
            : new CurrentVersion(
                new VersionId(version),
                Instant.ofEpochMilli(row.getLong(7)),
                new LogPosition(row.getLong(5)),
                new LogPosition(row.getLong(6)),
                row.getInt(8) != 0);
    return new KeyRow(key, row.getLong(1), current);
  }

  /**
   * @throws FhirFailure.Fault if the body isn't the one that was written
   */
  static ResourceVersion version(ResultSet row) throws SQLException {
    ResourceKey key = new ResourceKey(row.getString(1), row.getString(2));
    VersionId version = new VersionId(row.getLong(3));
    Instant lastUpdated = Instant.ofEpochMilli(row.getLong(4));
    LogPosition position = new LogPosition(row.getLong(5));
    Change change = change(row.getInt(6));
    if (change == Change.DELETED) {
      return new ResourceVersion.Tombstone(key, version, lastUpdated, position);
    }
    if (row.getInt(6) > EXPUNGED) {
      return new ResourceVersion.Expunged(key, version, lastUpdated, position, change);
    }
    byte[] hash = row.getBytes(7);
    byte[] body = row.getBytes(8);
    if (body == null || !MessageDigest.isEqual(hash, sha256(body))) {
      throw new FhirFailure.Fault(
          "The stored body of "
              + key
              + " version "
              + version
              + " (log position "
              + position
              + ") is damaged: its SHA-256 is not the one that was written with it");
    }
    return new ResourceVersion.Content(key, version, lastUpdated, position, change, body);
  }

  static LogEntry entry(ResultSet row) throws SQLException {
    return new LogEntry(
        version(row), row.getLong(9), new LogPosition(row.getLong(10)), row.getInt(11) != 0, null);
  }

  static int code(Change change) {
    return switch (change) {
      case CREATED -> 1;
      case UPDATED -> 2;
      case DELETED -> 3;
    };
  }

  private static Change change(int code) throws SQLException {
    return switch (code > EXPUNGED ? code - EXPUNGED : code) {
      case 1 -> Change.CREATED;
      case 2 -> Change.UPDATED;
      case 3 -> Change.DELETED;
      default -> throw new SQLException("Unknown change " + code + " in resource_version");
    };
  }

  /** A value or system as the identifier table keeps it; no byte FF occurs in UTF-8. */
  static byte[] identifierBytes(@Nullable String text) {
    byte[] bytes = text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length <= PLAIN_IDENTIFIER_BYTES) {
      return bytes;
    }
    byte[] hash = sha256(bytes);
    byte[] marked = new byte[hash.length + 1];
    marked[0] = (byte) 0xFF;
    System.arraycopy(hash, 0, marked, 1, hash.length);
    return marked;
  }

  static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-256", e);
    }
  }

  /** PostgreSQL has no character 0 in a text. */
  static void setText(PreparedStatement statement, int index, @Nullable String text)
      throws SQLException {
    statement.setString(index, text == null ? null : text.replace('\0', '\uFFFD'));
  }

  static void setNumber(PreparedStatement statement, int index, @Nullable Long number)
      throws SQLException {
    if (number == null) {
      statement.setNull(index, Types.BIGINT);
    } else {
      statement.setLong(index, number);
    }
  }
}
