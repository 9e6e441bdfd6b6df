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
  COMPOSITE;

  /** The code of R4's search-param-type. */
  public String code() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
