package org.rodnan.interaction;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.ResearchStudy;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.VersionId;
import org.rodnan.index.ReferenceText;
import org.rodnan.store.CurrentVersion;
import org.rodnan.store.WriterSection;

/**
 * The PlanDefinitions of a study, {@code ResearchStudy.protocol}, as the writer section sees it.
 * Each version of a study is read once. Thread safe.
 */
final class StudyProtocols {
  private static final int KEPT_MAX = 1_000;

  private final ReferenceText text;
  private final Cache<Version, Set<ResourceKey>> kept =
      Caffeine.newBuilder().maximumSize(KEPT_MAX).executor(Runnable::run).build();

  private record Version(ResourceKey study, VersionId version) {}

  StudyProtocols(ReferenceText text) {
    this.text = text;
  }

  /** PlanDefinitions of this server; none if the study isn't there or names none. */
  Set<ResourceKey> of(ResourceKey study, WriterSection section) {
    Optional<CurrentVersion> current =
        section.current(study).filter(version -> !version.isDeleted());
    if (current.isEmpty()) {
      return Set.of();
    }
    Version version = new Version(study, current.get().version());
    Set<ResourceKey> known = kept.getIfPresent(version);
    if (known == null) {
      known = section.read(study).map(content -> read(content.json())).orElse(Set.of());
      kept.put(version, known);
    }
    return known;
  }

  private Set<ResourceKey> read(byte[] json) {
    ResearchStudy study =
        FhirContexts.r4()
            .newJsonParser()
            .parseResource(ResearchStudy.class, new String(json, StandardCharsets.UTF_8));
    Set<ResourceKey> protocols = new LinkedHashSet<>();
    for (Reference protocol : study.getProtocol()) {
      Optional.ofNullable(protocol.getReference()).flatMap(text::local).ifPresent(protocols::add);
    }
    return protocols;
  }
}
