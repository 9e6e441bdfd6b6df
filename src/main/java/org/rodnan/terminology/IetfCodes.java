package org.rodnan.terminology;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.ConceptValidationOptions;
import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.context.support.LookupCodeRequest;
import ca.uhn.fhir.context.support.ValidationSupportContext;
import java.util.IllformedLocaleException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.r4.model.ValueSet;
import org.hl7.fhir.r4.model.ValueSet.ConceptSetComponent;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.terminology.concepts.Concept;

/**
 * The code systems of the IETF, whose codes are made by rules: media types (BCP 13), type and
 * subtype by their syntax alone, with parameters or without; and languages (BCP 47), well formed,
 * with a language and a region that are registered. For HL7's validator it judges codes of the two,
 * and of value sets that are the whole of one of them, such as R4's {@code mimetypes} and {@code
 * all-languages}; displays it lets pass. Thread safe.
 */
public final class IetfCodes implements IValidationSupport {
  private static final String MEDIA_TYPES =
      CommonCodeSystemsTerminologyService.MIMETYPES_CODESYSTEM_URL;
  private static final String LANGUAGES =
      CommonCodeSystemsTerminologyService.LANGUAGES_CODESYSTEM_URL;

  private static final Pattern MEDIA_TYPE =
      Pattern.compile("[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+*-]+( *;.*)?");

  /** The registry lists these as ranges. */
  private static final Pattern PRIVATE_LANGUAGE = Pattern.compile("q[a-t][a-z]");

  private static final Pattern PRIVATE_REGION = Pattern.compile("Q[M-Z]|X[A-Z]");

  private static final CommonCodeSystemsTerminologyService REGISTRY =
      new CommonCodeSystemsTerminologyService(FhirContexts.r4());

  private static final Map<String, GrammarSystem> SYSTEMS =
      Map.of(
          MEDIA_TYPES,
          GrammarSystem.of(MEDIA_TYPES, "MimeTypes", IetfCodes::mediaType),
          LANGUAGES,
          GrammarSystem.of(LANGUAGES, "BCP47", IetfCodes::language));

  static Map<String, GrammarSystem> systems() {
    return SYSTEMS;
  }

  private static Optional<Concept> mediaType(String code) {
    return MEDIA_TYPE.matcher(code).matches()
        ? Optional.of(Concept.of(code, code))
        : Optional.empty();
  }

  private static Optional<Concept> language(String code) {
    Locale locale;
    try {
      locale = new Locale.Builder().setLanguageTag(code).build();
    } catch (IllformedLocaleException e) {
      return Optional.empty();
    }
    String language = locale.getLanguage();
    String region = locale.getCountry();
    if (language.isEmpty()) {
      return code.isEmpty() ? Optional.empty() : Optional.of(Concept.of(code, null));
    }
    boolean isKnown =
        (PRIVATE_LANGUAGE.matcher(language).matches() || registered(language).isPresent())
            && (region.isEmpty()
                || PRIVATE_REGION.matcher(region).matches()
                || registered("en-" + region).isPresent());
    return isKnown
        ? Optional.of(Concept.of(code, registered(code).orElse(null)))
        : Optional.empty();
  }

  /** What a language, or a language with a region, is called. */
  private static Optional<String> registered(String code) {
    LookupCodeResult found =
        REGISTRY.lookupCode(
            new ValidationSupportContext(REGISTRY), new LookupCodeRequest(LANGUAGES, code));
    return found != null && found.isFound()
        ? Optional.ofNullable(found.getCodeDisplay())
        : Optional.empty();
  }

  @Override
  public boolean isCodeSystemSupported(
      ValidationSupportContext context, @Nullable String codeSystem) {
    return codeSystem != null && SYSTEMS.containsKey(codeSystem);
  }

  @Override
  public boolean isValueSetSupported(ValidationSupportContext context, @Nullable String valueSet) {
    return valueSet != null
        && whole(context.getRootValidationSupport().fetchValueSet(valueSet)).isPresent();
  }

  /** The code system that the value set is the whole of. */
  private static Optional<GrammarSystem> whole(@Nullable IBaseResource resource) {
    if (!(resource instanceof ValueSet valueSet)
        || valueSet.getCompose().getInclude().size() != 1
        || valueSet.getCompose().hasExclude()) {
      return Optional.empty();
    }
    ConceptSetComponent include = valueSet.getCompose().getIncludeFirstRep();
    return include.hasSystem()
            && !include.hasConcept()
            && !include.hasFilter()
            && !include.hasValueSet()
        ? Optional.ofNullable(SYSTEMS.get(include.getSystem()))
        : Optional.empty();
  }

  @Override
  public @Nullable CodeValidationResult validateCode(
      ValidationSupportContext context,
      ConceptValidationOptions options,
      @Nullable String codeSystem,
      @Nullable String code,
      @Nullable String display,
      @Nullable String valueSet) {
    if (valueSet != null && !valueSet.isBlank()) {
      IBaseResource found = context.getRootValidationSupport().fetchValueSet(valueSet);
      return found == null
          ? null
          : validateCodeInValueSet(context, options, codeSystem, code, display, found);
    }
    GrammarSystem system = codeSystem == null ? null : SYSTEMS.get(codeSystem);
    if (system == null || code == null) {
      return null;
    }
    return system
        .find(code)
        .map(IetfCodes::accepted)
        .orElseGet(() ->
            refused(
                "The code '" + code + "' is not one of " + codeSystem,
                CodeValidationIssueCoding.INVALID_CODE));
  }

  @Override
  public @Nullable CodeValidationResult validateCodeInValueSet(
      ValidationSupportContext context,
      ConceptValidationOptions options,
      @Nullable String codeSystem,
      @Nullable String code,
      @Nullable String display,
      IBaseResource valueSet) {
    Optional<GrammarSystem> whole = whole(valueSet);
    if (whole.isEmpty() || code == null) {
      return null;
    }
    String url = whole.get().outline().url();
    boolean isMeant =
        codeSystem == null || codeSystem.isBlank()
            ? options.isInferSystem()
            : codeSystem.equals(url);
    return Optional.of(code)
        .filter(each -> isMeant)
        .flatMap(whole.get()::find)
        .map(IetfCodes::accepted)
        .orElseGet(() ->
            refused(
                "The code '"
                    + code
                    + "' is not in the value set "
                    + ((ValueSet) valueSet).getUrl()
                    + ": expected one of "
                    + url,
                CodeValidationIssueCoding.NOT_IN_VS));
  }

  private static CodeValidationResult accepted(Concept concept) {
    return new CodeValidationResult().setCode(concept.code()).setDisplay(concept.display());
  }

  private static CodeValidationResult refused(String message, CodeValidationIssueCoding why) {
    return new CodeValidationResult()
        .setSeverity(IssueSeverity.ERROR)
        .setMessage(message)
        .setIssues(
            List.of(
                new CodeValidationIssue(
                    message, IssueSeverity.ERROR, CodeValidationIssueCode.CODE_INVALID, why)));
  }

  @Override
  public FhirContext getFhirContext() {
    return FhirContexts.r4();
  }

  @Override
  public String getName() {
    return "codes of BCP 13 and BCP 47";
  }
}
