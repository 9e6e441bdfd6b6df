package org.rodnan.search;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;

/**
 * Where a page ended, with all that is needed to go on, so that a next link outlives the snapshot
 * and the process. Its text is URL-safe.
 *
 * @param snapshot the position of the first page's snapshot
 * @param total of the first page; empty if it wasn't wanted
 * @param after sort values of the last match served, longs or texts, null for none; its position of
 *     creation last, or before its place if contained resources are shown
 */
record Cursor(
    SearchRequest request,
    LogPosition snapshot,
    Optional<Long> total,
    List<@Nullable Object> after) {
  private static final byte PLAIN = 1;
  private static final byte DEFLATED = 2;

  /** Below that, making it smaller costs more than it saves. */
  private static final int DEFLATED_BYTES_MIN = 1_000;

  /** A longer request would make links that not every client and proxy takes. */
  private static final int REQUEST_CHARS_MAX = 4_000;

  private static final int BYTES_MAX = 4 * 1024 * 1024;

  /** Whether it ends in a position of creation, as it must. */
  boolean hasLastCreated() {
    return after.getLast() instanceof Long created && created >= 0 && created < Long.MAX_VALUE;
  }

  /** The position of creation of the last match served. */
  LogPosition lastCreated() {
    return after.getLast() instanceof Long created ? new LogPosition(created) : LogPosition.START;
  }

  /**
   * @param kept takes the request if it is too long for a URL
   */
  String encode(KeptRequests kept) {
    return KeptRequests.weight(request) > REQUEST_CHARS_MAX
        ? encode(Optional.of(kept.keep(request)))
        : encode(Optional.empty());
  }

  private String encode(Optional<String> keptAs) {
    try {
      byte[] plain = plainBytes(keptAs);
      boolean isLong = plain.length >= DEFLATED_BYTES_MIN;
      byte[] content = isLong ? deflated(plain) : plain;
      ByteBuffer whole = ByteBuffer.allocate(content.length + 5);
      whole.putInt(checksum(content)).put(isLong ? DEFLATED : PLAIN).put(content);
      return Base64.getUrlEncoder().withoutPadding().encodeToString(whole.array());
    } catch (IOException e) {
      throw new UncheckedIOException("Writing to memory failed", e);
    }
  }

  private static byte[] deflated(byte[] plain) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DeflaterOutputStream out = new DeflaterOutputStream(bytes)) {
      out.write(plain);
    }
    return bytes.toByteArray();
  }

  private byte[] plainBytes(Optional<String> keptAs) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeLong(snapshot.value());
      out.writeLong(total.orElse(-1L));
      writeText(out, keptAs.orElse(""));
      if (keptAs.isEmpty()) {
        writeRequest(out);
      }
      out.writeInt(after.size());
      for (Object value : after) {
        writeValue(out, value);
      }
    }
    return bytes.toByteArray();
  }

  private void writeRequest(DataOutputStream out) throws IOException {
    out.writeBoolean(request.lenient());
    writeText(out, request.compartment().map(ResourceKey::toString).orElse(""));
    out.writeInt(request.types().size());
    for (String type : request.types()) {
      writeText(out, type);
    }
    out.writeInt(request.parameters().size());
    for (SearchRequest.Parameter parameter : request.parameters()) {
      writeText(out, parameter.name());
      writeText(out, parameter.value());
    }
  }

  /**
   * @throws FhirFailure.Malformed if the text is no cursor of this server, or of a long request
   *     that is not kept any more
   */
  static Cursor decode(String text, KeptRequests kept) {
    try {
      ByteBuffer whole = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
      int checksum = whole.getInt();
      byte format = whole.get();
      byte[] content = new byte[whole.remaining()];
      whole.get(content);
      if (checksum != checksum(content)) {
        throw new IOException("The checksum doesn't fit");
      }
      byte[] plain =
          switch (format) {
            case PLAIN -> content;
            case DEFLATED -> inflated(content);
            default -> throw new IOException("Another format");
          };
      return read(new DataInputStream(new ByteArrayInputStream(plain)), kept);
    } catch (FhirFailure e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      String start = text.length() > 40 ? text.substring(0, 40) + "…" : text;
      throw new FhirFailure.Malformed(
          "Search parameter '_cursor': found '"
              + start
              + "', which is not a cursor of this server, or a damaged one; expected the page link"
              + " as the server gave it; start the search again",
          "_cursor");
    }
  }

  private static byte[] inflated(byte[] content) throws IOException {
    try (InflaterInputStream in = new InflaterInputStream(new ByteArrayInputStream(content))) {
      return in.readNBytes(BYTES_MAX);
    }
  }

  private static Cursor read(DataInputStream in, KeptRequests kept) throws IOException {
    LogPosition snapshot = new LogPosition(in.readLong());
    long total = in.readLong();
    String keptAs = readText(in);
    SearchRequest request =
        keptAs.isEmpty()
            ? readRequest(in)
            : kept.find(keptAs)
                .orElseThrow(() ->
                    new FhirFailure.Malformed(
                        "The page link is of a search that is too long to stand in a link, and"
                            + " is not kept any more; start the search again",
                        "_cursor"));
    List<@Nullable Object> after = new ArrayList<>();
    for (int i = in.readInt(); i > 0; i--) {
      after.add(readValue(in));
    }
    return new Cursor(request, snapshot, total < 0 ? Optional.empty() : Optional.of(total), after);
  }

  private static SearchRequest readRequest(DataInputStream in) throws IOException {
    boolean lenient = in.readBoolean();
    Optional<ResourceKey> compartment = ResourceKey.parse(readText(in));
    List<String> types = new ArrayList<>();
    for (int i = in.readInt(); i > 0; i--) {
      types.add(readText(in));
    }
    List<SearchRequest.Parameter> parameters = new ArrayList<>();
    for (int i = in.readInt(); i > 0; i--) {
      parameters.add(new SearchRequest.Parameter(readText(in), readText(in)));
    }
    return new SearchRequest(types, compartment, parameters, lenient);
  }

  private static void writeValue(DataOutputStream out, @Nullable Object value) throws IOException {
    switch (value) {
      case null -> out.writeByte(0);
      case Long number -> {
        out.writeByte(1);
        out.writeLong(number);
      }
      case BytesRef bytes -> {
        out.writeByte(2);
        out.writeInt(bytes.length);
        out.write(bytes.bytes, bytes.offset, bytes.length);
      }
      default -> throw new IOException("No sort value: " + value.getClass());
    }
  }

  private static @Nullable Object readValue(DataInputStream in) throws IOException {
    return switch (in.readByte()) {
      case 0 -> null;
      case 1 -> in.readLong();
      case 2 -> new BytesRef(readBytes(in));
      default -> throw new IOException("No sort value");
    };
  }

  private static void writeText(DataOutputStream out, String text) throws IOException {
    BytesRef bytes = new BytesRef(text);
    out.writeInt(bytes.length);
    out.write(bytes.bytes, bytes.offset, bytes.length);
  }

  private static String readText(DataInputStream in) throws IOException {
    return new BytesRef(readBytes(in)).utf8ToString();
  }

  private static byte[] readBytes(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > in.available()) {
      throw new IOException("Cut off");
    }
    return in.readNBytes(length);
  }

  private static int checksum(byte[] content) {
    CRC32 crc = new CRC32();
    crc.update(content);
    return (int) crc.getValue();
  }
}
