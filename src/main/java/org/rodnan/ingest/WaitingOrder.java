package org.rodnan.ingest;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.rodnan.fhir.ResourceKey;

/**
 * In which order the records of a spool can be written, as {@link WritingOrder} has it of a batch:
 * what each refers to comes first, whoever it is about is enrolled before, records of one key stay
 * in their order, and records that need each other in a circle are together. Keys are known by
 * hashes of 64 bits, so that a record takes some 100 bytes; two that are taken for one only make
 * the order worse. For one thread.
 */
final class WaitingOrder {
  /** Of a patient; who has more is enrolled by one of these. */
  private static final int ENROLMENTS_MAX = 64;

  private static final int[] NONE = {};

  private final Keys keys = new Keys();
  private final Map<Long, int[]> enrolments = new HashMap<>();
  private final BitSet isEnrolment = new BitSet();
  private final BitSet isPatient = new BitSet();
  private int[] before = new int[1024];
  private int[] starts = new int[1024];
  private long[] references = new long[4096];
  private int count;
  private int ends;

  /** The next record of the spool. */
  void add(ResourceKey key, Set<ResourceKey> targets) {
    if (count + 1 >= starts.length) {
      starts = Arrays.copyOf(starts, starts.length * 2);
      before = Arrays.copyOf(before, before.length * 2);
    }
    long hash = hash(key);
    before[count] = keys.put(hash, count);
    boolean enrols = key.type().equals("ResearchSubject");
    isEnrolment.set(count, enrols);
    for (ResourceKey target : targets) {
      if (ends == references.length) {
        references = Arrays.copyOf(references, references.length * 2);
      }
      long of = hash(target);
      boolean isOfPatient = target.type().equals("Patient");
      isPatient.set(ends, isOfPatient);
      references[ends++] = of;
      if (enrols && isOfPatient) {
        int[] known = enrolments.getOrDefault(of, NONE);
        if (known.length < ENROLMENTS_MAX) {
          int[] more = Arrays.copyOf(known, known.length + 1);
          more[known.length] = count;
          enrolments.put(of, more);
        }
      }
    }
    starts[++count] = ends;
  }

  int count() {
    return count;
  }

  private int[] needs(int at) {
    int[] found = new int[8];
    int size = 0;
    if (before[at] >= 0) {
      found[size++] = before[at];
    }
    for (int i = starts[at]; i < starts[at + 1]; i++) {
      int[] enrolling =
          isPatient.get(i) && !isEnrolment.get(at)
              ? enrolments.getOrDefault(references[i], NONE)
              : NONE;
      if (size + 1 + enrolling.length > found.length) {
        found = Arrays.copyOf(found, 2 * (size + 1 + enrolling.length));
      }
      int target = keys.first(references[i]);
      if (target >= 0) {
        found[size++] = target;
      }
      System.arraycopy(enrolling, 0, found, size, enrolling.length);
      size += enrolling.length;
    }
    return Arrays.copyOf(found, size);
  }

  /**
   * Tells groups of records by their places in the spool, each after those it needs; a group of
   * several is a circle. Tarjan's algorithm, which closes what is needed first.
   */
  void forEachGroup(Consumer<int[]> groups) {
    int[] index = new int[count];
    int[] low = new int[count];
    BitSet isOpen = new BitSet(count);
    int[] open = new int[count];
    int[] path = new int[count];
    int[][] needs = new int[count][];
    int[] done = new int[count];
    int next = 1;
    int opened = 0;
    for (int root = 0; root < count; root++) {
      if (index[root] != 0) {
        continue;
      }
      int depth = 0;
      path[0] = root;
      while (depth >= 0) {
        int at = path[depth];
        if (index[at] == 0) {
          index[at] = next;
          low[at] = next++;
          open[opened++] = at;
          isOpen.set(at);
          needs[at] = needs(at);
        }
        if (done[at] < needs[at].length) {
          int target = needs[at][done[at]++];
          if (index[target] == 0) {
            path[++depth] = target;
          } else if (isOpen.get(target)) {
            low[at] = Math.min(low[at], index[target]);
          }
          continue;
        }
        needs[at] = NONE;
        depth--;
        if (depth >= 0) {
          low[path[depth]] = Math.min(low[path[depth]], low[at]);
        }
        if (low[at] == index[at]) {
          int from = opened;
          do {
            isOpen.clear(open[--from]);
          } while (open[from] != at);
          int[] group = Arrays.copyOfRange(open, from, opened);
          opened = from;
          Arrays.sort(group);
          groups.accept(group);
        }
      }
    }
  }

  /** The first and the last record of each key. */
  private static final class Keys {
    private long[] hashes = new long[1 << 11];
    private int[] first = new int[1 << 11];
    private int[] last = new int[1 << 11];
    private int size;

    private int place(long hash) {
      int mask = hashes.length - 1;
      int at = (int) (hash >>> 32) & mask;
      while (hashes[at] != 0 && hashes[at] != hash) {
        at = at + 1 & mask;
      }
      return at;
    }

    /** The last one before; -1 if it is the first. */
    int put(long hash, int record) {
      if (size * 2 >= hashes.length) {
        grow();
      }
      int at = place(hash);
      if (hashes[at] == 0) {
        hashes[at] = hash;
        first[at] = record;
        last[at] = record;
        size++;
        return -1;
      }
      int before = last[at];
      last[at] = record;
      return before;
    }

    /** -1 if there is none. */
    int first(long hash) {
      int at = place(hash);
      return hashes[at] == 0 ? -1 : first[at];
    }

    private void grow() {
      long[] oldHashes = hashes;
      int[] oldFirst = first;
      int[] oldLast = last;
      hashes = new long[oldHashes.length * 2];
      first = new int[hashes.length];
      last = new int[hashes.length];
      for (int i = 0; i < oldHashes.length; i++) {
        if (oldHashes[i] != 0) {
          int at = place(oldHashes[i]);
          hashes[at] = oldHashes[i];
          first[at] = oldFirst[i];
          last[at] = oldLast[i];
        }
      }
    }
  }

  /** FNV-1a, mixed; never 0, which is an empty place. */
  private static long hash(ResourceKey key) {
    long hash = 0xcbf29ce484222325L;
    String text = key.toString();
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    hash = (hash ^ hash >>> 33) * 0xff51afd7ed558ccdL;
    hash ^= hash >>> 33;
    return hash == 0 ? 1 : hash;
  }
}
