package org.rodnan;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import javax.net.SocketFactory;

/** A sender of HL7 v2 over MLLP that waits for each acknowledgement. */
public final class MllpClient implements AutoCloseable {
  private final Socket socket;

  public MllpClient(int port) throws IOException {
    this(SocketFactory.getDefault(), port);
  }

  /** Over sockets of a kind, such as those of TLS. */
  public MllpClient(SocketFactory sockets, int port) throws IOException {
    socket = sockets.createSocket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(60_000);
    socket.setTcpNoDelay(true);
  }

  /** The acknowledgement. */
  public String send(String message) throws IOException {
    write(("\u000b" + message + "\u001c\r").getBytes(StandardCharsets.UTF_8));
    return receive();
  }

  /** Bytes as they are. */
  public void write(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  /**
   * The next acknowledgement.
   *
   * @throws EOFException if the server closed the connection
   */
  public String receive() throws IOException {
    InputStream in = socket.getInputStream();
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    while (true) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException();
      }
      if (next == 0x1c) {
        if (in.read() < 0) {
          throw new EOFException();
        }
        return frame.toString(StandardCharsets.UTF_8).substring(1);
      }
      frame.write(next);
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
