package org.rodnan.terminology;

import ca.uhn.fhir.parser.IParser;
import ca.uhn.fhir.parser.LenientErrorHandler;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import org.hl7.fhir.r4.model.Resource;
import org.hl7.fhir.r4.model.StructureDefinition;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirContexts;

/**
 * The definitions of FHIR R4 4.0.1 itself, as HAPI carries them: some 1,900 structure definitions,
 * code systems and value sets in 46 MB of XML. Of these a server uses a few hundred, so at start
 * they are only cut apart and kept compressed (4 MB); each is parsed when it is first asked for.
 * Thread safe.
 */
final class StandardDefinitions {
  private static final String FOLDER = "/org/hl7/fhir/r4/model/";
  private static final List<String> FILES =
      List.of(
          "profile/profiles-resources.xml",
          "profile/profiles-others.xml",
          "valueset/valuesets.xml",
          "extension/extension-definitions.xml",
          "valueset/v2-tables.xml",
          "valueset/v3-codesystems.xml",
          "profile/profiles-types.xml");

  private final Map<String, Entry> entries;

  StandardDefinitions() {
    this.entries = new HashMap<>();
    FILES.parallelStream().map(StandardDefinitions::entriesOf).toList().forEach(entries::putAll);
  }

  /**
   * @param type such as {@code ValueSet}
   * @param url canonical address without version
   */
  <T extends Resource> Optional<T> read(Class<T> type, String url) {
    Entry entry = entries.get(key(type.getSimpleName(), url));
    return entry == null ? Optional.empty() : Optional.of(type.cast(entry.parse()));
  }

  /** Head lines of the definitions of all types of R4: no elements. */
  List<StructureDefinition> typeOutlines() {
    return entries.values().stream()
        .map(Entry::outline)
        .flatMap(Optional::stream)
        .map(TypeOutline::toDefinition)
        .toList();
  }

  private static String key(String type, String url) {
    return type + " " + url;
  }

  private static Map<String, Entry> entriesOf(String file) {
    String text = textOf(FOLDER + file);
    Map<String, Entry> found = new HashMap<>();
    String indent = text.contains("\n <entry>") ? " " : "  ";
    String start = "\n" + indent + "<entry>";
    int at = text.indexOf(start);
    while (at >= 0) {
      int next = text.indexOf(start, at + 1);
      String entry = next < 0 ? text.substring(at) : text.substring(at, next);
      Xml resource = Xml.ofEntry(entry, indent);
      String url = resource.value("url");
      if (url != null) {
        found.put(
            key(resource.type(), url), new Entry(resource.deflated(), TypeOutline.of(resource)));
      }
      at = next;
    }
    return found;
  }

  /** One byte a character: only ASCII is looked at, and the bytes come out as they went in. */
  private static String textOf(String path) {
    try (InputStream file = FhirContexts.class.getResourceAsStream(path)) {
      if (file == null) {
        throw new IllegalStateException(path + " is not on the class path");
      }
      return new String(file.readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private record Entry(byte[] deflated, Optional<TypeOutline> outline) {
    Resource parse() {
      IParser parser = FhirContexts.r4().newXmlParser();
      parser.setParserErrorHandler(new LenientErrorHandler(false));
      try (InputStream xml = new InflaterInputStream(new ByteArrayInputStream(deflated))) {
        return (Resource) parser.parseResource(new InputStreamReader(xml, StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** A resource in the files' own layout: each child starts a line, four steps in. */
  private record Xml(String type, String text, String child) {
    static Xml ofEntry(String entry, String indent) {
      String resource = "\n" + indent.repeat(2);
      String type = "\n" + indent.repeat(3) + "<";
      String child = "\n" + indent.repeat(4) + "<";
      int start = entry.indexOf(type, entry.indexOf(resource + "<resource>")) + type.length();
      String text = entry.substring(start, entry.lastIndexOf(resource + "</resource>"));
      String name = text.substring(0, text.indexOf(child)).replaceFirst("[ >][^\\n]*", "");
      String content = withoutNarrative(text.substring(text.indexOf(child)), child);
      return new Xml(name, "<" + name + " xmlns=\"http://hl7.org/fhir\">" + content, child);
    }

    private static String withoutNarrative(String content, String child) {
      String close = child + "/text>";
      int start = content.indexOf(child + "text>");
      int end = content.indexOf(close, start);
      return start < 0 || end < 0
          ? content
          : content.substring(0, start) + content.substring(end + close.length());
    }

    @Nullable String value(String name) {
      String open = child + name + " value=\"";
      int start = text.indexOf(open);
      return start < 0
          ? null
          : text.substring(start + open.length(), text.indexOf('"', start + open.length()));
    }

    byte[] deflated() {
      Deflater fast = new Deflater(Deflater.BEST_SPEED);
      ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length() / 8);
      try (DeflaterOutputStream out = new DeflaterOutputStream(bytes, fast)) {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } finally {
        fast.end();
      }
      return bytes.toByteArray();
    }
  }

  private record TypeOutline(
      String url,
      String name,
      String kind,
      String type,
      boolean isAbstract,
      @Nullable String base) {

    static Optional<TypeOutline> of(Xml xml) {
      String url = xml.value("url");
      String name = xml.value("name");
      String kind = xml.value("kind");
      String type = xml.value("type");
      boolean isType =
          xml.type().equals("StructureDefinition") && !"constraint".equals(xml.value("derivation"));
      return !isType || url == null || name == null || kind == null || type == null
          ? Optional.empty()
          : Optional.of(
              new TypeOutline(
                  url,
                  name,
                  kind,
                  type,
                  "true".equals(xml.value("abstract")),
                  xml.value("baseDefinition")));
    }

    StructureDefinition toDefinition() {
      StructureDefinition definition = new StructureDefinition();
      definition.setUrl(url).setVersion("4.0.1").setName(name);
      definition.setFhirVersion(org.hl7.fhir.r4.model.Enumerations.FHIRVersion._4_0_1);
      definition.setKind(StructureDefinition.StructureDefinitionKind.fromCode(kind));
      definition.setType(type).setAbstract(isAbstract);
      if (base != null) {
        definition.setBaseDefinition(base);
      }
      return definition.setDerivation(StructureDefinition.TypeDerivationRule.SPECIALIZATION);
    }
  }
}
