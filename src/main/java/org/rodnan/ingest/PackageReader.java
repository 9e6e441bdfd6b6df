package org.rodnan.ingest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.rodnan.fhir.CountedInputStream;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.JsonFailure;

/**
 * Reads the archive of a FHIR NPM package, a tar in gzip, whoever made it: nothing is written to
 * disk, nothing asked of the network, and no more is inflated than the limits allow. Thread safe.
 */
final class PackageReader {
  private static final String FOLDER = "package/";
  private static final String MANIFEST = "package.json";
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9@][A-Za-z0-9@/._-]{0,213}");
  private static final Pattern VERSION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.+_-]{0,99}");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final PackageSettings limits;

  PackageReader(PackageSettings limits) {
    this.limits = limits;
  }

  /**
   * @param tgz is read to its end
   * @throws FhirFailure.Malformed if it is not such an archive, or its manifest says no name and
   *     version
   * @throws FhirFailure.TooLarge over {@code rodnan.packages.unpacked-bytes-max} or {@code
   *     rodnan.packages.files-max}
   */
  FhirPackage read(InputStream tgz) {
    return read(tgz, false);
  }

  /** As {@link #read}, but no further than the manifest: there are no files in it. */
  FhirPackage manifest(InputStream tgz) {
    return read(tgz, true);
  }

  private FhirPackage read(InputStream tgz, boolean isManifestEnough) {
    SortedMap<String, byte[]> files = new TreeMap<>();
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(new Bounded(new GZIPInputStream(tgz)), "UTF-8")) {
      int count = 0;
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        count++;
        if (count > limits.filesMax()) {
          throw new FhirFailure.TooLarge(
              "The package has more files than rodnan.packages.files-max allows, "
                  + limits.filesMax());
        }
        Optional<String> file = file(entry);
        if (file.isEmpty()) {
          continue;
        }
        boolean isManifest = file.get().equals(MANIFEST);
        if ((isManifest || !isManifestEnough)
            && files.put(file.get(), tar.readAllBytes()) != null) {
          throw malformed("has " + FOLDER + file.get() + " twice");
        }
        if (isManifest && isManifestEnough) {
          break;
        }
      }
    } catch (IOException | IllegalArgumentException | ArithmeticException e) {
      throw malformed("can't be read: " + e.getMessage());
    }
    byte[] manifest = files.remove(MANIFEST);
    if (manifest == null) {
      throw malformed("has no " + FOLDER + MANIFEST);
    }
    return of(manifest, files);
  }

  /** The name of a JSON file directly in the folder of the package. */
  private static Optional<String> file(TarArchiveEntry entry) {
    String name = entry.getName();
    if (name.startsWith("/")
        || name.contains("\\")
        || name.chars().anyMatch(Character::isISOControl)
        || List.of(name.split("/", -1)).contains("..")) {
      throw malformed("has an entry named '" + name + "'; expected one below " + FOLDER);
    }
    String below = name.startsWith("./") ? name.substring(2) : name;
    if (!below.startsWith(FOLDER) || !below.endsWith(".json") || entry.isDirectory()) {
      return Optional.empty();
    }
    String file = below.substring(FOLDER.length());
    if (file.contains("/") || file.startsWith(".")) {
      return Optional.empty();
    }
    if (!entry.isFile() || entry.isSparse() || entry.isLink() || entry.isSymbolicLink()) {
      throw malformed("has '" + name + "', which is no plain file");
    }
    return Optional.of(file);
  }

  private static FhirPackage of(byte[] manifest, SortedMap<String, byte[]> files) {
    JsonNode json;
    try {
      json = JSON.readTree(manifest);
    } catch (JsonProcessingException e) {
      throw malformed("has a " + FOLDER + MANIFEST + " that is no JSON: " + JsonFailure.reason(e));
    } catch (IOException e) {
      throw new FhirFailure.Fault("Reading from memory failed", e);
    }
    List<String> fhirVersions = new ArrayList<>();
    for (String member : List.of("fhirVersions", "fhir-version-list")) {
      json.path(member).forEach(version -> fhirVersions.add(version.asText()));
    }
    Map<String, String> dependencies = new TreeMap<>();
    json.path("dependencies")
        .properties()
        .forEach(each -> dependencies.put(each.getKey(), each.getValue().asText()));
    return new FhirPackage(
        required(json, "name", NAME),
        required(json, "version", VERSION),
        List.copyOf(fhirVersions),
        Map.copyOf(dependencies),
        files);
  }

  private static String required(JsonNode json, String member, Pattern form) {
    String text = json.path(member).asText();
    if (!form.matcher(text).matches()) {
      throw malformed(
          "has a "
              + FOLDER
              + MANIFEST
              + (text.isEmpty() ? " without " + member : " whose " + member + " is '" + text + "'")
              + "; expected the "
              + member
              + " of a FHIR NPM package");
    }
    return text;
  }

  private static FhirFailure.Malformed malformed(String what) {
    return new FhirFailure.Malformed(
        IssueType.STRUCTURE,
        "The package "
            + what
            + (what.startsWith("can't")
                ? "; expected a FHIR NPM package, which is a tar in gzip (.tgz)"
                : ""));
  }

  /** Counts what is inflated, files that are passed over too. */
  private final class Bounded extends CountedInputStream {
    private long count;

    Bounded(InputStream in) {
      super(in);
    }

    @Override
    protected void counted(long more) {
      count += more;
      if (count > limits.unpackedBytesMax()) {
        throw new FhirFailure.TooLarge(
            "The package has more bytes unpacked than rodnan.packages.unpacked-bytes-max allows, "
                + limits.unpackedBytesMax());
      }
    }
  }
}
