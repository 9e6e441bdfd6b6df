package org.rodnan.dataset;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a Define-XML or ODM file says about datasets.
 *
 * @param studyName empty if it doesn't say
 * @param standard such as {@code SDTMIG 3.4}; empty if it doesn't say
 * @param datasets by name; empty if it is of forms alone
 * @param variables by OID
 * @param codeLists by OID
 */
public record Definitions(
    String studyName,
    String standard,
    Map<String, Dataset> datasets,
    Map<String, Item> variables,
    Map<String, CodeList> codeLists) {
  public Definitions {
    datasets = Map.copyOf(datasets);
    variables = Map.copyOf(variables);
    codeLists = Map.copyOf(codeLists);
  }

  /** Of a study without such a file. */
  public static final Definitions NONE = new Definitions("", "", Map.of(), Map.of(), Map.of());

  /**
   * An ItemGroupDef.
   *
   * @param items OIDs of its variables, in order
   */
  public record Dataset(String name, String label, List<String> items) {
    public Dataset {
      items = List.copyOf(items);
    }
  }

  /**
   * An ItemDef.
   *
   * @param codeList OID; empty if it has none
   */
  public record Item(String name, String label, String dataType, String codeList) {}

  /**
   * A CodeList.
   *
   * @param decodes what each code means; empty text if it stands for itself (EnumeratedItem)
   */
  public record CodeList(String name, Map<String, String> decodes) {
    public CodeList {
      decodes = Map.copyOf(decodes);
    }
  }

  /** The variable of the dataset. */
  public Optional<Item> variable(String dataset, String variable) {
    Dataset found = datasets.get(dataset);
    if (found == null) {
      return Optional.empty();
    }
    for (String oid : found.items()) {
      Item item = variables.get(oid);
      if (item != null && item.name().equals(variable)) {
        return Optional.of(item);
      }
    }
    return Optional.empty();
  }

  /** What the variable's code list says that the code means. */
  public Optional<String> decode(String dataset, String variable, String code) {
    return variable(dataset, variable)
        .flatMap(item -> Optional.ofNullable(codeLists.get(item.codeList())))
        .flatMap(list -> Optional.ofNullable(list.decodes().get(code)))
        .filter(decode -> !decode.isEmpty());
  }
}
