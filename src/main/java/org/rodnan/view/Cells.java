package org.rodnan.view;

import ca.uhn.fhir.parser.IParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.hl7.fhir.exceptions.PathEngineException;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.BooleanType;
import org.hl7.fhir.r4.model.DecimalType;
import org.hl7.fhir.r4.model.IntegerType;
import org.hl7.fhir.r4.model.Resource;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.UnlimitedJson;

/**
 * From what a path selects to a cell: null, Boolean, Integer, Long, BigDecimal, String, a JsonNode
 * of what is no primitive, or a List of these.
 */
final class Cells {
  private Cells() {}

  /**
   * @throws PathEngineException if it doesn't fit the column
   */
  static @Nullable Object of(List<Base> values, ViewColumn column) {
    if (column.isCollection()) {
      List<Object> all = new ArrayList<>(values.size());
      for (Base value : values) {
        Object cell = of(value, column);
        if (cell != null) {
          all.add(cell);
        }
      }
      return all;
    }
    if (values.size() > 1) {
      throw new PathEngineException(
          "found " + values.size() + " values; expected one, or the column to be a collection");
    }
    return values.isEmpty() ? null : of(values.getFirst(), column);
  }

  private static @Nullable Object of(Base value, ViewColumn column) {
    if (!value.isPrimitive()) {
      if (column.kind() != ViewColumn.Kind.COMPLEX) {
        throw new PathEngineException(
            column
                .type()
                .map(type -> "found a " + value.fhirType() + "; expected a " + type)
                .orElse("found a " + value.fhirType() + "; expected a primitive value, or a type"));
      }
      return json(value);
    }
    String text = value.primitiveValue();
    if (text == null) {
      return null;
    }
    Object cell =
        switch (value) {
          case BooleanType truth -> truth.booleanValue();
          case IntegerType integer -> integer.getValue();
          case DecimalType decimal -> decimal.getValue();
          default -> text;
        };
    return fitting(cell, value.fhirType(), column);
  }

  private static Object fitting(Object cell, String found, ViewColumn column) {
    return switch (column.kind()) {
      case ANY -> cell;
      case BOOLEAN -> require(cell, cell instanceof Boolean, found, column);
      case INTEGER ->
          cell instanceof BigDecimal decimal && decimal.stripTrailingZeros().scale() <= 0
              ? decimal.longValue()
              : require(cell, cell instanceof Integer, found, column);
      case DECIMAL ->
          cell instanceof Integer integer
              ? BigDecimal.valueOf(integer)
              : require(cell, cell instanceof BigDecimal, found, column);
      case TEXT -> require(cell, cell instanceof String, found, column);
      case COMPLEX -> require(cell, false, found, column);
    };
  }

  private static Object require(Object cell, boolean fits, String found, ViewColumn column) {
    if (!fits) {
      throw new PathEngineException(
          "found a value of type " + found + "; expected " + column.type().orElse(""));
    }
    return cell;
  }

  private static JsonNode json(Base value) {
    try {
      IParser encoder = FhirContexts.r4().newJsonParser();
      return UnlimitedJson.EXACT.readTree(
          value instanceof Resource resource
              ? encoder.encodeResourceToString(resource)
              : encoder.encodeToString(value));
    } catch (JsonProcessingException e) {
      throw new PathEngineException("can't be written as JSON", e);
    }
  }
}
