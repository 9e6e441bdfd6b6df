package org.rodnan.dataset;

import java.math.BigDecimal;

/**
 * One cell. Text is without the blanks at its end, which a transport file can't tell from padding;
 * a number is a double, the widest that both formats share.
 */
public sealed interface Value {
  /** Text without a character. */
  Value BLANK = new Text("");

  /** The number that is not there, {@code .} in SAS. */
  Value MISSING = new Missing('.');

  /** Never with blanks at its end. */
  record Text(String text) implements Value {
    public Text {
      if (text.endsWith(" ")) {
        throw new IllegalArgumentException("blanks at the end of '" + text + "'");
      }
    }
  }

  /** Finite. */
  record Number(double number) implements Value {
    public Number {
      if (!Double.isFinite(number)) {
        throw new IllegalArgumentException(String.valueOf(number));
      }
      // There is one zero: the transport format doesn't tell them apart.
      number = number == 0 ? 0 : number;
    }
  }

  /**
   * A number that is missing, and why, by the sponsor's own letters (SAS special missing values).
   *
   * @param code {@code .} for the ordinary one, {@code _}, or {@code A} to {@code Z}
   */
  record Missing(char code) implements Value {
    public Missing {
      if (!isCode(code)) {
        throw new IllegalArgumentException("no missing value: " + code);
      }
    }

    static boolean isCode(int code) {
      return code == '.' || code == '_' || code >= 'A' && code <= 'Z';
    }
  }

  /** Text, without the blanks at its end. */
  static Value of(String text) {
    int end = text.length();
    while (end > 0 && text.charAt(end - 1) == ' ') {
      end--;
    }
    return end == 0 ? BLANK : new Text(text.substring(0, end));
  }

  /**
   * @param number finite
   */
  static Value of(double number) {
    return new Number(number);
  }

  /** Whether there is nothing: blank text or a missing number. */
  default boolean isMissing() {
    return this instanceof Missing || equals(BLANK);
  }

  /** As text; a number in the shortest decimal form that is exactly it, empty if missing. */
  default String asText() {
    return switch (this) {
      case Text text -> text.text();
      case Number number -> decimal(number.number()).toPlainString();
      case Missing missing -> "";
    };
  }

  /** The shortest decimal that is exactly this double, without zeros at its end. */
  static BigDecimal decimal(double number) {
    BigDecimal shortest = new BigDecimal(Double.toString(number)).stripTrailingZeros();
    return shortest.scale() < 0 ? shortest.setScale(0) : shortest;
  }
}
