package org.rodnan;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One keep-alive HTTP/1.1 connection that reads answers and throws them away. For one thread.
 * Understands what it needs: Content-Length and chunked bodies.
 */
final class RawConnection implements AutoCloseable {
  private final URI base;
  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  RawConnection(URI base) throws IOException {
    this.base = base;
    this.socket = new Socket(base.getHost(), base.getPort());
    socket.setTcpNoDelay(true);
    this.in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
    this.out = socket.getOutputStream();
  }

  /**
   * @return the length of the answer's body
   * @throws IOException if it isn't a success
   */
  int get(String path) throws IOException {
    send("GET " + base.getPath() + path + " HTTP/1.1\r\nHost: " + base.getAuthority() + "\r\n\r\n");
    return answer();
  }

  /** As {@link #get}. */
  int post(String path, String json) throws IOException {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    send(
        "POST "
            + base.getPath()
            + path
            + " HTTP/1.1\r\nHost: "
            + base.getAuthority()
            + "\r\nContent-Type: application/fhir+json\r\nPrefer: return=minimal\r\nContent-Length: "
            + body.length
            + "\r\n\r\n"
            + json);
    return answer();
  }

  private void send(String request) throws IOException {
    out.write(request.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  private int answer() throws IOException {
    String status = line();
    int length = -1;
    boolean chunked = false;
    for (String header = line(); !header.isEmpty(); header = line()) {
      String lower = header.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Integer.parseInt(lower.substring(15).strip());
      }
      chunked |= lower.startsWith("transfer-encoding:") && lower.contains("chunked");
    }
    int read = chunked ? skipChunks() : skip(Math.max(length, 0));
    if (!status.startsWith("HTTP/1.1 2")) {
      throw new IOException(status);
    }
    return read;
  }

  private int skipChunks() throws IOException {
    int total = 0;
    while (true) {
      int size = Integer.parseInt(line().strip(), 16);
      skip(size);
      line();
      total += size;
      if (size == 0) {
        return total;
      }
    }
  }

  private int skip(int length) throws IOException {
    in.skipNBytes(length);
    return length;
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("The server has closed the connection");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
