package org.rodnan.search;

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
