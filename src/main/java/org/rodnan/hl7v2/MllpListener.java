package org.rodnan.hl7v2;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.IdGenerator;
import org.rodnan.store.Origin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HL7 v2 over MLLP (Transport Specification: MLLP, release 1): a message in a frame, its
 * acknowledgement in a frame, on as many connections as are allowed. The frames are read here and
 * not by HAPI, whose reader knows no largest message and no time by which one has to be complete.
 * Thread safe.
 */
final class MllpListener implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MllpListener.class);
  private static final int START = 0x0b;
  private static final int END = 0x1c;
  private static final int RETURN = 0x0d;
  private static final int HEADER_MAX = 4_096;
  private static final int STRAY_MAX = 1_024;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Hl7v2Receiver receiver;
  private final Hl7v2Settings settings;
  private final Supplier<Optional<Tls>> tls;
  private final IdGenerator ids;
  private final ServerSocket server;
  private final Thread accepting;
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private final AtomicLong accepted = new AtomicLong();
  private volatile boolean closing;

  /**
   * Listens when it returns.
   *
   * @param tls what a new connection is to use; empty for none
   */
  MllpListener(
      Hl7v2Receiver receiver,
      Hl7v2Settings settings,
      int port,
      Supplier<Optional<Tls>> tls,
      IdGenerator ids) {
    this.receiver = receiver;
    this.settings = settings;
    this.tls = tls;
    this.ids = ids;
    try {
      server = new ServerSocket();
      server.bind(new InetSocketAddress(settings.address(), port), settings.connectionsMax());
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Port " + port + " of " + settings.address() + " (rodnan.hl7v2.port) can't be used", e);
    }
    accepting = Thread.ofPlatform().name("mllp-accept").daemon().start(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  InetAddress address() {
    return settings.address();
  }

  private void accept() {
    while (!closing) {
      try {
        Socket socket = server.accept();
        if (connections.size() >= settings.connectionsMax()) {
          LOG.warn(
              "An MLLP connection was turned away: rodnan.hl7v2.connections-max allows {}",
              settings.connectionsMax());
          socket.close();
          continue;
        }
        Connection connection = new Connection(socket);
        connections.add(connection);
        Thread.ofPlatform().name("mllp-" + accepted.incrementAndGet()).daemon().start(connection);
      } catch (IOException e) {
        if (!closing) {
          LOG.warn("An MLLP connection failed", e);
        }
      }
    }
  }

  /** Lets each connection finish the message that it is at, and acknowledge it. */
  @Override
  public void close() {
    closing = true;
    try {
      server.close();
    } catch (IOException e) {
      LOG.debug("The MLLP port could not be closed", e);
    }
    connections.forEach(Connection::stop);
    long end = System.nanoTime() + PATIENCE.toNanos();
    try {
      accepting.join(PATIENCE);
      for (Connection connection : connections) {
        if (!connection.done.await(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
          connection.abort();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One sender. */
  private final class Connection implements Runnable {
    private final Socket connected;
    private final CountDownLatch done = new CountDownLatch(1);
    private final byte[] buffer = new byte[8_192];
    private int position;
    private int filled;

    Connection(Socket connected) {
      this.connected = connected;
    }

    /** No more messages are read; one that is worked on is acknowledged. */
    void stop() {
      try {
        connected.shutdownInput();
      } catch (IOException e) {
        LOG.debug("An MLLP connection was gone already", e);
      }
    }

    void abort() {
      try {
        connected.close();
      } catch (IOException e) {
        LOG.debug("An MLLP connection could not be closed", e);
      }
    }

    @Override
    public void run() {
      try (Socket socket = secured()) {
        OutputStream out = socket.getOutputStream();
        while (!closing && awaitStart(socket)) {
          byte @Nullable [] answer = answer(socket);
          if (answer == null) {
            return;
          }
          byte[] frame = new byte[answer.length + 3];
          frame[0] = START;
          System.arraycopy(answer, 0, frame, 1, answer.length);
          frame[answer.length + 1] = END;
          frame[answer.length + 2] = RETURN;
          out.write(frame);
          out.flush();
        }
      } catch (SocketTimeoutException e) {
        LOG.debug("An MLLP connection was silent for too long", e);
      } catch (IOException e) {
        LOG.debug("An MLLP connection broke off", e);
      } catch (RuntimeException e) {
        LOG.error("A message over MLLP failed; its sender gets no answer", e);
      } finally {
        abort();
        connections.remove(this);
        done.countDown();
      }
    }

    private Socket secured() throws IOException {
      connected.setTcpNoDelay(true);
      Optional<Tls> over = tls.get();
      if (over.isEmpty()) {
        return connected;
      }
      try {
        return over.get().over(connected, settings.messageTimeMax());
      } catch (IOException e) {
        LOG.warn(
            "TLS with {} over MLLP failed: {}", connected.getRemoteSocketAddress(), e.getMessage());
        throw e;
      }
    }

    /** Whether a message begins; false if the sender has closed, or sends something else. */
    private boolean awaitStart(Socket socket) throws IOException {
      long end = System.nanoTime() + settings.idleTimeMax().toNanos();
      for (int stray = 0; stray <= STRAY_MAX; stray++) {
        int next = next(socket, end);
        if (next < 0) {
          return false;
        }
        if (next == START) {
          return true;
        }
      }
      LOG.warn("An MLLP connection was closed: more than {} bytes outside a frame", STRAY_MAX);
      return false;
    }

    /** The acknowledgement; null if the sender broke off within the message. */
    private byte @Nullable [] answer(Socket socket) throws IOException {
      long end = System.nanoTime() + settings.messageTimeMax().toNanos();
      ByteArrayOutputStream message = new ByteArrayOutputStream();
      boolean isTooLarge = false;
      int before = -1;
      while (true) {
        int next = next(socket, end);
        if (next < 0) {
          return null;
        }
        if (before == END && next == RETURN) {
          break;
        }
        if (next == START) {
          // No message holds it: the sender begins again and sends all of it.
          message.reset();
          isTooLarge = false;
          before = -1;
          continue;
        }
        if (before >= 0) {
          if (message.size() < settings.messageBytesMax()) {
            message.write(before);
          } else {
            isTooLarge = true;
          }
        }
        before = next;
      }
      byte[] bytes = message.toByteArray();
      if (isTooLarge) {
        return receiver
            .tooLarge(Arrays.copyOf(bytes, Math.min(HEADER_MAX, bytes.length)))
            .acknowledgement();
      }
      return receiver
          .receive(bytes, new Origin(Origin.ANONYMOUS, "MLLP", ids.next(), null))
          .acknowledgement();
    }

    private int next(Socket socket, long end) throws IOException {
      if (position == filled) {
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0) {
          throw new SocketTimeoutException();
        }
        socket.setSoTimeout((int) Math.min(Integer.MAX_VALUE, left));
        filled = socket.getInputStream().read(buffer);
        position = 0;
        if (filled <= 0) {
          filled = 0;
          return -1;
        }
      }
      return buffer[position++] & 0xff;
    }
  }
}
