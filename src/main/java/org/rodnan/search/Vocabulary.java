package org.rodnan.search;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.SortedNumericSortField;
import org.apache.lucene.search.TermQuery;
import org.hl7.fhir.r4.model.MetadataResource;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.VersionId;
import org.rodnan.index.CanonicalTerms;
import org.rodnan.index.FieldNames;
import org.rodnan.index.IndexSnapshot;
import org.rodnan.index.StoredBody;
import org.rodnan.index.Terms;
import org.rodnan.terminology.DefinitionSource;
import org.rodnan.terminology.Definitions;
import org.rodnan.terminology.Terminology;
import org.rodnan.terminology.TerminologyService;

/**
 * Definitions by their canonical address: those of the program, and those that clients have stored.
 * Thread safe.
 */
final class Vocabulary {
  private static final int KEPT_MAX = 64;
  private static final int NAMING_MAX = 100;
  private static final Sort NEWEST =
      new Sort(new SortedNumericSortField(FieldNames.CREATED, SortField.Type.LONG, true));

  private final Definitions definitions;
  private final TerminologyService terminology;
  private final Cache<Version, MetadataResource> parsed =
      Caffeine.newBuilder().executor(Runnable::run).maximumSize(KEPT_MAX).build();

  private record Version(ResourceKey key, VersionId version) {}

  Vocabulary(Definitions definitions, TerminologyService terminology) {
    this.definitions = definitions;
    this.terminology = terminology;
  }

  /** What is known at the snapshot; may throw {@link UncheckedIOException}. */
  DefinitionSource at(IndexSearcher searcher) {
    return new Snapshot(lookUp -> lookUp.apply(searcher));
  }

  /** Code systems and value sets at the snapshot; may throw {@link UncheckedIOException}. */
  Terminology terminology(IndexSearcher searcher) {
    return terminology.at(at(searcher));
  }

  /**
   * What is known at each look-up.
   *
   * @param snapshots gives the snapshot for one look-up, which closes it
   */
  DefinitionSource now(Supplier<IndexSnapshot> snapshots) {
    return new Snapshot(lookUp -> {
      try (IndexSnapshot snapshot = snapshots.get()) {
        return lookUp.apply(snapshot.searcher());
      } catch (UncheckedIOException e) {
        throw new FhirFailure.Fault("The index can't be read", e);
      }
    });
  }

  /** Gives a searcher to one look-up. */
  private interface Searching {
    List<MetadataResource> with(Function<IndexSearcher, List<MetadataResource>> lookUp);
  }

  private final class Snapshot implements DefinitionSource {
    private final Searching searching;

    Snapshot(Searching searching) {
      this.searching = searching;
    }

    @Override
    public <T extends MetadataResource> Optional<T> find(Class<T> type, String canonical) {
      return Optional.ofNullable(definitions.fetchResource(type, canonical))
          .or(() -> found(type, named(type, canonical), 1).stream().findFirst());
    }

    @Override
    public <T extends MetadataResource> List<T> naming(
        Class<T> type, String parameter, String canonical) {
      String field = type.getSimpleName() + "." + parameter;
      Query uri = new TermQuery(new Term(field, Terms.exact(canonical)));
      Query reference =
          new PrefixQuery(
              new Term(FieldNames.canonicals(field), CanonicalTerms.ofReference(canonical)));
      Query any =
          new BooleanQuery.Builder().add(uri, Occur.SHOULD).add(reference, Occur.SHOULD).build();
      return found(type, any, NAMING_MAX);
    }

    private <T extends MetadataResource> List<T> found(Class<T> type, Query query, int max) {
      Query ofType = new TermQuery(new Term(FieldNames.TYPE, type.getSimpleName()));
      return searching.with(searcher -> stored(Criteria.and(query, ofType), max, searcher)).stream()
          .map(type::cast)
          .toList();
    }
  }

  /** By Type/id or canonical URL. */
  private static Query named(Class<?> type, String name) {
    return ResourceKey.parse(name)
        .filter(key -> key.type().equals(type.getSimpleName()))
        .<Query>map(key -> new TermQuery(new Term(FieldNames.ID, key.id())))
        .orElseGet(
            () -> new TermQuery(new Term(FieldNames.CANONICAL, CanonicalTerms.ofReference(name))));
  }

  private List<MetadataResource> stored(Query query, int max, IndexSearcher searcher) {
    try {
      ScoreDoc[] hits = searcher.search(query, max, NEWEST).scoreDocs;
      int[] docs = new int[hits.length];
      for (int i = 0; i < docs.length; i++) {
        docs[i] = hits[i].doc;
      }
      return Documents.bodies(searcher, docs).stream().map(this::parsed).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private MetadataResource parsed(StoredBody body) {
    return parsed.get(
        new Version(body.key(), body.version()),
        unused ->
            (MetadataResource)
                FhirContexts.r4()
                    .newJsonParser()
                    .parseResource(new String(body.json(), StandardCharsets.UTF_8)));
  }
}
