package org.rodnan.sdtm;

import java.util.Arrays;

/**
 * Which ids were there before, in about 16 bytes each. Of a million ids, the chance that two are
 * taken for one is less than 1 in 10 million.
 */
final class SeenIds {
  private long[] hashes = new long[1 << 10];
  private int count;

  /** Whether it is there for the first time. */
  boolean add(String id) {
    if (count * 2 >= hashes.length) {
      grow();
    }
    return put(hash(id));
  }

  private boolean put(long hash) {
    int mask = hashes.length - 1;
    int at = (int) (hash >>> 32) & mask;
    while (hashes[at] != 0) {
      if (hashes[at] == hash) {
        return false;
      }
      at = at + 1 & mask;
    }
    hashes[at] = hash;
    count++;
    return true;
  }

  private void grow() {
    long[] old = hashes;
    hashes = new long[old.length * 2];
    count = 0;
    Arrays.stream(old).filter(hash -> hash != 0).forEach(this::put);
  }

  /** FNV-1a, mixed; never 0, which is an empty place. */
  private static long hash(String id) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < id.length(); i++) {
      hash = (hash ^ id.charAt(i)) * 0x100000001b3L;
    }
    hash = (hash ^ hash >>> 33) * 0xff51afd7ed558ccdL;
    hash ^= hash >>> 33;
    return hash == 0 ? 1 : hash;
  }
}
