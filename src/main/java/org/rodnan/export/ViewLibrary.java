package org.rodnan.export;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hl7.fhir.r4.model.Binary;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.interaction.ReadInteraction;

/**
 * ViewDefinitions by their names: those that come with the program, and those that clients store.
 * R4 has no such resource, so that a stored one is a Binary whose content is its JSON; it is
 * written, versioned and read as any resource. Thread safe.
 */
public final class ViewLibrary {
  private static final String TYPE = "ViewDefinition";
  private static final String CANONICAL = "https://w3id.org/rodnan/" + TYPE + "/";

  private static final List<String> OURS =
      List.of(
          "subjects",
          "visits-long",
          "visits-wide",
          "adverse-events",
          "exposure",
          "administrations");

  private final Map<String, byte[]> ours = new LinkedHashMap<>();
  private final ReadInteraction read;

  ViewLibrary(ReadInteraction read) {
    this.read = read;
    for (String id : OURS) {
      ours.put(id, resource("/views/" + id + ".json"));
    }
  }

  private static byte[] resource(String path) {
    try (InputStream in = ViewLibrary.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException(path + " is missing");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Those that come with the program, JSON by id. */
  public Map<String, byte[]> ours() {
    return new LinkedHashMap<>(ours);
  }

  /**
   * One that comes with the program.
   *
   * @throws FhirFailure.NotFound if there is none of that id
   */
  public byte[] our(String id) {
    return Optional.ofNullable(ours.get(id))
        .orElseThrow(() ->
            new FhirFailure.NotFound(
                "There is no "
                    + TYPE
                    + "/"
                    + id
                    + "; expected one of "
                    + ours.keySet()
                    + ", or a Binary that holds one"));
  }

  /**
   * The definition that a reference names.
   *
   * @param reference {@code ViewDefinition/[id]} or its canonical for one of ours, {@code
   *     Binary/[id]} for a stored one
   * @throws FhirFailure.NotFound if there is none
   * @throws FhirFailure.Malformed if it names neither
   */
  public byte[] find(String reference) {
    String path = reference.startsWith(CANONICAL) ? reference.substring(CANONICAL.length()) : "";
    String id = path.contains("|") ? path.substring(0, path.indexOf('|')) : path;
    if (!id.isEmpty()) {
      return our(id);
    }
    int slash = reference.lastIndexOf('/');
    int before = slash < 0 ? -1 : reference.lastIndexOf('/', slash - 1);
    String type = slash < 0 ? TYPE : reference.substring(before + 1, slash);
    return switch (type) {
      case TYPE -> our(reference.substring(slash + 1));
      case "Binary" -> stored(new ResourceKey(type, reference.substring(slash + 1)));
      default ->
          throw new FhirFailure.Malformed(
              "viewReference is '"
                  + reference
                  + "'; expected ViewDefinition/ and one of "
                  + ours.keySet()
                  + ", or Binary/[id]",
              "viewReference");
    };
  }

  private byte[] stored(ResourceKey key) {
    Binary binary =
        FhirContexts.r4()
            .newJsonParser()
            .parseResource(Binary.class, new String(read.read(key).json(), StandardCharsets.UTF_8));
    if (!binary.hasData()) {
      throw new FhirFailure.Unprocessable(
          IssueType.INVALID, key + " has no content; expected a ViewDefinition", "Binary.data");
    }
    return binary.getData();
  }
}
