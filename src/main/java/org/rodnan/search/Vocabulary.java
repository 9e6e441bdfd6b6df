package org.rodnan.search;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.SortedNumericSortField;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopFieldDocs;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.Resource;
import org.hl7.fhir.r4.model.ValueSet;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.VersionId;
import org.rodnan.index.CanonicalTerms;
import org.rodnan.index.FieldNames;
import org.rodnan.index.StoredBody;
import org.rodnan.terminology.DefinitionSource;
import org.rodnan.terminology.Definitions;

/**
 * Code systems and value sets as a search sees them: those of the program, and those that clients
 * have stored, of the search's own snapshot. Thread safe.
 */
final class Vocabulary {
  private static final int KEPT_MAX = 64;
  private static final Sort NEWEST =
      new Sort(new SortedNumericSortField(FieldNames.CREATED, SortField.Type.LONG, true));

  private final Definitions definitions;
  private final Cache<Version, Resource> parsed =
      Caffeine.newBuilder().executor(Runnable::run).maximumSize(KEPT_MAX).build();

  private record Version(ResourceKey key, VersionId version) {}

  Vocabulary(Definitions definitions) {
    this.definitions = definitions;
  }

  /** What is known at the snapshot; may throw {@link UncheckedIOException}. */
  DefinitionSource at(IndexSearcher searcher) {
    return new DefinitionSource() {
      @Override
      public Optional<ValueSet> valueSet(String canonical) {
        return Optional.ofNullable(definitions.fetchValueSet(canonical))
            .or(() -> stored(ValueSet.class, canonical, searcher));
      }

      @Override
      public Optional<CodeSystem> codeSystem(String canonical) {
        return Optional.ofNullable(definitions.fetchCodeSystem(canonical))
            .or(() -> stored(CodeSystem.class, canonical, searcher));
      }
    };
  }

  /** By Type/id or canonical URL; of several the one created last. */
  private <T extends Resource> Optional<T> stored(
      Class<T> type, String name, IndexSearcher searcher) {
    Query named =
        ResourceKey.parse(name)
            .filter(key -> key.type().equals(type.getSimpleName()))
            .<Query>map(key -> new TermQuery(new Term(FieldNames.ID, key.id())))
            .orElseGet(() ->
                new TermQuery(new Term(FieldNames.CANONICAL, CanonicalTerms.ofReference(name))));
    Query ofType = new TermQuery(new Term(FieldNames.TYPE, type.getSimpleName()));
    try {
      TopFieldDocs found = searcher.search(Criteria.and(named, ofType), 1, NEWEST);
      if (found.scoreDocs.length == 0) {
        return Optional.empty();
      }
      StoredBody body = Documents.bodies(searcher, new int[] {found.scoreDocs[0].doc}).getFirst();
      return Optional.of(
          type.cast(
              parsed.get(
                  new Version(body.key(), body.version()),
                  unused ->
                      (Resource)
                          FhirContexts.r4()
                              .newJsonParser()
                              .parseResource(new String(body.json(), StandardCharsets.UTF_8)))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
