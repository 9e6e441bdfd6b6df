package org.rodnan.deidentification;

import ca.uhn.fhir.context.BaseRuntimeChildDefinition;
import ca.uhn.fhir.context.BaseRuntimeElementCompositeDefinition;
import ca.uhn.fhir.context.BaseRuntimeElementDefinition;
import ca.uhn.fhir.context.FhirContext;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.hl7.fhir.instance.model.api.IBase;
import org.hl7.fhir.instance.model.api.IBaseReference;
import org.hl7.fhir.r4.model.Address;
import org.hl7.fhir.r4.model.Age;
import org.hl7.fhir.r4.model.BackboneElement;
import org.hl7.fhir.r4.model.BackboneType;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.BaseDateTimeType;
import org.hl7.fhir.r4.model.CanonicalType;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.DomainResource;
import org.hl7.fhir.r4.model.Element;
import org.hl7.fhir.r4.model.Extension;
import org.hl7.fhir.r4.model.Identifier;
import org.hl7.fhir.r4.model.Meta;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Observation.ObservationComponentComponent;
import org.hl7.fhir.r4.model.Patient;
import org.hl7.fhir.r4.model.PrimitiveType;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.Quantity.QuantityComparator;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.ResourceKey;

/**
 * Takes out of records what tells who they are about, after the safe harbor of HIPAA (45 CFR
 * 164.514(b)(2)), and keeps what an analysis needs: codes, numbers, the intervals between the dates
 * of a subject, arms. Ids and identifiers become pseudonyms, dates of a subject are shifted, all
 * other dates cut to the year; texts of any kind, names, addresses, telecoms, attachments,
 * contained resources, and extensions that aren't known are dropped. What is kept is listed, all
 * else goes. Thread safe.
 */
public final class Deidentifier {
  /** The system of pseudonymous identifiers. */
  public static final String SYSTEM = "https://w3id.org/rodnan/pseudonym";

  /** Resource types that are left; all others are free text, or about other people. */
  public static final Set<String> TYPES =
      Set.of(
          "AdverseEvent",
          "AllergyIntolerance",
          "Condition",
          "DiagnosticReport",
          "Encounter",
          "Group",
          "Immunization",
          "Location",
          "Medication",
          "MedicationAdministration",
          "MedicationRequest",
          "MedicationStatement",
          "Observation",
          "Organization",
          "Patient",
          "PlanDefinition",
          "Procedure",
          "ResearchStudy",
          "ResearchSubject",
          "Specimen",
          "Substance");

  private static final String OURS = "https://w3id.org/rodnan/StructureDefinition/";
  private static final String AE =
      "http://hl7.org/fhir/uv/ae-research-backport-ig/StructureDefinition/";
  private static final String ABSENT_REASON =
      "http://hl7.org/fhir/StructureDefinition/data-absent-reason";
  private static final String ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason";
  private static final Set<String> EXTENSIONS =
      Set.of(
          ABSENT_REASON,
          "http://hl7.org/fhir/StructureDefinition/workflow-researchStudy",
          OURS + "ssc-disposition",
          OURS + "ssc-dose-change",
          OURS + "ssc-endpoint",
          OURS + "ssc-ethnicity",
          OURS + "ssc-hemoglobin-source",
          OURS + "ssc-imputed",
          OURS + "ssc-race",
          OURS + "ssc-reference-equation",
          OURS + "ssc-visit",
          AE + "ae-grade",
          AE + "caused-subject-to-discontinue-study",
          AE + "expected-in-research-study",
          AE + "mitigating-action",
          AE + "research-subject-ref",
          AE + "resolve-date",
          AE + "resultingEffect",
          AE + "seriousness-criteria",
          AE + "status",
          AE + "suspect-entity");

  /** Types whose values are dropped whole. */
  private static final Set<String> DROPPED =
      Set.of(
          "Annotation",
          "Attachment",
          "ContactDetail",
          "ContactPoint",
          "Contributor",
          "Expression",
          "HumanName",
          "Narrative",
          "RelatedArtifact",
          "Signature",
          "UsageContext");

  private static final Set<String> DROPPED_ELEMENTS =
      Set.of(
          "Location.position",
          "Patient.communication",
          "Patient.contact",
          "Patient.link",
          "Patient.multipleBirth");
  private static final List<String> PROFILES =
      List.of("http://hl7.org/fhir/", "https://w3id.org/rodnan/");
  private static final Set<String> KEPT_TEXTS =
      Set.of("ResearchSubject.assignedArm", "ResearchSubject.actualArm", "ResearchStudy.arm.name");
  private static final Set<String> OWNERS = Set.of("subject", "patient", "individual");

  private final FhirContext context = FhirContexts.r4();
  private final PseudonymKey key;
  private final Function<String, Optional<ResourceKey>> local;
  private final int leastDays;
  private final int mostDays;

  /**
   * @param local what a reference names on this server
   * @param leastDays by which dates are shifted at least
   * @param mostDays and at most
   */
  public Deidentifier(
      PseudonymKey key,
      Function<String, Optional<ResourceKey>> local,
      int leastDays,
      int mostDays) {
    this.key = key;
    this.local = local;
    this.leastDays = leastDays;
    this.mostDays = mostDays;
  }

  /** The id that stands for a resource. */
  public String pseudonym(ResourceKey resource) {
    return key.pseudonym("id", resource.toString());
  }

  /** The same for the same key and shifts, and tells nothing of the key. */
  public String signature() {
    return key.pseudonym("signature", leastDays + " " + mostDays);
  }

  /**
   * Changes the resource itself.
   *
   * @param id of the resource
   * @param today by which somebody is over 89
   * @return empty if it is of a type that is left out, or an extension that isn't known modifies it
   */
  public Optional<Resource> deidentified(ResourceKey id, Resource resource, LocalDate today) {
    if (!TYPES.contains(id.type()) || !(resource instanceof DomainResource whole)) {
      return Optional.empty();
    }
    if (whole.getModifierExtension().stream()
        .anyMatch(each -> !EXTENSIONS.contains(each.getUrl()))) {
      return Optional.empty();
    }
    Optional<DateShift> shift =
        owner(id, whole).map(owner -> DateShift.of(key, owner.toString(), leastDays, mostDays));
    Optional<Identifier> identifier = identifier(id);
    boolean isOld = whole instanceof Patient patient && isOld(patient, today);
    boolean hadValue = whole instanceof Observation observation && observation.hasValue();
    new Pass(shift, today).clean(whole, id.type());
    whole.setId(pseudonym(id));
    if (whole instanceof Patient patient) {
      year(patient, isOld);
      identifier.ifPresent(patient::addIdentifier);
    } else if (whole instanceof org.hl7.fhir.r4.model.ResearchSubject subject) {
      identifier.ifPresent(subject::addIdentifier);
    } else if (whole instanceof Observation observation && hadValue && !observation.hasValue()) {
      observation.setDataAbsentReason(masked());
    }
    whole
        .getMeta()
        .addSecurity(
            new Coding()
                .setSystem("http://terminology.hl7.org/CodeSystem/v3-ObservationValue")
                .setCode("PSEUDED"));
    return Optional.of(whole);
  }

  private Optional<Identifier> identifier(ResourceKey id) {
    return Optional.of(
        new Identifier().setSystem(SYSTEM).setValue(key.pseudonym("identifier", id.toString())));
  }

  private static CodeableConcept masked() {
    return new CodeableConcept(new Coding().setSystem(ABSENT).setCode("masked"));
  }

  /** Of one aged 90 or more not even the year of birth is kept. */
  private static boolean isOld(Patient patient, LocalDate today) {
    String birth = patient.getBirthDateElement().getValueAsString();
    if (birth == null) {
      return false;
    }
    int year = Integer.parseInt(birth.substring(0, 4));
    return today.getYear() - year > AgeLimit.YEARS_MAX;
  }

  private static void year(Patient patient, boolean isOld) {
    if (isOld) {
      patient.setBirthDateElement(new org.hl7.fhir.r4.model.DateType());
      patient
          .getBirthDateElement()
          .addExtension(ABSENT_REASON, new org.hl7.fhir.r4.model.CodeType("masked"));
    } else if (patient.hasBirthDate()) {
      String birth = patient.getBirthDateElement().getValueAsString();
      patient.getBirthDateElement().setValueAsString(birth.substring(0, 4));
    }
  }

  /** The patient whom a record is about. */
  private Optional<ResourceKey> owner(ResourceKey id, Resource resource) {
    if (id.type().equals("Patient")) {
      return Optional.of(id);
    }
    for (org.hl7.fhir.r4.model.Property property : resource.children()) {
      if (OWNERS.contains(property.getName())) {
        for (Base value : property.getValues()) {
          if (value instanceof Reference reference && reference.hasReference()) {
            Optional<ResourceKey> key =
                local.apply(reference.getReference()).filter(each -> each.type().equals("Patient"));
            if (key.isPresent()) {
              return key;
            }
          }
        }
      }
    }
    return Optional.empty();
  }

  /** Over one resource. */
  private final class Pass {
    private final Optional<DateShift> shift;
    private final LocalDate today;

    /** What the Observation, or the component, measures that is worked on. */
    private AgeLimit.Measured measured = AgeLimit.Measured.ANYTHING;

    Pass(Optional<DateShift> shift, LocalDate today) {
      this.shift = shift;
      this.today = today;
    }

    void clean(IBase parent, String path) {
      AgeLimit.Measured before = measured;
      if (parent instanceof Observation observation) {
        measured = AgeLimit.measured(observation.getCode(), before);
      } else if (parent instanceof ObservationComponentComponent component) {
        measured = AgeLimit.measured(component.getCode(), before);
        boolean hadValue = component.hasValue();
        children(parent, path);
        if (hadValue && !component.hasValue()) {
          component.setDataAbsentReason(masked());
        }
        measured = before;
        return;
      }
      children(parent, path);
      measured = before;
    }

    private void children(IBase parent, String path) {
      BaseRuntimeElementDefinition<?> definition = context.getElementDefinition(parent.getClass());
      if (!(definition instanceof BaseRuntimeElementCompositeDefinition<?> composite)) {
        return;
      }
      if (parent instanceof Element element) {
        element.setId(null);
        element.setExtension(extensions(element.getExtension(), path));
      }
      if (parent instanceof DomainResource resource) {
        resource.setExtension(extensions(resource.getExtension(), path));
        resource.setModifierExtension(extensions(resource.getModifierExtension(), path));
        resource.setContained(null);
        resource.setText(null);
        resource.setMeta(meta(resource.getMeta()));
        resource.setImplicitRules(null);
        resource.setLanguage(null);
      }
      for (BaseRuntimeChildDefinition child : composite.getChildren()) {
        String name = child.getElementName();
        if (isElsewhere(parent, name)) {
          continue;
        }
        List<IBase> values = new ArrayList<>(child.getAccessor().getValues(parent));
        if (values.isEmpty()) {
          continue;
        }
        String place = path + "." + name.replace("[x]", "");
        List<IBase> kept = new ArrayList<>();
        for (IBase value : values) {
          kept(value, place, name).ifPresent(kept::add);
        }
        child.getMutator().setValue(parent, null);
        for (IBase value : kept) {
          child.getMutator().addValue(parent, value);
        }
      }
    }

    private boolean isElsewhere(IBase parent, String name) {
      return switch (name) {
        case "id", "extension", "modifierExtension" -> true;
        case "meta", "contained", "text", "implicitRules", "language" ->
            parent instanceof DomainResource;
        default -> false;
      };
    }

    private Meta meta(Meta given) {
      Meta meta = new Meta();
      given.getProfile().stream()
          .map(CanonicalType::getValue)
          .filter(each -> each != null && PROFILES.stream().anyMatch(each::startsWith))
          .forEach(meta::addProfile);
      given.getSecurity().stream()
          .filter(each -> "HTEST".equals(each.getCode()))
          .forEach(each ->
              meta.addSecurity(new Coding().setSystem(each.getSystem()).setCode(each.getCode())));
      return meta;
    }

    private List<Extension> extensions(List<Extension> given, String path) {
      List<Extension> kept = new ArrayList<>();
      for (Extension each : given) {
        boolean isKnown =
            path.endsWith("#")
                ? !String.valueOf(each.getUrl()).contains("/")
                : EXTENSIONS.contains(each.getUrl());
        if (isKnown) {
          Extension one = new Extension(each.getUrl());
          if (each.getValue() != null) {
            kept(each.getValue(), path + "#value", "value")
                .ifPresent(value -> one.setValue((org.hl7.fhir.r4.model.Type) value));
          }
          // Parts of an extension have short names of their own.
          one.setExtension(extensions(each.getExtension(), "#"));
          if (one.hasValue() || one.hasExtension()) {
            kept.add(one);
          }
        }
      }
      return kept;
    }

    private Optional<IBase> kept(IBase value, String path, String name) {
      if (DROPPED_ELEMENTS.contains(path) || DROPPED.contains(value.fhirType())) {
        return Optional.empty();
      }
      if (isModified(value)) {
        return Optional.empty();
      }
      return switch (value) {
        case PrimitiveType<?> primitive -> primitive(primitive, path, name).map(IBase.class::cast);
        case Identifier identifier -> Optional.empty();
        case Address address -> Optional.ofNullable(region(address, path));
        case Reference reference -> reference(reference).map(IBase.class::cast);
        case IBaseReference other -> Optional.empty();
        case Resource inner -> Optional.empty();
        case Quantity quantity -> Optional.of(quantity(quantity, path));
        case CodeableConcept concept -> {
          clean(concept, path);
          yield Optional.of(concept.hasCoding() ? concept : masked());
        }
        default -> {
          clean(value, path);
          yield value.isEmpty() ? Optional.empty() : Optional.of(value);
        }
      };
    }

    /** By what isn't known: without it the rest would say something else. */
    private boolean isModified(IBase value) {
      List<Extension> modifiers =
          switch (value) {
            case BackboneElement element -> element.getModifierExtension();
            case BackboneType type -> type.getModifierExtension();
            default -> List.of();
          };
      return !modifiers.isEmpty();
    }

    private Optional<PrimitiveType<?>> primitive(PrimitiveType<?> value, String path, String name) {
      List<Extension> absent =
          value.getExtension().stream()
              .filter(each -> ABSENT_REASON.equals(each.getUrl()))
              .map(each -> new Extension(ABSENT_REASON, each.getValue()))
              .toList();
      value.setId(null);
      value.setExtension(new ArrayList<>(absent));
      String text = value.getValueAsString();
      if (text == null) {
        return absent.isEmpty() ? Optional.empty() : Optional.of(value);
      }
      if (AgeLimit.isOver(value, measured)) {
        return Optional.empty();
      }
      if (value instanceof BaseDateTimeType date) {
        if (shift.isPresent() && AgeLimit.isOver(text, today)) {
          return Optional.empty();
        }
        Optional<String> moved =
            shift.isPresent()
                ? shift.get().shifted(text)
                : text.length() < 4 || value.fhirType().equals("instant")
                    ? Optional.empty()
                    : Optional.of(text.substring(0, 4));
        moved
            .map(each -> measured == AgeLimit.Measured.BIRTH ? each.substring(0, 4) : each)
            .ifPresent(date::setValueAsString);
        return moved.map(each -> value);
      }
      boolean isKept =
          switch (value.fhirType()) {
            case "boolean", "integer", "decimal", "positiveInt", "unsignedInt", "code", "time" ->
                true;
            case "uri", "canonical", "url" -> name.equals("system");
            default -> KEPT_TEXTS.contains(path);
          };
      return isKept ? Optional.of(value) : Optional.empty();
    }

    private @org.jspecify.annotations.Nullable Address region(Address given, String path) {
      if (!path.equals("Location.address")) {
        return null;
      }
      Address region = new Address().setState(given.getState()).setCountry(given.getCountry());
      return region.isEmpty() ? null : region;
    }

    private Optional<Reference> reference(Reference given) {
      return Optional.ofNullable(given.getReference())
          .flatMap(local)
          .filter(each -> TYPES.contains(each.type()))
          .map(each -> new Reference(each.type() + "/" + pseudonym(each)));
    }

    /** An age over 89 years is told as 90 or more. */
    private Quantity quantity(Quantity quantity, String path) {
      boolean isAge =
          quantity instanceof Age
              || path.contains(".age.")
              || measured != AgeLimit.Measured.ANYTHING;
      boolean isOver = AgeLimit.isOver(quantity, isAge);
      clean(quantity, path);
      quantity.setUnit(quantity.getCode());
      if (isOver) {
        quantity
            .setValue(BigDecimal.valueOf(AgeLimit.YEARS_MAX + 1L))
            .setComparator(QuantityComparator.GREATER_OR_EQUAL)
            .setUnit("a")
            .setCode("a");
      }
      return quantity;
    }
  }
}
