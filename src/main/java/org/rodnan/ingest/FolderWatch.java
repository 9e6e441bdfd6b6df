package org.rodnan.ingest;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks into the watched folder again and again while the server runs. */
final class FolderWatch {
  private static final Logger LOG = LoggerFactory.getLogger(FolderWatch.class);

  private final WatchSettings settings;
  private final Ingest ingest;
  private final Clock clock;
  private final String id;
  private volatile CountDownLatch end = new CountDownLatch(0);
  private volatile @Nullable Thread thread;

  /**
   * @param id of this process alone
   */
  FolderWatch(WatchSettings settings, Ingest ingest, Clock clock, String id) {
    this.settings = settings;
    this.ingest = ingest;
    this.clock = clock;
    this.id = id;
  }

  void start() {
    String folder = settings.folder();
    if (folder == null || folder.isBlank()) {
      return;
    }
    end = new CountDownLatch(1);
    thread = Thread.ofPlatform().name("watch").daemon().start(() -> watch(Path.of(folder)));
  }

  private void watch(Path folder) {
    try (Claims claims = new Claims(folder, id)) {
      WatchedFolder watched =
          new WatchedFolder(
              folder, settings.settle(), ingest, clock, claims, () -> end.getCount() == 0);
      do {
        try {
          watched.look();
        } catch (IOException | RuntimeException e) {
          LOG.error("The folder {} (rodnan.ingest.watch.folder) can't be looked at", folder, e);
        }
      } while (!end.await(settings.interval().toMillis(), TimeUnit.MILLISECONDS));
    } catch (IOException e) {
      LOG.error("The folder {} (rodnan.ingest.watch.folder) can't be watched", folder, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  void stop() {
    Thread watching = thread;
    end.countDown();
    if (watching != null) {
      try {
        watching.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    thread = null;
  }

  boolean isRunning() {
    return thread != null;
  }
}
