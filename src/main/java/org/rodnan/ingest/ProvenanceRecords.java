package org.rodnan.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Identifier;
import org.hl7.fhir.r4.model.Provenance;
import org.hl7.fhir.r4.model.Provenance.ProvenanceEntityRole;
import org.hl7.fhir.r4.model.Reference;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.ResourceParser;
import org.rodnan.ingest.IngestReport.Action;
import org.rodnan.ingest.IngestReport.Row;
import org.rodnan.interaction.UpdateInteraction;
import org.rodnan.mapping.SourceFile;
import org.rodnan.store.Origin;
import org.rodnan.store.ResourceStore;
import org.rodnan.store.ResourceVersion;

/**
 * Keeps from which file each record came: Provenance resources under ids made of the file's
 * SHA-256, each with up to {@value #TARGETS_MAX} targets. The same file twice leaves them as they
 * are. Thread safe.
 */
final class ProvenanceRecords {
  static final int TARGETS_MAX = 500;
  private static final String SHA_256 = "https://w3id.org/rodnan/sha-256";
  private static final String ROLES =
      "http://terminology.hl7.org/CodeSystem/provenance-participant-type";

  private final UpdateInteraction updates;
  private final ResourceStore store;
  private final ResourceParser parser;
  private final Clock clock;

  ProvenanceRecords(
      UpdateInteraction updates, ResourceStore store, ResourceParser parser, Clock clock) {
    this.updates = updates;
    this.store = store;
    this.parser = parser;
    this.clock = clock;
  }

  /** What of a file is not written yet. */
  private static final class Chunk {
    private final Set<String> targets = new LinkedHashSet<>();
    private int number = 1;
  }

  /**
   * Writes them for all that the report says is stored. One that can't be written is told as
   * rejected.
   */
  void write(List<SourceFile> files, IngestReport report, Origin origin, Ingest.Numbering told) {
    Map<String, SourceFile> byName = new HashMap<>();
    files.forEach(file -> byName.put(file.name(), file));
    Map<String, String> hashes = new HashMap<>();
    Map<String, Chunk> chunks = new HashMap<>();
    List<Row> refused = new ArrayList<>();
    report.forEach(row -> {
      SourceFile file = byName.get(row.file());
      if (file != null && row.action().isStored()) {
        Chunk chunk = chunks.computeIfAbsent(row.file(), name -> new Chunk());
        chunk.targets.add(row.type() + "/" + row.id());
        if (chunk.targets.size() == TARGETS_MAX) {
          write(file, hashes, chunk, origin).ifPresent(refused::add);
        }
      }
    });
    chunks.forEach((name, chunk) -> {
      SourceFile file = byName.get(name);
      if (file != null && !chunk.targets.isEmpty()) {
        write(file, hashes, chunk, origin).ifPresent(refused::add);
      }
    });
    refused.forEach(row -> told.told(row.file(), 0, Action.REJECTED, row.reason()));
  }

  private Optional<Row> write(
      SourceFile file, Map<String, String> hashes, Chunk chunk, Origin origin) {
    String hash = hashes.computeIfAbsent(file.name(), name -> hash(file));
    Provenance provenance = provenance(file.name(), hash, chunk, origin);
    chunk.targets.clear();
    chunk.number++;
    ResourceKey key = new ResourceKey("Provenance", provenance.getIdElement().getIdPart());
    try {
      if (!isThere(key, provenance)) {
        byte[] json =
            FhirContexts.r4()
                .newJsonParser()
                .encodeResourceToString(provenance)
                .getBytes(StandardCharsets.UTF_8);
        updates.update(key, parser.parseJson(json), Optional.empty(), Optional.empty(), origin);
      }
      return Optional.empty();
    } catch (FhirFailure.Fault | FhirFailure.DiskFull e) {
      throw e;
    } catch (FhirFailure e) {
      return Optional.of(
          new Row(
              file.name(),
              0,
              Action.REJECTED,
              key.type(),
              key.id(),
              "The Provenance can't be written: " + e.getMessage()));
    }
  }

  private boolean isThere(ResourceKey key, Provenance provenance) {
    return store.read(key).orElse(null) instanceof ResourceVersion.Content content
        && parser.parseJson(content.json()).resource() instanceof Provenance before
        && targets(before).equals(targets(provenance));
  }

  private static List<String> targets(Provenance provenance) {
    return provenance.getTarget().stream().map(Reference::getReference).toList();
  }

  private Provenance provenance(String file, String hash, Chunk chunk, Origin origin) {
    Provenance provenance = new Provenance();
    provenance.setId("ingest-" + hash.substring(0, 40) + "-" + chunk.number);
    chunk.targets.forEach(target -> provenance.addTarget().setReference(target));
    provenance.setRecorded(Date.from(clock.instant()));
    provenance
        .addAgent()
        .setType(role("enterer", "Enterer"))
        .setWho(new Reference().setDisplay(origin.actor()));
    provenance
        .addEntity()
        .setRole(ProvenanceEntityRole.SOURCE)
        .setWhat(
            new Reference()
                .setIdentifier(new Identifier().setSystem(SHA_256).setValue(hash))
                .setDisplay(file));
    return provenance;
  }

  private static CodeableConcept role(String code, String display) {
    CodeableConcept role = new CodeableConcept();
    role.addCoding().setSystem(ROLES).setCode(code).setDisplay(display);
    return role;
  }

  private static String hash(SourceFile file) {
    try (InputStream in = file.opening().open()) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      new DigestInputStream(in, digest).transferTo(java.io.OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException | NoSuchAlgorithmException e) {
      throw new FhirFailure.Fault("The hash of " + file.name() + " can't be taken", e);
    }
  }
}
