package org.rodnan.hl7v2;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * TLS beneath MLLP, the server's side of it. Thread safe.
 *
 * @param context keys, and whom to trust
 * @param parameters versions, ciphers, and whether senders have to show a certificate; not changed
 *     any more
 */
record Tls(SSLContext context, SSLParameters parameters) {
  /**
   * A socket over one that is connected, when both sides have agreed. Closing it closes the other.
   *
   * @param max how long that may take; then the connection is closed
   * @throws IOException if they don't agree, which closes the connection too
   */
  Socket over(Socket connected, Duration max) throws IOException {
    CompletableFuture<Void> tooLate =
        CompletableFuture.runAsync(
            () -> close(connected),
            CompletableFuture.delayedExecutor(max.toMillis(), TimeUnit.MILLISECONDS));
    try {
      SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(connected, null, true);
      socket.setUseClientMode(false);
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      return socket;
    } catch (IOException e) {
      close(connected);
      throw e;
    } finally {
      tooLate.cancel(false);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is of no use any more in either case.
    }
  }
}
