package org.rodnan.ingest;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Writes the body of an answer into a file as it comes, and counts its bytes. Thread safe. */
final class FileBody implements BodySubscriber<Long>, AutoCloseable {
  private final FileChannel file;
  private final long bytesMax;
  private final CompletableFuture<Long> end = new CompletableFuture<>();
  private volatile @Nullable Subscription subscription;
  private final AtomicLong count = new AtomicLong();

  FileBody(Path file, long bytesMax) throws IOException {
    this.file =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING);
    this.bytesMax = bytesMax;
  }

  /** That it has more bytes than are allowed. */
  static final class TooLong extends IOException {
    private static final long serialVersionUID = 1;
  }

  /** Bytes that have come. */
  long count() {
    return count.get();
  }

  @Override
  public CompletionStage<Long> getBody() {
    return end;
  }

  @Override
  public void onSubscribe(Subscription subscription) {
    this.subscription = subscription;
    subscription.request(1);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    Subscription from = subscription;
    if (from == null) {
      return;
    }
    try {
      long more = buffers.stream().mapToLong(ByteBuffer::remaining).sum();
      if (count.get() + more > bytesMax) {
        throw new TooLong();
      }
      for (ByteBuffer buffer : buffers) {
        while (buffer.hasRemaining()) {
          file.write(buffer);
        }
      }
      count.addAndGet(more);
      from.request(1);
    } catch (IOException e) {
      from.cancel();
      end.completeExceptionally(e);
    }
  }

  @Override
  public void onError(Throwable failure) {
    end.completeExceptionally(failure);
  }

  @Override
  public void onComplete() {
    end.complete(count.get());
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
