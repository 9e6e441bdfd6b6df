package org.rodnan.web;

import ca.uhn.fhir.parser.IParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.hl7.fhir.r4.model.CanonicalType;
import org.hl7.fhir.r4.model.Enumerations.FHIRVersion;
import org.hl7.fhir.r4.model.Enumerations.PublicationStatus;
import org.hl7.fhir.r4.model.ImplementationGuide;
import org.hl7.fhir.r4.model.ImplementationGuide.ImplementationGuideDefinitionComponent;
import org.hl7.fhir.r4.model.ImplementationGuide.ImplementationGuideDefinitionResourceComponent;
import org.hl7.fhir.r4.model.ImplementationGuide.SPDXLicense;
import org.hl7.fhir.r4.model.MetadataResource;
import org.hl7.fhir.r4.model.Reference;
import org.rodnan.fhir.FhirContexts;

/**
 * The guide as a FHIR NPM package (hl7.org/fhir/packages.html), for other servers and validators.
 * The same guide always gives the same bytes.
 */
final class GuidePackage {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TITLE = "Systemic sclerosis trial data";
  private static final String DESCRIPTION =
      "Profiles, extensions, terminology, search parameters and operations for the data of trials"
          + " in systemic sclerosis.";

  private GuidePackage() {}

  /** The archive: a tar in gzip. */
  static byte[] of(Guide guide) {
    SortedMap<String, byte[]> files = new TreeMap<>();
    IParser encoder = FhirContexts.r4().newJsonParser();
    for (MetadataResource definition : guide.definitions()) {
      put(files, definition, encoder);
    }
    put(files, implementationGuide(guide), encoder);
    SortedMap<String, byte[]> examples = new TreeMap<>();
    guide.examples().values().stream()
        .filter(GuideExample::isValid)
        .forEach(example -> examples.put(example.name() + ".json", example.json()));
    SortedMap<String, byte[]> all = new TreeMap<>();
    files.forEach((name, content) -> all.put("package/" + name, content));
    examples.forEach((name, content) -> all.put("package/example/" + name, content));
    all.put("package/.index.json", index(files));
    all.put("package/example/.index.json", index(examples));
    all.put("package/package.json", manifest(guide));
    return archive(all);
  }

  private static void put(
      SortedMap<String, byte[]> files, MetadataResource definition, IParser encoder) {
    files.put(
        definition.fhirType() + "-" + definition.getIdPart() + ".json",
        encoder.encodeResourceToString(definition).getBytes(StandardCharsets.UTF_8));
  }

  /** What the guide consists of, as a resource (R4, implementationguide.html). */
  private static ImplementationGuide implementationGuide(Guide guide) {
    MetadataResource first = guide.definitions().getFirst();
    ImplementationGuide resource = new ImplementationGuide();
    resource.setId(Guide.PACKAGE);
    resource
        .setUrl(Guide.CANONICAL + "/ImplementationGuide/" + Guide.PACKAGE)
        .setVersion(guide.version())
        .setName("RodnanSsc")
        .setTitle(TITLE)
        .setStatus(PublicationStatus.ACTIVE)
        .setDate(first.getDate())
        .setPublisher("Rodnan")
        .setDescription(DESCRIPTION)
        .setPackageId(Guide.PACKAGE)
        .setLicense(SPDXLicense.APACHE_2_0)
        .addFhirVersion(FHIRVersion._4_0_1);
    ImplementationGuideDefinitionComponent definition = resource.getDefinition();
    for (MetadataResource each : guide.definitions()) {
      ImplementationGuideDefinitionResourceComponent part =
          part(definition, each.fhirType() + "/" + each.getIdPart(), each.getTitle());
      if (each.getDescription() != null) {
        part.setDescription(each.getDescription());
      }
      part.setExample(new org.hl7.fhir.r4.model.BooleanType(false));
    }
    for (GuideExample example : guide.examples().values()) {
      if (example.isValid()) {
        JsonNode json = read(example.json());
        ImplementationGuideDefinitionResourceComponent part =
            part(
                definition,
                json.path("resourceType").asText() + "/" + json.path("id").asText(),
                example.name());
        part.setExample(
            example
                .profile()
                .<org.hl7.fhir.r4.model.Type>map(
                    id -> new CanonicalType(Guide.CANONICAL + "/StructureDefinition/" + id))
                .orElseGet(() -> new org.hl7.fhir.r4.model.BooleanType(true)));
      }
    }
    return resource;
  }

  private static ImplementationGuideDefinitionResourceComponent part(
      ImplementationGuideDefinitionComponent definition, String reference, String name) {
    ImplementationGuideDefinitionResourceComponent part =
        definition.addResource().setReference(new Reference(reference));
    return name == null ? part : part.setName(name);
  }

  private static byte[] manifest(Guide guide) {
    ObjectNode json = JSON.createObjectNode();
    json.put("name", Guide.PACKAGE)
        .put("version", guide.version())
        .put("tools-version", 3)
        .put("type", "fhir.ig")
        .put("license", "Apache-2.0")
        .put("canonical", Guide.CANONICAL)
        .put("title", TITLE)
        .put("description", DESCRIPTION)
        .put("author", "Rodnan");
    json.putArray("fhirVersions").add("4.0.1");
    json.putObject("dependencies").put("hl7.fhir.r4.core", "4.0.1");
    json.putObject("directories").put("lib", "package").put("example", "example");
    return bytes(json);
  }

  /** What a program wants to know of the files before it opens them. */
  private static byte[] index(Map<String, byte[]> files) {
    ObjectNode json = JSON.createObjectNode().put("index-version", 2);
    ArrayNode entries = json.putArray("files");
    files.forEach((name, content) -> {
      JsonNode resource = read(content);
      ObjectNode entry = entries.addObject().put("filename", name);
      for (String member :
          List.of(
              "resourceType", "id", "url", "version", "kind", "type", "derivation", "content")) {
        if (resource.path(member).isTextual()) {
          entry.set(member, resource.get(member));
        }
      }
    });
    return bytes(json);
  }

  private static JsonNode read(byte[] json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] bytes(JsonNode json) {
    return json.toPrettyString().getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] archive(SortedMap<String, byte[]> files) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar =
        new TarArchiveOutputStream(new GZIPOutputStream(bytes), "UTF-8")) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry(file.getKey());
        entry.setSize(file.getValue().length);
        entry.setModTime(0);
        tar.putArchiveEntry(entry);
        tar.write(file.getValue());
        tar.closeArchiveEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
