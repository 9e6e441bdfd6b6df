package org.rodnan.dataset;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.rodnan.dataset.Definitions.CodeList;
import org.rodnan.dataset.Definitions.Dataset;
import org.rodnan.dataset.Definitions.Item;

/**
 * Reads Define-XML 1.0, 2.0 and 2.1 and the metadata of ODM 1.2 and 1.3: datasets, variables, their
 * labels and code lists; everything else is passed over. A document type declaration is refused, so
 * there are no entities to expand or to fetch.
 */
public final class DefinitionsReader {
  private static final int BYTES_MAX = 64 << 20;
  private static final int DEPTH_MAX = 64;
  private static final int ENTRIES_MAX = 500_000;
  private static final int DECLARATION_MAX = 200;
  private static final Pattern DECLARED =
      Pattern.compile("<\\?xml[^>]*encoding=[\"']([A-Za-z0-9._-]+)[\"']");

  private static final String ODM = "http://www.cdisc.org/ns/odm/v1.";

  private final Map<String, Dataset> datasets = new LinkedHashMap<>();
  private final Map<String, Item> items = new HashMap<>();
  private final Map<String, CodeList> codeLists = new HashMap<>();
  private final StringBuilder text = new StringBuilder();
  private String studyName = "";
  private String standard = "";
  private int entries;

  // What is being read.
  private Map<String, String> attributes = Map.of();
  private String owner = "";
  private String label = "";
  private String codeList = "";
  private String code = "";
  private List<String> references = new ArrayList<>();
  private Map<String, String> decodes = new HashMap<>();

  private DefinitionsReader() {}

  /**
   * @throws DatasetFormatException if it is not well-formed XML, has a document type declaration,
   *     is not of ODM, or is larger than 64 MB
   */
  public static Definitions read(InputStream in) throws IOException {
    return new DefinitionsReader().readAll(new Bounded(in));
  }

  private Definitions readAll(InputStream in) throws IOException {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_COALESCING, true);
    try {
      XMLStreamReader xml = factory.createXMLStreamReader(text(in));
      Deque<String> path = new ArrayDeque<>();
      while (xml.hasNext()) {
        switch (xml.next()) {
          case XMLStreamConstants.DTD ->
              throw new DatasetFormatException(
                  "The XML has a document type declaration; expected none");
          case XMLStreamConstants.START_ELEMENT -> {
            if (path.isEmpty()) {
              requireOdm(xml);
            }
            if (path.size() == DEPTH_MAX) {
              throw new DatasetFormatException(
                  "The XML nests deeper than " + DEPTH_MAX + " elements");
            }
            start(xml, path);
            path.push(xml.getLocalName());
          }
          case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
            if (text.length() < 10_000) {
              text.append(xml.getText());
            }
          }
          case XMLStreamConstants.ENTITY_REFERENCE ->
              throw new DatasetFormatException(
                  "The XML refers to an entity; expected those of XML alone");
          case XMLStreamConstants.END_ELEMENT -> {
            path.pop();
            end(xml.getLocalName(), path);
          }
          default -> {}
        }
      }
    } catch (XMLStreamException e) {
      if (e.getNestedException() instanceof DatasetFormatException tooLarge) {
        throw tooLarge;
      }
      if (e.getNestedException() instanceof CharacterCodingException) {
        throw new DatasetFormatException(
            "The file is not in the character set that it declares (UTF-8 if it declares none)");
      }
      throw new DatasetFormatException(
          "The file is not well-formed XML at line "
              + (e.getLocation() == null ? 0 : e.getLocation().getLineNumber())
              + ": "
              + String.valueOf(e.getMessage()).replaceFirst("(?s).*Message: ", ""));
    } catch (RuntimeException e) {
      // The JDK's reader fails so on some bytes that are no XML.
      throw new DatasetFormatException("The file is not well-formed XML: " + e);
    }
    return new Definitions(studyName, standard, datasets, items, codeLists);
  }

  /**
   * In the character set that the XML declares, UTF-8 else. The JDK's reader would print what it
   * finds wrong in bytes.
   */
  private static Reader text(InputStream in) throws IOException {
    BufferedInputStream buffered = new BufferedInputStream(in, 1 << 16);
    buffered.mark(DECLARATION_MAX);
    String start = new String(buffered.readNBytes(DECLARATION_MAX), StandardCharsets.ISO_8859_1);
    buffered.reset();
    Matcher declared = DECLARED.matcher(start);
    Charset charset = StandardCharsets.UTF_8;
    if (declared.find()) {
      try {
        charset = Charset.forName(declared.group(1));
      } catch (IllegalArgumentException e) {
        throw new DatasetFormatException(
            "The XML is declared to be in '" + declared.group(1) + "', which is not known here");
      }
    }
    if (start.startsWith("\u00ef\u00bb\u00bf")) {
      buffered.skipNBytes(3);
    }
    return new InputStreamReader(
        buffered,
        charset
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT));
  }

  private static void requireOdm(XMLStreamReader xml) throws IOException {
    String namespace = String.valueOf(xml.getNamespaceURI());
    if (!xml.getLocalName().equals("ODM") || !namespace.startsWith(ODM)) {
      throw new DatasetFormatException(
          "The root is "
              + xml.getLocalName()
              + " of "
              + namespace
              + "; expected ODM of "
              + ODM
              + "3 or "
              + ODM
              + "2 (Define-XML or ODM)");
    }
  }

  private void start(XMLStreamReader xml, Deque<String> path) throws IOException {
    text.setLength(0);
    switch (xml.getLocalName()) {
      case "MetaDataVersion" -> {
        // Define-XML 1.0 and 2.0 name the standard here, 2.1 in def:Standard.
        String name = attribute(xml, "StandardName");
        standard = name.isEmpty() ? standard : name + " " + attribute(xml, "StandardVersion");
      }
      case "Standard" -> {
        if (standard.isEmpty() && attribute(xml, "Type").equals("IG")) {
          standard = attribute(xml, "Name") + " " + attribute(xml, "Version");
        }
      }
      case "ItemGroupDef", "ItemDef", "CodeList" -> {
        owner = xml.getLocalName();
        attributes = attributes(xml);
        label = attributes.getOrDefault("Label", "");
        codeList = "";
        references = new ArrayList<>();
        decodes = new HashMap<>();
        count();
      }
      case "ItemRef" -> {
        references.add(attribute(xml, "ItemOID"));
        count();
      }
      case "CodeListRef" -> codeList = attribute(xml, "CodeListOID");
      case "CodeListItem", "EnumeratedItem" -> {
        code = attribute(xml, "CodedValue");
        decodes.put(code, "");
        count();
      }
      default -> {}
    }
  }

  private void count() throws IOException {
    if (++entries > ENTRIES_MAX) {
      throw new DatasetFormatException(
          "The file defines more than " + ENTRIES_MAX + " datasets, variables and codes");
    }
  }

  private void end(String name, Deque<String> path) {
    String content = text.toString().strip();
    switch (name) {
      case "StudyName" -> studyName = content;
      case "TranslatedText" -> {
        if (path.contains("Decode")) {
          decodes.replace(code, "", content);
        } else if ((path.contains("Description") || path.contains("Question"))
            && label.isEmpty()
            && !path.contains("CodeListItem")
            && path.contains(owner)) {
          label = content;
        }
      }
      case "ItemGroupDef" -> {
        String dataset = attributes.getOrDefault("Name", "");
        datasets.put(dataset, new Dataset(dataset, label, references));
      }
      case "ItemDef" ->
          items.put(
              attributes.getOrDefault("OID", ""),
              new Item(
                  attributes.getOrDefault("Name", ""),
                  label,
                  attributes.getOrDefault("DataType", ""),
                  codeList));
      case "CodeList" ->
          codeLists.put(
              attributes.getOrDefault("OID", ""),
              new CodeList(attributes.getOrDefault("Name", ""), decodes));
      default -> {}
    }
    text.setLength(0);
  }

  /** Of whatever namespace: Define-XML's own attributes don't clash with ODM's. */
  private static String attribute(XMLStreamReader xml, String name) {
    return attributes(xml).getOrDefault(name, "");
  }

  private static Map<String, String> attributes(XMLStreamReader xml) {
    Map<String, String> attributes = new HashMap<>();
    for (int i = 0; i < xml.getAttributeCount(); i++) {
      attributes.putIfAbsent(xml.getAttributeLocalName(i), xml.getAttributeValue(i));
    }
    return attributes;
  }

  /** Fails when more than so many bytes are read. */
  private static final class Bounded extends FilterInputStream {
    private long left = BYTES_MAX;

    Bounded(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int read = super.read();
      took(read < 0 ? 0 : 1);
      return read;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int read = super.read(bytes, offset, length);
      took(Math.max(read, 0));
      return read;
    }

    private void took(int bytes) throws IOException {
      left -= bytes;
      if (left < 0) {
        throw new DatasetFormatException("The file is larger than " + BYTES_MAX + " bytes");
      }
    }
  }
}
