package org.rodnan.operation;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.Parameters;
import org.hl7.fhir.r4.model.ValueSet;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.terminology.ConceptTexts;
import org.rodnan.terminology.KnownSystem;
import org.rodnan.terminology.SystemVersions;
import org.rodnan.terminology.Terminology;
import org.rodnan.terminology.ValueSetCodes;
import org.rodnan.terminology.concepts.Concept;

/**
 * {@code CodeSystem/$validate-code} and {@code ValueSet/$validate-code} (R4,
 * codesystem-operation-validate-code.html, valueset-operation-validate-code.html). Of several
 * codings one that is valid is enough. A code that a fragment of a code system doesn't have is
 * valid with a warning.
 */
final class ValidateCodeOperation {
  private static final Set<String> COMMON =
      Set.of(
          "url",
          "code",
          "display",
          "coding",
          "codeableConcept",
          "date",
          "abstract",
          "displayLanguage");

  private final OperationArguments arguments;
  private final Terminology terminology;

  private ValidateCodeOperation(OperationArguments arguments, Terminology terminology) {
    this.arguments = arguments;
    this.terminology = terminology;
  }

  /** What is found of one coding. */
  private record Verdict(boolean isValid, List<String> messages, @Nullable String display) {}

  private static Verdict no(String message) {
    return new Verdict(false, List.of(message), null);
  }

  static Parameters inCodeSystem(
      Optional<ResourceKey> key, OperationArguments arguments, Terminology terminology) {
    arguments.requireOnly(with("codeSystem", "version", "system"));
    return new ValidateCodeOperation(arguments, terminology).inCodeSystem(key);
  }

  static Parameters inValueSet(
      Optional<ResourceKey> key, OperationArguments arguments, Terminology terminology) {
    arguments.requireOnly(
        with("valueSet", "valueSetVersion", "context", "system", "systemVersion"));
    return new ValidateCodeOperation(arguments, terminology).inValueSet(key);
  }

  private static Set<String> with(String... more) {
    Set<String> names = new HashSet<>(COMMON);
    names.addAll(List.of(more));
    return names;
  }

  private Parameters inCodeSystem(Optional<ResourceKey> key) {
    Optional<CodeSystem> sent = arguments.resource("codeSystem", CodeSystem.class);
    Optional<KnownSystem> meant;
    if (key.isPresent() || sent.isPresent()) {
      meant =
          MeantDefinitions.find(
                  CodeSystem.class, key, arguments, "codeSystem", "version", terminology)
              .map(found -> MeantDefinitions.system(found, sent.isPresent(), terminology));
    } else {
      meant =
          arguments
              .text("url")
              .or(() -> arguments.text("system"))
              .map(url -> MeantDefinitions.system(url, arguments.text("version"), terminology));
    }
    List<Coding> codings = codings(meant.map(system -> system.outline().url()));
    return answer(
        codings,
        coding -> {
          if (meant.isPresent()
              && coding.hasSystem()
              && !coding.getSystem().equals(meant.get().outline().url())) {
            return no(
                "The coding is of the system '"
                    + coding.getSystem()
                    + "'; expected '"
                    + meant.get().outline().url()
                    + "'");
          }
          if (meant.isEmpty() && !coding.hasSystem()) {
            throw OperationArguments.missing("a url, or a coding with its system");
          }
          KnownSystem system =
              meant.isPresent()
                  ? meant.get()
                  : MeantDefinitions.system(
                      coding.getSystem(), Optional.ofNullable(coding.getVersion()), terminology);
          return inSystem(system, coding);
        });
  }

  private Verdict inSystem(KnownSystem system, Coding coding) {
    MeantDefinitions.requireKnownAt(
        arguments, Optional.ofNullable(system.outline().date()), system.outline().canonical());
    Optional<Concept> concept = system.find(coding.getCode());
    if (concept.isPresent()) {
      return judged(concept.get(), coding, system.outline().language());
    }
    String message =
        "The code '" + coding.getCode() + "' is not one of " + system.outline().canonical();
    return system.outline().isComplete()
        ? no(message)
        : new Verdict(
            true,
            List.of(
                message
                    + ", of which only a part is known here ("
                    + system.outline().content()
                    + "): whether it is valid can't be said"),
            null);
  }

  private Verdict judged(Concept concept, Coding coding, @Nullable String language) {
    List<String> messages = new ArrayList<>();
    boolean isValid = true;
    String display = ConceptTexts.of(arguments.text("displayLanguage"), concept, language);
    if (coding.hasDisplay()
        && (display != null || !concept.designations().isEmpty())
        && !ConceptTexts.isText(coding.getDisplay(), concept)) {
      isValid = false;
      messages.add(
          "The display '"
              + coding.getDisplay()
              + "' is not one of the code '"
              + concept.code()
              + "'; expected '"
              + display
              + "'");
    }
    if (concept.isAbstract() && arguments.optionalFlag("abstract").equals(Optional.of(false))) {
      isValid = false;
      messages.add("The code '" + concept.code() + "' is abstract: it only groups others");
    }
    if (concept.isInactive()) {
      messages.add("The code '" + concept.code() + "' is inactive");
    }
    return new Verdict(isValid, messages, display);
  }

  private Parameters inValueSet(Optional<ResourceKey> key) {
    ValueSet valueSet = MeantDefinitions.valueSet(key, arguments, terminology);
    MeantDefinitions.requireKnownAt(
        arguments,
        Optional.ofNullable(valueSet.getDateElement().getValueAsString()),
        String.valueOf(valueSet.getUrl()));
    ValueSetCodes codes = terminology.codes(valueSet, SystemVersions.AS_NAMED);
    return answer(
        codings(arguments.text("context").flatMap(context -> holder(codes))),
        coding -> {
          if (!coding.hasSystem()) {
            return no(
                "The code '"
                    + coding.getCode()
                    + "' has no system, so that it can't be in a value set");
          }
          return inCodes(codes, coding, valueSet.getUrl());
        });
  }

  /** The code system that a code of an element is of: the value set that it is bound to says so. */
  private Optional<String> holder(ValueSetCodes codes) {
    Optional<String> code = arguments.text("code");
    List<String> systems = codes.systems();
    return systems.stream()
        .filter(system -> code.map(each -> codes.contains(system, each)).orElse(false))
        .findFirst()
        .or(() -> systems.stream().findFirst());
  }

  private Verdict inCodes(ValueSetCodes codes, Coding coding, String url) {
    Optional<String> version = Optional.ofNullable(coding.getVersion());
    if (!codes.contains(coding.getSystem(), version, coding.getCode())) {
      Optional<KnownSystem> system = terminology.codeSystem(coding.getSystem(), version);
      boolean isUnknown =
          system.isPresent()
              && system.get().outline().isComplete()
              && system.get().find(coding.getCode()).isEmpty();
      return no(
          "The code '"
              + coding.getCode()
              + "' of "
              + coding.getSystem()
              + " is not in the value set "
              + url
              + (isUnknown
                  ? "; it is not one of " + system.get().outline().canonical() + " either"
                  : ""));
    }
    Optional<KnownSystem> known = terminology.codeSystem(coding.getSystem(), version);
    Optional<Concept> concept = codes.concept(coding.getSystem(), coding.getCode());
    if (concept.isPresent()) {
      return judged(
          codes.withOwnTexts(coding.getSystem(), concept.get()),
          coding,
          known.map(system -> system.outline().language()).orElse(null));
    }
    Optional<Concept> named = codes.named(coding.getSystem(), coding.getCode());
    if (named.isPresent()) {
      return judged(named.get(), coding, null);
    }
    return new Verdict(
        true,
        List.of(
            "All codes of "
                + coding.getSystem()
                + " are in the value set; whether '"
                + coding.getCode()
                + "' is one can't be said, for they are not all known here"),
        null);
  }

  /** The codings to be judged, of whatever form. */
  private List<Coding> codings(Optional<String> impliedSystem) {
    Optional<String> code = arguments.text("code");
    Optional<Coding> coding = arguments.coding("coding");
    List<Coding> concept =
        arguments
            .codeableConcept("codeableConcept")
            .map(each -> each.getCoding())
            .orElse(List.of());
    int forms =
        (code.isPresent() ? 1 : 0)
            + (coding.isPresent() ? 1 : 0)
            + (arguments.named("codeableConcept").isEmpty() ? 0 : 1);
    if (forms != 1) {
      throw OperationArguments.missing("one of code, coding and codeableConcept");
    }
    List<Coding> codings =
        code.map(value ->
                List.of(
                    new Coding()
                        .setSystem(arguments.text("system").or(() -> impliedSystem).orElse(null))
                        .setVersion(arguments.text("systemVersion").orElse(null))
                        .setCode(value)
                        .setDisplay(arguments.text("display").orElse(null))))
            .or(() -> coding.map(List::of))
            .orElse(concept);
    if (codings.isEmpty()) {
      throw OperationArguments.malformed("codeableConcept", "expected a coding");
    }
    for (Coding each : codings) {
      if (!each.hasCode()) {
        throw OperationArguments.malformed("coding", "expected a code");
      }
    }
    return codings;
  }

  private interface Judge {
    Verdict judge(Coding coding) throws FhirFailure;
  }

  private static Parameters answer(List<Coding> codings, Judge judge) {
    List<String> messages = new ArrayList<>();
    Verdict found = null;
    for (Coding coding : codings) {
      Verdict verdict = judge.judge(coding);
      if (verdict.isValid()) {
        found = verdict;
        break;
      }
      found = found == null ? verdict : found;
      messages.addAll(verdict.messages());
    }
    Verdict verdict = found == null ? no("There is no coding") : found;
    Parameters answer = new Parameters();
    answer.addParameter("result", verdict.isValid());
    List<String> said = verdict.isValid() ? verdict.messages() : messages;
    if (!said.isEmpty()) {
      answer.addParameter("message", String.join("; ", said));
    }
    if (verdict.display() != null) {
      answer.addParameter("display", verdict.display());
    }
    return answer;
  }
}
