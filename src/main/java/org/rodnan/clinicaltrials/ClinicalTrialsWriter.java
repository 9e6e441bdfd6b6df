package org.rodnan.clinicaltrials;

import static org.rodnan.clinicaltrials.ResultsSection.put;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Group;
import org.hl7.fhir.r4.model.Group.GroupCharacteristicComponent;
import org.hl7.fhir.r4.model.Identifier;
import org.hl7.fhir.r4.model.Location;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.ResearchStudy;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.clinicaltrials.StudyTexts.Outcome;

/**
 * Writes a study in the shape of ClinicalTrials.gov's API, version 2: the protocol section from the
 * ResearchStudy and what it refers to, the results section from published results or from a {@link
 * ResultsSection} that was computed. What {@link ClinicalTrialsReader} read, it writes again but
 * for what is documented. For one thread.
 */
public final class ClinicalTrialsWriter {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String COLLABORATOR = "Collaborator: ";
  private static final String UNKNOWN = "The registry does not know the status any more.";
  private static final Set<String> TYPES =
      Set.of("Interventional", "Observational", "Expanded access");
  private static final Set<String> ALLOCATIONS = Set.of("Randomized", "Non randomized");
  private static final Set<String> MODELS =
      Set.of("Single group", "Parallel", "Crossover", "Factorial", "Sequential");
  private static final Set<String> MASKINGS =
      Set.of("None", "Single", "Double", "Triple", "Quadruple");

  private static final Pattern PHASE = Pattern.compile("phase-(\\d)");

  private final ResearchStudy study;
  private final Map<String, Resource> linked;
  private final Map<String, Integer> leftOut = new TreeMap<>();

  /**
   * @param linked what the study refers to, and its populations, by {@code Type/id}
   */
  public ClinicalTrialsWriter(ResearchStudy study, Map<String, Resource> linked) {
    this.study = study;
    this.linked = new HashMap<>(linked);
  }

  /**
   * The study with results as they were published.
   *
   * @param figures those of papers in the order in which they are to be told
   */
  public ObjectNode published(List<Observation> figures) {
    Map<String, Group> groups = new HashMap<>();
    linked.forEach((key, resource) -> {
      if (resource instanceof Group group) {
        groups.put(key, group);
      }
    });
    PublishedResults results = new PublishedResults(groups, new StudyTexts(study));
    figures.stream().sorted(Comparator.comparingInt(Placement::order)).forEach(results::add);
    leftOut.putAll(results.leftOut());
    return write(results.results());
  }

  /** The study with results that were computed from its subjects. */
  public ObjectNode write(ResultsSection results) {
    ObjectNode json = JSON.createObjectNode();
    Optional<ObjectNode> section = results.json();
    json.set("protocolSection", protocol());
    section.ifPresent(each -> json.set("resultsSection", each));
    json.put("hasResults", section.isPresent());
    return json;
  }

  /** What had no place, and how many. */
  public Map<String, Integer> leftOut() {
    return new TreeMap<>(leftOut);
  }

  private ObjectNode protocol() {
    ObjectNode protocol = JSON.createObjectNode();
    identification(protocol.putObject("identificationModule"));
    status(protocol.putObject("statusModule"));
    sponsors(protocol);
    if (study.hasDescription()) {
      protocol.putObject("descriptionModule").put("briefSummary", study.getDescription());
    }
    conditions(protocol);
    design(protocol.putObject("designModule"));
    arms(protocol);
    outcomes(protocol);
    eligibility(protocol);
    locations(protocol);
    return protocol;
  }

  private void identification(ObjectNode module) {
    for (Identifier each : study.getIdentifier()) {
      String value = String.valueOf(each.getValue());
      if (ProtocolReader.REGISTRY.equals(each.getSystem()) && !module.has("nctId")) {
        module.put("nctId", value);
      } else if (!module.has("orgStudyIdInfo")) {
        module.putObject("orgStudyIdInfo").put("id", value);
      } else {
        leftOut.merge("identifiers", 1, Integer::sum);
      }
    }
    put(module, "briefTitle", study.getTitle());
  }

  private void status(ObjectNode module) {
    boolean isUnknown = study.getNote().stream().anyMatch(each -> UNKNOWN.equals(each.getText()));
    String status =
        study.getStatus() == null
            ? ""
            : switch (study.getStatus()) {
              case APPROVED -> "NOT_YET_RECRUITING";
              case ACTIVE, INREVIEW -> "RECRUITING";
              case CLOSEDTOACCRUAL -> "ACTIVE_NOT_RECRUITING";
              case COMPLETED -> "COMPLETED";
              case TEMPORARILYCLOSEDTOACCRUAL, TEMPORARILYCLOSEDTOACCRUALANDINTERVENTION ->
                  "SUSPENDED";
              case ADMINISTRATIVELYCOMPLETED, CLOSEDTOACCRUALANDINTERVENTION -> "TERMINATED";
              case WITHDRAWN, DISAPPROVED -> "WITHDRAWN";
              default -> "UNKNOWN";
            };
    put(module, "overallStatus", isUnknown ? "UNKNOWN" : status);
    if (isUnknown) {
      put(module, "lastKnownStatus", status);
    }
    put(module, "whyStopped", text(study.getReasonStopped()));
    date(module, "startDateStruct", study.getPeriod().getStartElement().getValueAsString());
    date(module, "completionDateStruct", study.getPeriod().getEndElement().getValueAsString());
  }

  private static void date(ObjectNode module, String name, String date) {
    if (date != null) {
      module.putObject(name).put("date", date.length() > 10 ? date.substring(0, 10) : date);
    }
  }

  private void sponsors(ObjectNode protocol) {
    ObjectNode module = JSON.createObjectNode();
    String sponsor =
        linked.get(study.getSponsor().getReference())
                instanceof org.hl7.fhir.r4.model.Organization organization
            ? organization.getName()
            : study.getSponsor().getDisplay();
    if (sponsor != null) {
      module.putObject("leadSponsor").put("name", sponsor);
    }
    for (var note : study.getNote()) {
      String text = String.valueOf(note.getText());
      if (text.startsWith(COLLABORATOR)) {
        module
            .withArray("collaborators")
            .addObject()
            .put("name", text.substring(COLLABORATOR.length()));
      } else if (!text.equals(UNKNOWN)) {
        leftOut.merge("notes of the study", 1, Integer::sum);
      }
    }
    if (!module.isEmpty()) {
      protocol.set("sponsorCollaboratorsModule", module);
    }
  }

  private void conditions(ObjectNode protocol) {
    ObjectNode module = JSON.createObjectNode();
    study.getCondition().forEach(each -> module.withArray("conditions").add(text(each)));
    study.getKeyword().forEach(each -> module.withArray("keywords").add(text(each)));
    if (!module.isEmpty()) {
      protocol.set("conditionsModule", module);
    }
  }

  private void design(ObjectNode module) {
    ObjectNode info = JSON.createObjectNode();
    ObjectNode masking = JSON.createObjectNode();
    for (CodeableConcept category : study.getCategory()) {
      String word = text(category);
      String code = code(word);
      if (TYPES.contains(word) && !module.has("studyType")) {
        module.put("studyType", code);
      } else if (ALLOCATIONS.contains(word)) {
        info.put("allocation", code);
      } else if (MODELS.contains(word)) {
        info.put("interventionModel", code);
      } else if (MASKINGS.contains(word)) {
        masking.put("masking", code);
      } else {
        leftOut.merge("categories of the study", 1, Integer::sum);
      }
    }
    if (study.hasPhase()) {
      ArrayNode phases = phases();
      if (phases.isEmpty()) {
        leftOut.merge("phases in words", 1, Integer::sum);
      } else {
        module.set("phases", phases);
      }
    }
    String purpose = study.getPrimaryPurposeType().getCodingFirstRep().getCode();
    put(
        info,
        "primaryPurpose",
        code(purpose == null ? text(study.getPrimaryPurposeType()) : purpose));
    if (!masking.isEmpty()) {
      info.set("maskingInfo", masking);
    }
    if (!info.isEmpty()) {
      module.set("designInfo", info);
    }
  }

  private ArrayNode phases() {
    ArrayNode phases = JSON.createArrayNode();
    String phase = String.valueOf(study.getPhase().getCodingFirstRep().getCode());
    switch (phase) {
      case "n-a" -> phases.add("NA");
      case "early-phase-1" -> phases.add("EARLY_PHASE1");
      default ->
          PHASE.matcher(phase).results().forEach(each -> phases.add("PHASE" + each.group(1)));
    }
    return phases;
  }

  private void arms(ObjectNode protocol) {
    ObjectNode module = JSON.createObjectNode();
    for (var arm : study.getArm()) {
      ObjectNode group = module.withArray("armGroups").addObject().put("label", arm.getName());
      put(group, "type", code(text(arm.getType())));
      put(group, "description", arm.getDescription());
    }
    study
        .getFocus()
        .forEach(each -> module.withArray("interventions").addObject().put("name", text(each)));
    if (!module.isEmpty()) {
      protocol.set("armsInterventionsModule", module);
    }
  }

  private void outcomes(ObjectNode protocol) {
    ObjectNode module = JSON.createObjectNode();
    for (Outcome outcome : new StudyTexts(study).outcomes()) {
      String name =
          switch (outcome.type()) {
            case "primary" -> "primaryOutcomes";
            case "secondary" -> "secondaryOutcomes";
            default -> "otherOutcomes";
          };
      ObjectNode json = module.withArray(name).addObject().put("measure", outcome.measure());
      put(json, "description", outcome.description());
      put(json, "timeFrame", outcome.timeFrame());
    }
    if (!module.isEmpty()) {
      protocol.set("outcomesModule", module);
    }
  }

  private void eligibility(ObjectNode protocol) {
    ObjectNode module = JSON.createObjectNode();
    List<String> inclusion = new ArrayList<>();
    List<String> exclusion = new ArrayList<>();
    for (var reference : study.getEnrollment()) {
      if (linked.get(reference.getReference()) instanceof Group group && !group.getActual()) {
        for (GroupCharacteristicComponent each : group.getCharacteristic()) {
          String value = each.getValue() instanceof CodeableConcept concept ? text(concept) : "";
          switch (text(each.getCode())) {
            case "Sex" -> put(module, "sex", value);
            case "Minimum age" -> put(module, "minimumAge", value);
            case "Maximum age" -> put(module, "maximumAge", value);
            case "Healthy volunteers" -> module.put("healthyVolunteers", value.equals("true"));
            case "Inclusion criterion" -> inclusion.add(value);
            case "Exclusion criterion" -> exclusion.add(value);
            default -> leftOut.merge("criteria", 1, Integer::sum);
          }
        }
      }
    }
    List<String> criteria = new ArrayList<>();
    criteria(criteria, "Inclusion Criteria:", inclusion);
    criteria(criteria, "Exclusion Criteria:", exclusion);
    put(module, "eligibilityCriteria", String.join("\n\n", criteria));
    if (!module.isEmpty()) {
      protocol.set("eligibilityModule", module);
    }
  }

  private static void criteria(List<String> all, String title, List<String> some) {
    if (!some.isEmpty()) {
      all.add(title);
      all.add("* " + String.join("\n* ", some));
    }
  }

  private void locations(ObjectNode protocol) {
    ObjectNode module = JSON.createObjectNode();
    String investigator = study.getPrincipalInvestigator().getDisplay();
    if (investigator != null) {
      module
          .withArray("overallOfficials")
          .addObject()
          .put("name", investigator)
          .put("role", "PRINCIPAL_INVESTIGATOR");
    }
    for (var reference : study.getSite()) {
      if (linked.get(reference.getReference()) instanceof Location site) {
        ObjectNode location = module.withArray("locations").addObject();
        put(location, "facility", site.getName());
        put(location, "city", site.getAddress().getCity());
        put(location, "state", site.getAddress().getState());
        put(location, "zip", site.getAddress().getPostalCode());
        put(location, "country", site.getAddress().getCountry());
      }
    }
    if (!module.isEmpty()) {
      protocol.set("contactsLocationsModule", module);
    }
  }

  private static String text(CodeableConcept concept) {
    return concept.hasText()
        ? concept.getText()
        : concept.getCoding().stream()
            .map(each -> each.hasDisplay() ? each.getDisplay() : each.getCode())
            .filter(Objects::nonNull)
            .findFirst()
            .orElse("");
  }

  /** As the registry writes its own words: {@code SINGLE_GROUP}. */
  private static String code(String word) {
    return word.toUpperCase(Locale.ROOT).replaceAll("[ -]", "_");
  }
}
