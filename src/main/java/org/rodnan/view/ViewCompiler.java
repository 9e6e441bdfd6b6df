package org.rodnan.view;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.hl7.fhir.exceptions.FHIRException;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.DecimalType;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.PrimitiveType;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceTypes;
import org.rodnan.fhir.UnlimitedJson;
import org.rodnan.index.FhirPaths;
import org.rodnan.index.ReferenceText;

/**
 * Makes views of ViewDefinitions (SQL on FHIR v2, StructureDefinition-ViewDefinition). What can be
 * known without a resource is judged here: names, the shape of selects, columns of unions, paths,
 * constants. Thread safe.
 */
public final class ViewCompiler {
  private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_]*");
  private static final int COLUMNS_MAX = 1_000;
  private static final int SELECTS_MAX = 500;
  private static final int DEPTH_MAX = 32;

  private static final List<String> UNNESTINGS = List.of("forEach", "forEachOrNull", "repeat");

  private static final Set<String> OF_VIEWS =
      Set.of(
          "resourceType",
          "id",
          "meta",
          "implicitRules",
          "language",
          "text",
          "contained",
          "extension",
          "modifierExtension",
          "url",
          "identifier",
          "version",
          "versionAlgorithmString",
          "versionAlgorithmCoding",
          "name",
          "title",
          "status",
          "experimental",
          "date",
          "publisher",
          "contact",
          "description",
          "useContext",
          "jurisdiction",
          "purpose",
          "copyright",
          "copyrightLabel",
          "resource",
          "profile",
          "fhirVersion",
          "constant",
          "select",
          "where");

  /** Other members of a select would be taken for what they are not. */
  private static final Set<String> OF_SELECTS =
      Set.of(
          "id",
          "extension",
          "modifierExtension",
          "column",
          "select",
          "forEach",
          "forEachOrNull",
          "repeat",
          "unionAll");

  /** Names a column whose values rows have in common that are to be one row. */
  private static final String ROW = "https://w3id.org/rodnan/StructureDefinition/view-row-by";

  private static final Set<String> CONSTANT_TYPES =
      Set.of(
          "base64Binary",
          "boolean",
          "canonical",
          "code",
          "date",
          "dateTime",
          "decimal",
          "id",
          "instant",
          "integer",
          "integer64",
          "oid",
          "positiveInt",
          "string",
          "time",
          "unsignedInt",
          "uri",
          "url",
          "uuid");

  private static final Pattern INSTANT =
      Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)");

  private final ViewPaths paths;
  private final PathCheck check;

  /**
   * @param references tells which references are to resources of this server
   */
  public ViewCompiler(FhirPaths types, ReferenceText references) {
    this.paths = new ViewPaths(types, references);
    this.check = new PathCheck();
  }

  /**
   * @param json a ViewDefinition; its resourceType may be missing
   * @throws FhirFailure.Malformed if it is no JSON object
   * @throws FhirFailure.Unprocessable if the definition can't be carried out; names the element,
   *     what was found and what was expected
   */
  public View compile(byte[] json) {
    JsonNode definition;
    try {
      definition = UnlimitedJson.EXACT.readTree(json);
    } catch (IOException e) {
      throw new FhirFailure.Malformed(
          "The ViewDefinition is not JSON: " + e.getMessage(), "ViewDefinition");
    }
    if (definition == null || !definition.isObject()) {
      throw new FhirFailure.Malformed(
          "The ViewDefinition is no JSON object; expected one", "ViewDefinition");
    }
    return new Draft(definition).view();
  }

  private static FhirFailure wrong(String element, String what) {
    return new FhirFailure.Unprocessable(IssueType.INVALID, element + ": " + what, element);
  }

  /** One definition while it is read. */
  private final class Draft {
    private final JsonNode definition;
    private final Map<String, Base> constants = new LinkedHashMap<>();
    private int selects;

    Draft(JsonNode definition) {
      this.definition = definition;
    }

    View view() {
      String element = "ViewDefinition";
      String resourceType = text(definition, "resourceType", element).orElse(element);
      if (!resourceType.equals(element)) {
        throw wrong(element + ".resourceType", "found '" + resourceType + "', expected " + element);
      }
      requireMembers(definition, OF_VIEWS, element);
      requireR4(element + ".fhirVersion");
      Optional<String> name = text(definition, "name", element);
      name.ifPresent(each -> requireName(each, element + ".name"));
      String type =
          text(definition, "resource", element)
              .orElseThrow(() ->
                  wrong(element + ".resource", "is missing; expected a resource type of FHIR R4"));
      if (!ResourceTypes.isType(type)) {
        throw wrong(
            element + ".resource", "found '" + type + "', expected a resource type of FHIR R4");
      }
      readConstants(element + ".constant");
      List<ViewPaths.Path> conditions = conditions(type, element + ".where");
      PathCheck.Types root = PathCheck.Types.of(type);
      Columns columns = new Columns();
      List<Selection> all = selections(definition, "select", element, root, columns, 0);
      if (all.isEmpty()) {
        throw wrong(element + ".select", "is missing; expected one or more");
      }
      if (columns.all.isEmpty()) {
        throw wrong(element + ".select", "has no column; expected one or more");
      }
      return new View(
          name,
          type,
          paths,
          Map.copyOf(constants),
          conditions,
          all,
          List.copyOf(columns.all),
          together(columns.all.stream().map(ViewColumn::name).toList()));
    }

    private void requireR4(String element) {
      List<String> versions = new ArrayList<>();
      array(definition, "fhirVersion", "ViewDefinition")
          .forEach(version -> versions.add(version.asText()));
      if (!versions.isEmpty() && versions.stream().noneMatch(each -> each.startsWith("4.0"))) {
        throw wrong(element, "found " + versions + ", expected 4.0.1 among them");
      }
    }

    private List<String> together(List<String> columns) {
      List<String> names = new ArrayList<>();
      for (JsonNode extension : definition.path("extension")) {
        if (extension.path("url").asText().equals(ROW)) {
          names.add(extension.path("valueString").asText());
        }
      }
      for (String name : names) {
        if (!columns.contains(name)) {
          throw wrong(
              "ViewDefinition.extension",
              "rows are put together by '" + name + "'; expected a column");
        }
      }
      return names;
    }

    private void readConstants(String element) {
      int i = 0;
      for (JsonNode constant : array(definition, "constant", "ViewDefinition")) {
        String here = element + "[" + i++ + "]";
        requireObject(constant, here);
        String name =
            text(constant, "name", here)
                .orElseThrow(() -> wrong(here + ".name", "is missing; expected a name"));
        requireName(name, here + ".name");
        if (name.equals("rowIndex") || constants.containsKey(name)) {
          throw wrong(here + ".name", "'" + name + "' is defined already; expected another name");
        }
        constants.put(name, constantValue(constant, here));
      }
    }

    private static Base constantValue(JsonNode constant, String element) {
      List<String> members = new ArrayList<>();
      constant
          .fieldNames()
          .forEachRemaining(member -> {
            if (member.startsWith("value")) {
              members.add(member);
            }
          });
      if (members.size() != 1) {
        throw wrong(element + ".value", "found " + members + ", expected one value[x]");
      }
      String member = members.getFirst();
      String suffix = member.substring("value".length());
      String type =
          suffix.isEmpty()
              ? ""
              : suffix.substring(0, 1).toLowerCase(Locale.ROOT) + suffix.substring(1);
      JsonNode value = constant.get(member);
      if (!CONSTANT_TYPES.contains(type)) {
        throw wrong(
            element + "." + member, "is no type of a constant; expected one of " + CONSTANT_TYPES);
      }
      boolean fits =
          switch (type) {
            case "boolean" -> value.isBoolean();
            case "decimal" -> value.isNumber();
            case "integer" -> value.isIntegralNumber();
            case "unsignedInt" -> value.isIntegralNumber() && value.decimalValue().signum() >= 0;
            case "positiveInt" -> value.isIntegralNumber() && value.decimalValue().signum() > 0;
            case "instant" -> value.isTextual() && INSTANT.matcher(value.asText()).matches();
            case "integer64" -> value.isIntegralNumber() || value.isTextual();
            default -> value.isTextual();
          };
      try {
        if (fits) {
          PrimitiveType<?> primitive =
              type.equals("integer64")
                  ? new DecimalType()
                  : (PrimitiveType<?>) FhirContexts.r4().getElementDefinition(type).newInstance();
          primitive.setValueAsString(value.asText());
          return primitive;
        }
      } catch (RuntimeException e) {
        // Said below.
      }
      throw wrong(element + "." + member, "found " + value + ", expected a value of type " + type);
    }

    private List<ViewPaths.Path> conditions(String type, String element) {
      List<ViewPaths.Path> conditions = new ArrayList<>();
      int i = 0;
      for (JsonNode where : array(definition, "where", "ViewDefinition")) {
        String here = element + "[" + i++ + "]";
        requireObject(where, here);
        ViewPaths.Path path = path(where.get("path"), here + ".path");
        PathCheck.Types found = checked(path, PathCheck.Types.of(type), here + ".path");
        if (found.isKnown() && !found.mayBe("boolean")) {
          throw wrong(
              here + ".path", "'" + path.text() + "' gives " + found + ", expected a boolean");
        }
        conditions.add(path);
      }
      return conditions;
    }

    private List<Selection> selections(
        JsonNode parent,
        String member,
        String element,
        PathCheck.Types around,
        Columns columns,
        int depth) {
      List<Selection> all = new ArrayList<>();
      int i = 0;
      for (JsonNode select : array(parent, member, element)) {
        String here = element + "." + member + "[" + i++ + "]";
        all.add(selection(select, here, around, columns, depth));
      }
      return List.copyOf(all);
    }

    private Selection selection(
        JsonNode select, String element, PathCheck.Types around, Columns columns, int depth) {
      requireObject(select, element);
      if (++selects > SELECTS_MAX || depth > DEPTH_MAX) {
        throw wrong(
            element,
            "the view has too many selects; up to "
                + SELECTS_MAX
                + " are read, "
                + DEPTH_MAX
                + " in each other");
      }
      requireMembers(select, OF_SELECTS, element);
      List<String> unnestings = UNNESTINGS.stream().filter(select::has).toList();
      if (unnestings.size() > 1) {
        throw wrong(element, "has " + unnestings + "; expected one of them at most");
      }
      Selection.Unnesting how =
          switch (unnestings.isEmpty() ? "" : unnestings.getFirst()) {
            case "forEach" -> Selection.Unnesting.EACH;
            case "forEachOrNull" -> Selection.Unnesting.EACH_OR_NULL;
            case "repeat" -> Selection.Unnesting.REPEAT;
            default -> Selection.Unnesting.NONE;
          };
      List<ViewPaths.Path> unnesting = new ArrayList<>();
      PathCheck.Types focus = around;
      if (how == Selection.Unnesting.REPEAT) {
        int i = 0;
        for (JsonNode path : array(select, "repeat", element)) {
          unnesting.add(path(path, element + ".repeat[" + i++ + "]"));
        }
        if (unnesting.isEmpty()) {
          throw wrong(element + ".repeat", "has no path; expected one or more");
        }
        focus = reached(unnesting, around, element + ".repeat");
      } else if (how != Selection.Unnesting.NONE) {
        String here = element + "." + unnestings.getFirst();
        ViewPaths.Path path = path(select.get(unnestings.getFirst()), here);
        unnesting.add(path);
        focus = checked(path, around, here);
      }
      int from = columns.all.size();
      List<Selection.Cell> cells = cells(select, element, focus, columns);
      List<Selection> inner = selections(select, "select", element, focus, columns, depth + 1);
      List<Selection> unions = unions(select, element, focus, columns, depth + 1);
      if (columns.all.size() == from) {
        throw wrong(element, "has no column; expected one at least in it");
      }
      return new Selection(
          paths, how, List.copyOf(unnesting), cells, inner, unions, from, columns.all.size());
    }

    private List<Selection.Cell> cells(
        JsonNode select, String element, PathCheck.Types focus, Columns columns) {
      List<Selection.Cell> cells = new ArrayList<>();
      int i = 0;
      for (JsonNode column : array(select, "column", element)) {
        String here = element + ".column[" + i++ + "]";
        requireObject(column, here);
        String name =
            text(column, "name", here)
                .orElseThrow(() -> wrong(here + ".name", "is missing; expected a name"));
        requireName(name, here + ".name");
        JsonNode collection = column.path("collection");
        if (!collection.isMissingNode() && !collection.isBoolean()) {
          throw wrong(here + ".collection", "found " + collection + ", expected true or false");
        }
        Optional<String> type = text(column, "type", here).map(ViewColumn::typeName);
        if (type.isPresent() && !ViewColumn.isType(type.get())) {
          throw wrong(here + ".type", "found '" + type.get() + "', expected a type of FHIR R4");
        }
        ViewPaths.Path path = path(column.get("path"), here + ".path");
        PathCheck.Types found = checked(path, focus, here + ".path");
        ViewColumn described = new ViewColumn(name, type, collection.asBoolean(false));
        int index = columns.add(described, found.column(), here + ".name");
        cells.add(new Selection.Cell(index, described, path, here));
      }
      return List.copyOf(cells);
    }

    private List<Selection> unions(
        JsonNode select, String element, PathCheck.Types focus, Columns columns, int depth) {
      List<Selection> unions = new ArrayList<>();
      int from = columns.all.size();
      List<ViewColumn> first = List.of();
      int i = 0;
      for (JsonNode union : array(select, "unionAll", element)) {
        String here = element + ".unionAll[" + i + "]";
        Columns branch = i == 0 ? columns : columns.upTo(from);
        unions.add(selection(union, here, focus, branch, depth));
        List<ViewColumn> made = List.copyOf(branch.all.subList(from, branch.all.size()));
        if (i == 0) {
          first = made;
        } else {
          requireSame(first, made, here);
        }
        i++;
      }
      return List.copyOf(unions);
    }

    private static void requireSame(
        List<ViewColumn> first, List<ViewColumn> other, String element) {
      boolean isSame = first.size() == other.size();
      for (int i = 0; isSame && i < first.size(); i++) {
        ViewColumn one = first.get(i);
        ViewColumn two = other.get(i);
        boolean isAny = one.kind() == ViewColumn.Kind.ANY || two.kind() == ViewColumn.Kind.ANY;
        boolean isComplex = one.kind() == ViewColumn.Kind.COMPLEX;
        isSame =
            one.name().equals(two.name())
                && one.isCollection() == two.isCollection()
                && (isAny || one.kind() == two.kind())
                && (!isComplex || isAny || one.type().equals(two.type()));
      }
      if (!isSame) {
        throw wrong(
            element,
            "has the columns "
                + described(other)
                + ", expected those of the first one of the union, in their order: "
                + described(first));
      }
    }

    private static List<String> described(List<ViewColumn> columns) {
      return columns.stream()
          .map(column ->
              column.name()
                  + column.type().map(type -> " (" + type + ")").orElse("")
                  + (column.isCollection() ? "[]" : ""))
          .toList();
    }

    private ViewPaths.Path path(JsonNode path, String element) {
      if (path == null || !path.isTextual() || path.asText().isBlank()) {
        throw wrong(
            element, "found " + (path == null ? "nothing" : path) + ", expected a FHIRPath");
      }
      try {
        return paths.compile(path.asText(), constants.keySet());
      } catch (FHIRException | IndexOutOfBoundsException | NullPointerException e) {
        throw wrong(element, "'" + path.asText() + "' is not understood: " + e.getMessage());
      }
    }

    private PathCheck.Types reached(
        List<ViewPaths.Path> paths, PathCheck.Types focus, String element) {
      try {
        return check.reached(paths.stream().map(ViewPaths.Path::node).toList(), focus);
      } catch (FHIRException e) {
        throw wrong(
            element, e.getMessage() + "; expected paths that lead from an element to those in it");
      }
    }

    private PathCheck.Types checked(ViewPaths.Path path, PathCheck.Types focus, String element) {
      try {
        return check.types(path.node(), focus);
      } catch (FHIRException e) {
        throw wrong(element, "'" + path.text() + "': " + e.getMessage());
      }
    }
  }

  /** The columns so far, in their order. */
  private static final class Columns {
    private final List<ViewColumn> all = new ArrayList<>();
    private final Map<String, Integer> names = new HashMap<>();

    int add(ViewColumn column, Optional<String> found, String element) {
      if (all.size() >= COLUMNS_MAX) {
        throw wrong(element, "the view has too many columns; up to " + COLUMNS_MAX + " are read");
      }
      if (names.putIfAbsent(column.name(), all.size()) != null) {
        throw wrong(
            element, "there is a column '" + column.name() + "' already; expected another name");
      }
      all.add(
          column.type().isPresent()
              ? column
              : new ViewColumn(column.name(), found, column.isCollection()));
      return all.size() - 1;
    }

    Columns upTo(int size) {
      Columns copy = new Columns();
      for (int i = 0; i < size; i++) {
        copy.all.add(all.get(i));
        copy.names.put(all.get(i).name(), i);
      }
      return copy;
    }
  }

  private static void requireName(String name, String element) {
    if (!NAME.matcher(name).matches()) {
      throw wrong(
          element, "found '" + name + "', expected a letter, then letters, digits, underscores");
    }
  }

  private static void requireMembers(JsonNode node, Set<String> known, String element) {
    node.fieldNames()
        .forEachRemaining(member -> {
          if (!known.contains(member) && !member.startsWith("_")) {
            throw wrong(
                element + "." + member, "is not known; expected one of " + new TreeSet<>(known));
          }
        });
  }

  private static void requireObject(JsonNode node, String element) {
    if (!node.isObject()) {
      throw wrong(element, "found " + node.getNodeType() + ", expected an object");
    }
  }

  private static Optional<String> text(JsonNode node, String member, String element) {
    JsonNode value = node.get(member);
    if (value == null || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isTextual()) {
      throw wrong(element + "." + member, "found " + value + ", expected a text");
    }
    return Optional.of(value.asText());
  }

  private static Iterable<JsonNode> array(JsonNode node, String member, String element) {
    JsonNode value = node.get(member);
    if (value == null || value.isNull()) {
      return List.of();
    }
    if (!value.isArray()) {
      throw wrong(element + "." + member, "found " + value.getNodeType() + ", expected an array");
    }
    return value;
  }
}
