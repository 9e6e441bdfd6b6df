package org.rodnan.terminology.loading;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.rodnan.fhir.Progress;
import org.rodnan.terminology.Releases;
import org.rodnan.terminology.concepts.CodeSystemOutline;
import org.rodnan.terminology.concepts.ConceptWriter;

/**
 * Loads a release. In memory are the codes and which stands below which, some 150 bytes a concept;
 * texts and properties are read slice by slice, the files once for each slice.
 */
public final class ReleaseLoader {
  private static final int SLICE = 50_000;
  private static final int REPORT = 1_000;

  private final ReleaseReader reader;
  private final Progress progress;
  private final String[] codes;
  private final Map<String, Integer> places;
  private final int[][] parents;

  private ReleaseLoader(ReleaseReader reader, Progress progress) {
    this.reader = reader;
    this.progress = progress;
    progress.at("codes", 0, 1);
    TreeSet<String> all = new TreeSet<>();
    reader.codes(all::add);
    if (all.isEmpty()) {
      throw new BadRelease("There are no concepts in it");
    }
    this.codes = all.toArray(String[]::new);
    this.places = new HashMap<>(codes.length * 2);
    for (int i = 0; i < codes.length; i++) {
      places.put(codes[i], i);
    }
    this.parents = new int[codes.length][];
    progress.at("hierarchy", 0, 1);
    reader.links(this::link);
  }

  /** What was loaded. */
  public record Loaded(CodeSystemOutline outline, int concepts) {}

  /**
   * Reads the files and makes a release of them. What fails, or is interrupted, leaves what was
   * there.
   *
   * @param source a file, a folder or a zip
   * @param version empty if the files themselves say it
   * @throws BadRelease if the files are not of such a release
   * @throws IllegalStateException if another load is at work
   */
  public static Loaded load(
      ReleaseKind kind,
      Path source,
      Optional<String> version,
      Releases releases,
      Progress progress) {
    try (ReleaseFiles files = new ReleaseFiles(source)) {
      ReleaseReader reader = kind.reader(files, version);
      CodeSystemOutline outline = reader.outline();
      ReleaseLoader loader = new ReleaseLoader(reader, progress);
      int size = releases.load(outline, loader::write);
      return new Loaded(outline, size);
    }
  }

  /** A link from or to what is no concept doesn't count: releases have some to other modules. */
  private void link(String below, String above) {
    Integer lower = places.get(below);
    Integer upper = places.get(above);
    if (lower != null && upper != null && !lower.equals(upper)) {
      int[] before = parents[lower];
      if (before == null) {
        parents[lower] = new int[] {upper};
      } else if (Arrays.stream(before).noneMatch(each -> each == upper)) {
        parents[lower] = Arrays.copyOf(before, before.length + 1);
        parents[lower][before.length] = upper;
      }
    }
  }

  private void write(ConceptWriter writer) {
    for (int from = 0; from < codes.length; from += SLICE) {
      int to = Math.min(codes.length, from + SLICE);
      Draft[] slice = new Draft[to - from];
      Map<String, Draft> drafts = new HashMap<>();
      for (int i = from; i < to; i++) {
        slice[i - from] = new Draft(codes[i]);
        drafts.put(codes[i], slice[i - from]);
      }
      reader.describe(drafts);
      for (int i = from; i < to; i++) {
        writer.add(slice[i - from].with(codesOf(parents[i])), ancestors(i));
        if (i % REPORT == 0) {
          progress.at("concepts", i, codes.length);
        }
      }
    }
    progress.at("concepts", codes.length, codes.length);
  }

  private List<String> codesOf(int[] places) {
    return places == null ? List.of() : Arrays.stream(places).mapToObj(at -> codes[at]).toList();
  }

  private List<String> ancestors(int place) {
    BitSet seen = new BitSet();
    int[] open = new int[16];
    int count = 0;
    open[count++] = place;
    List<String> found = new ArrayList<>();
    while (count > 0) {
      int[] next = parents[open[--count]];
      for (int each : next == null ? new int[0] : next) {
        if (each != place && !seen.get(each)) {
          seen.set(each);
          found.add(codes[each]);
          if (count == open.length) {
            open = Arrays.copyOf(open, count * 2);
          }
          open[count++] = each;
        }
      }
    }
    return found;
  }
}
