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
  /** Of the JSON of what is kept; parsed it takes some ten times as much. */
  private static final long KEPT_BYTES_MAX = 4_000_000;

  private static final int NAMING_MAX = 100;
  private static final Sort NEWEST =
      new Sort(new SortedNumericSortField(FieldNames.CREATED, SortField.Type.LONG, true));

  private final Definitions definitions;
  private final TerminologyService terminology;
  private final Cache<Version, Parsed> parsed =
      Caffeine.newBuilder()
          .executor(Runnable::run)
          .maximumWeight(KEPT_BYTES_MAX)
          .weigher((Version version, Parsed resource) -> resource.bytes())
          .build();

  private record Version(ResourceKey key, VersionId version) {}

  private record Parsed(MetadataResource resource, int bytes) {}

  Vocabulary(Definitions definitions, TerminologyService terminology) {
    this.definitions = definitions;
    this.terminology = terminology;
  }

  /** What is known at the snapshot; may throw {@link UncheckedIOException}. */
  DefinitionSource at(IndexSearcher searcher) {
    return new Snapshot(
        new Searching() {
          @Override
          public <R> R with(Function<IndexSearcher, R> lookUp) {
            return lookUp.apply(searcher);
          }
        });
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
    return new Snapshot(
        new Searching() {
          @Override
          public <R> R with(Function<IndexSearcher, R> lookUp) {
            try (IndexSnapshot snapshot = snapshots.get()) {
              return lookUp.apply(snapshot.searcher());
            } catch (UncheckedIOException e) {
              throw new FhirFailure.Fault("The index can't be read", e);
            }
          }
        });
  }

  /** Gives a searcher to one look-up. */
  private interface Searching {
    <R> R with(Function<IndexSearcher, R> lookUp);
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
    public <T extends MetadataResource> Optional<Located<T>> locate(
        Class<T> type, String canonical) {
      T known = definitions.fetchResource(type, canonical);
      if (known != null) {
        return Optional.of(Located.of(known));
      }
      Query query = Criteria.and(named(type, canonical), ofType(type));
      return searching.with(searcher -> versions(query, searcher)).stream()
          .map(version -> new Located<>(version, () -> find(type, canonical).orElseThrow()))
          .findFirst();
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
      return searching
          .with(searcher -> stored(Criteria.and(query, ofType(type)), max, searcher))
          .stream()
          .map(type::cast)
          .toList();
    }
  }

  private static Query ofType(Class<?> type) {
    return new TermQuery(new Term(FieldNames.TYPE, type.getSimpleName()));
  }

  /** By Type/id or canonical URL. */
  private static Query named(Class<?> type, String name) {
    return ResourceKey.parse(name)
        .filter(key -> key.type().equals(type.getSimpleName()))
        .<Query>map(key -> new TermQuery(new Term(FieldNames.ID, key.id())))
        .orElseGet(
            () -> new TermQuery(new Term(FieldNames.CANONICAL, CanonicalTerms.ofReference(name))));
  }

  private static int[] newest(Query query, int max, IndexSearcher searcher) throws IOException {
    ScoreDoc[] hits = searcher.search(query, max, NEWEST).scoreDocs;
    int[] docs = new int[hits.length];
    for (int i = 0; i < docs.length; i++) {
      docs[i] = hits[i].doc;
    }
    return docs;
  }

  private static List<String> versions(Query query, IndexSearcher searcher) {
    try {
      return Documents.versions(searcher, newest(query, 1, searcher));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<MetadataResource> stored(Query query, int max, IndexSearcher searcher) {
    try {
      return Documents.bodies(searcher, newest(query, max, searcher)).stream()
          .map(this::parsed)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private MetadataResource parsed(StoredBody body) {
    return parsed
        .get(
            new Version(body.key(), body.version()),
            unused -> new Parsed(parse(body.json()), body.json().length))
        .resource();
  }

  private static MetadataResource parse(byte[] json) {
    return (MetadataResource)
        FhirContexts.r4().newJsonParser().parseResource(new String(json, StandardCharsets.UTF_8));
  }
}
