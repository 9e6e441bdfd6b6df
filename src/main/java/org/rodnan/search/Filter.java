package org.rodnan.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.index.ParameterDefinition;
import org.rodnan.index.ParameterKind;

/**
 * The language of {@code _filter} (R4, search_filter.html): tests, {@code and}, {@code or}, {@code
 * not(…)}, parentheses, paths through references, with filters on what they lead to. For one
 * parameter.
 *
 * <p>{@code and} binds tighter than {@code or}.
 */
final class Filter {
  /** Nested parentheses are read by recursion. */
  private static final int DEPTH_MAX = 64;

  private static final Set<String> OPERATORS =
      Set.of(
          "eq", "ne", "co", "sw", "ew", "gt", "lt", "ge", "le", "ap", "sa", "eb", "pr", "po", "ss",
          "sb", "in", "ni", "re");

  private final Criteria criteria;
  private final SearchRequest.Parameter whole;
  private final String text;
  private int at;
  private int depth;

  Filter(Criteria criteria, SearchRequest.Parameter whole) {
    this.criteria = criteria;
    this.whole = whole;
    this.text = whole.value();
  }

  /** A filter, understood: what it means depends on the type that it is asked of. */
  private sealed interface Node {}

  private record Logic(boolean isAnd, List<Node> parts) implements Node {}

  private record Not(Node part) implements Node {}

  private record Test(Path path, String operator, String value) implements Node {}

  private sealed interface Path {}

  /** A parameter of the resource itself. */
  private record Name(String code) implements Path {}

  /** What a reference leads to, if the filter lets it pass. */
  private record Link(String code, String type, List<Node> filter, Path rest) implements Path {}

  /** What refers to the resource. */
  private record Back(String source, String code, Path rest) implements Path {}

  /**
   * @throws FhirFailure.Malformed naming the place where the filter can't be read
   */
  Query query(List<String> types, Criteria.Path path) {
    Node node = either();
    skipBlanks();
    if (at < text.length()) {
      throw malformed("'and', 'or' or the end");
    }
    return query(node, types, path);
  }

  private FhirFailure.Malformed malformed(String expected) {
    String rest = text.substring(Math.min(at, text.length()));
    return new FhirFailure.Malformed(
        "Search parameter '"
            + whole.name()
            + "': found '"
            + (rest.length() > 40 ? rest.substring(0, 40) + "…" : rest)
            + "' at character "
            + at
            + ", expected "
            + expected,
        whole.name());
  }

  // Reading

  private Node either() {
    return parts("or", this::both, false);
  }

  private Node both() {
    return parts("and", this::one, true);
  }

  private Node parts(String word, java.util.function.Supplier<Node> part, boolean isAnd) {
    List<Node> parts = new ArrayList<>(List.of(part.get()));
    while (takeWord(word)) {
      parts.add(part.get());
    }
    return parts.size() == 1 ? parts.getFirst() : new Logic(isAnd, List.copyOf(parts));
  }

  private Node one() {
    skipBlanks();
    if (take('(')) {
      return inParentheses();
    }
    int before = at;
    if (takeWord("not")) {
      skipBlanks();
      if (take('(')) {
        return new Not(inParentheses());
      }
      at = before;
    }
    Path path = path();
    String operator = word("an operator").toLowerCase(Locale.ROOT);
    if (!OPERATORS.contains(operator)) {
      at -= operator.length();
      throw malformed(
          "one of the operators " + String.join(" ", OPERATORS.stream().sorted().toList()));
    }
    return new Test(path, operator, value());
  }

  private Node inParentheses() {
    Node inner = nested();
    if (!take(')')) {
      throw malformed("')'");
    }
    return inner;
  }

  private Node nested() {
    if (++depth > DEPTH_MAX) {
      throw malformed("at most " + DEPTH_MAX + " nested parentheses");
    }
    Node inner = either();
    skipBlanks();
    depth--;
    return inner;
  }

  private Path path() {
    return path(0);
  }

  private Path path(int links) {
    if (links > DEPTH_MAX) {
      throw malformed("at most " + DEPTH_MAX + " links");
    }
    String code = name();
    if (code.equals("_has")) {
      return back(links);
    }
    String type = take(':') ? name() : "";
    List<Node> filters = new ArrayList<>();
    if (take('[')) {
      filters.add(nested());
      if (!take(']')) {
        throw malformed("']'");
      }
    }
    if (take('.')) {
      return new Link(code, type, List.copyOf(filters), path(links + 1));
    }
    if (!type.isEmpty() || !filters.isEmpty()) {
      throw malformed("'.' and a parameter of what " + code + " refers to");
    }
    return new Name(code);
  }

  private Path back(int links) {
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      if (!take(':')) {
        throw malformed("_has:[type]:[reference parameter]:[parameter]");
      }
      parts.add(name());
    }
    if (!take(':')) {
      throw malformed("_has:[type]:[reference parameter]:[parameter]");
    }
    return new Back(parts.get(0), parts.get(1), path(links + 1));
  }

  private String name() {
    int from = at;
    while (at < text.length() && isOfName(text.charAt(at))) {
      at++;
    }
    if (from == at) {
      throw malformed("the name of a search parameter");
    }
    return text.substring(from, at);
  }

  private static boolean isOfName(char c) {
    return c == '_' || c == '-' || (c < 128 && Character.isLetterOrDigit(c));
  }

  private String word(String expected) {
    skipBlanks();
    int from = at;
    while (at < text.length() && Character.isLetter(text.charAt(at))) {
      at++;
    }
    if (from == at) {
      throw malformed(expected);
    }
    return text.substring(from, at);
  }

  /** A JSON string, or what comes up to a blank or a closing bracket. */
  private String value() {
    skipBlanks();
    if (take('"')) {
      return string();
    }
    int from = at;
    while (at < text.length()
        && !Character.isWhitespace(text.charAt(at))
        && text.charAt(at) != ')'
        && text.charAt(at) != ']') {
      at++;
    }
    if (from == at) {
      throw malformed("a value");
    }
    return text.substring(from, at);
  }

  private String string() {
    StringBuilder out = new StringBuilder();
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c == '"') {
        return out.toString();
      }
      if (c != '\\') {
        out.append(c);
      } else if (at < text.length()) {
        out.append(escaped(text.charAt(at++)));
      }
    }
    throw malformed("the '\"' that ends the string");
  }

  private char escaped(char c) {
    return switch (c) {
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'u' -> {
        try {
          char code = (char) Integer.parseInt(text.substring(at, at + 4), 16);
          at += 4;
          yield code;
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
          throw malformed("four hexadecimal digits");
        }
      }
      default -> c;
    };
  }

  private void skipBlanks() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private boolean take(char c) {
    if (at < text.length() && text.charAt(at) == c) {
      at++;
      return true;
    }
    return false;
  }

  private boolean takeWord(String word) {
    skipBlanks();
    int end = at + word.length();
    boolean isThere =
        text.regionMatches(true, at, word, 0, word.length())
            && (end == text.length() || !isOfName(text.charAt(end)));
    if (isThere) {
      at = end;
    }
    return isThere;
  }

  // Meaning

  private Query query(Node node, List<String> types, Criteria.Path path) {
    return switch (node) {
      case Logic logic -> {
        List<Query> parts = logic.parts().stream().map(part -> query(part, types, path)).toList();
        if (!logic.isAnd()) {
          yield ValueQueries.anyOf(parts);
        }
        BooleanQuery.Builder all = new BooleanQuery.Builder();
        parts.forEach(part -> all.add(part, BooleanClause.Occur.FILTER));
        yield all.build();
      }
      case Not not ->
          new BooleanQuery.Builder()
              .add(
                  types.isEmpty() ? new MatchAllDocsQuery() : Criteria.ofTypes(types),
                  BooleanClause.Occur.FILTER)
              .add(query(not.part(), types, path), BooleanClause.Occur.MUST_NOT)
              .build();
      case Test test -> test(test.path(), test, types, path);
    };
  }

  private Query test(Path what, Test test, List<String> types, Criteria.Path path) {
    criteria.requireWithin(path, whole);
    return switch (what) {
      case Name name -> {
        List<ParameterDefinition> definitions =
            criteria.resolve(types, new ParameterName(name.code(), name.code(), "", ""));
        yield anyOf(definitions, definition -> compare(definition, test));
      }
      case Link link -> {
        ParameterName name = new ParameterName(link.code(), link.code(), link.type(), "");
        yield anyOf(
            criteria.resolve(types, name), definition -> follow(definition, link, test, path));
      }
      case Back back ->
          criteria.reverse(
              types,
              back.source(),
              back.code(),
              whole,
              path,
              (source, deeper) ->
                  new Criteria.Clause(test(back.rest(), test, List.of(source), deeper), false));
    };
  }

  private static Query anyOf(
      List<ParameterDefinition> definitions, Function<ParameterDefinition, Query> query) {
    return ValueQueries.anyOf(definitions.stream().map(query).toList());
  }

  private Query follow(ParameterDefinition definition, Link link, Test test, Criteria.Path path) {
    criteria.requireReference(definition, link.type(), whole);
    return criteria.follow(
        definition,
        link.type(),
        path,
        (target, deeper) -> {
          Query all = test(link.rest(), test, List.of(target), deeper);
          for (Node filter : link.filter()) {
            all = Criteria.and(all, query(filter, List.of(target), deeper));
          }
          return new Criteria.Clause(all, false);
        });
  }

  private Query compare(ParameterDefinition definition, Test test) {
    String value = test.value();
    return switch (test.operator()) {
      case "pr" ->
          switch (value) {
            case "true" -> Criteria.missing(definition, false);
            case "false" -> Criteria.missing(definition, true);
            default -> throw refused(definition, test, "true or false");
          };
      case "eq" ->
          definition.kind() == ParameterKind.STRING
              ? criteria.values().wholeText(definition, value)
              : plain(definition, "", value);
      case "ne" ->
          isOrdered(definition)
              ? plain(definition, "", "ne" + value)
              : criteria.values().unequal(definition, name(definition, ""), value);
      case "gt", "lt", "ge", "le", "ap", "sa", "eb" -> {
        if (isOrdered(definition)) {
          yield plain(definition, "", test.operator() + value);
        }
        throw refused(definition, test, "a parameter of type date, number or quantity");
      }
      case "po" -> {
        if (definition.kind() != ParameterKind.DATE) {
          throw refused(definition, test, "a parameter of type date");
        }
        yield criteria.values().overlapping(definition, name(definition, ""), value);
      }
      case "co", "sw", "ew" -> {
        ParameterKind kind = definition.kind();
        if (kind != ParameterKind.STRING
            && kind != ParameterKind.TOKEN
            && kind != ParameterKind.URI) {
          throw refused(definition, test, "a parameter of type string, token or uri");
        }
        yield criteria
            .values()
            .partOf(
                definition,
                name(definition, ""),
                value,
                !test.operator().equals("sw"),
                !test.operator().equals("ew"));
      }
      case "ss" -> token(definition, test, "below");
      case "sb" -> token(definition, test, "above");
      case "in" -> token(definition, test, "in");
      case "ni" -> Criteria.not(definition, token(definition, test, "in"));
      case "re" -> {
        if (definition.kind() != ParameterKind.REFERENCE) {
          throw refused(definition, test, "a parameter of type reference");
        }
        yield plain(definition, "", value);
      }
      default -> throw new IllegalStateException(test.operator());
    };
  }

  private static boolean isOrdered(ParameterDefinition definition) {
    return switch (definition.kind()) {
      case DATE, NUMBER, QUANTITY -> true;
      case TOKEN, STRING, REFERENCE, URI, COMPOSITE, SPECIAL -> false;
    };
  }

  private Query token(ParameterDefinition definition, Test test, String modifier) {
    if (definition.kind() != ParameterKind.TOKEN) {
      throw refused(definition, test, "a parameter of type token");
    }
    return plain(definition, modifier, test.value());
  }

  private Query plain(ParameterDefinition definition, String modifier, String value) {
    // A bar separates system and code here too; commas and dollars mean nothing.
    String escaped = value.replace("\\", "\\\\").replace(",", "\\,").replace("$", "\\$");
    return criteria.values().query(definition, name(definition, modifier), List.of(escaped));
  }

  private ParameterName name(ParameterDefinition definition, String modifier) {
    return new ParameterName(whole.name(), definition.code(), modifier, "");
  }

  private InapplicableException refused(
      ParameterDefinition definition, Test test, String expected) {
    return new InapplicableException(
        "Search parameter '"
            + whole.name()
            + "': found '"
            + definition.code()
            + " "
            + test.operator()
            + " "
            + test.value()
            + "', '"
            + definition.code()
            + "' is of type "
            + definition.kind().code()
            + "; expected "
            + expected);
  }
}
