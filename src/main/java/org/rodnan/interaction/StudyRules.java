package org.rodnan.interaction;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.hl7.fhir.r4.model.AdverseEvent;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.DomainResource;
import org.hl7.fhir.r4.model.Extension;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Observation.ObservationStatus;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.PlanDefinition;
import org.hl7.fhir.r4.model.PlanDefinition.PlanDefinitionActionComponent;
import org.hl7.fhir.r4.model.Property;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.ResearchStudy;
import org.hl7.fhir.r4.model.ResearchSubject;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Issue;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.store.BusinessIdentifier;
import org.rodnan.store.IdentifierCriterion;
import org.rodnan.store.WriterSection;

/**
 * What holds between the resources of one study, which no profile can say: arms are the study's
 * arms, visits are those that its protocol plans, data linked to a study are of somebody enrolled
 * in it, an adverse event is of the study of its subject. The facts that it takes are kept beside
 * the business identifiers, so that the answers are exact inside the writer section, on every node,
 * and cost no search.
 */
final class StudyRules {
  private static final String STUDY_LINK =
      "http://hl7.org/fhir/StructureDefinition/workflow-researchStudy";
  private static final String RESEARCH_SUBJECT =
      "http://hl7.org/fhir/uv/ae-research-backport-ig/StructureDefinition/research-subject-ref";
  private static final String VISIT = "https://w3id.org/rodnan/StructureDefinition/ssc-visit";

  private static final List<String> SUBJECT_ELEMENTS = List.of("subject", "patient", "for");

  /** Systems of the facts begin so; no identifier of a resource is in them. */
  private static final String FACTS = "urn:rodnan:";

  private static final String ARM = "urn:rodnan:arm";

  private static final String ENROLMENT = "urn:rodnan:enrolment";
  private static final String PARTICIPATION = "urn:rodnan:participation";
  private static final String PROTOCOL = "urn:rodnan:protocol";
  private static final String PLANNED = "urn:rodnan:planned-visit";
  private static final String MEASUREMENT = "urn:rodnan:measurement";

  private final Resource resource;
  private final ResourceKey key;
  private final Function<String, Optional<ResourceKey>> local;
  private final StudyProtocols protocols;

  /**
   * @param key under which the resource is stored
   * @param local the resource of this server that the text of a reference means, as it stands in
   *     the resource
   */
  StudyRules(
      Resource resource,
      ResourceKey key,
      Function<String, Optional<ResourceKey>> local,
      StudyProtocols protocols) {
    this.resource = resource;
    this.key = key;
    this.local = local;
    this.protocols = protocols;
  }

  /**
   * @throws FhirFailure.Unprocessable if a client's identifier could be taken for a fact
   */
  static void requireNoFacts(Collection<BusinessIdentifier> identifiers) {
    for (BusinessIdentifier identifier : identifiers) {
      if (identifier.system() != null && identifier.system().startsWith(FACTS)) {
        throw new FhirFailure.Unprocessable(
            IssueType.VALUE,
            "identifier.system: found '"
                + identifier.system()
                + "', expected one that doesn't begin with "
                + FACTS
                + ", which the server keeps for itself",
            "identifier");
      }
    }
  }

  /**
   * What others depend on comes first: studies and their plans, then subjects, then everything
   * else.
   */
  static int rank(String type) {
    return switch (type) {
      case "ResearchStudy", "PlanDefinition" -> 0;
      case "ResearchSubject" -> 1;
      default -> 2;
    };
  }

  /** The facts that other resources of the study will be judged by. */
  Collection<BusinessIdentifier> facts() {
    Set<BusinessIdentifier> facts = new LinkedHashSet<>();
    if (resource instanceof ResearchStudy study) {
      if (study.hasArm()) {
        facts.add(hasArms(key));
      }
      study.getArm().forEach(arm -> facts.add(arm(key, arm.getName())));
      if (study.hasProtocol()) {
        facts.add(new BusinessIdentifier(PROTOCOL, key.toString()));
      }
    } else if (resource instanceof PlanDefinition plan) {
      addPlanned(plan.getAction(), facts);
    } else if (resource instanceof ResearchSubject subject) {
      Optional<ResourceKey> study = target(subject.getStudy());
      Optional<ResourceKey> individual = target(subject.getIndividual());
      if (study.isPresent() && individual.isPresent()) {
        facts.add(enrolment(study.get(), individual.get()));
        facts.add(participation(key, study.get()));
        facts.add(participation(key, individual.get()));
      }
    } else if (resource instanceof Observation observation) {
      facts.addAll(measurements(observation));
    }
    return facts;
  }

  private void addPlanned(
      List<PlanDefinitionActionComponent> actions, Set<BusinessIdentifier> facts) {
    for (PlanDefinitionActionComponent action : actions) {
      for (CodeableConcept code : action.getCode()) {
        for (Coding coding : code.getCoding()) {
          facts.add(new BusinessIdentifier(PLANNED, key.toString()));
          facts.add(planned(key, token(coding)));
        }
      }
      addPlanned(action.getAction(), facts);
    }
  }

  /**
   * Judges the resource in the state that the unit has made so far.
   *
   * @return warnings
   * @throws FhirFailure.Unprocessable if it contradicts its study
   */
  List<Issue> judge(WriterSection section) {
    List<Issue> errors = new ArrayList<>();
    if (resource instanceof ResearchSubject subject) {
      judgeArm(section, subject, "assignedArm", subject.getAssignedArm(), errors);
      judgeArm(section, subject, "actualArm", subject.getActualArm(), errors);
    }
    judgeEnrolment(section, errors);
    judgeVisit(section, errors);
    if (resource instanceof AdverseEvent event) {
      judgeParticipation(section, event, errors);
    }
    if (!errors.isEmpty()) {
      throw new FhirFailure.Unprocessable(errors);
    }
    return resource instanceof Observation observation
        ? duplicates(section, observation)
        : List.of();
  }

  private void judgeArm(
      WriterSection section,
      ResearchSubject subject,
      String element,
      String name,
      List<Issue> errors) {
    Optional<ResourceKey> study = target(subject.getStudy());
    if (name == null || study.isEmpty()) {
      return;
    }
    if (!find(section, "ResearchStudy", hasArms(study.get())).isEmpty()
        && find(section, "ResearchStudy", arm(study.get(), name)).isEmpty()) {
      String path = "ResearchSubject." + element;
      errors.add(
          Issue.error(
              IssueType.BUSINESSRULE,
              path
                  + ": found '"
                  + name
                  + "', expected the name of an arm of "
                  + study.get()
                  + " (ResearchStudy.arm.name)",
              path));
    }
  }

  private void judgeEnrolment(WriterSection section, List<Issue> errors) {
    Optional<ResourceKey> person =
        subject().flatMap(this::target).filter(found -> found.type().equals("Patient"));
    if (person.isEmpty()) {
      return;
    }
    studies()
        .forEach((path, reference) -> {
          Optional<ResourceKey> study = target(reference);
          if (study.isPresent()
              && find(section, "ResearchSubject", enrolment(study.get(), person.get())).isEmpty()) {
            errors.add(
                Issue.error(
                    IssueType.BUSINESSRULE,
                    path
                        + ": linked to "
                        + study.get()
                        + ", but "
                        + person.get()
                        + " is not enrolled in it; expected a ResearchSubject with this study and this"
                        + " individual",
                    path,
                    key.type() + ".subject"));
          }
        });
  }

  /** The subject that the event names is of the event's patient, and in the event's studies. */
  private void judgeParticipation(WriterSection section, AdverseEvent event, List<Issue> errors) {
    for (Extension extension : event.getExtensionsByUrl(RESEARCH_SUBJECT)) {
      Optional<ResourceKey> subject =
          extension.getValue() instanceof Reference reference
              ? target(reference)
              : Optional.empty();
      Optional<ResourceKey> patient =
          target(event.getSubject()).filter(found -> found.type().equals("Patient"));
      if (subject.isPresent()
          && patient.isPresent()
          && find(section, "ResearchSubject", participation(subject.get(), patient.get()))
              .isEmpty()) {
        errors.add(
            Issue.error(
                IssueType.BUSINESSRULE,
                "AdverseEvent.subject: found "
                    + patient.get()
                    + ", who is not the individual of "
                    + subject.get()
                    + "; expected the same as in ResearchSubject.individual",
                "AdverseEvent.subject"));
      }
      for (int i = 0; subject.isPresent() && i < event.getStudy().size(); i++) {
        Optional<ResourceKey> study = target(event.getStudy().get(i));
        if (study.isPresent()
            && find(section, "ResearchSubject", participation(subject.get(), study.get()))
                .isEmpty()) {
          String path = "AdverseEvent.study[" + i + "]";
          errors.add(
              Issue.error(
                  IssueType.BUSINESSRULE,
                  path
                      + ": found "
                      + study.get()
                      + ", which is not the study of "
                      + subject.get()
                      + "; expected the same study as in ResearchSubject.study",
                  path));
        }
      }
    }
  }

  private void judgeVisit(WriterSection section, List<Issue> errors) {
    List<String> visits = resource instanceof DomainResource domain ? visits(domain) : List.of();
    if (visits.isEmpty()) {
      return;
    }
    for (Reference reference : studies().values()) {
      Optional<ResourceKey> study = target(reference);
      if (study.isEmpty()
          || find(
                  section,
                  "ResearchStudy",
                  new BusinessIdentifier(PROTOCOL, study.get().toString()))
              .isEmpty()) {
        continue;
      }
      List<ResourceKey> plans =
          protocols.of(study.get(), section).stream()
              .filter(plan -> isPlanned(section, new BusinessIdentifier(PLANNED, plan.toString())))
              .toList();
      boolean isPlanned =
          plans.stream()
              .anyMatch(plan ->
                  visits.stream().anyMatch(visit -> isPlanned(section, planned(plan, visit))));
      if (!plans.isEmpty() && !isPlanned) {
        errors.add(
            Issue.error(
                IssueType.BUSINESSRULE,
                key.type()
                    + ".extension('"
                    + VISIT
                    + "'): found the visit "
                    + String.join(", ", visits)
                    + ", expected one that the protocol of "
                    + study.get()
                    + " plans (PlanDefinition.action.code of "
                    + plans
                    + ")",
                key.type() + ".extension"));
      }
    }
  }

  private static boolean isPlanned(WriterSection section, BusinessIdentifier fact) {
    return !find(section, "PlanDefinition", fact).isEmpty();
  }

  /** The references to studies, by where they stand. */
  private Map<String, Reference> studies() {
    Map<String, Reference> studies = new LinkedHashMap<>();
    if (resource instanceof AdverseEvent event && event.hasStudy()) {
      for (int i = 0; i < event.getStudy().size(); i++) {
        studies.put("AdverseEvent.study[" + i + "]", event.getStudy().get(i));
      }
    }
    if (resource instanceof DomainResource domain && domain.hasExtension()) {
      for (int i = 0; i < domain.getExtension().size(); i++) {
        Extension extension = domain.getExtension().get(i);
        if (STUDY_LINK.equals(extension.getUrl())
            && extension.getValue() instanceof Reference reference) {
          studies.put(key.type() + ".extension[" + i + "].value", reference);
        }
      }
    }
    return studies;
  }

  /** Whom the resource is about: resource types have different names for it. */
  private Optional<Reference> subject() {
    for (String name : SUBJECT_ELEMENTS) {
      Property property = resource.getNamedProperty(name);
      if (property != null && property.hasValues()) {
        for (Base value : property.getValues()) {
          if (value instanceof Reference reference) {
            return Optional.of(reference);
          }
        }
      }
    }
    return Optional.empty();
  }

  /** The same measure of the same subject at the same visit of the same study. */
  private List<Issue> duplicates(WriterSection section, Observation observation) {
    Set<ResourceKey> others = new LinkedHashSet<>();
    for (BusinessIdentifier measurement : measurements(observation)) {
      others.addAll(find(section, "Observation", measurement));
    }
    others.remove(key);
    return others.isEmpty()
        ? List.of()
        : List.of(
            Issue.warning(
                IssueType.DUPLICATE,
                "Observation.code: the same measure of the same subject at the same visit is"
                    + " already there: "
                    + others,
                "Observation.code"));
  }

  private Collection<BusinessIdentifier> measurements(Observation observation) {
    Set<BusinessIdentifier> measurements = new LinkedHashSet<>();
    Optional<ResourceKey> person = target(observation.getSubject());
    if (person.isEmpty() || observation.getStatus() == ObservationStatus.ENTEREDINERROR) {
      return measurements;
    }
    List<String> visits = visits(observation);
    for (Reference study : studies().values()) {
      for (String visit : visits) {
        for (Coding coding : observation.getCode().getCoding()) {
          measurements.add(
              new BusinessIdentifier(
                  MEASUREMENT,
                  String.join(
                      " ",
                      target(study).map(ResourceKey::toString).orElseGet(study::getReference),
                      person.get().toString(),
                      visit,
                      token(coding))));
        }
      }
    }
    return measurements;
  }

  private static List<String> visits(DomainResource resource) {
    List<String> visits = new ArrayList<>();
    for (Extension extension : resource.getExtensionsByUrl(VISIT)) {
      for (Extension part : extension.getExtensionsByUrl("code")) {
        if (part.getValue() instanceof CodeableConcept concept) {
          concept.getCoding().forEach(coding -> visits.add(token(coding)));
        }
      }
    }
    return visits;
  }

  private static String token(Coding coding) {
    return coding.getSystem() + "|" + coding.getCode();
  }

  private Optional<ResourceKey> target(Reference reference) {
    return Optional.ofNullable(reference.getReference()).flatMap(local);
  }

  private static BusinessIdentifier hasArms(ResourceKey study) {
    return new BusinessIdentifier(ARM, study.toString());
  }

  private static BusinessIdentifier arm(ResourceKey study, String name) {
    return new BusinessIdentifier(ARM, study + " " + name);
  }

  /**
   * @param with the subject's study, or its individual
   */
  private static BusinessIdentifier participation(ResourceKey subject, ResourceKey with) {
    return new BusinessIdentifier(PARTICIPATION, subject + " " + with);
  }

  private static BusinessIdentifier planned(ResourceKey plan, String visit) {
    return new BusinessIdentifier(PLANNED, plan + " " + visit);
  }

  private static BusinessIdentifier enrolment(ResourceKey study, ResourceKey individual) {
    return new BusinessIdentifier(ENROLMENT, study + " " + individual);
  }

  private static List<ResourceKey> find(
      WriterSection section, String type, BusinessIdentifier fact) {
    return section.findByIdentifier(
        type, new IdentifierCriterion.InSystem(String.valueOf(fact.system()), fact.value()), 3);
  }
}
