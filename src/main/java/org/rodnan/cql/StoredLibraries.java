package org.rodnan.cql;

import static kotlinx.io.CoreKt.buffered;
import static kotlinx.io.JvmCoreKt.asSource;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import kotlinx.io.Source;
import org.cqframework.cql.cql2elm.LibraryContentType;
import org.cqframework.cql.cql2elm.LibrarySourceProvider;
import org.hl7.elm.r1.VersionedIdentifier;
import org.hl7.fhir.r4.model.Attachment;
import org.hl7.fhir.r4.model.Library;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.search.SearchRequest.Parameter;

/**
 * The text and the ELM of libraries, from Library resources: {@code name} is the name of the
 * library in CQL, {@code content} has {@code text/cql} or ELM (Using CQL with FHIR, "Library
 * Resources"). For one thread.
 */
final class StoredLibraries implements LibrarySourceProvider {
  private final StoredData data;
  private final int charactersMax;

  /**
   * @param charactersMax {@link CqlSettings#charactersMax}
   */
  StoredLibraries(StoredData data, int charactersMax) {
    this.data = data;
    this.charactersMax = charactersMax;
  }

  /**
   * The library that a canonical means, without a version the one that was created last.
   *
   * @throws FhirFailure.Unprocessable if there is none
   */
  Library find(String canonical) {
    int bar = canonical.indexOf('|');
    String url = bar < 0 ? canonical : canonical.substring(0, bar);
    Optional<String> version =
        bar < 0 ? Optional.empty() : Optional.of(canonical.substring(bar + 1));
    return latest(data.find(Library.class, List.of(new Parameter("url", escaped(url)))), version)
        .orElseThrow(() ->
            new FhirFailure.Unprocessable(
                IssueType.NOTFOUND, "The library '" + canonical + "' is not known here"));
  }

  /**
   * What the library is called in CQL.
   *
   * @throws FhirFailure.Unprocessable if it has no name, or neither CQL nor ELM
   */
  static VersionedIdentifier identifier(Library library) {
    if (!library.hasName()) {
      throw new FhirFailure.Unprocessable(
          IssueType.REQUIRED,
          "Library "
              + library.getIdElement().getIdPart()
              + " has no name; expected that of the library in its CQL",
          "Library.name");
    }
    boolean isCql =
        Stream.of(LibraryContentType.CQL, LibraryContentType.JSON, LibraryContentType.XML)
            .anyMatch(type -> content(library, type).isPresent());
    if (!isCql) {
      throw new FhirFailure.Unprocessable(
          IssueType.REQUIRED,
          "Library "
              + library.getName()
              + " has no CQL; expected content with data of text/cql, or"
              + " application/elm+json",
          "Library.content");
    }
    return new VersionedIdentifier()
        .withId(library.getName())
        .withVersion(library.hasVersion() ? library.getVersion() : null);
  }

  @Override
  public @Nullable Source getLibrarySource(VersionedIdentifier identifier) {
    return getLibraryContent(identifier, LibraryContentType.CQL);
  }

  @Override
  public @Nullable Source getLibraryContent(
      VersionedIdentifier identifier, LibraryContentType type) {
    String name = identifier.getId();
    if (name == null) {
      return null;
    }
    List<Library> named =
        data.find(Library.class, List.of(new Parameter("name:exact", escaped(name))));
    return latest(named, Optional.ofNullable(identifier.getVersion()))
        .flatMap(library -> content(library, type))
        .map(bytes -> buffered(asSource(new ByteArrayInputStream(required(bytes, name)))))
        .orElse(null);
  }

  private byte[] required(byte[] content, String name) {
    CqlText.require(new String(content, StandardCharsets.UTF_8), charactersMax, "Library " + name);
    return content;
  }

  private static Optional<byte[]> content(Library library, LibraryContentType type) {
    return library.getContent().stream()
        .filter(each -> each.hasData() && type.mimeType().equals(mimeType(each)))
        .findFirst()
        .map(Attachment::getData);
  }

  private static @Nullable String mimeType(Attachment attachment) {
    String type = attachment.getContentType();
    return type == null ? null : type.replaceAll(";.*", "").strip();
  }

  /** In the order of creation the last one, as definitions are found everywhere here. */
  private static Optional<Library> latest(List<Library> libraries, Optional<String> version) {
    return libraries.stream()
        .filter(each -> version.isEmpty() || version.get().equals(each.getVersion()))
        .reduce((earlier, later) -> later);
  }

  private static String escaped(String text) {
    return text.replaceAll("[\\\\,$|]", "\\\\$0");
  }
}
