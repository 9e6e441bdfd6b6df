package org.rodnan.interaction;

import ca.uhn.fhir.parser.IParser;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.XMLConstants;
import javax.xml.namespace.NamespaceContext;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.ResourceParser;
import org.w3c.dom.Attr;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * XML Patch (RFC 5261) on the resource's XML. The prefixes of a selector are those of the patch;
 * besides, {@code f} is FHIR and {@code h} is XHTML; a name without a prefix is in the patch's
 * default namespace.
 */
final class XmlPatch implements Patch {
  private static final String FHIR = "http://hl7.org/fhir";
  private static final String XHTML = "http://www.w3.org/1999/xhtml";
  private static final int DEPTH_MAX = 100;
  private static final int SELECTOR_CHARS_MAX = 1_000;
  private static final Set<String> OPERATIONS = Set.of("add", "replace", "remove");
  private static final Set<String> POSITIONS = Set.of("", "append", "prepend", "before", "after");

  /** Literals, then names that are neither prefixed, attributes, functions nor axes. */
  private static final Pattern PLAIN_NAME =
      Pattern.compile(
          "'[^']*'|\"[^\"]*\"|(?<![\\w:@$.-])([A-Za-z_][\\w.-]*)(?![\\w.-])(?!\\s*[(:])");

  private static final Set<String> WORDS = Set.of("and", "or", "mod", "div");

  private final byte[] document;

  private XmlPatch(byte[] document) {
    this.document = document;
  }

  static XmlPatch parse(byte[] document) {
    if (operations(read(document)).isEmpty()) {
      throw malformed("it has no operations");
    }
    return new XmlPatch(document);
  }

  private static FhirFailure malformed(String what) {
    return new FhirFailure.Malformed(IssueType.STRUCTURE, "The XML Patch is malformed: " + what);
  }

  private static FhirFailure failure(Element operation, String what) {
    return new FhirFailure.Unprocessable(
        IssueType.PROCESSING,
        "XML Patch "
            + operation.getLocalName()
            + " "
            + operation.getAttribute("sel")
            + ": "
            + what);
  }

  private static List<Element> operations(Document patch) {
    List<Element> operations = new ArrayList<>();
    for (Node child : nodes(patch.getDocumentElement().getChildNodes())) {
      if (child instanceof Element operation) {
        if (!OPERATIONS.contains(operation.getLocalName())) {
          throw malformed(
              "found '" + operation.getLocalName() + "'; expected add, replace or remove");
        }
        String selector = operation.getAttribute("sel");
        if (selector.isBlank() || selector.length() > SELECTOR_CHARS_MAX) {
          throw malformed(
              "an operation has no selector 'sel', or one of more than "
                  + SELECTOR_CHARS_MAX
                  + " characters");
        }
        if (!POSITIONS.contains(operation.getAttribute("pos"))) {
          throw malformed(
              "pos is '"
                  + operation.getAttribute("pos")
                  + "'; expected prepend, before, after or none");
        }
        operations.add(operation);
      }
    }
    return operations;
  }

  @Override
  public ParsedResource apply(byte[] json, ResourceParser parser) {
    IParser reader = FhirContexts.r4().newJsonParser();
    String xml =
        FhirContexts.r4()
            .newXmlParser()
            .encodeResourceToString(reader.parseResource(new String(json, StandardCharsets.UTF_8)));
    Document resource = read(xml.getBytes(StandardCharsets.UTF_8));
    apply(resource);
    return PatchedResource.parse(() -> parser.parseXml(write(resource)));
  }

  /** Changes the document. */
  void apply(Document resource) {
    for (Element operation : operations(read(document))) {
      Node target = target(operation, resource);
      switch (operation.getLocalName()) {
        case "add" -> add(operation, target, resource);
        case "replace" -> replace(operation, target, resource);
        default -> remove(operation, target);
      }
    }
  }

  private static Node target(Element operation, Document resource) {
    NodeList found;
    String selector = operation.getAttribute("sel");
    String root = operation.lookupNamespaceURI(null);
    try {
      XPath path = XPathFactory.newInstance().newXPath();
      path.setNamespaceContext(new Prefixes(operation));
      found =
          (NodeList)
              path.evaluate(
                  root == null ? selector : qualified(selector), resource, XPathConstants.NODESET);
    } catch (XPathExpressionException e) {
      throw new FhirFailure.Malformed(
          IssueType.INVALID, "'" + selector + "' is not a selector of an XML Patch");
    }
    if (found.getLength() != 1) {
      throw failure(
          operation,
          found.getLength() == 0
              ? "nothing is there"
              : found.getLength() + " nodes are there; expected one");
    }
    return found.item(0);
  }

  /** Names without a prefix are in the default namespace of the patch (RFC 5261, 4.2.2). */
  private static String qualified(String selector) {
    Matcher names = PLAIN_NAME.matcher(selector);
    StringBuilder qualified = new StringBuilder();
    while (names.find()) {
      String name = names.group(1);
      String replacement =
          name == null || WORDS.contains(name) ? names.group() : Prefixes.DEFAULT + ":" + name;
      names.appendReplacement(qualified, Matcher.quoteReplacement(replacement));
    }
    return names.appendTail(qualified).toString();
  }

  private static void add(Element operation, Node target, Document resource) {
    String type = operation.getAttribute("type");
    if (!type.isEmpty()) {
      addNamed(operation, target, type);
      return;
    }
    String position = operation.getAttribute("pos");
    boolean isBeside = position.equals("before") || position.equals("after");
    Node parent = isBeside ? target.getParentNode() : target;
    if (parent == null || parent.getNodeType() != Node.ELEMENT_NODE) {
      throw failure(operation, "there is no element to add to");
    }
    Node next =
        switch (position) {
          case "before" -> target;
          case "after" -> target.getNextSibling();
          case "prepend" -> target.getFirstChild();
          default -> null;
        };
    for (Node child : nodes(operation.getChildNodes())) {
      parent.insertBefore(resource.importNode(child, true), next);
    }
  }

  private static void addNamed(Element operation, Node target, String type) {
    if (!(target instanceof Element element)) {
      throw failure(operation, "only an element has attributes");
    }
    String text = operation.getTextContent();
    if (type.startsWith("@") && type.length() > 1 && !element.hasAttribute(type.substring(1))) {
      element.setAttribute(requireName(type.substring(1)), text);
    } else if (type.startsWith("namespace::")) {
      element.setAttributeNS(
          XMLConstants.XMLNS_ATTRIBUTE_NS_URI,
          "xmlns:" + requireName(type.substring("namespace::".length())),
          text);
    } else {
      throw failure(operation, "type is '" + type + "'; expected @name of a new attribute");
    }
  }

  private static String requireName(String name) {
    if (!name.matches("[A-Za-z_][\\w.-]*")) {
      throw malformed("'" + name + "' is no name");
    }
    return name;
  }

  private static void replace(Element operation, Node target, Document resource) {
    if (target instanceof Attr attribute) {
      attribute.setValue(operation.getTextContent());
      return;
    }
    if (target.getNodeType() == Node.TEXT_NODE) {
      target.setNodeValue(operation.getTextContent());
      return;
    }
    List<Node> contents =
        nodes(operation.getChildNodes()).stream()
            .filter(node -> !(node.getNodeType() == Node.TEXT_NODE && isBlank(node)))
            .toList();
    Node parent = target.getParentNode();
    if (contents.size() != 1
        || contents.getFirst().getNodeType() != target.getNodeType()
        || parent == null) {
      throw failure(operation, "expected one node of the same kind to put there");
    }
    parent.replaceChild(resource.importNode(contents.getFirst(), true), target);
  }

  private static void remove(Element operation, Node target) {
    if (target instanceof Attr attribute) {
      attribute.getOwnerElement().removeAttributeNode(attribute);
      return;
    }
    Node parent = target.getParentNode();
    if (parent == null || parent.getNodeType() == Node.DOCUMENT_NODE) {
      throw failure(operation, "the whole resource can't be removed");
    }
    String spaces = operation.getAttribute("ws");
    if (spaces.equals("before") || spaces.equals("both")) {
      removeBlank(parent, target.getPreviousSibling());
    }
    if (spaces.equals("after") || spaces.equals("both")) {
      removeBlank(parent, target.getNextSibling());
    }
    parent.removeChild(target);
  }

  private static void removeBlank(Node parent, @Nullable Node sibling) {
    if (sibling != null && sibling.getNodeType() == Node.TEXT_NODE && isBlank(sibling)) {
      parent.removeChild(sibling);
    }
  }

  private static boolean isBlank(Node node) {
    return String.valueOf(node.getNodeValue()).isBlank();
  }

  private static List<Node> nodes(NodeList list) {
    List<Node> nodes = new ArrayList<>();
    for (int i = 0; i < list.getLength(); i++) {
      nodes.add(list.item(i));
    }
    return nodes;
  }

  /** Without document types, and not too deep for what is recursive afterwards. */
  static Document read(byte[] xml) {
    requireShallow(xml);
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultInstance();
      factory.setNamespaceAware(true);
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      factory.setExpandEntityReferences(false);
      var builder = factory.newDocumentBuilder();
      builder.setErrorHandler(null);
      return builder.parse(new ByteArrayInputStream(xml));
    } catch (SAXException e) {
      throw malformed(String.valueOf(e.getMessage()));
    } catch (ParserConfigurationException | IOException e) {
      throw new FhirFailure.Fault("The XML parser of the JDK failed", e);
    }
  }

  private static void requireShallow(byte[] xml) {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    try {
      XMLStreamReader reader = factory.createXMLStreamReader(new ByteArrayInputStream(xml));
      int depth = 0;
      while (reader.hasNext()) {
        int event = reader.next();
        depth +=
            event == XMLStreamConstants.START_ELEMENT
                ? 1
                : event == XMLStreamConstants.END_ELEMENT ? -1 : 0;
        if (depth > DEPTH_MAX || event == XMLStreamConstants.DTD) {
          throw malformed("it is nested too deeply, or has a document type");
        }
      }
    } catch (XMLStreamException e) {
      throw malformed("it is not well-formed XML");
    }
  }

  private static byte[] write(Document resource) {
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      Transformer writer = TransformerFactory.newDefaultInstance().newTransformer();
      writer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
      writer.setOutputProperty(OutputKeys.ENCODING, "UTF-8");
      writer.transform(new DOMSource(resource), new StreamResult(out));
      return out.toByteArray();
    } catch (TransformerException e) {
      throw new FhirFailure.Unprocessable(
          IssueType.STRUCTURE, "The patched resource can't be written as XML");
    }
  }

  /** The prefixes that are in scope at an operation. */
  private record Prefixes(Element operation) implements NamespaceContext {
    /** Stands for none. */
    static final String DEFAULT = "default-namespace-of-the-patch";

    @Override
    public String getNamespaceURI(String prefix) {
      String declared =
          operation.lookupNamespaceURI(prefix.equals(DEFAULT) || prefix.isEmpty() ? null : prefix);
      if (declared != null) {
        return declared;
      }
      return switch (prefix) {
        case "f" -> FHIR;
        case "h" -> XHTML;
        default -> XMLConstants.NULL_NS_URI;
      };
    }

    @Override
    public @Nullable String getPrefix(String uri) {
      return null;
    }

    @Override
    public Iterator<String> getPrefixes(String uri) {
      return List.<String>of().iterator();
    }
  }
}
