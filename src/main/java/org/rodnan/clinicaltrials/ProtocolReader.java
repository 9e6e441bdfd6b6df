package org.rodnan.clinicaltrials;

import static org.rodnan.clinicaltrials.Texts.concept;
import static org.rodnan.clinicaltrials.Texts.text;
import static org.rodnan.clinicaltrials.Texts.word;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.DateTimeType;
import org.hl7.fhir.r4.model.Extension;
import org.hl7.fhir.r4.model.Group;
import org.hl7.fhir.r4.model.Location;
import org.hl7.fhir.r4.model.Organization;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.ResearchStudy;
import org.hl7.fhir.r4.model.ResearchStudy.ResearchStudyStatus;
import org.hl7.fhir.r4.model.StringType;
import org.rodnan.mapping.Elements;
import org.rodnan.mapping.Ids;
import org.rodnan.mapping.RowException;

/** The protocol section: a ResearchStudy, its sponsor, its sites and who is eligible. */
final class ProtocolReader {
  static final String REGISTRY = "http://clinicaltrials.gov";
  private static final String CODES = "http://terminology.hl7.org/CodeSystem/research-study-";

  private final String nct;
  private final JsonNode protocol;
  private final JsonNode derived;
  private final Findings findings;

  ProtocolReader(String nct, JsonNode json, Findings findings) {
    this.nct = nct;
    this.protocol = json.path("protocolSection");
    this.derived = json.path("derivedSection");
    this.findings = findings;
  }

  /** The registry's number of a study. */
  static String nct(JsonNode json) {
    JsonNode module = json.path("protocolSection").path("identificationModule");
    String nct = text(module, "nctId");
    if (!nct.matches("NCT\\d{8}")) {
      throw new RowException(
          "protocolSection.identificationModule.nctId is '"
              + nct
              + "'; expected NCT and eight digits");
    }
    return nct;
  }

  void read() {
    ResearchStudy study = new ResearchStudy();
    study.setId(nct);
    JsonNode identification = protocol.path("identificationModule");
    study.addIdentifier().setSystem(REGISTRY).setValue(nct);
    String own = text(identification.path("orgStudyIdInfo"), "id");
    if (!own.isEmpty()) {
      study
          .addIdentifier()
          .setSystem("https://w3id.org/rodnan/registry/organization-study-id")
          .setValue(own);
    }
    String title = text(identification, "officialTitle");
    study.setTitle(title.isEmpty() ? required(identification, "briefTitle") : title);
    design(study);
    status(study);
    conditions(study);
    description(study);
    arms(study);
    objectives(study);
    sponsor(study);
    sites(study);
    eligibility(study);
    if (study.getCondition().stream().anyMatch(CodeableConcept::hasCoding)
        && study.hasPhase()
        && study.hasArm()
        && study.hasObjective()) {
      study.getMeta().addProfile(Elements.PROFILES + "ssc-research-study");
    }
    findings.resources().add(study);
  }

  private void design(ResearchStudy study) {
    JsonNode design = protocol.path("designModule");
    String phases =
        values(design, "phases").stream()
            .map(each -> each.replaceFirst("PHASE(\\d)", "PHASE_$1").replaceFirst("^NA$", "n-a"))
            .map(each -> each.toLowerCase(Locale.ROOT).replace('_', '-'))
            .collect(Collectors.joining("-"));
    if (phases.matches(
        "n-a|early-phase-1|phase-1|phase-1-phase-2|phase-2|phase-2-phase-3|phase-3|phase-4")) {
      study.setPhase(Elements.concept(CODES + "phase", phases));
    } else if (!phases.isEmpty()) {
      findings.leftOut().add("designModule.phases: " + phases + " is no phase that FHIR has");
    }
    JsonNode info = design.path("designInfo");
    String purpose = text(info, "primaryPurpose").toLowerCase(Locale.ROOT).replace('_', '-');
    if (purpose.matches(
        "treatment|prevention|diagnostic|supportive-care|screening|health-services-research|basic-science|device-feasibility")) {
      study.setPrimaryPurposeType(Elements.concept(CODES + "prim-purp-type", purpose));
    } else if (!purpose.isEmpty()) {
      study.setPrimaryPurposeType(concept(word(purpose)));
    }
    for (String each :
        List.of(
            text(design, "studyType"),
            text(info, "allocation"),
            text(info, "interventionModel"),
            text(info.path("maskingInfo"), "masking"))) {
      if (!each.isEmpty() && !each.equals("NA")) {
        study.addCategory(concept(word(each)));
      }
    }
  }

  private void status(ResearchStudy study) {
    JsonNode module = protocol.path("statusModule");
    String overall = required(module, "overallStatus");
    String known = overall.equals("UNKNOWN") ? text(module, "lastKnownStatus") : overall;
    study.setStatus(
        switch (known) {
          case "NOT_YET_RECRUITING" -> ResearchStudyStatus.APPROVED;
          case "RECRUITING", "ENROLLING_BY_INVITATION", "AVAILABLE", "", "UNKNOWN" ->
              ResearchStudyStatus.ACTIVE;
          case "ACTIVE_NOT_RECRUITING" -> ResearchStudyStatus.CLOSEDTOACCRUAL;
          case "COMPLETED", "NO_LONGER_AVAILABLE", "APPROVED_FOR_MARKETING" ->
              ResearchStudyStatus.COMPLETED;
          case "TEMPORARILY_NOT_AVAILABLE" -> ResearchStudyStatus.TEMPORARILYCLOSEDTOACCRUAL;
          case "SUSPENDED" -> ResearchStudyStatus.TEMPORARILYCLOSEDTOACCRUALANDINTERVENTION;
          case "TERMINATED" -> ResearchStudyStatus.ADMINISTRATIVELYCOMPLETED;
          case "WITHDRAWN" -> ResearchStudyStatus.WITHDRAWN;
          case "WITHHELD" ->
              throw new RowException(
                  "statusModule.overallStatus is 'WITHHELD': how the study stands isn't public yet,"
                      + " and FHIR has no status for that; expected a status such as RECRUITING or"
                      + " COMPLETED");
          default ->
              throw new RowException(
                  "statusModule.overallStatus is '" + known + "', which is no status of studies");
        });
    if (overall.equals("UNKNOWN")) {
      study.addNote().setText("The registry does not know the status any more.");
    }
    String why = text(module, "whyStopped");
    if (!why.isEmpty() || known.equals("TERMINATED")) {
      study.setReasonStopped(concept(why.isEmpty() ? "Not stated" : why));
    }
    date(module, "startDateStruct").ifPresent(each -> study.getPeriod().setStartElement(each));
    date(module, "completionDateStruct").ifPresent(each -> study.getPeriod().setEndElement(each));
  }

  private Optional<DateTimeType> date(JsonNode module, String name) {
    String date = text(module.path(name), "date");
    if (date.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new DateTimeType(date));
    } catch (IllegalArgumentException | ca.uhn.fhir.parser.DataFormatException e) {
      findings.refused().add("statusModule." + name + ".date is '" + date + "'; expected a date");
      return Optional.empty();
    }
  }

  private void conditions(ResearchStudy study) {
    JsonNode module = protocol.path("conditionsModule");
    boolean isMeshed =
        stream(derived.path("conditionBrowseModule").path("meshes"))
            .anyMatch(each -> text(each, "id").equals("D012595"));
    for (String name : values(module, "conditions")) {
      study.addCondition(
          isSystemic(name)
              ? Elements.concept("http://snomed.info/sct", "89155008").setText(name)
              : concept(name));
    }
    if (isMeshed && study.getCondition().stream().noneMatch(CodeableConcept::hasCoding)) {
      study.addCondition(
          Elements.concept("http://snomed.info/sct", "89155008").setText("Systemic sclerosis"));
    }
    values(module, "keywords").forEach(each -> study.addKeyword(concept(each)));
  }

  private static boolean isSystemic(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.matches(".*(systemic scleros|scleroderma|sclerosis, systemic).*")
        && !lower.matches(".*(locali[sz]ed|morphea|circumscribed).*");
  }

  private void description(ResearchStudy study) {
    JsonNode module = protocol.path("descriptionModule");
    String description =
        String.join("\n\n", text(module, "briefSummary"), text(module, "detailedDescription"))
            .strip();
    if (!description.isEmpty()) {
      study.setDescription(description);
    }
  }

  private void arms(ResearchStudy study) {
    JsonNode module = protocol.path("armsInterventionsModule");
    Set<String> names = new HashSet<>();
    for (JsonNode arm : module.path("armGroups")) {
      String label = required(arm, "label");
      String name = label;
      for (int i = 2; !names.add(name); i++) {
        name = label + " (" + i + ")";
      }
      ResearchStudy.ResearchStudyArmComponent added = study.addArm().setName(name);
      if (!text(arm, "type").isEmpty()) {
        added.setType(concept(word(text(arm, "type"))));
      }
      if (!text(arm, "description").isEmpty()) {
        added.setDescription(text(arm, "description"));
      }
    }
    for (JsonNode intervention : module.path("interventions")) {
      study.addFocus(concept(required(intervention, "name")));
    }
  }

  private void objectives(ResearchStudy study) {
    JsonNode module = protocol.path("outcomesModule");
    objectives(study, module.path("primaryOutcomes"), "primary");
    objectives(study, module.path("secondaryOutcomes"), "secondary");
    objectives(study, module.path("otherOutcomes"), "exploratory");
  }

  private static void objectives(ResearchStudy study, JsonNode outcomes, String type) {
    for (JsonNode outcome : outcomes) {
      String measure = required(outcome, "measure");
      String time = text(outcome, "timeFrame");
      Extension endpoint = new Extension(Elements.PROFILES + "ssc-endpoint");
      endpoint.addExtension(Elements.extension("measure", Texts.measure(measure)));
      Texts.visit(time)
          .ifPresent(each ->
              endpoint.addExtension(
                  Elements.extension("visit", Elements.concept(Elements.VISIT_SYSTEM, each))));
      String description = String.join("\n", text(outcome, "description"), time).strip();
      if (!description.isEmpty()) {
        endpoint.addExtension(Elements.extension("description", new StringType(description)));
      }
      ResearchStudy.ResearchStudyObjectiveComponent objective = study.addObjective();
      objective.setName(measure).setType(Elements.concept(CODES + "objective-type", type));
      objective.addExtension(endpoint);
    }
  }

  private void sponsor(ResearchStudy study) {
    JsonNode module = protocol.path("sponsorCollaboratorsModule");
    String name = text(module.path("leadSponsor"), "name");
    if (!name.isEmpty()) {
      Organization sponsor = new Organization();
      sponsor.setId("sponsor-" + Ids.hash(name));
      sponsor.setName(name);
      findings.resources().add(sponsor);
      study.setSponsor(reference(sponsor.getId(), "Organization", name));
    }
    for (JsonNode each : module.path("collaborators")) {
      study.addNote().setText("Collaborator: " + required(each, "name"));
    }
    for (JsonNode each : protocol.path("contactsLocationsModule").path("overallOfficials")) {
      if (text(each, "role").equals("PRINCIPAL_INVESTIGATOR")) {
        study.setPrincipalInvestigator(new Reference().setDisplay(required(each, "name")));
        break;
      }
    }
  }

  private void sites(ResearchStudy study) {
    Set<String> seen = new HashSet<>();
    for (JsonNode each : protocol.path("contactsLocationsModule").path("locations")) {
      String key =
          String.join(
              "|",
              text(each, "facility"),
              text(each, "city"),
              text(each, "zip"),
              text(each, "country"));
      if (!seen.add(key)) {
        continue;
      }
      Location site = new Location();
      site.setId("site-" + Ids.hash(key));
      String name = text(each, "facility").isEmpty() ? text(each, "city") : text(each, "facility");
      if (!name.isEmpty()) {
        site.setName(name);
      }
      set(text(each, "city"), site.getAddress()::setCity);
      set(text(each, "state"), site.getAddress()::setState);
      set(text(each, "zip"), site.getAddress()::setPostalCode);
      set(text(each, "country"), site.getAddress()::setCountry);
      if (!site.hasName() && site.getAddress().isEmpty()) {
        continue;
      }
      findings.resources().add(site);
      study.addSite(reference(site.getId(), "Location", name));
    }
  }

  private static void set(String value, java.util.function.Consumer<String> setter) {
    if (!value.isEmpty()) {
      setter.accept(value);
    }
  }

  private void eligibility(ResearchStudy study) {
    JsonNode module = protocol.path("eligibilityModule");
    Group group = new Group().setType(Group.GroupType.PERSON).setActual(false);
    group.setId(nct + "-eligible");
    group.setName("Eligible for " + nct);
    for (String[] each :
        new String[][] {
          {"sex", "Sex"},
          {"minimumAge", "Minimum age"},
          {"maximumAge", "Maximum age"},
          {"healthyVolunteers", "Healthy volunteers"}
        }) {
      characteristic(group, each[1], text(module, each[0]), false);
    }
    boolean isExclusion = false;
    for (String line : text(module, "eligibilityCriteria").split("\\R")) {
      String criterion = line.strip().replaceFirst("^(\\*|-|•|\\d{1,3}[.)])\\s+", "");
      String lower = criterion.toLowerCase(Locale.ROOT);
      if (lower.matches("(key |main )?(inclusion|exclusion)( criteria)?:?")) {
        isExclusion = lower.contains("exclusion");
      } else {
        characteristic(
            group,
            isExclusion ? "Exclusion criterion" : "Inclusion criterion",
            criterion,
            isExclusion);
      }
    }
    if (group.hasCharacteristic()) {
      findings.resources().add(group);
      study.addEnrollment(reference(group.getId(), "Group", group.getName()));
    }
  }

  private static void characteristic(Group group, String code, String value, boolean isExclusion) {
    if (!value.isEmpty()) {
      group
          .addCharacteristic()
          .setCode(concept(code))
          .setValue(concept(value))
          .setExclude(isExclusion);
    }
  }

  private static Reference reference(String id, String type, String display) {
    Reference reference = Elements.reference(type, id);
    return display.isEmpty() ? reference : reference.setDisplay(display);
  }

  private static List<String> values(JsonNode json, String name) {
    List<String> values = new ArrayList<>();
    for (JsonNode each : json.path(name)) {
      if (each.isTextual() && !each.asText().isBlank()) {
        values.add(each.asText().strip());
      }
    }
    return values;
  }

  private static java.util.stream.Stream<JsonNode> stream(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  private static String required(JsonNode json, String name) {
    String text = text(json, name);
    if (text.isEmpty()) {
      throw new RowException(name + " is missing or empty");
    }
    return text;
  }
}
