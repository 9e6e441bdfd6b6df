package org.rodnan.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.hl7.fhir.r4.model.Bundle;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ParsedBundle;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.ResourceParser;
import org.rodnan.interaction.BundleInteraction;
import org.rodnan.interaction.EntryOperations;
import org.rodnan.store.Origin;
import org.rodnan.store.ResourceStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the published trials that the program carries into an empty store. Each file is a
 * transaction; if a load was interrupted, the next one goes on with the files that are missing.
 * What was deleted since stays deleted, and a store that others filled first is left alone.
 */
final class SeedTrials {
  private static final Logger LOG = LoggerFactory.getLogger(SeedTrials.class);
  private static final String FOLDER = "/trials/";
  private static final String ACTOR = "rodnan";

  private final ResourceStore store;
  private final BundleInteraction bundles;
  private final ResourceParser parser;

  SeedTrials(ResourceStore store, BundleInteraction bundles, ResourceParser parser) {
    this.store = store;
    this.bundles = bundles;
    this.parser = parser;
  }

  /** A file of the program: a transaction Bundle. */
  private record TrialFile(String trial, String path) {}

  /**
   * Loads what is missing; returns when all of it is durable.
   *
   * @return how many resources were written
   * @throws FhirFailure if a file is refused; those before it are loaded
   */
  int load() {
    List<TrialFile> files = files();
    boolean isEmpty = store.head().equals(LogPosition.START);
    int written = 0;
    int done = 0;
    for (TrialFile file : files) {
      ParsedBundle bundle = parser.parseJsonBundle(read(file.path()));
      done++;
      if (isEmpty || isInterrupted(files) && !isLoaded(bundle)) {
        written += write(bundle, file);
        LOG.info("Loading the seed trials: {} of {} files, {}", done, files.size(), file.trial());
      }
    }
    return written;
  }

  /** The first file is there: so it was this that filled the store. */
  private boolean isInterrupted(List<TrialFile> files) {
    return !files.isEmpty() && isLoaded(parser.parseJsonBundle(read(files.getFirst().path())));
  }

  private boolean isLoaded(ParsedBundle bundle) {
    String first = ((Bundle) bundle.envelope().resource()).getEntryFirstRep().getRequest().getUrl();
    return ResourceKey.parse(first).flatMap(store::read).isPresent();
  }

  private int write(ParsedBundle bundle, TrialFile file) {
    Origin origin = new Origin(ACTOR, null, "seed-trials", "load of " + file.path());
    return bundles.process(bundle, origin, EntryOperations.NONE).entries().size();
  }

  private static List<TrialFile> files() {
    try {
      List<TrialFile> files = new ArrayList<>();
      for (JsonNode trial : new ObjectMapper().readTree(read("index.json")).get("trials")) {
        for (JsonNode bundle : trial.get("bundles")) {
          files.add(new TrialFile(trial.get("title").asText(), bundle.asText()));
        }
      }
      return files;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] read(String path) {
    try (InputStream in = SeedTrials.class.getResourceAsStream(FOLDER + path)) {
      if (in == null) {
        throw new FhirFailure.Fault("The program lacks its file " + FOLDER + path);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
