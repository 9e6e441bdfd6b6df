package org.rodnan.http;

import java.util.List;
import java.util.Optional;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.store.HistoryScope;

/** What a path of the FHIR interface names, and which HTTP methods it has (R4, http.html). */
sealed interface Target {
  /** The methods in the order in which {@code Allow} lists them; OPTIONS is always there. */
  List<String> methods();

  /**
   * What the method asks for here, for those who count: one of a bounded number of names, by R4's
   * codes of interactions.
   *
   * @param method one of {@link #methods}
   */
  default String interaction(String method) {
    return switch (this) {
      case SystemRoot root -> method.equals("POST") ? "bundle" : "search";
      case Metadata metadata -> "capabilities";
      case OfType type -> method.equals("POST") ? "create" : ofMethod(method, "search");
      case Instance instance -> ofMethod(method, "read");
      case Version version -> "vread";
      case History history -> "history";
      case Search search -> "search";
      case Async async -> "async";
      case Export export -> "export";
      case Views views -> "views";
      case Operation operation -> "$" + operation.operation().code();
    };
  }

  private static String ofMethod(String method, String otherwise) {
    return switch (method) {
      case "PUT" -> "update";
      case "PATCH" -> "patch";
      case "DELETE" -> "delete";
      default -> otherwise;
    };
  }

  /** The base itself: system search, batch and transaction. */
  record SystemRoot() implements Target {
    @Override
    public List<String> methods() {
      return List.of("GET", "HEAD", "POST");
    }
  }

  record Metadata() implements Target {
    @Override
    public List<String> methods() {
      return List.of("GET", "HEAD");
    }
  }

  /** {@code Type}: search, create and the conditional interactions. */
  record OfType(String type) implements Target {
    @Override
    public List<String> methods() {
      return List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE");
    }
  }

  /** {@code Type/id}: read, update, delete. */
  record Instance(ResourceKey key) implements Target {
    @Override
    public List<String> methods() {
      return List.of("GET", "HEAD", "PUT", "PATCH", "DELETE");
    }
  }

  /** {@code Type/id/_history/version}: vread. */
  record Version(ResourceKey key, String version) implements Target {
    @Override
    public List<String> methods() {
      return List.of("GET", "HEAD");
    }
  }

  /** {@code _history} at one of its three levels. */
  record History(HistoryScope scope) implements Target {
    @Override
    public List<String> methods() {
      return List.of("GET", "HEAD");
    }
  }

  /**
   * A search whose path alone says so: a compartment's, or one that ends in {@code _search}.
   *
   * @param type empty for all types
   * @param byForm whether the path ends in {@code _search}, so that POST brings parameters
   */
  record Search(Optional<ResourceKey> compartment, Optional<String> type, boolean byForm)
      implements Target {
    @Override
    public List<String> methods() {
      return byForm ? List.of("GET", "HEAD", "POST") : List.of("GET", "HEAD");
    }
  }

  /** Where the answer to an asynchronous request is to be found. */
  record Async(String id) implements Target {
    @Override
    public List<String> methods() {
      return List.of("GET", "HEAD", "DELETE");
    }
  }

  /**
   * Where an export is told about.
   *
   * @param file one of those that it has made
   */
  record Export(String id, Optional<String> file) implements Target {
    @Override
    public List<String> methods() {
      return file.isPresent() ? List.of("GET", "HEAD") : List.of("GET", "HEAD", "DELETE");
    }
  }

  /** The ViewDefinitions that come with the program; R4 has no such type. */
  record Views(Optional<String> id) implements Target {
    @Override
    public List<String> methods() {
      return List.of("GET", "HEAD");
    }
  }

  /**
   * {@code $name} at one of its levels.
   *
   * @param type of the level of a type and of an instance
   * @param key of the level of an instance
   */
  record Operation(NamedOperation operation, Optional<String> type, Optional<ResourceKey> key)
      implements Target {
    @Override
    public List<String> methods() {
      return operation.reads() ? List.of("GET", "HEAD", "POST") : List.of("POST");
    }
  }
}
