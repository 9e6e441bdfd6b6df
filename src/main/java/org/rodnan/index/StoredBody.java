package org.rodnan.index;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import org.apache.lucene.util.BytesRef;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.VersionId;

/**
 * What a page shows of a resource, as one binary doc value: one look-up gives all of it.
 *
 * @param json the exact stored bytes
 */
public record StoredBody(ResourceKey key, VersionId version, Instant lastUpdated, byte[] json) {
  BytesRef encode() {
    byte[] name = key.toString().getBytes(StandardCharsets.US_ASCII);
    ByteBuffer buffer = ByteBuffer.allocate(1 + name.length + 16 + json.length);
    buffer.put((byte) name.length).put(name);
    buffer.putLong(version.value()).putLong(lastUpdated.toEpochMilli());
    buffer.put(json);
    return new BytesRef(buffer.array());
  }

  /** Reads a doc value of {@link FieldNames#BODY}. */
  public static StoredBody decode(BytesRef value) {
    ByteBuffer buffer = ByteBuffer.wrap(value.bytes, value.offset, value.length);
    ResourceKey key = key(value);
    buffer.position(value.offset + 1 + (value.bytes[value.offset] & 0xFF));
    VersionId version = new VersionId(buffer.getLong());
    Instant lastUpdated = Instant.ofEpochMilli(buffer.getLong());
    byte[] json = Arrays.copyOfRange(value.bytes, buffer.position(), value.offset + value.length);
    return new StoredBody(key, version, lastUpdated, json);
  }

  /** The version alone, without copying the body. */
  public static VersionId version(BytesRef value) {
    int start = value.offset + 1 + (value.bytes[value.offset] & 0xFF);
    return new VersionId(ByteBuffer.wrap(value.bytes).getLong(start));
  }

  /** The key alone, without copying the body. */
  public static ResourceKey key(BytesRef value) {
    String text =
        new String(
            value.bytes,
            value.offset + 1,
            (value.bytes[value.offset] & 0xFF),
            StandardCharsets.US_ASCII);
    int slash = text.indexOf('/');
    return new ResourceKey(text.substring(0, slash), text.substring(slash + 1));
  }
}
