package org.rodnan.dataset;

import java.util.Optional;

/** Dataset-JSON 1.1, "dataType" of a column. A transport file knows only text and numbers. */
public enum DataType {
  STRING("string", "text", false),
  INTEGER("integer", "integer", true),
  DECIMAL("decimal", "float", true),
  FLOAT("float", "float", true),
  DOUBLE("double", "float", true),
  BOOLEAN("boolean", "text", false),
  DATETIME("datetime", "datetime", false),
  DATE("date", "date", false),
  TIME("time", "time", false),
  URI("URI", "text", false);

  private final String code;
  private final String defineCode;
  private final boolean numeric;

  DataType(String code, String defineCode, boolean numeric) {
    this.code = code;
    this.defineCode = defineCode;
    this.numeric = numeric;
  }

  /** As Dataset-JSON writes it. */
  public String code() {
    return code;
  }

  /** As ODM 1.3 and Define-XML write it (ItemDef, DataType). */
  String defineCode() {
    return defineCode;
  }

  /** Whether values are numbers; those of all others are text. */
  public boolean isNumeric() {
    return numeric;
  }

  static Optional<DataType> of(String code) {
    for (DataType type : values()) {
      if (type.code.equals(code)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }
}
