package org.rodnan.operation;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Limits;
import org.rodnan.interaction.SearchInteraction;
import org.rodnan.search.SearchPage;
import org.rodnan.search.SearchRequest;
import org.rodnan.search.SearchRequest.Parameter;

/**
 * {@code $lastn} of Observation (R4, observation-operation-lastn.html): of those that a search
 * finds, the newest of each code, by their {@code date}. Two codes that share a coding are one; a
 * code without codings is known by its text. Thread safe.
 */
public final class LastnOperation {
  private static final JsonFactory JSON = new JsonFactory();

  /** What shapes the result of a search has no place here. */
  private static final Set<String> REFUSED =
      Set.of("_sort", "_count", "_include", "_revinclude", "_contained", "_containedType");

  private final SearchInteraction search;
  private final Limits limits;

  LastnOperation(SearchInteraction search, Limits limits) {
    this.search = search;
    this.limits = limits;
  }

  /**
   * @param parameters {@code max}, how many of each code, 1 if it is absent; all others are those
   *     of a search
   * @return one page, by code, the newest first
   * @throws FhirFailure.Malformed for parameters that can't be understood, and if the search finds
   *     more than {@code rodnan.limits.bundle-entries-max}
   */
  public SearchPage lastn(List<Parameter> parameters, boolean lenient) {
    OnceOnly.require(parameters, Set.of("max"));
    int max = 1;
    List<Parameter> criteria = new ArrayList<>();
    for (Parameter parameter : parameters) {
      if (parameter.name().equals("max")) {
        max = max(parameter);
      } else if (REFUSED.contains(parameter.name().replaceAll(":.*", ""))) {
        throw new FhirFailure.Malformed(
            "'" + parameter.name() + "' has no place in $lastn", parameter.name());
      } else {
        criteria.add(parameter);
      }
    }
    List<Parameter> sorted = new ArrayList<>(criteria);
    sorted.add(new Parameter("_sort", "-date"));
    sorted.add(new Parameter("_count", Integer.toString(limits.pageSizeMax())));
    SearchRequest asked =
        new SearchRequest(List.of("Observation"), Optional.empty(), sorted, lenient);
    SearchPage page = search.search(asked);
    requireFew(page);
    List<Group> groups = new ArrayList<>();
    while (true) {
      for (SearchPage.Entry entry : page.entries()) {
        group(groups, codes(entry.json())).add(entry, max);
      }
      if (page.next().isEmpty()) {
        break;
      }
      page = search.next(asked, page.next().get());
    }
    List<SearchPage.Entry> found =
        groups.stream().flatMap(group -> group.entries.stream()).toList();
    return new SearchPage(
        found, OptionalLong.of(found.size()), parameters, Optional.empty(), page.issues());
  }

  private void requireFew(SearchPage page) {
    if (page.total().orElse(0) > limits.bundleEntriesMax()) {
      throw new FhirFailure.Malformed(
          IssueType.TOOCOSTLY,
          "The search finds "
              + page.total().orElse(0)
              + " Observations; rodnan.limits.bundle-entries-max allows "
              + limits.bundleEntriesMax());
    }
  }

  private static int max(Parameter parameter) {
    if (!parameter.value().matches("[1-9]\\d*")) {
      throw new FhirFailure.Malformed(
          "max is '" + parameter.value() + "'; expected a whole number of 1 or more", "max");
    }
    return new BigInteger(parameter.value()).min(BigInteger.valueOf(Integer.MAX_VALUE)).intValue();
  }

  /** The Observations of one code. */
  private static final class Group {
    private final Set<String> codes = new HashSet<>();
    private final List<SearchPage.Entry> entries = new ArrayList<>();

    void add(SearchPage.Entry entry, int max) {
      if (entries.size() < max) {
        entries.add(entry);
      }
    }
  }

  private static Group group(List<Group> groups, Set<String> codes) {
    Group found =
        groups.stream()
            .filter(group -> group.codes.stream().anyMatch(codes::contains))
            .findFirst()
            .orElse(null);
    if (found == null) {
      found = new Group();
      groups.add(found);
    }
    found.codes.addAll(codes);
    return found;
  }

  /** The codings of the code, or its text. */
  private static Set<String> codes(byte[] observation) {
    Set<String> codes = new HashSet<>();
    String text = "";
    try (JsonParser parser = JSON.createParser(observation)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean isCode = parser.currentName().equals("code");
        parser.nextToken();
        if (!isCode) {
          parser.skipChildren();
          continue;
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          parser.nextToken();
          if (name.equals("text")) {
            text = parser.getText();
          } else if (name.equals("coding")) {
            while (parser.nextToken() == JsonToken.START_OBJECT) {
              codes.add(coding(parser));
            }
          } else {
            parser.skipChildren();
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Reading from memory failed", e);
    }
    return codes.isEmpty() ? Set.of("text " + text.strip().toLowerCase(Locale.ROOT)) : codes;
  }

  private static String coding(JsonParser parser) throws IOException {
    String system = "";
    String code = "";
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      switch (name) {
        case "system" -> system = parser.getText();
        case "code" -> code = parser.getText();
        default -> parser.skipChildren();
      }
    }
    return "coding " + system + "|" + code;
  }
}
