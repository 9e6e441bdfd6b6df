package org.rodnan.dataset;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** Writes Define-XML 2.1 of the datasets of a study. */
public final class DefineXmlWriter {
  private static final String ODM = "http://www.cdisc.org/ns/odm/v1.3";
  private static final String DEF = "http://www.cdisc.org/ns/def/v2.1";
  private static final String XLINK = "http://www.w3.org/1999/xlink";

  /**
   * The study and what its datasets follow.
   *
   * @param oid of the study, such as {@code ST.spiera-2011}
   * @param version of the SDTMIG, such as {@code 3.4}
   */
  public record Study(
      String oid,
      String name,
      String description,
      String protocol,
      String version,
      Instant created) {}

  /**
   * A dataset.
   *
   * @param structure such as {@code One record per subject}
   * @param datasetClass such as {@code FINDINGS}
   * @param file its file, beside the define.xml
   */
  public record Dataset(
      Table table,
      String structure,
      String datasetClass,
      String file,
      boolean isReference,
      List<Column> columns) {
    public Dataset {
      columns = List.copyOf(columns);
    }
  }

  /**
   * A variable of it.
   *
   * @param origin such as {@code Collected}
   * @param codes the values it takes, if they are of a list
   */
  public record Column(
      Variable variable,
      boolean isMandatory,
      String role,
      String origin,
      int length,
      int digits,
      Optional<Codes> codes) {}

  /**
   * A code list; as its name is its identity, lists of the same name are the same.
   *
   * @param isSponsorDefined whether the sponsor made it, and not CDISC
   * @param entries codes and what they mean, empty if they stand for themselves
   * @param extensions those of the codes that the sponsor added to a list of CDISC
   */
  public record Codes(
      String name, boolean isSponsorDefined, Map<String, String> entries, Set<String> extensions) {
    public Codes {
      entries = new LinkedHashMap<>(entries);
    }
  }

  private final XMLStreamWriter xml;

  private DefineXmlWriter(XMLStreamWriter xml) {
    this.xml = xml;
  }

  /** Writes the whole file and leaves the stream open. */
  public static void write(OutputStream out, Study study, List<Dataset> datasets)
      throws IOException {
    try {
      XMLStreamWriter xml =
          XMLOutputFactory.newDefaultFactory()
              .createXMLStreamWriter(out, StandardCharsets.UTF_8.name());
      new DefineXmlWriter(xml).file(study, datasets);
      xml.flush();
    } catch (XMLStreamException e) {
      throw new IOException(e);
    }
  }

  private void file(Study study, List<Dataset> datasets) throws XMLStreamException {
    xml.writeStartDocument("UTF-8", "1.0");
    xml.setDefaultNamespace(ODM);
    start("ODM");
    xml.writeDefaultNamespace(ODM);
    xml.writeNamespace("def", DEF);
    xml.writeNamespace("xlink", XLINK);
    String created = study.created().truncatedTo(ChronoUnit.SECONDS).toString();
    attributes(
        "FileType",
        "Snapshot",
        "FileOID",
        study.oid() + ".Define",
        "ODMVersion",
        "1.3.2",
        "CreationDateTime",
        created);
    def("Context", "Other");
    start("Study");
    attributes("OID", study.oid());
    start("GlobalVariables");
    element("StudyName", study.name());
    element("StudyDescription", study.description());
    element("ProtocolName", study.protocol());
    xml.writeEndElement();
    start("MetaDataVersion");
    attributes(
        "OID",
        "MDV." + study.oid(),
        "Name",
        study.name() + ", tabulations",
        "Description",
        "Exported by Rodnan from FHIR");
    def("DefineVersion", "2.1.0");
    startDef("Standards");
    startDef("Standard");
    attributes(
        "OID",
        "STD.SDTMIG",
        "Name",
        "SDTMIG",
        "Type",
        "IG",
        "Version",
        study.version(),
        "Status",
        "Final");
    xml.writeEndElement();
    xml.writeEndElement();
    for (Dataset dataset : datasets) {
      group(dataset);
    }
    for (Dataset dataset : datasets) {
      for (Column column : dataset.columns()) {
        item(dataset, column);
      }
    }
    Map<String, Codes> lists = new LinkedHashMap<>();
    for (Dataset dataset : datasets) {
      for (Column column : dataset.columns()) {
        column.codes().ifPresent(codes -> lists.putIfAbsent(codes.name(), codes));
      }
    }
    for (Codes codes : lists.values()) {
      codeList(codes);
    }
    for (Dataset dataset : datasets) {
      startDef("leaf");
      attributes("ID", "LF." + dataset.table().name());
      xml.writeAttribute("xlink", XLINK, "href", dataset.file());
      xml.writeStartElement("def", "title", DEF);
      xml.writeCharacters(dataset.file());
      xml.writeEndElement();
      xml.writeEndElement();
    }
    xml.writeEndElement();
    xml.writeEndElement();
    xml.writeEndElement();
    xml.writeEndDocument();
  }

  private void group(Dataset dataset) throws XMLStreamException {
    Table table = dataset.table();
    start("ItemGroupDef");
    attributes(
        "OID",
        "IG." + table.name(),
        "Name",
        table.name(),
        "Domain",
        table.name().startsWith("SUPP") ? table.name().substring(4) : table.name(),
        "Repeating",
        table.name().equals("DM") ? "No" : "Yes",
        "IsReferenceData",
        dataset.isReference() ? "Yes" : "No",
        "SASDatasetName",
        table.name(),
        "Purpose",
        "Tabulation");
    def("Structure", dataset.structure());
    def("StandardOID", "STD.SDTMIG");
    def("ArchiveLocationID", "LF." + table.name());
    description(table.label());
    int order = 0;
    for (Column column : dataset.columns()) {
      xml.writeEmptyElement(ODM, "ItemRef");
      attributes(
          "ItemOID",
          oid(dataset, column),
          "OrderNumber",
          String.valueOf(++order),
          "Mandatory",
          column.isMandatory() ? "Yes" : "No");
      if (column.variable().keySequence() > 0) {
        attributes("KeySequence", String.valueOf(column.variable().keySequence()));
      }
      if (!column.role().isEmpty()) {
        attributes("Role", column.role());
      }
    }
    startDef("Class");
    attributes("Name", dataset.datasetClass());
    xml.writeEndElement();
    xml.writeEndElement();
  }

  private void item(Dataset dataset, Column column) throws XMLStreamException {
    start("ItemDef");
    attributes(
        "OID",
        oid(dataset, column),
        "Name",
        column.variable().name(),
        "DataType",
        column.variable().type().defineCode());
    // Dates have no length in Define-XML; integers and floats count digits.
    if (!column.variable().type().defineCode().startsWith("date")) {
      attributes("Length", String.valueOf(Math.max(1, column.length())));
    }
    if (column.variable().type().defineCode().equals("float")) {
      attributes("SignificantDigits", String.valueOf(column.digits()));
    }
    attributes("SASFieldName", column.variable().name());
    description(column.variable().label());
    if (column.codes().isPresent()) {
      xml.writeEmptyElement(ODM, "CodeListRef");
      attributes("CodeListOID", oid(column.codes().get()));
    }
    startDef("Origin");
    attributes("Type", column.origin(), "Source", "Sponsor");
    xml.writeEndElement();
    xml.writeEndElement();
  }

  private void codeList(Codes codes) throws XMLStreamException {
    start("CodeList");
    attributes("OID", oid(codes), "Name", codes.name(), "DataType", "text");
    if (codes.isSponsorDefined()) {
      def("IsNonStandard", "Yes");
    }
    for (Map.Entry<String, String> entry : codes.entries().entrySet()) {
      boolean isDecoded = !entry.getValue().isEmpty();
      start(isDecoded ? "CodeListItem" : "EnumeratedItem");
      attributes("CodedValue", entry.getKey());
      if (codes.extensions().contains(entry.getKey())) {
        def("ExtendedValue", "Yes");
      }
      if (isDecoded) {
        start("Decode");
        translated(entry.getValue());
        xml.writeEndElement();
      }
      xml.writeEndElement();
    }
    xml.writeEndElement();
  }

  private static String oid(Dataset dataset, Column column) {
    return "IT." + dataset.table().name() + "." + column.variable().name();
  }

  private static String oid(Codes codes) {
    return "CL." + codes.name().replaceAll("[^A-Za-z0-9]+", "_");
  }

  private void description(String text) throws XMLStreamException {
    start("Description");
    translated(text);
    xml.writeEndElement();
  }

  private void translated(String text) throws XMLStreamException {
    start("TranslatedText");
    xml.writeAttribute("xml", "http://www.w3.org/XML/1998/namespace", "lang", "en");
    xml.writeCharacters(text);
    xml.writeEndElement();
  }

  private void element(String name, String text) throws XMLStreamException {
    start(name);
    xml.writeCharacters(text);
    xml.writeEndElement();
  }

  private void start(String name) throws XMLStreamException {
    xml.writeStartElement(ODM, name);
  }

  private void startDef(String name) throws XMLStreamException {
    xml.writeStartElement("def", name, DEF);
  }

  private void def(String name, String value) throws XMLStreamException {
    xml.writeAttribute("def", DEF, name, value);
  }

  private void attributes(String... namesAndValues) throws XMLStreamException {
    for (int i = 0; i < namesAndValues.length; i += 2) {
      xml.writeAttribute(namesAndValues[i], namesAndValues[i + 1]);
    }
  }
}
