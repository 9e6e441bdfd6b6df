package org.rodnan.interaction;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.ResourceParser;

/** JSON Patch (RFC 6902) on the stored JSON: what it doesn't touch keeps its every digit. */
record JsonPatch(List<Operation> operations) implements Patch {
  /** All copies of one patch together may have so many values. */
  private static final int COPIED_MAX = 1_000_000;

  private static final Set<String> WITH_VALUE = Set.of("add", "replace", "test");
  private static final Set<String> WITH_FROM = Set.of("move", "copy");

  JsonPatch {
    operations = List.copyOf(operations);
  }

  /**
   * @param from empty but for move and copy
   */
  record Operation(int index, String op, Pointer path, Pointer from, @Nullable Object value) {
    FhirFailure failure(String what) {
      return new FhirFailure.Unprocessable(
          IssueType.PROCESSING,
          "JSON Patch operation " + index + " (" + op + " " + path.text() + "): " + what);
    }
  }

  /** RFC 6901. */
  record Pointer(String text, List<String> tokens) {
    static Pointer parse(Object text, String where) {
      if (!(text instanceof String pointer)
          || !(pointer.isEmpty() || pointer.startsWith("/"))
          || pointer.matches(".*~([^01].*|$)")) {
        throw malformed(where + " is '" + text + "'; expected a JSON Pointer such as /name/0/text");
      }
      List<String> tokens = new ArrayList<>();
      if (!pointer.isEmpty()) {
        for (String token : pointer.substring(1).split("/", -1)) {
          tokens.add(token.replace("~1", "/").replace("~0", "~"));
        }
      }
      return new Pointer(pointer, tokens);
    }

    boolean isRoot() {
      return tokens.isEmpty();
    }

    boolean isWithin(Pointer other) {
      return tokens.size() > other.tokens.size()
          && tokens.subList(0, other.tokens.size()).equals(other.tokens);
    }
  }

  private static FhirFailure malformed(String what) {
    return new FhirFailure.Malformed(IssueType.STRUCTURE, "The JSON Patch is malformed: " + what);
  }

  static JsonPatch parse(byte[] document) {
    if (!(JsonTree.read(document) instanceof List<?> items)) {
      throw malformed("expected an array of operations");
    }
    List<Operation> operations = new ArrayList<>();
    for (Object item : items) {
      operations.add(operation(operations.size(), item));
    }
    return new JsonPatch(operations);
  }

  private static Operation operation(int index, @Nullable Object item) {
    String where = "operation " + index;
    if (!(item instanceof Map<?, ?> members)) {
      throw malformed(where + " is no object");
    }
    if (!(members.get("op") instanceof String op)
        || !(op.equals("remove") || WITH_VALUE.contains(op) || WITH_FROM.contains(op))) {
      throw malformed(
          where
              + " has op '"
              + members.get("op")
              + "'; expected add, remove, replace, move, copy or test");
    }
    if (WITH_VALUE.contains(op) && !members.containsKey("value")) {
      throw malformed(where + " has no value");
    }
    return new Operation(
        index,
        op,
        pointer(members, "path", where),
        WITH_FROM.contains(op) ? pointer(members, "from", where) : new Pointer("", List.of()),
        members.get("value"));
  }

  private static Pointer pointer(Map<?, ?> members, String name, String where) {
    Object text = members.get(name);
    if (text == null) {
      throw malformed(where + " has no " + name);
    }
    return Pointer.parse(text, where + "." + name);
  }

  @Override
  public ParsedResource apply(byte[] json, ResourceParser parser) {
    return PatchedResource.parse(
        () -> parser.parseJson(JsonTree.write(apply(JsonTree.read(json)))));
  }

  /** The document after it; the one given may be changed. */
  @Nullable Object apply(@Nullable Object document) {
    Object root = document;
    int[] room = {COPIED_MAX};
    for (Operation operation : operations) {
      root = apply(operation, root, room);
    }
    return root;
  }

  private static @Nullable Object apply(Operation operation, @Nullable Object root, int[] room) {
    Pointer path = operation.path();
    switch (operation.op()) {
      case "add" -> {
        return add(operation, root, JsonTree.copy(operation.value(), room));
      }
      case "remove" -> {
        remove(operation, root, path);
        return root;
      }
      case "replace" -> {
        Object value = JsonTree.copy(operation.value(), room);
        if (path.isRoot()) {
          return value;
        }
        find(operation, root, path);
        replace(operation, root, value);
        return root;
      }
      case "move" -> {
        if (path.isWithin(operation.from())) {
          throw operation.failure("a value can't be moved into itself");
        }
        Object moved = find(operation, root, operation.from());
        if (operation.from().isRoot()) {
          return moved;
        }
        remove(operation, root, operation.from());
        return add(operation, root, moved);
      }
      case "copy" -> {
        Object found = find(operation, root, operation.from());
        return add(operation, root, JsonTree.copy(found, room));
      }
      default -> {
        Object found = find(operation, root, path);
        if (!Objects.equals(found, operation.value())) {
          throw operation.failure("the value there is another one");
        }
        return root;
      }
    }
  }

  private static @Nullable Object find(
      Operation operation, @Nullable Object root, Pointer pointer) {
    Object value = root;
    for (String token : pointer.tokens()) {
      value = child(operation, value, token, pointer);
    }
    return value;
  }

  private static @Nullable Object child(
      Operation operation, @Nullable Object parent, String token, Pointer pointer) {
    if (parent instanceof Map<?, ?> members && members.containsKey(token)) {
      return members.get(token);
    }
    if (parent instanceof List<?> items) {
      return items.get(index(operation, token, items.size() - 1));
    }
    throw operation.failure("there is nothing at " + pointer.text());
  }

  private static @Nullable Object parent(
      Operation operation, @Nullable Object root, Pointer pointer) {
    Object value = root;
    for (String token : pointer.tokens().subList(0, pointer.tokens().size() - 1)) {
      value = child(operation, value, token, pointer);
    }
    return value;
  }

  private static int index(Operation operation, String token, int max) {
    if (!token.matches("0|[1-9]\\d{0,8}") || Integer.parseInt(token) > max) {
      throw operation.failure(
          "'" + token + "' is no place of the array; expected " + (max < 0 ? "-" : "0 to " + max));
    }
    return Integer.parseInt(token);
  }

  @SuppressWarnings("unchecked")
  private static @Nullable Object add(
      Operation operation, @Nullable Object root, @Nullable Object value) {
    Pointer path = operation.path();
    if (path.isRoot()) {
      return value;
    }
    String last = path.tokens().getLast();
    switch (parent(operation, root, path)) {
      case Map<?, ?> members -> ((Map<String, @Nullable Object>) members).put(last, value);
      case List<?> items -> {
        int at = last.equals("-") ? items.size() : index(operation, last, items.size());
        ((List<@Nullable Object>) items).add(at, value);
      }
      case null, default -> throw operation.failure("there is no object or array to add to");
    }
    return root;
  }

  @SuppressWarnings("unchecked")
  private static void replace(Operation operation, @Nullable Object root, @Nullable Object value) {
    String last = operation.path().tokens().getLast();
    Object parent = parent(operation, root, operation.path());
    if (parent instanceof Map<?, ?> members) {
      ((Map<String, @Nullable Object>) members).put(last, value);
    } else if (parent instanceof List<?> items) {
      ((List<@Nullable Object>) items).set(index(operation, last, items.size() - 1), value);
    }
  }

  private static void remove(Operation operation, @Nullable Object root, Pointer pointer) {
    if (pointer.isRoot()) {
      throw operation.failure("the whole resource can't be removed");
    }
    find(operation, root, pointer);
    String last = pointer.tokens().getLast();
    Object parent = parent(operation, root, pointer);
    if (parent instanceof Map<?, ?> members) {
      members.remove(last);
    } else if (parent instanceof List<?> items) {
      items.remove(index(operation, last, items.size() - 1));
    }
  }
}
