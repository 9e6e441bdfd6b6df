package org.rodnan.operation;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.ConceptMap;
import org.hl7.fhir.r4.model.ConceptMap.ConceptMapGroupComponent;
import org.hl7.fhir.r4.model.ConceptMap.SourceElementComponent;
import org.hl7.fhir.r4.model.ConceptMap.TargetElementComponent;
import org.hl7.fhir.r4.model.Enumerations.ConceptMapEquivalence;
import org.hl7.fhir.r4.model.Enumerations.PublicationStatus;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.ResourceParser;
import org.rodnan.fhir.VersionId;
import org.rodnan.interaction.ReadInteraction;
import org.rodnan.interaction.UpdateInteraction;
import org.rodnan.interaction.VreadInteraction;
import org.rodnan.interaction.WriteOutcome;
import org.rodnan.store.Origin;
import org.rodnan.store.ResourceVersion;
import org.rodnan.terminology.KnownSystem;
import org.rodnan.terminology.Terminology;

/**
 * {@code $closure} (R4, conceptmap-operation-closure.html): keeps a table of which concepts a
 * client uses stand below which. The table is a stored ConceptMap whose versions are those of the
 * table, so it lasts, has a history, and goes through the one door of writing. A target that
 * "subsumes" its source stands above it.
 */
final class ClosureOperation {
  private static final Set<String> NAMES = Set.of("name", "concept", "version");
  private static final int TRIES_MAX = 5;

  private final ReadInteraction read;
  private final VreadInteraction vread;
  private final UpdateInteraction update;
  private final ResourceParser parser;

  ClosureOperation(
      ReadInteraction read,
      VreadInteraction vread,
      UpdateInteraction update,
      ResourceParser parser) {
    this.read = read;
    this.vread = vread;
    this.update = update;
    this.parser = parser;
  }

  /**
   * With a name alone, makes the table, or empties it. With concepts, adds them, and returns what
   * is new. With a version, returns what was added since.
   *
   * @throws FhirFailure.NotFound if there is no such table
   * @throws FhirFailure.Conflict if others change the table all the time
   */
  ConceptMap run(OperationArguments arguments, Terminology terminology, Origin origin) {
    arguments.requireOnly(NAMES);
    String name = arguments.text("name").orElseThrow(() -> OperationArguments.missing("a name"));
    List<Coding> concepts = arguments.codings("concept");
    Optional<String> version = arguments.text("version");
    if (version.isPresent() && !concepts.isEmpty()) {
      throw OperationArguments.malformed("version", "expected no concepts beside it");
    }
    ResourceKey key = key(name);
    if (version.isPresent()) {
      return since(key, name, version.get());
    }
    if (concepts.isEmpty()) {
      ConceptMap empty = table(key, name);
      return answer(name, write(key, empty, Optional.empty(), origin), List.of());
    }
    for (int tries = 1; ; tries++) {
      try {
        return add(key, name, concepts, terminology, origin);
      } catch (FhirFailure.PreconditionFailed e) {
        if (tries == TRIES_MAX) {
          throw new FhirFailure.Conflict(
              "The closure table '" + name + "' was changed by others meanwhile, again and again");
        }
      }
    }
  }

  /** Names may hold what ids may not. */
  private static ResourceKey key(String name) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
      return new ResourceKey(
          "ConceptMap", "closure-" + HexFormat.of().formatHex(hash).substring(0, 32));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ConceptMap table(ResourceKey key, String name) {
    ConceptMap table = new ConceptMap();
    table.setId(key.id());
    table.setStatus(PublicationStatus.ACTIVE).setTitle(name).setName("Closure");
    return table;
  }

  private ConceptMap add(
      ResourceKey key, String name, List<Coding> concepts, Terminology terminology, Origin origin) {
    ResourceVersion.Content current = current(key, name);
    ConceptMap table = parse(current);
    Map<Coded, Set<String>> above = edges(table);
    Map<Coded, Set<String>> added = new LinkedHashMap<>();
    for (Coding concept : concepts) {
      if (!concept.hasSystem() || !concept.hasCode()) {
        throw OperationArguments.malformed("concept", "expected a system and a code");
      }
      KnownSystem system =
          MeantDefinitions.system(
              concept.getSystem(), Optional.ofNullable(concept.getVersion()), terminology);
      if (system.find(concept.getCode()).isEmpty()) {
        throw new FhirFailure.NotFound(
            "The code '" + concept.getCode() + "' is not one of " + system.outline().canonical());
      }
      add(new Coded(concept.getSystem(), concept.getCode()), system, above, added);
    }
    int max = terminology.limits().closureMax();
    if (above.size() > max) {
      throw new FhirFailure.Unprocessable(
          IssueType.TOOCOSTLY,
          "The closure table would have more concepts than rodnan.terminology.closure-max"
              + " allows, "
              + max);
    }
    if (added.isEmpty()) {
      return answer(name, current.version(), List.of());
    }
    ConceptMap changed = table(key, name);
    changed.setGroup(groups(above));
    VersionId version = write(key, changed, Optional.of("W/\"" + current.version() + "\""), origin);
    return answer(name, version, groups(added));
  }

  private record Coded(String system, String code) {}

  private static void add(
      Coded concept,
      KnownSystem system,
      Map<Coded, Set<String>> above,
      Map<Coded, Set<String>> added) {
    if (above.containsKey(concept)) {
      return;
    }
    Set<String> mine = new HashSet<>();
    for (Map.Entry<Coded, Set<String>> other : above.entrySet()) {
      if (other.getKey().system().equals(concept.system())) {
        String code = other.getKey().code();
        if (system.isBelow(concept.code(), code)) {
          mine.add(code);
        } else if (system.isBelow(code, concept.code())) {
          other.getValue().add(concept.code());
          added.computeIfAbsent(other.getKey(), unused -> new HashSet<>()).add(concept.code());
        }
      }
    }
    above.put(concept, mine);
    added.computeIfAbsent(concept, unused -> new HashSet<>()).addAll(mine);
  }

  private ResourceVersion.Content current(ResourceKey key, String name) {
    try {
      return read.read(key);
    } catch (FhirFailure.NotFound | FhirFailure.Gone e) {
      throw new FhirFailure.NotFound(
          "There is no closure table '" + name + "'; $closure with its name alone makes one");
    }
  }

  private static ConceptMap parse(ResourceVersion.Content content) {
    return FhirContexts.r4()
        .newJsonParser()
        .parseResource(ConceptMap.class, new String(content.json(), StandardCharsets.UTF_8));
  }

  private static Map<Coded, Set<String>> edges(ConceptMap table) {
    Map<Coded, Set<String>> above = new LinkedHashMap<>();
    for (ConceptMapGroupComponent group : table.getGroup()) {
      for (SourceElementComponent element : group.getElement()) {
        Set<String> targets =
            above.computeIfAbsent(
                new Coded(group.getSource(), element.getCode()), unused -> new HashSet<>());
        element.getTarget().forEach(target -> targets.add(target.getCode()));
      }
    }
    return above;
  }

  private static List<ConceptMapGroupComponent> groups(Map<Coded, Set<String>> above) {
    Map<String, ConceptMapGroupComponent> groups = new LinkedHashMap<>();
    above.forEach((concept, targets) -> {
      ConceptMapGroupComponent group =
          groups.computeIfAbsent(
              concept.system(),
              system -> new ConceptMapGroupComponent().setSource(system).setTarget(system));
      SourceElementComponent element = group.addElement().setCode(concept.code());
      targets.stream()
          .sorted()
          .forEach(code -> {
            TargetElementComponent target = element.addTarget();
            target.setCode(code).setEquivalence(ConceptMapEquivalence.SUBSUMES);
          });
    });
    return new ArrayList<>(groups.values());
  }

  /** What the table has now and didn't have in that version. */
  private ConceptMap since(ResourceKey key, String name, String version) {
    ResourceVersion.Content current = current(key, name);
    Map<Coded, Set<String>> above = edges(parse(current));
    if (!version.equals("0")) {
      Map<Coded, Set<String>> before = edges(parse(vread.vread(key, version)));
      before.forEach((concept, targets) -> {
        Set<String> now = above.getOrDefault(concept, new HashSet<>());
        now.removeAll(targets);
        if (now.isEmpty()) {
          above.remove(concept);
        }
      });
    }
    return answer(name, current.version(), groups(above));
  }

  private VersionId write(
      ResourceKey key, ConceptMap table, Optional<String> ifMatch, Origin origin) {
    byte[] json =
        FhirContexts.r4()
            .newJsonParser()
            .encodeResourceToString(table)
            .getBytes(StandardCharsets.UTF_8);
    ParsedResource parsed = parser.parseJson(json);
    WriteOutcome outcome = update.update(key, parsed, ifMatch, Optional.empty(), origin);
    return outcome.version().version();
  }

  private static ConceptMap answer(
      String name, VersionId version, List<ConceptMapGroupComponent> groups) {
    ConceptMap answer = new ConceptMap();
    answer.setStatus(PublicationStatus.ACTIVE);
    answer.setName(name).setVersion(version.toString());
    answer.setGroup(groups);
    return answer;
  }
}
