package org.rodnan.http;

/**
 * The form in which a client wants its answer.
 *
 * @param mediaType for Content-Type, without charset
 * @param projection which part of each resource
 */
record Representation(Format format, String mediaType, boolean isPretty, Projection projection) {
  /** What a client gets that asks for nothing. */
  static final Representation DEFAULT =
      new Representation(Format.JSON, Format.JSON.mediaType(), false, Projection.WHOLE);

  /** Whether JSON goes out byte by byte as it is. */
  boolean isAsStored() {
    return format == Format.JSON && !isPretty;
  }

  String contentType() {
    return mediaType + ";charset=utf-8";
  }
}
