package org.rodnan.export;

import com.fasterxml.jackson.core.JacksonException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.rodnan.export.ExportManifest.ExportFile;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.search.ResourceScan.Owners;

/**
 * How far an export is: its moment, and the files that are finished. It is on the disk after each
 * of them, so that another process can go on after them. For one thread.
 */
final class Checkpoint {
  private static final String FILE = "checkpoint.json";

  private final Path place;
  private final Beginning beginning;
  private final List<Part> parts;

  /**
   * What an export was begun with.
   *
   * @param time all that was acknowledged before is in it
   * @param position of the log
   * @param entry tells what the log has at the position; another log has something else there
   * @param whose the resources are: {@code all}, {@code patients}, or {@code named} ones
   * @param patients who are named
   * @param masking tells key and settings of pseudonyms from others; empty if nothing is masked
   */
  record Beginning(
      String time,
      long position,
      String entry,
      String whose,
      List<String> patients,
      String masking) {
    private static final String ALL = "all";
    private static final String ANY_PATIENT = "patients";
    private static final String NAMED = "named";

    static Beginning of(
        Instant time, LogPosition position, String entry, Owners owners, String masking) {
      return switch (owners) {
        case Owners.All all -> of(time, position, entry, ALL, Set.of(), masking);
        case Owners.AnyPatient any -> of(time, position, entry, ANY_PATIENT, Set.of(), masking);
        case Owners.Patients(Set<ResourceKey> keys) ->
            of(time, position, entry, NAMED, keys, masking);
      };
    }

    private static Beginning of(
        Instant time,
        LogPosition position,
        String entry,
        String whose,
        Set<ResourceKey> keys,
        String masking) {
      return new Beginning(
          time.toString(),
          position.value(),
          entry,
          whose,
          keys.stream().map(ResourceKey::toString).sorted().toList(),
          masking);
    }

    Instant instant() {
      return Instant.parse(time);
    }

    LogPosition logPosition() {
      return new LogPosition(position);
    }

    Owners owners() {
      return switch (whose) {
        case ALL -> new Owners.All();
        case ANY_PATIENT -> new Owners.AnyPatient();
        default ->
            new Owners.Patients(
                patients.stream()
                    .map(each -> ResourceKey.parse(each).orElseThrow())
                    .collect(Collectors.toSet()));
      };
    }
  }

  /**
   * A finished file.
   *
   * @param kind of what is in it; one kind's files follow each other
   * @param bytes its length
   * @param until the log position that tells what the last of it was: the next file begins after it
   */
  private record Part(String kind, ExportFile file, long bytes, long until) {}

  private record State(Beginning beginning, List<Part> parts) {}

  private Checkpoint(Path place, Beginning beginning, List<Part> parts) {
    this.place = place;
    this.beginning = beginning;
    this.parts = new ArrayList<>(parts);
  }

  /** One that has no files yet. */
  static Checkpoint begin(Path place, Beginning beginning) throws IOException {
    Checkpoint checkpoint = new Checkpoint(place, beginning, List.of());
    checkpoint.write();
    return checkpoint;
  }

  /**
   * That of an export that was broken off; empty if there is none that can be read, or a file isn't
   * there any longer as it was finished.
   *
   * @param folder of the files
   */
  static Optional<Checkpoint> find(Path place, Path folder) throws IOException {
    try {
      State state = WholeFile.read(place.resolve(FILE), State.class);
      for (Part part : state.parts()) {
        if (Files.size(folder.resolve(part.file().name())) != part.bytes()) {
          return Optional.empty();
        }
      }
      return Optional.of(new Checkpoint(place, state.beginning(), state.parts()));
    } catch (NoSuchFileException | JacksonException e) {
      return Optional.empty();
    }
  }

  Beginning beginning() {
    return beginning;
  }

  /**
   * Takes note of a finished file; returns when it is on the disk.
   *
   * @param path where it is
   * @param until tells what the last of it is
   */
  void add(String kind, ExportFile file, Path path, LogPosition until) throws IOException {
    WholeFile.force(path);
    parts.add(new Part(kind, file, Files.size(path), until.value()));
    write();
  }

  private void write() throws IOException {
    WholeFile.write(place.resolve(FILE), new State(beginning, parts));
  }

  /** The finished files of a kind. */
  List<ExportFile> files(String kind) {
    return parts.stream().filter(part -> part.kind().equals(kind)).map(Part::file).toList();
  }

  /** Up to where they go; empty if there is none. */
  Optional<LogPosition> until(String kind) {
    return parts.stream()
        .filter(part -> part.kind().equals(kind))
        .map(part -> new LogPosition(part.until()))
        .reduce((before, last) -> last);
  }

  /** Forgets it: the export is done, or begins anew. */
  static void delete(Path place) throws IOException {
    Files.deleteIfExists(place.resolve(FILE));
  }
}
