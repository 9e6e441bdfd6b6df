package org.rodnan.search;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Clock;
import java.util.List;
import org.apache.lucene.search.Query;
import org.rodnan.fhir.Limits;
import org.rodnan.index.ReferenceText;
import org.rodnan.index.SearchParameters;
import org.rodnan.terminology.UnitConversion;

/** Understands searches by the search parameters of a snapshot, and keeps plans. Thread safe. */
final class Planning {
  /** Characters of the requests whose plans are kept. */
  private static final long KEPT_CHARS_MAX = 4_000_000;

  /** Those of now, and those of the snapshots that pages go on from. */
  private static final int SETS_KEPT_MAX = 4;

  private final UnitConversion units;
  private final Vocabulary vocabulary;
  private final ReferenceText references;
  private final Limits limits;
  private final Clock clock;

  /** By identity: a set of parameters is made anew only when it changes. */
  private final Cache<SearchParameters, WithParameters> ready =
      Caffeine.newBuilder().executor(Runnable::run).weakKeys().maximumSize(SETS_KEPT_MAX).build();

  Planning(
      UnitConversion units,
      Vocabulary vocabulary,
      ReferenceText references,
      Limits limits,
      Clock clock) {
    this.units = units;
    this.vocabulary = vocabulary;
    this.references = references;
    this.limits = limits;
    this.clock = clock;
  }

  WithParameters with(SearchParameters parameters) {
    return ready.get(parameters, WithParameters::new);
  }

  /** All that depends on the search parameters. */
  final class WithParameters {
    private final Criteria criteria;
    private final SearchPlanner planner;
    private final Cache<SearchRequest, SearchPlan> plans =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumWeight(KEPT_CHARS_MAX)
            .weigher((SearchRequest request, SearchPlan plan) -> KeptRequests.weight(request))
            .build();

    WithParameters(SearchParameters parameters) {
      this.criteria =
          new Criteria(
              parameters,
              new ValueQueries(parameters, units, vocabulary, references, clock),
              limits);
      this.planner = new SearchPlanner(parameters, criteria, limits);
    }

    Criteria criteria() {
      return criteria;
    }

    Query conditional(String type, List<SearchRequest.Parameter> conditions) {
      return planner.conditional(type, conditions);
    }

    SearchPlan plan(SearchRequest request) {
      SearchPlan kept = plans.getIfPresent(request);
      if (kept != null) {
        return kept;
      }
      SearchPlan plan = planner.plan(request);
      if (plan.isTimeless()) {
        plans.put(request, plan);
      }
      return plan;
    }
  }
}
