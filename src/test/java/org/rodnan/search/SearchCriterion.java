package org.rodnan.search;

import java.util.List;

/** One criterion of a random search, as {@link SearchModel} judges it and as it stands in a URL. */
sealed interface SearchCriterion {
  String name();

  String value();

  /**
   * A parameter of the resource itself.
   *
   * @param modifier without the colon; empty if there is none
   * @param value an or-list, escaped
   */
  record Single(String code, String modifier, String value) implements SearchCriterion {
    @Override
    public String name() {
      return modifier.isEmpty() ? code : code + ":" + modifier;
    }
  }

  /**
   * A chain.
   *
   * @param type the only type of target that counts; empty means any
   */
  record Chain(String code, String type, SearchCriterion inner) implements SearchCriterion {
    @Override
    public String name() {
      return code + (type.isEmpty() ? "" : ":" + type) + "." + inner.name();
    }

    @Override
    public String value() {
      return inner.value();
    }
  }

  /** Words anywhere in the resource. */
  record Content(String value) implements SearchCriterion {
    @Override
    public String name() {
      return "_content";
    }
  }

  /**
   * A {@code _filter}.
   *
   * @param word and, or, not
   * @param parts filters, or single parameters without modifier whose value is not an or-list, also
   *     behind chains
   */
  record Filter(String word, List<SearchCriterion> parts) implements SearchCriterion {
    @Override
    public String name() {
      return "_filter";
    }

    @Override
    public String value() {
      List<String> texts = parts.stream().map(Filter::text).toList();
      return word.equals("not")
          ? "not(" + texts.getFirst() + ")"
          : "(" + String.join(" " + word + " ", texts) + ")";
    }

    private static String text(SearchCriterion part) {
      if (part instanceof Filter filter) {
        return filter.value();
      }
      String value = part.value();
      boolean isPrefixed = value.matches("(ne|gt|lt|ge|le|sa|eb|ap)\\d.*");
      return part.name()
          + " "
          + (isPrefixed ? value.substring(0, 2) : "eq")
          + " \""
          + (isPrefixed ? value.substring(2) : value.replaceFirst("^eq(?=\\d)", ""))
          + "\"";
    }
  }

  /** A reverse chain. */
  record Reverse(String source, String reference, SearchCriterion inner)
      implements SearchCriterion {
    @Override
    public String name() {
      return "_has:" + source + ":" + reference + ":" + inner.name();
    }

    @Override
    public String value() {
      return inner.value();
    }
  }
}
