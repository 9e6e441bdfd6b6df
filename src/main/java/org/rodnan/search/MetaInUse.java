package org.rodnan.search;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.lucene.index.MultiTerms;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.BytesRef;
import org.hl7.fhir.r4.model.CanonicalType;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.Meta;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Limits;
import org.rodnan.index.IndexSnapshot;

/**
 * All profiles, tags and security labels that resources have now (R4, resource-operation-meta.html,
 * at the levels of a type and of the system): the index says which terms there are, and for each a
 * resource that has it says how it is written. Sees every write acknowledged before. Thread safe.
 */
public final class MetaInUse {
  private static final Set<String> PARAMETERS = Set.of("_profile", "_security", "_tag");

  private static final Duration RETRY_AFTER = Duration.ofSeconds(10);

  private final Snapshots snapshots;
  private final Limits limits;

  MetaInUse(Snapshots snapshots, Limits limits) {
    this.snapshots = snapshots;
    this.limits = limits;
  }

  /**
   * @param type empty for all types
   * @throws FhirFailure.Busy while the index is being rebuilt, and if it takes longer than {@code
   *     rodnan.limits.query-time-max}
   */
  public Meta of(Optional<String> type) {
    Collected found = new Collected();
    long started = System.nanoTime();
    try (IndexSnapshot snapshot = snapshots.current()) {
      IndexSearcher searcher = snapshot.searcher();
      List<String> fields =
          snapshot.parameters().ofEveryType().stream()
              .filter(each -> PARAMETERS.contains(each.code()))
              .map(each -> each.field())
              .toList();
      for (String field : fields) {
        Terms terms = MultiTerms.getTerms(searcher.getIndexReader(), field);
        if (terms != null) {
          TermsEnum each = terms.iterator();
          for (BytesRef term = each.next(); term != null; term = each.next()) {
            if (System.nanoTime() - started > limits.queryTimeMax().toNanos()) {
              throw new FhirFailure.Busy(
                  "There are more tags, labels and profiles than can be looked through in the time"
                      + " that rodnan.limits.query-time-max allows, "
                      + limits.queryTimeMax(),
                  RETRY_AFTER);
            }
            collect(searcher, type, new Term(field, BytesRef.deepCopyOf(term)), found);
          }
        }
      }
    } catch (IOException e) {
      throw new FhirFailure.Fault("The index can't be read", e);
    }
    return found.meta;
  }

  private static void collect(
      IndexSearcher searcher, Optional<String> type, Term term, Collected found)
      throws IOException {
    BooleanQuery.Builder query = new BooleanQuery.Builder();
    query.add(new TermQuery(term), BooleanClause.Occur.FILTER);
    type.ifPresent(one -> query.add(Criteria.ofTypes(List.of(one)), BooleanClause.Occur.FILTER));
    int[] first =
        Arrays.stream(searcher.search(query.build(), 1).scoreDocs)
            .mapToInt(hit -> hit.doc)
            .toArray();
    for (var body : Documents.bodies(searcher, first)) {
      String json = new String(body.json(), StandardCharsets.UTF_8);
      found.add(((Resource) FhirContexts.r4().newJsonParser().parseResource(json)).getMeta());
    }
  }

  /** Each once: a coding by its system and code. */
  private static final class Collected {
    private final Meta meta = new Meta();
    private final Set<String> seen = new HashSet<>();

    void add(Meta other) {
      for (CanonicalType profile : other.getProfile()) {
        if (seen.add("profile " + profile.getValue())) {
          meta.addProfile(profile.getValue());
        }
      }
      for (Coding label : other.getSecurity()) {
        if (seen.add("security " + label.getSystem() + " " + label.getCode())) {
          meta.addSecurity(label);
        }
      }
      for (Coding tag : other.getTag()) {
        if (seen.add("tag " + tag.getSystem() + " " + tag.getCode())) {
          meta.addTag(tag);
        }
      }
    }
  }
}
