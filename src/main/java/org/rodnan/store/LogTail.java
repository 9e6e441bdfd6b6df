package org.rodnan.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The entries that this node's writer committed last and that were not yet read past, with what was
 * derived from them, and the highest position that this node knows to be committed. Where other
 * nodes write too, the tail has gaps. Thread safe.
 */
final class LogTail {
  /** Bytes of memory that entries may take; the oldest go first. */
  private static final long BYTES_MAX = 64L * 1024 * 1024;

  private static final long ENTRY_BYTES = 512;

  /** What is derived from a body takes about so many times its bytes: fields of Lucene. */
  private static final long DERIVED_FACTOR = 12;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition grown = lock.newCondition();
  private final TreeMap<Long, LogEntry> entries = new TreeMap<>();
  private long bytes;
  private long head;

  /** Notes entries of this node once they are committed, in the order of the log. */
  void append(List<LogEntry> committed) {
    lock.lock();
    try {
      for (LogEntry entry : committed) {
        entries.put(entry.position().value(), entry);
        bytes += size(entry);
      }
      while (bytes > BYTES_MAX) {
        Map.Entry<Long, LogEntry> oldest = entries.pollFirstEntry();
        if (oldest == null) {
          break;
        }
        bytes -= size(oldest.getValue());
      }
      if (!committed.isEmpty()) {
        raise(committed.getLast().position().value());
      }
    } finally {
      lock.unlock();
    }
  }

  private static long size(LogEntry entry) {
    if (!(entry.version() instanceof ResourceVersion.Content content)) {
      return ENTRY_BYTES;
    }
    long body = content.json().length;
    return ENTRY_BYTES + (entry.derived() == null ? body : body * (1 + DERIVED_FACTOR));
  }

  /** Notes that everything up to the position is committed, by whichever node. */
  void noteHead(long position) {
    lock.lock();
    try {
      raise(position);
    } finally {
      lock.unlock();
    }
  }

  private void raise(long position) {
    if (position > head) {
      head = position;
      grown.signalAll();
    }
  }

  /** The highest position known here. */
  long head() {
    lock.lock();
    try {
      return head;
    } finally {
      lock.unlock();
    }
  }

  /**
   * What is here after a position.
   *
   * @param run the entries right after it, as far as they follow without a gap; may be empty
   * @param next the position of the first entry here after it; the largest long if there is none
   */
  record Recent(List<LogEntry> run, long next) {}

  /**
   * Lets go of the entries up to the position: whoever reads on from there has them. Who comes
   * later reads them from the database.
   */
  Recent after(long position, int limit) {
    lock.lock();
    try {
      Map<Long, LogEntry> read = entries.headMap(position, true);
      read.values().forEach(entry -> bytes -= size(entry));
      read.clear();
      List<LogEntry> run = new ArrayList<>();
      long expected = position + 1;
      for (LogEntry entry : entries.tailMap(expected).values()) {
        if (run.size() == limit || entry.position().value() != expected) {
          break;
        }
        run.add(entry);
        expected++;
      }
      Long next = entries.higherKey(position);
      return new Recent(run, next == null ? Long.MAX_VALUE : next);
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the known head is after the position, or the time is over. */
  void await(long position, Duration timeout) throws InterruptedException {
    long left = timeout.toNanos();
    lock.lockInterruptibly();
    try {
      while (head <= position && left > 0) {
        left = grown.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }
}
