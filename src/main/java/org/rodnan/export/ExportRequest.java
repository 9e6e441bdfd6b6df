package org.rodnan.export;

import java.util.List;
import java.util.Map;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.view.RowFormat;

/**
 * What is to be exported into files. It is kept beside them as JSON, so that a server that starts
 * again can carry it out.
 *
 * @param url as the client called it
 * @param scope whose resources
 * @param patients references; with {@link Scope#PATIENTS} these alone, if there are any
 * @param groups references to groups whose members are meant
 * @param types empty means all that there are
 * @param filters searches by type, of which one must fit
 * @param since an instant; empty means all times
 * @param elements the elements that are wanted, by type or of all types; empty means all
 * @param views instead of resources
 * @param format of views
 * @param hasHeader of CSV
 * @param isDeidentified whether nothing may tell who the subjects are
 * @param trackingId what the client calls it; empty if it doesn't
 */
public record ExportRequest(
    String url,
    Scope scope,
    List<String> patients,
    List<String> groups,
    List<String> types,
    Map<String, List<List<Parameter>>> filters,
    String since,
    List<String> elements,
    List<NamedView> views,
    RowFormat format,
    boolean hasHeader,
    boolean isDeidentified,
    String trackingId) {
  public ExportRequest {
    patients = List.copyOf(patients);
    groups = List.copyOf(groups);
    types = List.copyOf(types);
    filters = Map.copyOf(filters);
    elements = List.copyOf(elements);
    views = List.copyOf(views);
  }

  /** Whose resources. */
  public enum Scope {
    /** Everybody's and nobody's. */
    SYSTEM,
    /** Those in patients' compartments. */
    PATIENTS
  }

  /**
   * @param name of the file, and of the view in the answer
   * @param definition JSON
   */
  public record NamedView(String name, String definition) {}
}
