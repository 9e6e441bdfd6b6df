package org.rodnan.interaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ca.uhn.fhir.context.FhirContext;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.hl7.fhir.r4.model.Parameters;
import org.hl7.fhir.r4.model.Resource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/** The cases of HL7's fhir-test-cases for R4, all of them, each applied forwards. */
class OfficialPatchTest {
  private static final String FOLDER = "/org/hl7/fhir/testcases/r4/patch/";
  private static final ObjectMapper JSON = new ObjectMapper();

  private static byte[] file(String name) throws IOException {
    try (InputStream in = OfficialPatchTest.class.getResourceAsStream(FOLDER + name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }

  static Stream<Arguments> jsonCases() throws IOException {
    List<JsonNode> cases = new ArrayList<>();
    JSON.readTree(file("json-patch-tests.json")).forEach(cases::add);
    assertThat(cases).hasSizeGreaterThan(15);
    return cases.stream().map(each -> Arguments.of(each.path("comment").asText(), each));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("jsonCases")
  void appliesJsonPatches(String name, JsonNode each) throws IOException {
    byte[] document = JSON.writeValueAsBytes(each.get("doc"));
    JsonPatch patch = JsonPatch.parse(JSON.writeValueAsBytes(each.get("patch")));
    if (each.has("error")) {
      assertThatThrownBy(() -> patch.apply(JsonTree.read(document)))
          .isInstanceOf(FhirFailure.Unprocessable.class);
    } else {
      byte[] patched = JsonTree.write(patch.apply(JsonTree.read(document)));
      assertThat(JSON.readTree(patched)).isEqualTo(each.get("expected"));
    }
  }

  static Stream<Arguments> fhirPathCases() throws IOException {
    return xmlCases("fhir-patch-tests.xml", 30);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("fhirPathCases")
  void appliesFhirPathPatches(String name, Element each) throws TransformerException {
    Resource resource = (Resource) parse(child(each, "input"));
    FhirPathPatch patch = FhirPathPatch.of((Parameters) parse(child(each, "diff")));
    Element error = find(each, "error");
    if (error != null) {
      assertThatThrownBy(() -> patch.apply(resource)).isInstanceOf(FhirFailure.Unprocessable.class);
    } else {
      patch.apply(resource);
      assertThat(comparable(resource)).isEqualTo(comparable(parse(child(each, "output"))));
    }
  }

  private static Resource parse(Element holder) throws TransformerException {
    return (Resource)
        FhirContexts.r4().newXmlParser().parseResource(text(elements(holder).getFirst()));
  }

  /** But for white space, of which the cases' narratives have more on one side. */
  private static String comparable(Resource resource) {
    FhirContext context = FhirContexts.r4();
    return context.newXmlParser().encodeResourceToString(resource).replaceAll("\\s+", "");
  }

  static Stream<Arguments> xmlPatchCases() throws IOException {
    return xmlCases("xml-patch-tests.xml", 25);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("xmlPatchCases")
  void appliesXmlPatches(String name, Element each) throws TransformerException {
    byte[] patch = text(child(each, "patch")).getBytes(StandardCharsets.UTF_8);
    List<Element> targets = elements(child(each, "target"));
    Element error = find(each, "error");
    if (error != null) {
      assertThatThrownBy(
              () -> {
                // A target that is no document at all can't be in the store: nothing to apply it
                // to.
                Document target =
                    XmlPatch.read(
                        targets.isEmpty()
                            ? new byte[0]
                            : text(targets.getFirst()).getBytes(StandardCharsets.UTF_8));
                XmlPatch.parse(patch).apply(target);
              })
          .isInstanceOf(FhirFailure.class);
    } else {
      Document target = XmlPatch.read(text(targets.getFirst()).getBytes(StandardCharsets.UTF_8));
      XmlPatch.parse(patch).apply(target);
      Document expected =
          XmlPatch.read(
              text(elements(child(each, "patched")).getFirst()).getBytes(StandardCharsets.UTF_8));
      assertThat(normal(target)).isEqualTo(normal(expected));
    }
  }

  private static String normal(Document document) throws TransformerException {
    trim(document.getDocumentElement());
    document.normalizeDocument();
    return text(document.getDocumentElement());
  }

  private static void trim(Node node) {
    NodeList children = node.getChildNodes();
    for (int i = children.getLength() - 1; i >= 0; i--) {
      Node child = children.item(i);
      if (child.getNodeType() == Node.TEXT_NODE && child.getNodeValue().isBlank()) {
        node.removeChild(child);
      } else {
        trim(child);
      }
    }
  }

  private static Stream<Arguments> xmlCases(String name, int least) throws IOException {
    Document document = XmlPatch.read(file(name));
    List<Element> cases = elements(document.getDocumentElement());
    assertThat(cases).hasSizeGreaterThan(least);
    return StreamSupport.stream(cases.spliterator(), false)
        .map(each -> Arguments.of(each.getAttribute("name"), each));
  }

  private static Element child(Element parent, String name) {
    return Objects.requireNonNull(find(parent, name), name);
  }

  private static @Nullable Element find(Element parent, String name) {
    return elements(parent).stream()
        .filter(each -> each.getLocalName().equals(name))
        .findFirst()
        .orElse(null);
  }

  private static List<Element> elements(Element parent) {
    List<Element> elements = new ArrayList<>();
    NodeList children = parent.getChildNodes();
    for (int i = 0; i < children.getLength(); i++) {
      if (children.item(i) instanceof Element element) {
        elements.add(element);
      }
    }
    return elements;
  }

  private static String text(Element element) throws TransformerException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Transformer writer = TransformerFactory.newDefaultInstance().newTransformer();
    writer.setOutputProperty("omit-xml-declaration", "yes");
    writer.transform(new DOMSource(element), new StreamResult(out));
    return out.toString(StandardCharsets.UTF_8);
  }
}
