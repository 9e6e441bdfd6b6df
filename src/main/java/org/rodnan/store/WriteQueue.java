package org.rodnan.store;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The units that wait for the writer, in the order of their coming. Thread safe. */
final class WriteQueue {
  /** What became of an offer. */
  enum Answer {
    TAKEN,
    FULL,
    CLOSED
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<PendingUnit<?>> waiting = new ArrayDeque<>();
  private final int capacity;
  private final int groupSizeMax;
  private boolean closed;

  WriteQueue(int capacity, int groupSizeMax) {
    this.capacity = capacity;
    this.groupSizeMax = groupSizeMax;
  }

  Answer offer(PendingUnit<?> unit) {
    lock.lock();
    try {
      if (closed) {
        return Answer.CLOSED;
      }
      if (waiting.size() >= capacity) {
        return Answer.FULL;
      }
      waiting.addLast(unit);
      changed.signal();
      return Answer.TAKEN;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for units and takes those that may be committed together: as many as there are, up to the
   * limit, but a unit that needs the index alone. Empty once the queue is closed and drained.
   */
  List<PendingUnit<?>> takeGroup() {
    lock.lock();
    try {
      while (waiting.isEmpty() && !closed) {
        changed.awaitUninterruptibly();
      }
      List<PendingUnit<?>> group = new ArrayList<>();
      while (!waiting.isEmpty() && group.size() < groupSizeMax) {
        boolean alone = waiting.getFirst().needsIndex();
        if (alone && !group.isEmpty()) {
          break;
        }
        group.add(waiting.removeFirst());
        if (alone) {
          break;
        }
      }
      return group;
    } finally {
      lock.unlock();
    }
  }

  int size() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  /** Takes nothing more; what waits stays to be taken. */
  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
