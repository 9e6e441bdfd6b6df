package org.rodnan.cohort;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import org.rodnan.fhir.FhirFailure;

/** The unit of an Observation's value. */
final class MeasuredUnit {
  private static final JsonFactory JSON = new JsonFactory();

  private MeasuredUnit() {}

  /**
   * The code of its {@code valueQuantity}; {@code 1} if it has none.
   *
   * @param observation as stored
   */
  static String of(byte[] observation) {
    try (JsonParser parser = JSON.createParser(observation)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean isValue = parser.currentName().equals("valueQuantity");
        parser.nextToken();
        if (!isValue) {
          parser.skipChildren();
          continue;
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          boolean isCode = parser.currentName().equals("code");
          parser.nextToken();
          if (isCode) {
            return parser.getText();
          }
          parser.skipChildren();
        }
      }
      return "1";
    } catch (IOException e) {
      throw new FhirFailure.Fault("A stored Observation can't be read", e);
    }
  }
}
