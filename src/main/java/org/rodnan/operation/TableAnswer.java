package org.rodnan.operation;

import java.math.BigDecimal;
import java.util.List;
import org.hl7.fhir.r4.model.BooleanType;
import org.hl7.fhir.r4.model.DecimalType;
import org.hl7.fhir.r4.model.IntegerType;
import org.hl7.fhir.r4.model.Parameters;
import org.hl7.fhir.r4.model.Parameters.ParametersParameterComponent;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.StringType;
import org.hl7.fhir.r4.model.Type;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;

/**
 * An answer that is a table, as that and as FHIR.
 *
 * @param parameters {@code asOf}, then a parameter for each row, with a part for each cell that
 *     says something, named as its column
 */
public record TableAnswer(Parameters parameters, Table table) {

  /**
   * @param row the name of the parameter that each row becomes
   */
  static TableAnswer of(LogPosition position, String row, Table table) {
    Parameters parameters = new Parameters();
    parameters.addParameter("asOf", new DecimalType(position.value()));
    for (List<@Nullable Object> cells : table.rows()) {
      ParametersParameterComponent parameter = parameters.addParameter().setName(row);
      for (int i = 0; i < cells.size(); i++) {
        Object cell = cells.get(i);
        if (cell != null && !cell.equals("")) {
          parameter.addPart().setName(table.columns().get(i)).setValue(value(cell));
        }
      }
    }
    return new TableAnswer(parameters, table);
  }

  private static Type value(Object cell) {
    return switch (cell) {
      case ResourceKey key -> new Reference(key.toString());
      case Integer number -> new IntegerType(number);
      case BigDecimal number -> new DecimalType(number);
      case Double number -> new DecimalType(BigDecimal.valueOf(number));
      case Boolean flag -> new BooleanType(flag);
      default -> new StringType(cell.toString());
    };
  }
}
