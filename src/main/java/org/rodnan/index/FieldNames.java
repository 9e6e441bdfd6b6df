package org.rodnan.index;

/**
 * Names of the Lucene fields. Those of a search parameter begin with {@link
 * ParameterDefinition#field()}; a resource has only those that it has values for.
 */
public final class FieldNames {
  /** Term: the resource type. */
  public static final String TYPE = "_type";

  /** Term: the logical id. */
  public static final String ID = "_id";

  /** Term: the permanent integer of the resource, 8 bytes. */
  public static final String KEY = "~key";

  /** Long, point and doc value: the permanent integer of the resource, for joins. */
  public static final String NUMBER = "~number";

  /** Long, point and doc value: the position of the first version; unique, never changes. */
  public static final String CREATED = "~created";

  /** Binary doc value: {@link StoredBody}. */
  public static final String BODY = "~body";

  /** Term: {@code Type/id} of everything that the resource refers to, anywhere. */
  public static final String TARGET = "~target";

  /** Term: {@code Type/id} of everything in whose {@link Compartment} it is. */
  public static final String COMPARTMENT = "~compartment";

  /** Longs, doc values: the permanent integers of everything that the resource refers to. */
  public static final String LINKS = "~links";

  /** Term: {@link ParameterDefinition#field()} of every parameter that has a value. */
  public static final String PRESENT = "~present";

  /** Point: lastUpdated, as a parameter of kind date. */
  public static final String LAST_UPDATED = "_lastUpdated";

  /** Words in their order: the narrative. */
  public static final String TEXT = "_text";

  /** Words in their order: every text of the resource, the narrative too. */
  public static final String CONTENT = "_content";

  /**
   * Term and doc value: of a resource that has a canonical URL, the {@link CanonicalTerms} by which
   * references may name it.
   */
  public static final String CANONICAL = "~canonical";

  /** Term: the types of the resources that it contains. */
  public static final String CONTAINED = "~contained";

  /** Long, point and doc value: of a contained resource, the permanent integer of its container. */
  public static final String CONTAINER = "~container";

  /** Long, doc value: of a contained resource, its place in its container, from 1. */
  public static final String PLACE = "~place";

  private static final String OF_CONTAINED = "#contained";

  private FieldNames() {}

  /**
   * What stands for a field, or for a type in {@link #TYPE}, in the document of a contained
   * resource. Only what asks for contained resources finds them, therefore; they have neither
   * {@link #NUMBER} nor {@link #TARGET} nor {@link #COMPARTMENT}. The doc values of {@link #sort}
   * and {@link #CREATED} they share with all others.
   */
  public static String contained(String name) {
    return name + OF_CONTAINED;
  }

  static boolean isContained(String name) {
    return name.endsWith(OF_CONTAINED);
  }

  /**
   * The end of the fields of a search parameter that a client stored. Lucene wants all values of a
   * field to be of one sort for good; a code that is defined anew therefore gets other fields.
   *
   * @param mark tells the definition from others of the same code
   */
  static String marked(String mark) {
    return "#" + mark;
  }

  /** Whether it is a field of a search parameter that a client stored. */
  static boolean isMarked(String field) {
    int mark = field.indexOf('#');
    return mark >= 0 && !field.substring(mark).equals(OF_CONTAINED);
  }

  /** The type and code of a parameter's field. */
  static String withoutMark(String field) {
    int mark = field.indexOf('#');
    return mark < 0 ? field : field.substring(0, mark);
  }

  /** The field of the whole text of a string, as it is, for {@code :exact}. */
  public static String exact(String field) {
    return field + "~exact";
  }

  /** The field of the integers of a reference's targets. */
  public static String targets(String field) {
    return field + "~targets";
  }

  /** The field of the terms of a composite that ends in a number, {@link ValueTerm}. */
  public static String values(String field) {
    return field + "~values";
  }

  /** The field of the texts beside a token or a reference, as a string's. */
  public static String text(String field) {
    return field + "~text";
  }

  /** The field of the {@link CanonicalTerms} that a reference by canonical URL leads to. */
  public static String canonicals(String field) {
    return field + "~canonicals";
  }

  /** The field of the tokens of a reference's identifier. */
  public static String identifier(String field) {
    return field + "~identifier";
  }

  /** The doc values by which a parameter sorts. */
  public static String sort(String field) {
    String shared =
        isContained(field) ? field.substring(0, field.length() - OF_CONTAINED.length()) : field;
    return shared + "~sort";
  }
}
