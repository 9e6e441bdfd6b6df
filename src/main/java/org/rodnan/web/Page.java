package org.rodnan.web;

/**
 * A page as it is sent.
 *
 * @param status of HTTP
 */
record Page(int status, String html) {
  static Page ok(String html) {
    return new Page(200, html);
  }
}
