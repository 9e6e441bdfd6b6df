package org.rodnan.index;

/** The types of search parameters that are indexed (R4, search.html#ptypes). */
public enum ParameterKind {
  TOKEN,
  STRING,
  DATE,
  NUMBER,
  QUANTITY,
  REFERENCE,
  URI,
  COMPOSITE,
  /** A place on earth: R4's {@code near}, the only parameter of type special with an expression. */
  SPECIAL;

  /** The code of R4's search-param-type. */
  public String code() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
