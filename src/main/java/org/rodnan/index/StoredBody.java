package org.rodnan.index;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.apache.lucene.util.BytesRef;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.VersionId;

/**
 * What a page shows of a resource, as one binary doc value: one look-up gives all of it.
 *
 * @param key of a contained resource, that of its container; so are version and lastUpdated
 * @param json the exact stored bytes
 * @param contained of a contained resource its type and the id that it has in its container
 */
public record StoredBody(
    ResourceKey key,
    VersionId version,
    Instant lastUpdated,
    byte[] json,
    Optional<ResourceKey> contained) {
  private static final char FRAGMENT = '#';

  public StoredBody(ResourceKey key, VersionId version, Instant lastUpdated, byte[] json) {
    this(key, version, lastUpdated, json, Optional.empty());
  }

  /** That of a resource contained in it. */
  StoredBody contained(ResourceKey contained, byte[] json) {
    return new StoredBody(key, version, lastUpdated, json, Optional.of(contained));
  }

  BytesRef encode() {
    String whole = contained.map(inner -> key.toString() + FRAGMENT + inner).orElse(key.toString());
    byte[] name = whole.getBytes(StandardCharsets.US_ASCII);
    ByteBuffer buffer = ByteBuffer.allocate(1 + name.length + 16 + json.length);
    buffer.put((byte) name.length).put(name);
    buffer.putLong(version.value()).putLong(lastUpdated.toEpochMilli());
    buffer.put(json);
    return new BytesRef(buffer.array());
  }

  /** Reads a doc value of {@link FieldNames#BODY}. */
  public static StoredBody decode(BytesRef value) {
    ByteBuffer buffer = ByteBuffer.wrap(value.bytes, value.offset, value.length);
    String name = name(value);
    int fragment = name.indexOf(FRAGMENT);
    buffer.position(value.offset + 1 + (value.bytes[value.offset] & 0xFF));
    VersionId version = new VersionId(buffer.getLong());
    Instant lastUpdated = Instant.ofEpochMilli(buffer.getLong());
    byte[] json = Arrays.copyOfRange(value.bytes, buffer.position(), value.offset + value.length);
    return new StoredBody(
        key(value),
        version,
        lastUpdated,
        json,
        fragment < 0 ? Optional.empty() : ResourceKey.parse(name.substring(fragment + 1)));
  }

  /** The version alone, without copying the body. */
  public static VersionId version(BytesRef value) {
    int start = value.offset + 1 + (value.bytes[value.offset] & 0xFF);
    return new VersionId(ByteBuffer.wrap(value.bytes).getLong(start));
  }

  /** The key alone, without copying the body. */
  public static ResourceKey key(BytesRef value) {
    String name = name(value);
    int slash = name.indexOf('/');
    int fragment = name.indexOf(FRAGMENT);
    return new ResourceKey(
        name.substring(0, slash),
        name.substring(slash + 1, fragment < 0 ? name.length() : fragment));
  }

  private static String name(BytesRef value) {
    return new String(
        value.bytes,
        value.offset + 1,
        (value.bytes[value.offset] & 0xFF),
        StandardCharsets.US_ASCII);
  }
}
