package org.rodnan.ingest;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.rodnan.fhir.ResourceKey;

/**
 * In which order records can be written, so that what each refers to is there, and whoever a record
 * is about is enrolled: the rules of studies ask for both. Records that need each other in a circle
 * are one group; groups are in layers, and a layer needs only those before it. Two records of one
 * key stay in their order. Tarjan's algorithm for strongly connected components (SIAM J. Comput. 1,
 * 1972), without recursion: chains may be long.
 */
final class WritingOrder {
  private final List<RecordItem> items;
  private final int[][] needs;
  private final int[] index;
  private final int[] low;
  private final int[] layer;
  private final boolean[] isOpen;
  private final int[] group;
  private final Deque<Integer> stack = new ArrayDeque<>();
  private final List<List<List<RecordItem>>> layers = new ArrayList<>();
  private int next = 1;

  private WritingOrder(List<RecordItem> items) {
    this.items = items;
    int size = items.size();
    this.needs = needs(items);
    this.index = new int[size];
    this.low = new int[size];
    this.layer = new int[size];
    this.isOpen = new boolean[size];
    this.group = new int[size];
  }

  /** Layers of groups; each group in the order in which its records were given. */
  static List<List<List<RecordItem>>> of(List<RecordItem> items) {
    WritingOrder order = new WritingOrder(items);
    for (int i = 0; i < items.size(); i++) {
      if (order.index[i] == 0) {
        order.visit(i);
      }
    }
    return order.layers;
  }

  private static int[][] needs(List<RecordItem> items) {
    Map<ResourceKey, Integer> last = new HashMap<>();
    Map<ResourceKey, Integer> first = new HashMap<>();
    Map<ResourceKey, List<Integer>> enrolments = new HashMap<>();
    int[][] needs = new int[items.size()][];
    for (int i = 0; i < needs.length; i++) {
      RecordItem item = items.get(i);
      first.putIfAbsent(item.key(), i);
      if (isEnrolment(item)) {
        for (ResourceKey patient : patients(item)) {
          enrolments.computeIfAbsent(patient, none -> new ArrayList<>()).add(i);
        }
      }
    }
    for (int i = 0; i < needs.length; i++) {
      RecordItem item = items.get(i);
      Set<Integer> found = new LinkedHashSet<>();
      for (ResourceKey reference : item.references()) {
        Integer target = first.get(reference);
        if (target != null) {
          found.add(target);
        }
      }
      if (!isEnrolment(item)) {
        patients(item)
            .forEach(patient -> found.addAll(enrolments.getOrDefault(patient, List.of())));
      }
      Integer before = last.put(item.key(), i);
      if (before != null) {
        found.add(before);
      }
      found.remove(i);
      needs[i] = found.stream().mapToInt(Integer::intValue).toArray();
    }
    return needs;
  }

  private static boolean isEnrolment(RecordItem item) {
    return item.key().type().equals("ResearchSubject");
  }

  private static List<ResourceKey> patients(RecordItem item) {
    return item.references().stream().filter(key -> key.type().equals("Patient")).toList();
  }

  private void visit(int root) {
    Deque<int[]> calls = new ArrayDeque<>();
    calls.push(enter(root));
    while (!calls.isEmpty()) {
      int[] call = calls.element();
      int at = call[0];
      if (call[1] < needs[at].length) {
        int target = needs[at][call[1]++];
        if (index[target] == 0) {
          calls.push(enter(target));
        } else if (isOpen[target]) {
          low[at] = Math.min(low[at], index[target]);
        }
      } else {
        calls.pop();
        if (!calls.isEmpty()) {
          int caller = calls.element()[0];
          low[caller] = Math.min(low[caller], low[at]);
        }
        if (low[at] == index[at]) {
          close(at);
        }
      }
    }
  }

  private int[] enter(int at) {
    index[at] = next;
    low[at] = next++;
    isOpen[at] = true;
    stack.push(at);
    return new int[] {at, 0};
  }

  private void close(int root) {
    List<Integer> members = new ArrayList<>();
    int member;
    do {
      member = stack.pop();
      isOpen[member] = false;
      group[member] = root + 1;
      members.add(member);
    } while (member != root);
    int depth = 0;
    for (int each : members) {
      for (int need : needs[each]) {
        if (group[need] != root + 1) {
          depth = Math.max(depth, layer[need] + 1);
        }
      }
    }
    for (int each : members) {
      layer[each] = depth;
    }
    while (layers.size() <= depth) {
      layers.add(new ArrayList<>());
    }
    layers.get(depth).add(members.stream().sorted().map(items::get).toList());
  }
}
