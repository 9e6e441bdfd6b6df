package org.rodnan.terminology;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.CodeSystem.CodeSystemContentMode;
import org.rodnan.terminology.concepts.CodeSystemOutline;
import org.rodnan.terminology.concepts.Concept;
import org.rodnan.terminology.concepts.ConceptIndex;
import org.rodnan.terminology.concepts.ConceptWriter;

/**
 * The code systems whose codes are known: those made by rules, loaded releases, the program's and
 * R4's, and those that clients stored. The index of one is made when it is first needed, in memory
 * of small ones, on disk of large ones, and forgotten when others need the room. Thread safe.
 */
final class CodeSystems {
  /** Larger code systems are indexed on disk. */
  private static final int IN_MEMORY_MAX = 5_000;

  /** What an index on disk takes in memory. */
  private static final int BYTES_OF_OPEN_FILES = 256 * 1024;

  private final Releases releases;
  private final Path folder;
  private final TerminologyLimits limits;
  private final Map<String, GrammarSystem> grammars;
  private final Cache<String, ConceptIndex> indexes;

  /**
   * @param folder for indexes that may go with the process; emptied here
   */
  CodeSystems(Releases releases, UnitConversion units, Path folder, TerminologyLimits limits) {
    this.releases = releases;
    this.folder = folder;
    this.limits = limits;
    this.grammars = grammars(units);
    this.indexes =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumWeight(limits.memoryMax())
            .weigher((String key, ConceptIndex index) -> weight(index))
            .build();
    try {
      Releases.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("The folder " + folder + " can't be emptied", e);
    }
  }

  private static int weight(ConceptIndex index) {
    return index.size() > IN_MEMORY_MAX
        ? BYTES_OF_OPEN_FILES
        : (int) Math.min(Integer.MAX_VALUE, 1024 + index.bytes());
  }

  private static Map<String, GrammarSystem> grammars(UnitConversion units) {
    Map<String, GrammarSystem> grammars = new HashMap<>(IetfCodes.systems());
    grammars.put(
        CommonCodeSystemsTerminologyService.UCUM_CODESYSTEM_URL,
        GrammarSystem.of(
            CommonCodeSystemsTerminologyService.UCUM_CODESYSTEM_URL,
            "UCUM",
            code -> units.isUnit(code) ? Optional.of(Concept.of(code, code)) : Optional.empty()));
    return Map.copyOf(grammars);
  }

  /**
   * @param version empty for the one that is meant without: the release loaded last, or what the
   *     source finds without version
   */
  Optional<KnownSystem> find(String url, Optional<String> version, DefinitionSource source) {
    GrammarSystem grammar = grammars.get(url);
    if (grammar != null) {
      return Optional.of(grammar);
    }
    return releases
        .find(url, version)
        .or(() ->
            source
                .locate(CodeSystem.class, version.map(each -> url + "|" + each).orElse(url))
                .map(this::index)
                .filter(CodeSystems::hasCodes))
        .map(index -> supplemented(index, source));
  }

  private static boolean hasCodes(ConceptIndex index) {
    return switch (index.outline().content()) {
      case "not-present", "supplement" -> false;
      default -> true;
    };
  }

  /** Of a definition that is not known to anybody else. */
  KnownSystem of(CodeSystem system, DefinitionSource source) {
    CodeSystemReader reader = new CodeSystemReader(system, limits.ancestorsMax());
    return supplemented(reader.index(ConceptWriter::inMemory), source);
  }

  private KnownSystem supplemented(ConceptIndex index, DefinitionSource source) {
    List<ConceptIndex> supplements = new ArrayList<>();
    CodeSystemOutline outline = index.outline();
    for (CodeSystem found : source.naming(CodeSystem.class, "supplements", outline.url())) {
      String meant = String.valueOf(found.getSupplements());
      if (found.getContent() == CodeSystemContentMode.SUPPLEMENT
          && (meant.equals(outline.url()) || meant.equals(outline.canonical()))) {
        supplements.add(index(DefinitionSource.Located.of(found)));
      }
    }
    return new IndexedSystem(index, supplements);
  }

  private ConceptIndex index(DefinitionSource.Located<CodeSystem> system) {
    return indexes.get(
        system.identity(),
        unused -> {
          CodeSystemReader reader =
              new CodeSystemReader(system.content().get(), limits.ancestorsMax());
          return reader.index(
              reader.size() > IN_MEMORY_MAX
                  ? outline -> ConceptWriter.temporary(outline, newFolder())
                  : ConceptWriter::inMemory);
        });
  }

  private Path newFolder() {
    try {
      Files.createDirectories(folder);
      return Files.createTempDirectory(folder, "index-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Releases releases() {
    return releases;
  }

  /** Addresses of the code systems made by rules. */
  List<CodeSystemOutline> grammarOutlines() {
    return grammars.values().stream().map(GrammarSystem::outline).toList();
  }
}
