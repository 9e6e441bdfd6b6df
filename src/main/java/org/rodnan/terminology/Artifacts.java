package org.rodnan.terminology;

import ca.uhn.fhir.parser.IParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.fhir.FhirContexts;

/**
 * The FHIR artifacts that the program carries on its class path: the folders {@code profiles} and
 * {@code terminology} of the repository, one JSON file for each.
 */
public final class Artifacts {
  private Artifacts() {}

  /**
   * Every artifact of a folder, in the order of file names.
   *
   * @param folder such as {@code profiles/SearchParameter}
   * @throws IllegalStateException if the folder is not there, or a file is not a resource of that
   *     type
   */
  public static <T extends Resource> List<T> read(Class<T> type, String folder) {
    IParser parser = FhirContexts.r4().newJsonParser();
    return files(folder).values().stream()
        .map(content -> new String(content, StandardCharsets.UTF_8))
        .map(content -> parser.parseResource(type, content))
        .toList();
  }

  /**
   * The content of every JSON file of a folder by its file name, in the order of names.
   *
   * @param folder such as {@code profiles/examples}
   * @throws IllegalStateException if the folder is not there
   */
  public static SortedMap<String, byte[]> files(String folder) {
    return files(folder, Artifacts.class.getClassLoader());
  }

  static SortedMap<String, byte[]> files(String folder, ClassLoader loader) {
    SortedMap<String, byte[]> files = new TreeMap<>();
    for (String name : names(folder + "/", loader)) {
      try (InputStream content = loader.getResourceAsStream(name)) {
        if (content == null) {
          throw new IllegalStateException(name + " is not on the class path");
        }
        files.put(name.substring(folder.length() + 1), content.readAllBytes());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return files;
  }

  private static List<String> names(String folder, ClassLoader loader) {
    try {
      List<String> names = new ArrayList<>();
      Enumeration<URL> places = loader.getResources(folder);
      while (places.hasMoreElements()) {
        names.addAll(names(folder, places.nextElement()));
      }
      if (names.isEmpty()) {
        throw new IllegalStateException("No artifacts in " + folder + " on the class path");
      }
      return names.stream().distinct().sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> names(String folder, URL place) throws IOException {
    if (place.openConnection() instanceof JarURLConnection jar) {
      return jar.getJarFile().stream()
          .map(entry -> entry.getName())
          .map(name -> name.substring(Math.max(0, name.indexOf(folder))))
          .filter(name -> name.startsWith(folder) && name.endsWith(".json"))
          .toList();
    }
    try (Stream<Path> files = Files.list(Path.of(uri(place)))) {
      return files
          .map(file -> folder + file.getFileName())
          .filter(name -> name.endsWith(".json"))
          .toList();
    }
  }

  private static URI uri(URL place) {
    try {
      return place.toURI();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
