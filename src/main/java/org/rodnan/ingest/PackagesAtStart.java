package org.rodnan.ingest;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Issue;
import org.rodnan.fhir.StartFailure;
import org.rodnan.store.Origin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Installs the packages that the settings name, those first that others depend on. What is
 * installed already costs no more than reading it.
 */
final class PackagesAtStart {
  private static final Logger LOG = LoggerFactory.getLogger(PackagesAtStart.class);
  private static final String ACTOR = "rodnan";

  private final List<String> places;
  private final PackageReader reader;
  private final PackageInstaller installer;

  PackagesAtStart(List<String> places, PackageReader reader, PackageInstaller installer) {
    this.places = places;
    this.reader = reader;
    this.installer = installer;
  }

  /**
   * Returns when all of them are durable.
   *
   * @throws StartFailure if a file can't be read or its package is refused; those before it are
   *     installed
   */
  void install() {
    Map<Path, FhirPackage> manifests = new LinkedHashMap<>();
    for (Path file : files()) {
      manifests.put(file, read(file, reader::manifest));
    }
    for (Path file : ordered(manifests)) {
      report(file, installed(file, read(file, reader::read)));
    }
  }

  private List<Path> files() {
    List<Path> files = new ArrayList<>();
    for (String place : places) {
      try {
        Path path = Path.of(place);
        if (!Files.isDirectory(path)) {
          files.add(path);
          continue;
        }
        try (Stream<Path> inside = Files.list(path)) {
          inside.filter(file -> file.toString().endsWith(".tgz")).sorted().forEach(files::add);
        }
      } catch (IOException | InvalidPathException e) {
        throw failure(place, e.toString(), e);
      }
    }
    return files;
  }

  private static FhirPackage read(Path file, Function<InputStream, FhirPackage> reading) {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      return reading.apply(in);
    } catch (IOException e) {
      throw failure(file, "it can't be read: " + e, e);
    } catch (FhirFailure e) {
      throw failure(file, e.getMessage(), e);
    }
  }

  /** Each after those it depends on; packages that depend on each other stay in their order. */
  private static Set<Path> ordered(Map<Path, FhirPackage> manifests) {
    Set<Path> ordered = new LinkedHashSet<>();
    Set<Path> seen = new LinkedHashSet<>();
    manifests.keySet().forEach(file -> place(file, manifests, seen, ordered));
    return ordered;
  }

  private static void place(
      Path file, Map<Path, FhirPackage> manifests, Set<Path> seen, Set<Path> ordered) {
    FhirPackage manifest = manifests.get(file);
    if (manifest == null || !seen.add(file)) {
      return;
    }
    manifests.forEach((other, candidate) -> {
      if (manifest.dependencies().containsKey(candidate.name())) {
        place(other, manifests, seen, ordered);
      }
    });
    ordered.add(file);
  }

  /** An index that is being rebuilt is waited for: without it nobody knows what is there. */
  private PackageOutcome installed(Path file, FhirPackage fhirPackage) {
    Origin origin = new Origin(ACTOR, null, "packages", null);
    while (true) {
      try {
        return installer.install(fhirPackage, origin);
      } catch (FhirFailure.Busy e) {
        LOG.info("{} waits: {}", fhirPackage.title(), e.getMessage());
        await(e);
      } catch (FhirFailure e) {
        throw failure(file, e.getMessage(), e);
      }
    }
  }

  private static void await(FhirFailure.Busy busy) {
    try {
      new CountDownLatch(1).await(busy.retryAfter().toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw busy;
    }
  }

  private static void report(Path file, PackageOutcome outcome) {
    LOG.info(
        "Package {}#{} of {}: {} created, {} updated, {} unchanged, {} files skipped",
        outcome.name(),
        outcome.version(),
        file,
        outcome.created(),
        outcome.updated(),
        outcome.unchanged(),
        outcome.skipped().size());
    outcome.warnings().stream()
        .map(Issue::diagnostics)
        .forEach(warning -> LOG.warn("{}: {}", file, warning));
  }

  private static StartFailure failure(Object place, @Nullable String why, Throwable cause) {
    return new StartFailure(
        "The package " + place + " can't be installed: " + why,
        "Mend the file, or take it out of the setting rodnan.packages.load.",
        cause);
  }
}
