package org.rodnan.terminology.concepts;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a code system besides its concepts.
 *
 * @param url its canonical address
 * @param name for people
 * @param content R4, codesystem-content-mode: {@code complete}, {@code fragment} and so on
 * @param isCaseSensitive whether codes that differ in case alone are different
 * @param language of displays that state none, BCP 47
 * @param valueSet the canonical of the value set of all its codes
 * @param date of this version, a FHIR dateTime
 * @param properties codes of the properties that concepts may have
 */
public record CodeSystemOutline(
    String url,
    @Nullable String version,
    String name,
    String content,
    boolean isCaseSensitive,
    @Nullable String language,
    @Nullable String valueSet,
    @Nullable String date,
    List<String> properties) {

  public CodeSystemOutline {
    properties = List.copyOf(properties);
  }

  /** Whether there are no codes but the known ones. */
  public boolean isComplete() {
    return content.equals("complete");
  }

  /** The address and, if there is one, the version, as in a canonical. */
  public String canonical() {
    return version == null ? url : url + "|" + version;
  }

  Map<String, String> toMap() {
    Map<String, String> map = new TreeMap<>();
    map.put("url", url);
    put(map, "version", version);
    map.put("name", name);
    map.put("content", content);
    map.put("caseSensitive", Boolean.toString(isCaseSensitive));
    put(map, "language", language);
    put(map, "valueSet", valueSet);
    put(map, "date", date);
    map.put("properties", String.join(" ", properties));
    return map;
  }

  private static void put(Map<String, String> map, String name, @Nullable String value) {
    if (value != null) {
      map.put(name, value);
    }
  }

  static CodeSystemOutline of(Map<String, String> map) {
    String properties = map.getOrDefault("properties", "");
    return new CodeSystemOutline(
        map.getOrDefault("url", ""),
        map.get("version"),
        map.getOrDefault("name", ""),
        map.getOrDefault("content", "complete"),
        Boolean.parseBoolean(map.get("caseSensitive")),
        map.get("language"),
        map.get("valueSet"),
        map.get("date"),
        properties.isEmpty() ? List.of() : List.of(properties.split(" ")));
  }
}
