package org.rodnan.store;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.hl7.fhir.r4.model.Basic;
import org.rodnan.fhir.BodyTemplate;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.ResourceKey;

/** Units of tests. */
record TestUnit<T>(
    Function<WriterSection, T> work,
    boolean needsIndex,
    Consumer<LogPosition> awaiting,
    boolean isRehearsal)
    implements WriteUnit<T> {
  static final Origin ORIGIN = new Origin("tester", "test-client", "request-1", "because");

  static <T> TestUnit<T> of(Function<WriterSection, T> work) {
    return new TestUnit<>(work, false, head -> {}, false);
  }

  static <T> TestUnit<T> rehearsal(Function<WriterSection, T> work) {
    return new TestUnit<>(work, false, head -> {}, true);
  }

  static <T> TestUnit<T> afterIndex(
      Consumer<LogPosition> awaiting, Function<WriterSection, T> work) {
    return new TestUnit<>(work, true, awaiting, false);
  }

  /** Puts one resource without looking. */
  static TestUnit<ResourceVersion.Content> put(ResourceKey key, String text) {
    return of(section -> put(section, key, text));
  }

  static TestUnit<ResourceVersion.Tombstone> delete(ResourceKey key) {
    return of(section -> section.delete(key));
  }

  static ResourceVersion.Content put(
      WriterSection section, ResourceKey key, String text, BusinessIdentifier... identifiers) {
    Change change = section.current(key).isEmpty() ? Change.CREATED : Change.UPDATED;
    return section.put(
        key, change, body(key, text), Map.of(), List.of(identifiers), List.of(), null);
  }

  static BodyTemplate body(ResourceKey key, String text) {
    String json = "{\"resourceType\":\"" + key.type() + "\",\"language\":\"" + text + "\"}";
    return BodyTemplate.of(
        new ParsedResource(new Basic(), json.getBytes(StandardCharsets.UTF_8)), key);
  }

  @Override
  public Origin origin() {
    return ORIGIN;
  }

  @Override
  public Collection<ResourceKey> keys() {
    return List.of();
  }

  @Override
  public void awaitIndex(LogPosition head) {
    awaiting.accept(head);
  }

  @Override
  public T apply(WriterSection section) {
    return work.apply(section);
  }
}
