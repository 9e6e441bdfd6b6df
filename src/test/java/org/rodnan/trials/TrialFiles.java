package org.rodnan.trials;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.parser.IParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.DomainResource;
import org.hl7.fhir.r4.model.Group;
import org.hl7.fhir.r4.model.PlanDefinition;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.ResearchStudy;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.fhir.FhirContexts;

/**
 * Writes the seed trials: transaction Bundles and the index that names them in their order.
 *
 * <p>Run {@link #main} after a change, and commit what it writes; a test holds the files to it.
 */
final class TrialFiles {

  /** The seed of the committed reconstruction. */
  static final long SEED = 42;

  private static final List<String> STUDIES = List.of("spiera-2011", "pope-2011", "khanna-2011");

  private final FhirContext fhir;

  TrialFiles(FhirContext fhir) {
    this.fhir = fhir;
  }

  /** Writes the files below a folder, which is src/main/resources/trials unless told otherwise. */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args.length > 0 ? args[0] : "src/main/resources/trials");
    for (Map.Entry<String, String> file : new TrialFiles(FhirContexts.r4()).files().entrySet()) {
      Path path = folder.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.getValue());
    }
  }

  /** The text of every file, by its path below the trials' folder. */
  Map<String, String> files() {
    Map<String, String> files = new LinkedHashMap<>();
    List<String> index = new ArrayList<>();
    for (String study : STUDIES) {
      Map<String, List<? extends Resource>> bundles = new LinkedHashMap<>();
      ResearchStudy researchStudy = study(study);
      bundles.put(study + "/study.json", studyResources(study, researchStudy));
      if (study.equals("spiera-2011")) {
        addReconstruction(bundles);
      }
      bundles.forEach((path, resources) -> files.put(path, bundle(resources)));
      index.add(
          """
          {
            "id": "%s",
            "title": "%s",
            "bundles": [
              "%s"
            ]
          }\
          """
              .indent(4)
              .stripTrailing()
              .formatted(
                  study,
                  researchStudy.getTitle(),
                  String.join("\",\n        \"", bundles.keySet())));
    }
    files.put("index.json", "{\n  \"trials\": [\n" + String.join(",\n", index) + "\n  ]\n}\n");
    return files;
  }

  private List<Resource> studyResources(String study, ResearchStudy researchStudy) {
    List<PublishedNumber> numbers = new ArrayList<>(PublishedNumbers.of(study).all());
    if (study.equals("spiera-2011")) {
      numbers.addAll(PublishedNumbers.of("spiera-2011-other").all());
    }
    List<Resource> resources = new ArrayList<>();
    if (researchStudy.hasProtocol()) {
      resources.add(parsed(PlanDefinition.class, study + "-visits"));
    }
    resources.add(researchStudy);
    resources.addAll(new Populations(study).groups());
    resources.addAll(new PublishedResults(study).of(numbers));
    return resources;
  }

  private ResearchStudy study(String study) {
    ResearchStudy parsed = parsed(ResearchStudy.class, study);
    parsed.setText(Vocabulary.narrative(parsed.getTitle()));
    return parsed;
  }

  private <T extends Resource> T parsed(Class<T> type, String name) {
    try (InputStream in =
        TrialFiles.class.getResourceAsStream("/trials/studies/" + name + ".json")) {
      if (in == null) {
        throw new IllegalStateException("no file " + name);
      }
      return fhir.newJsonParser().parseResource(type, in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void addReconstruction(Map<String, List<? extends Resource>> bundles) {
    List<Subject> subjects = new SpieraReconstruction(SEED).subjects();
    for (Subject subject : subjects) {
      bundles.put(
          String.format(Locale.ROOT, "spiera-2011/subject-%03d.json", subject.number()),
          SubjectResources.of(subject));
    }
    bundles.put("spiera-2011/reconstruction.json", List.of(members(subjects)));
  }

  /** The synthetic subjects as a Group, apart from the population that the paper describes. */
  private static DomainResource members(List<Subject> subjects) {
    Group group = new Group();
    group.setId("spiera-2011-reconstruction");
    group.getMeta().addProfile(Vocabulary.profile("ssc-analysis-population"));
    group
        .getMeta()
        .addSecurity(
            new Coding(
                "http://terminology.hl7.org/CodeSystem/v3-ActReason", "HTEST", "test health data"));
    group
        .addIdentifier()
        .setSystem(Vocabulary.BASE + "populations/spiera-2011")
        .setValue("reconstruction");
    group.setType(Group.GroupType.PERSON);
    group.setActual(true);
    group.setName("Synthetic subjects of Spiera 2011");
    group.setQuantity(subjects.size());
    group
        .addCharacteristic()
        .setCode(
            Vocabulary.concept(
                Vocabulary.system("ssc-population-characteristic"), "study", "Study"))
        .setValue(new Reference(Vocabulary.SPIERA))
        .setExclude(false);
    subjects.forEach(
        subject -> group.addMember().setEntity(new Reference("Patient/" + subject.label())));
    group.setText(
        Vocabulary.narrative(
            "Synthetic, from the reconstruction of Spiera 2011: "
                + subjects.size()
                + " made-up subjects, not those of the trial."));
    return group;
  }

  /** A transaction that puts each resource under its id, one entry a line. */
  private String bundle(List<? extends Resource> resources) {
    IParser parser = fhir.newJsonParser();
    return resources.stream()
        .map(resource -> {
          String path = resource.fhirType() + "/" + resource.getIdElement().getIdPart();
          return "{\"resource\":"
              + parser.encodeResourceToString(resource)
              + ",\"request\":{\"method\":\"PUT\",\"url\":\""
              + path
              + "\"}}";
        })
        .collect(
            Collectors.joining(
                ",\n",
                "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[\n",
                "\n]}\n"))
        .replace("\r", "");
  }
}
