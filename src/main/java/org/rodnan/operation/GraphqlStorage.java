package org.rodnan.operation;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.instance.model.api.IBaseBundle;
import org.hl7.fhir.instance.model.api.IBaseReference;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.Bundle.BundleEntryComponent;
import org.hl7.fhir.r4.model.Bundle.SearchEntryMode;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.Resource;
import org.hl7.fhir.utilities.graphql.Argument;
import org.hl7.fhir.utilities.graphql.IGraphQLStorageServices;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.index.ReferenceText;
import org.rodnan.interaction.ReadInteraction;
import org.rodnan.interaction.SearchInteraction;
import org.rodnan.interaction.VreadInteraction;
import org.rodnan.search.SearchPage;
import org.rodnan.search.SearchRequest;
import org.rodnan.search.SearchRequest.Parameter;

/**
 * What HL7's GraphQL engine asks a server for, and how much of it one query may have. For one
 * query, one thread.
 */
final class GraphqlStorage implements IGraphQLStorageServices {
  /** Names by which the engine takes a cursor apart and puts it together. */
  private static final String CURSOR = "search-id";

  private static final String OFFSET = "search-offset";

  /** The query itself says what of the resources is wanted, and in which form. */
  private static final Set<String> REFUSED =
      Set.of("_contained", "_containedType", "_elements", "_format", "_pretty", "_summary");

  private static final Duration RETRY_AFTER = Duration.ofSeconds(10);

  private final GraphqlDocument document;
  private final ReadInteraction read;
  private final VreadInteraction vread;
  private final SearchInteraction search;
  private final ReferenceText references;
  private final OperationSettings limits;
  private final Duration timeMax;
  private final long started = System.nanoTime();
  private int resources;
  private long bytes;

  /**
   * @param timeMax after which nothing more is given
   */
  GraphqlStorage(
      GraphqlDocument document,
      ReadInteraction read,
      VreadInteraction vread,
      SearchInteraction search,
      ReferenceText references,
      OperationSettings limits,
      Duration timeMax) {
    this.document = document;
    this.read = read;
    this.vread = vread;
    this.search = search;
    this.references = references;
    this.limits = limits;
    this.timeMax = timeMax;
  }

  /**
   * @throws FhirFailure as {@link ReadInteraction#read}
   */
  Resource read(ResourceKey key) {
    return counted(read.read(key).json());
  }

  @Override
  public @Nullable ReferenceResolution lookup(
      Object appInfo, IBaseResource context, IBaseReference reference) {
    Reference found = (Reference) reference;
    String text = found.getReference();
    if (text == null) {
      return null;
    }
    if (text.startsWith("#")) {
      // The parser has put it there.
      IBaseResource contained = found.getResource();
      return contained == null ? null : new ReferenceResolution(context, contained);
    }
    Optional<ResourceKey> key = references.local(text);
    if (key.isEmpty()) {
      return null;
    }
    try {
      String relative = references.relative(text);
      int version = relative.indexOf("/_history/");
      Resource target =
          version < 0
              ? read(key.get())
              : counted(
                  vread
                      .vread(key.get(), relative.substring(version + "/_history/".length()))
                      .json());
      return new ReferenceResolution(target, target);
    } catch (FhirFailure.NotFound | FhirFailure.Gone e) {
      return null;
    }
  }

  @Override
  public IBaseResource lookup(Object appInfo, String type, String id) {
    return read(new ResourceKey(type, id));
  }

  @Override
  public void listResources(
      Object appInfo, String type, List<Argument> arguments, List<IBaseResource> matches) {
    List<Parameter> parameters = new ArrayList<>();
    for (Argument argument : arguments) {
      if (!argument.getName().equals("fhirpath")) {
        parameters.add(parameter(argument));
      }
    }
    boolean isBounded = parameters.stream().anyMatch(each -> each.name().equals("_count"));
    Optional<SearchPage> page = Optional.of(first(type, parameters));
    while (page.isPresent()) {
      for (SearchPage.Entry entry : page.get().entries()) {
        if (entry.mode() == SearchPage.Mode.MATCH) {
          matches.add(counted(entry.json()));
        }
      }
      page = isBounded ? Optional.empty() : page.get().next().map(next -> next(type, next));
    }
  }

  @Override
  public IBaseBundle search(Object appInfo, String type, List<Argument> arguments) {
    Optional<String> cursor = Optional.empty();
    int offset = 0;
    List<Parameter> parameters = new ArrayList<>();
    for (Argument argument : arguments) {
      Parameter parameter = parameter(argument);
      switch (argument.getName()) {
        case CURSOR -> cursor = Optional.of(parameter.value());
        case OFFSET -> offset = offset(parameter.value());
        case "cursor" -> {
          int colon = parameter.value().lastIndexOf(':');
          cursor = Optional.of(parameter.value().substring(0, Math.max(0, colon)));
          offset = offset(parameter.value().substring(colon + 1));
        }
        default -> parameters.add(parameter);
      }
    }
    SearchPage page = cursor.map(next -> next(type, next)).orElseGet(() -> first(type, parameters));
    Bundle bundle = new Bundle();
    int matches = 0;
    for (SearchPage.Entry entry : page.entries()) {
      BundleEntryComponent added = bundle.addEntry().setResource(counted(entry.json()));
      boolean isMatch = entry.mode() == SearchPage.Mode.MATCH;
      added.getSearch().setMode(isMatch ? SearchEntryMode.MATCH : SearchEntryMode.INCLUDE);
      matches += isMatch ? 1 : 0;
    }
    page.total().ifPresent(total -> bundle.setTotal(Math.toIntExact(total)));
    bundle.addLink().setRelation("self").setUrl(OFFSET + "=" + offset + "&_count=" + matches);
    int end = offset + matches;
    page.next()
        .ifPresent(next ->
            bundle
                .addLink()
                .setRelation("next")
                .setUrl(CURSOR + "=" + next + "&" + OFFSET + "=" + end));
    return bundle;
  }

  private static int offset(String text) {
    if (!text.matches("\\d{1,9}")) {
      throw GraphqlDocument.malformed("the cursor is none that this server gave");
    }
    return Integer.parseInt(text);
  }

  /** GraphQL's names have no hyphens: an underscore within stands for one (R4, graphql.html). */
  private static Parameter parameter(Argument argument) {
    String name = argument.getName();
    if (REFUSED.contains(name)) {
      throw GraphqlDocument.malformed("the argument '" + name + "' has no place in GraphQL");
    }
    String searched = name.startsWith("_") ? name : name.replace('_', '-');
    return new Parameter(searched, String.join(",", GraphqlDocument.values(argument)));
  }

  private SearchPage first(String type, List<Parameter> parameters) {
    requireTime();
    return search.search(of(type, parameters));
  }

  private SearchPage next(String type, String cursor) {
    requireTime();
    return search.next(of(type, List.of()), cursor);
  }

  private static SearchRequest of(String type, List<Parameter> parameters) {
    return new SearchRequest(List.of(type), Optional.empty(), parameters, false);
  }

  private Resource counted(byte[] json) {
    requireTime();
    bytes += (long) json.length * document.repetition();
    if (++resources > limits.graphqlResourcesMax()) {
      throw GraphqlDocument.tooCostly(
          "looks at more resources than rodnan.operation.graphql-resources-max allows, "
              + limits.graphqlResourcesMax());
    }
    if (bytes > limits.graphqlBytesMax().toBytes()) {
      throw GraphqlDocument.tooCostly(
          "looks at more bytes than rodnan.operation.graphql-bytes-max allows, "
              + limits.graphqlBytesMax().toBytes());
    }
    Resource resource =
        (Resource)
            FhirContexts.r4()
                .newJsonParser()
                .parseResource(new String(json, StandardCharsets.UTF_8));
    // HAPI makes a URL of it.
    resource.setId(resource.getIdElement().getIdPart());
    return resource;
  }

  private void requireTime() {
    if (System.nanoTime() - started > timeMax.toNanos()) {
      throw new FhirFailure.Busy(
          "The GraphQL query took longer than rodnan.limits.query-time-max allows, " + timeMax,
          RETRY_AFTER);
    }
  }
}
