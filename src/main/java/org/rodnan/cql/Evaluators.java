package org.rodnan.cql;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads of evaluations. A single operation of CQL can't be stopped, so that a thread may stay
 * in one for long; another takes its place, as long as there are few of them. Thread safe.
 */
final class Evaluators implements AutoCloseable {
  /** Each of them uses a processor. */
  private static final int STUCK_MAX = 2;

  private final int threads;
  private final ThreadPoolExecutor pool;
  private int stuck;

  /**
   * @param threads at once
   * @param queueMax evaluations that wait for one
   */
  Evaluators(int threads, int queueMax) {
    this.threads = threads;
    pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            1,
            TimeUnit.MINUTES,
            new ArrayBlockingQueue<>(queueMax),
            Thread.ofPlatform().name("cql-", 0).daemon().factory());
    pool.allowCoreThreadTimeOut(true);
  }

  /**
   * @throws RejectedExecutionException if too many wait
   */
  <T> Evaluation<T> submit(Callable<T> work) {
    Evaluation<T> evaluation = new Evaluation<>(work);
    pool.execute(evaluation);
    return evaluation;
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }

  private void resize() {
    // A pool may not have more core threads than threads, at no moment.
    pool.setCorePoolSize(Math.min(threads + stuck, pool.getMaximumPoolSize()));
    pool.setMaximumPoolSize(threads + stuck);
    pool.setCorePoolSize(threads + stuck);
  }

  /** One evaluation, waiting or at work. */
  final class Evaluation<T> extends FutureTask<T> {
    private boolean isAtWork;
    private boolean isReplaced;

    private Evaluation(Callable<T> work) {
      super(work);
    }

    @Override
    public void run() {
      synchronized (Evaluators.this) {
        isAtWork = true;
      }
      try {
        super.run();
      } finally {
        synchronized (Evaluators.this) {
          isAtWork = false;
          if (isReplaced) {
            stuck--;
            resize();
          }
        }
      }
    }

    /** Nobody waits for it any more: it isn't begun, or others needn't wait for its end. */
    void abandon() {
      synchronized (Evaluators.this) {
        cancel(false);
        if (isAtWork && !isReplaced && stuck < STUCK_MAX) {
          isReplaced = true;
          stuck++;
          resize();
        }
      }
    }
  }
}
