package org.rodnan.interaction;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.hl7.fhir.r4.model.Basic;
import org.hl7.fhir.r4.model.Meta;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.ResourceParser;

/**
 * Profiles, tags and security labels, added or taken away (R4, resource-operation-meta-add.html and
 * -meta-delete.html). A tag or label is known by its system and code.
 *
 * @param given a Meta as JSON
 */
record MetaPatch(Map<String, @Nullable Object> given, boolean adds) implements Patch {
  private static final List<String> LISTS = List.of("profile", "security", "tag");

  static MetaPatch of(Meta meta, boolean adds) {
    Basic holder = new Basic();
    holder.setMeta(meta);
    String json = FhirContexts.r4().newJsonParser().encodeResourceToString(holder);
    return new MetaPatch(member(JsonTree.read(json.getBytes(StandardCharsets.UTF_8))), adds);
  }

  @Override
  public ParsedResource apply(byte[] json, ResourceParser parser) {
    Object resource = JsonTree.read(json);
    Map<String, @Nullable Object> meta = member(resource);
    for (String name : LISTS) {
      List<@Nullable Object> items = new ArrayList<>(list(meta, name));
      for (Object item : list(given, name)) {
        if (!adds) {
          items.removeIf(each -> isSame(each, item));
        } else if (items.stream().noneMatch(each -> isSame(each, item))) {
          items.add(item);
        }
      }
      if (items.isEmpty()) {
        meta.remove(name);
      } else {
        meta.put(name, items);
      }
    }
    if (meta.isEmpty()) {
      ((Map<?, ?>) Objects.requireNonNull(resource)).remove("meta");
    }
    return PatchedResource.parse(() -> parser.parseJson(JsonTree.write(resource)));
  }

  private static boolean isSame(@Nullable Object first, @Nullable Object second) {
    return first instanceof Map<?, ?> coding && second instanceof Map<?, ?> other
        ? Objects.equals(coding.get("system"), other.get("system"))
            && Objects.equals(coding.get("code"), other.get("code"))
        : Objects.equals(first, second);
  }

  private static List<?> list(Map<String, @Nullable Object> meta, String name) {
    return meta.get(name) instanceof List<?> items ? items : List.of();
  }

  /** The resource's meta, to be changed. */
  @SuppressWarnings("unchecked")
  private static Map<String, @Nullable Object> member(@Nullable Object resource) {
    Map<String, @Nullable Object> members = (Map<String, @Nullable Object>) resource;
    if (members == null) {
      throw new IllegalStateException("A resource is an object");
    }
    return (Map<String, @Nullable Object>)
        Objects.requireNonNull(members.computeIfAbsent("meta", name -> new LinkedHashMap<>()));
  }
}
