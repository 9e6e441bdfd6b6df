package org.rodnan.mapping;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.DomainResource;
import org.hl7.fhir.r4.model.Extension;
import org.hl7.fhir.r4.model.IntegerType;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.Type;

/** The canonicals of our profiles and the small elements that they share. */
public final class Elements {
  public static final String PROFILES = "https://w3id.org/rodnan/StructureDefinition/";
  public static final String STUDY =
      "http://hl7.org/fhir/StructureDefinition/workflow-researchStudy";
  public static final String AE =
      "http://hl7.org/fhir/uv/ae-research-backport-ig/StructureDefinition/";
  public static final String VISIT_SYSTEM = "https://w3id.org/rodnan/CodeSystem/ssc-visit";
  public static final String EQUATIONS =
      "https://w3id.org/rodnan/CodeSystem/ssc-reference-equation";
  public static final String HEMOGLOBIN =
      "https://w3id.org/rodnan/CodeSystem/ssc-hemoglobin-source";
  public static final String IMPUTATION =
      "https://w3id.org/rodnan/CodeSystem/ssc-imputation-method";
  public static final String ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason";
  public static final String UCUM = "http://unitsofmeasure.org";

  private Elements() {}

  public static CodeableConcept concept(String system, String code) {
    return new CodeableConcept(new Coding().setSystem(system).setCode(code));
  }

  public static Quantity quantity(BigDecimal value, String ucum) {
    return new Quantity().setValue(value).setUnit(ucum).setSystem(UCUM).setCode(ucum);
  }

  public static Extension extension(String url, Type value) {
    return new Extension(url, value);
  }

  public static Extension visit(Optional<String> code, Optional<Integer> day) {
    Extension visit = new Extension(PROFILES + "ssc-visit");
    code.ifPresent(each -> visit.addExtension(extension("code", concept(VISIT_SYSTEM, each))));
    day.ifPresent(each -> visit.addExtension(extension("studyDay", new IntegerType(each))));
    return visit;
  }

  public static Optional<Extension> find(DomainResource resource, String url) {
    return resource.getExtension().stream().filter(each -> url.equals(each.getUrl())).findFirst();
  }

  public static Optional<Type> part(Extension extension, String name) {
    return extension.getExtension().stream()
        .filter(each -> name.equals(each.getUrl()))
        .map(Extension::getValue)
        .filter(Type.class::isInstance)
        .findFirst();
  }

  /** The first code of the concept that the extension has. */
  public static Optional<String> code(Type value) {
    return value instanceof CodeableConcept concept
        ? concept.getCoding().stream().map(Coding::getCode).filter(each -> each != null).findFirst()
        : Optional.empty();
  }

  public static Optional<String> visitCode(DomainResource resource) {
    return find(resource, PROFILES + "ssc-visit")
        .flatMap(visit -> part(visit, "code"))
        .flatMap(Elements::code);
  }

  public static Optional<Integer> studyDay(DomainResource resource) {
    return find(resource, PROFILES + "ssc-visit")
        .flatMap(visit -> part(visit, "studyDay"))
        .filter(IntegerType.class::isInstance)
        .map(value -> ((IntegerType) value).getValue());
  }

  /** {@code system|code}. */
  public static String token(Coding coding) {
    return (coding.hasSystem() ? coding.getSystem() : "") + "|" + coding.getCode();
  }

  public static Coding coding(String token) {
    int bar = token.indexOf('|');
    Coding coding = new Coding().setCode(token.substring(bar + 1));
    return bar > 0 ? coding.setSystem(token.substring(0, bar)) : coding;
  }

  public static Reference reference(String type, String id) {
    return new Reference(type + "/" + id);
  }

  public static List<Coding> codings(CodeableConcept concept) {
    return concept.getCoding().stream().filter(Coding::hasCode).toList();
  }
}
