package org.rodnan.mapping;

import java.io.StringReader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * The YAML that says how files are mapped. What is wrong in it is a {@link FhirFailure.Malformed}
 * that names the line, what was found and what was expected.
 */
public final class MappingYaml {
  private static final int CHARS_MAX = 1_000_000;

  private MappingYaml() {}

  /** Empty if there is nothing in it. */
  public static Optional<Node> root(String yaml) {
    if (yaml.length() > CHARS_MAX) {
      throw new FhirFailure.Malformed("The mapping is longer than " + CHARS_MAX + " characters");
    }
    LoaderOptions options = new LoaderOptions();
    options.setMaxAliasesForCollections(0);
    options.setAllowDuplicateKeys(false);
    options.setNestingDepthLimit(10);
    Node root;
    try {
      root = new Yaml(new SafeConstructor(options)).compose(new StringReader(yaml));
    } catch (YAMLException e) {
      throw new FhirFailure.Malformed("The mapping is not YAML: " + e.getMessage());
    }
    return Optional.ofNullable(root);
  }

  public static Charset encoding(@Nullable Node node) {
    String name = text(node, "[A-Za-z0-9._-]+", "a character set such as windows-1252");
    try {
      return name.isEmpty() ? StandardCharsets.UTF_8 : Charset.forName(name);
    } catch (IllegalArgumentException e) {
      throw wrong(node, "'" + name + "'", "a character set such as windows-1252");
    }
  }

  public static List<Node> items(@Nullable Node node) {
    if (node == null) {
      return List.of();
    }
    if (!(node instanceof SequenceNode sequence)) {
      throw wrong(node, word(node), "a list");
    }
    return sequence.getValue();
  }

  /** Keys in upper case. */
  public static Map<String, String> texts(@Nullable Node node) {
    Map<String, String> texts = new LinkedHashMap<>();
    if (node != null) {
      members(node, Set.of())
          .forEach((name, value) ->
              texts.put(name.toUpperCase(Locale.ROOT), text(value, ".+", "a text")));
    }
    return Map.copyOf(texts);
  }

  /**
   * @param known empty for any
   */
  public static Map<String, Node> members(Node node, Set<String> known) {
    if (!(node instanceof MappingNode mapping)) {
      throw wrong(node, word(node), "keys and values");
    }
    Map<String, Node> members = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      String key = text(tuple.getKeyNode(), ".+", "a key");
      if (!known.isEmpty() && !known.contains(key)) {
        throw wrong(
            tuple.getKeyNode(),
            "the unknown key '" + key + "'",
            String.join(", ", known.stream().sorted().toList()));
      }
      if (members.put(key, tuple.getValueNode()) != null) {
        throw wrong(tuple.getKeyNode(), "the key '" + key + "' again", "each key once");
      }
    }
    return members;
  }

  /** Empty if there is no node. */
  public static String text(@Nullable Node node, String form, String expected) {
    if (node == null) {
      return "";
    }
    if (!(node instanceof ScalarNode scalar)) {
      throw wrong(node, word(node), expected);
    }
    if (!scalar.getValue().matches(form)) {
      throw wrong(node, "'" + scalar.getValue() + "'", expected);
    }
    return scalar.getValue();
  }

  private static String word(Node node) {
    return switch (node) {
      case MappingNode mapping -> "keys and values";
      case SequenceNode sequence -> "a list";
      default -> "a single value";
    };
  }

  public static FhirFailure wrong(@Nullable Node node, String found, String expected) {
    String line =
        node == null || node.getStartMark() == null
            ? ""
            : " in line " + (node.getStartMark().getLine() + 1);
    return new FhirFailure.Malformed("The mapping has " + found + line + "; expected " + expected);
  }
}
