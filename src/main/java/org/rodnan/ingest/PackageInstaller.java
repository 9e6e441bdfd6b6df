package org.rodnan.ingest;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.Bundle.BundleEntryComponent;
import org.hl7.fhir.r4.model.Bundle.BundleType;
import org.hl7.fhir.r4.model.Bundle.HTTPVerb;
import org.hl7.fhir.r4.model.MetadataResource;
import org.hl7.fhir.r4.model.NamingSystem;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Issue;
import org.rodnan.fhir.JsonFailure;
import org.rodnan.fhir.ParsedBundle;
import org.rodnan.fhir.ParsedBundle.EntryResource;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.ResourceParser;
import org.rodnan.fhir.ResourceTypes;
import org.rodnan.ingest.PackageOutcome.Skipped;
import org.rodnan.interaction.BundleInteraction;
import org.rodnan.interaction.BundleOutcome;
import org.rodnan.interaction.EntryOperations;
import org.rodnan.interaction.EntryOutcome;
import org.rodnan.interaction.SearchInteraction;
import org.rodnan.interaction.WriteOutcome;
import org.rodnan.search.SearchPage;
import org.rodnan.search.SearchRequest;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.store.Origin;
import org.rodnan.store.ResourceStore;
import org.rodnan.store.ResourceVersion;

/**
 * Stores the definitions of FHIR NPM packages: every resource with a canonical address that lies
 * directly in the package's folder, and naming systems. A package is one transaction, all or
 * nothing. What is there under the same address and business version is updated in its place; what
 * is there unchanged stays as it is, so that a second installation changes nothing. Otherwise the
 * id of the package is kept if it is free. Thread safe.
 */
public final class PackageInstaller {
  /** What the program knows without a package, by the names of packages that hold it. */
  private static final Set<String> BUILT_IN =
      Set.of(
          "hl7.fhir.r4.core",
          "hl7.fhir.r4.expansions",
          "hl7.terminology",
          "hl7.terminology.r4",
          "org.rodnan.ssc");

  /** R4 and its technical correction; the same definitions. */
  private static final Set<String> R4_VERSIONS = Set.of("4.0", "4.0.0", "4.0.1");

  private static final Pattern OTHER_CORE = Pattern.compile("hl7\\.fhir\\.(r[0-9]b?)\\.core");
  private static final Pattern ENTRY = Pattern.compile("Bundle\\.entry\\[(\\d+)](\\.resource)?");
  private static final int GUIDES_MAX = 1_000;

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .nodeFactory(JsonNodeFactory.withExactBigDecimals(true))
          .build();

  private final PackageReader reader;
  private final ResourceParser parser;
  private final ResourceStore store;
  private final SearchInteraction search;
  private final BundleInteraction bundles;

  PackageInstaller(
      PackageReader reader,
      ResourceParser parser,
      ResourceStore store,
      SearchInteraction search,
      BundleInteraction bundles) {
    this.reader = reader;
    this.parser = parser;
    this.store = store;
    this.search = search;
    this.bundles = bundles;
  }

  /** A definition of the package on its way into the store. */
  private record Part(String file, ParsedResource resource, List<Parameter> identity) {
    String type() {
      return resource.type();
    }
  }

  /** As one entry of the transaction; the body has the id under which it is to be stored. */
  private record Planned(
      Part part, Optional<String> id, ParsedResource resource, boolean isUnchanged) {}

  /**
   * @param tgz the archive
   * @throws FhirFailure.Malformed if it is no FHIR NPM package
   * @throws FhirFailure.TooLarge over one of the limits {@code rodnan.packages.*}, or with more
   *     definitions than {@code rodnan.limits.bundle-entries-max}
   * @throws FhirFailure.Unprocessable if it is of another version of FHIR, or one of its
   *     definitions is not valid; the file is named
   */
  public PackageOutcome install(byte[] tgz, Origin origin) {
    return install(reader.read(new ByteArrayInputStream(tgz)), origin);
  }

  PackageOutcome install(FhirPackage fhirPackage, Origin origin) {
    requireR4(fhirPackage);
    if (BUILT_IN.contains(fhirPackage.name()) && fhirPackage.name().startsWith("hl7.fhir.r4.")) {
      return new PackageOutcome(
          fhirPackage.name(),
          fhirPackage.version(),
          0,
          0,
          0,
          List.of(new Skipped("package.json", "the program has FHIR R4 in itself")),
          List.of());
    }
    List<Issue> warnings = new ArrayList<>(missing(fhirPackage));
    List<Skipped> skipped = new ArrayList<>();
    List<Part> parts = parts(fhirPackage, skipped);
    requireDistinct(parts);
    List<Planned> plan = parts.stream().map(this::planned).toList();
    int[] counts = new int[WriteOutcome.Effect.values().length];
    if (plan.stream().allMatch(Planned::isUnchanged)) {
      counts[WriteOutcome.Effect.UNCHANGED.ordinal()] = plan.size();
    } else {
      List<EntryOutcome> outcomes = write(fhirPackage, plan, origin).entries();
      for (int i = 0; i < outcomes.size(); i++) {
        if (outcomes.get(i) instanceof EntryOutcome.Written written) {
          counts[written.outcome().effect().ordinal()]++;
          String file = plan.get(i).part().file();
          written.outcome().warnings().forEach(issue -> warnings.add(at(file, issue)));
        }
      }
    }
    return new PackageOutcome(
        fhirPackage.name(),
        fhirPackage.version(),
        counts[WriteOutcome.Effect.CREATED.ordinal()],
        counts[WriteOutcome.Effect.UPDATED.ordinal()],
        counts[WriteOutcome.Effect.UNCHANGED.ordinal()],
        skipped,
        warnings);
  }

  private static void requireR4(FhirPackage fhirPackage) {
    Set<String> found =
        fhirPackage.fhirVersions().isEmpty()
            ? fhirPackage.dependencies().keySet().stream()
                .map(OTHER_CORE::matcher)
                .filter(Matcher::matches)
                .map(name ->
                    name.group(1).equals("r4") ? "4.0.1" : name.group(1).toUpperCase(Locale.ROOT))
                .collect(Collectors.toSet())
            : new HashSet<>(fhirPackage.fhirVersions());
    if (!found.isEmpty() && found.stream().noneMatch(R4_VERSIONS::contains)) {
      throw new FhirFailure.Unprocessable(
          IssueType.NOTSUPPORTED,
          "The package "
              + fhirPackage.title()
              + " is of FHIR "
              + String.join(", ", found)
              + "; expected 4.0.1");
    }
  }

  /** A warning for each dependency that is neither built in nor installed. */
  private List<Issue> missing(FhirPackage fhirPackage) {
    Map<String, Set<String>> installed = installed();
    List<Issue> warnings = new ArrayList<>();
    new TreeMap<>(fhirPackage.dependencies())
        .forEach((name, version) -> {
          Set<String> versions = installed.getOrDefault(name, Set.of());
          if (!BUILT_IN.contains(name) && versions.stream().noneMatch(has -> fits(has, version))) {
            warnings.add(
                Issue.warning(
                    IssueType.NOTFOUND,
                    "The package "
                        + fhirPackage.title()
                        + " depends on "
                        + name
                        + "#"
                        + version
                        + ", which is not installed"
                        + (versions.isEmpty() ? "" : " (there is " + versions + ")")
                        + "; what builds on it can't be judged until it is"));
          }
        });
    return warnings;
  }

  /** {@code 1.2.x} stands for any patch, {@code current} and {@code dev} for whatever is there. */
  private static boolean fits(String version, String wanted) {
    return switch (wanted) {
      case "current", "dev", "latest", "*" -> true;
      default ->
          wanted.endsWith(".x")
              ? version.startsWith(wanted.substring(0, wanted.length() - 1))
              : version.equals(wanted);
    };
  }

  /** By package, the versions whose ImplementationGuide is stored. */
  private Map<String, Set<String>> installed() {
    Map<String, Set<String>> installed = new HashMap<>();
    for (SearchPage.Entry guide :
        find("ImplementationGuide", List.of(new Parameter("_count", "" + GUIDES_MAX)))) {
      JsonNode json = tree(guide.json());
      installed
          .computeIfAbsent(json.path("packageId").asText(), key -> new HashSet<>())
          .add(json.path("version").asText());
    }
    return installed;
  }

  private List<Part> parts(FhirPackage fhirPackage, List<Skipped> skipped) {
    List<Part> parts = new ArrayList<>();
    fhirPackage
        .files()
        .forEach((file, content) -> {
          try {
            Optional<String> reason = reasonToSkip(content);
            if (reason.isPresent()) {
              skipped.add(new Skipped(file, reason.get()));
              return;
            }
            ParsedResource resource = parser.parseJson(content);
            List<Parameter> identity = identity((MetadataResource) resource.resource());
            if (identity.isEmpty()) {
              skipped.add(new Skipped(file, "has no canonical address"));
            } else {
              parts.add(new Part(file, resource, identity));
            }
          } catch (FhirFailure.Malformed failure) {
            // The archive can be read; what stands in this file can't be stored.
            throw new FhirFailure.Unprocessable(
                failure.issues().stream().map(issue -> at(file, issue)).toList());
          } catch (FhirFailure failure) {
            throw failure.told(issue -> at(file, issue));
          }
        });
    return parts;
  }

  private static Issue at(String file, Issue issue) {
    return new Issue(
        issue.severity(), issue.code(), file + ": " + issue.diagnostics(), issue.expression());
  }

  private static Optional<String> reasonToSkip(byte[] content) {
    String type = tree(content).path("resourceType").asText();
    if (type.isEmpty()) {
      return Optional.of("is no resource");
    }
    if (!ResourceTypes.isType(type)) {
      return Optional.of("is a " + type + ", which FHIR R4 doesn't know");
    }
    boolean isDefinition =
        MetadataResource.class.isAssignableFrom(
            FhirContexts.r4().getResourceDefinition(type).getImplementingClass());
    return isDefinition ? Optional.empty() : Optional.of("is a " + type + ", no definition");
  }

  /** The criteria by which the same definition is found again; none if it has no identity. */
  private static List<Parameter> identity(MetadataResource definition) {
    if (definition instanceof NamingSystem system) {
      // Has no address of its own in R4.
      String value = system.getUniqueIdFirstRep().getValue();
      return value == null ? List.of() : List.of(new Parameter("value", escaped(value)));
    }
    if (!definition.hasUrl()) {
      return List.of();
    }
    return List.of(
        new Parameter("url", escaped(definition.getUrl())),
        definition.hasVersion()
            ? new Parameter("version", escaped(definition.getVersion()))
            : new Parameter("version:missing", "true"));
  }

  /** R4, search.html#escaping. */
  private static String escaped(String value) {
    return value.replaceAll("([\\\\,$|])", "\\\\$1");
  }

  private static void requireDistinct(List<Part> parts) {
    Map<String, String> files = new HashMap<>();
    for (Part part : parts) {
      String key = part.type() + "?" + query(part.identity());
      String other = files.put(key, part.file());
      if (other != null) {
        throw new FhirFailure.Unprocessable(
            IssueType.DUPLICATE,
            part.file() + " and " + other + " are the same definition, " + key);
      }
    }
  }

  private Planned planned(Part part) {
    List<SearchPage.Entry> found = find(part.type(), part.identity());
    Optional<String> own =
        Optional.ofNullable(part.resource().resource().getIdElement().getIdPart());
    Optional<String> id =
        found.isEmpty()
            ? own.filter(each -> !isTaken(new ResourceKey(part.type(), each)))
            : Optional.of(found.getFirst().key().id());
    ParsedResource resource = id.equals(own) ? part.resource() : withId(part.resource(), id);
    boolean isUnchanged =
        found.size() == 1 && content(found.getFirst().json()).equals(content(resource.json()));
    return new Planned(part, own, resource, isUnchanged);
  }

  private boolean isTaken(ResourceKey key) {
    return store.read(key).filter(ResourceVersion.Content.class::isInstance).isPresent();
  }

  private List<SearchPage.Entry> find(String type, List<Parameter> criteria) {
    return search
        .search(new SearchRequest(List.of(type), Optional.empty(), criteria, false))
        .entries();
  }

  /** All but what the server sets. */
  private static JsonNode content(byte[] json) {
    ObjectNode content = (ObjectNode) tree(json);
    if (content.get("meta") instanceof ObjectNode meta) {
      meta.remove(List.of("versionId", "lastUpdated"));
      if (meta.isEmpty()) {
        content.remove("meta");
      }
    }
    return content;
  }

  private ParsedResource withId(ParsedResource resource, Optional<String> id) {
    ObjectNode json = (ObjectNode) tree(resource.json());
    json.remove("id");
    id.ifPresent(each -> json.put("id", each));
    return parser.parseJson(json.toString().getBytes(StandardCharsets.UTF_8));
  }

  /**
   * @throws FhirFailure.Malformed if it is no JSON
   */
  private static JsonNode tree(byte[] json) {
    try {
      return JSON.readTree(json);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new FhirFailure.Malformed(IssueType.STRUCTURE, "is no JSON: " + JsonFailure.reason(e));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private BundleOutcome write(FhirPackage fhirPackage, List<Planned> plan, Origin origin) {
    Bundle bundle = new Bundle().setType(BundleType.TRANSACTION);
    for (Planned each : plan) {
      BundleEntryComponent entry = bundle.addEntry();
      // By what the others refer to it; the id in the store may be another.
      each.id().ifPresent(id -> entry.setFullUrl("urn:package/" + each.part().type() + "/" + id));
      entry
          .getRequest()
          .setMethod(HTTPVerb.PUT)
          .setUrl(each.part().type() + "?" + query(each.part().identity()));
    }
    ParsedBundle parsed =
        new ParsedBundle(
            new ParsedResource(bundle, new byte[0]),
            plan.stream()
                .<EntryResource>map(each -> new EntryResource.Readable(each.resource()))
                .toList());
    Origin named =
        new Origin(
            origin.actor(),
            origin.client(),
            origin.requestId(),
            "installation of the package " + fhirPackage.title());
    try {
      return bundles.process(parsed, named, EntryOperations.NONE);
    } catch (FhirFailure failure) {
      throw failure.told(issue -> named(issue, plan));
    }
  }

  private static String query(List<Parameter> parameters) {
    return parameters.stream()
        .map(each -> each.name() + "=" + URLEncoder.encode(each.value(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&"));
  }

  /** Speaks of files where the transaction speaks of entries. */
  private static Issue named(Issue issue, List<Planned> plan) {
    return new Issue(
        issue.severity(),
        issue.code(),
        named(issue.diagnostics(), plan),
        issue.expression().stream().map(each -> named(each, plan)).toList());
  }

  private static String named(String text, List<Planned> plan) {
    return ENTRY
        .matcher(text)
        .replaceAll(found -> {
          int entry = Integer.parseInt(found.group(1));
          return Matcher.quoteReplacement(
              entry < plan.size() ? plan.get(entry).part().file() : found.group());
        });
  }
}
