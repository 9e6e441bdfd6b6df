package org.rodnan.search;

import java.io.IOException;
import java.util.function.Predicate;
import org.apache.lucene.index.FilteredTermsEnum;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.MultiTermQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.util.AttributeSource;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.StringHelper;
import org.jspecify.annotations.Nullable;
import org.rodnan.index.TokenValue;

/**
 * Documents with a code of a system that passes. It goes through the codes that are in the index,
 * not through those that would pass: its cost is bounded by what is stored, however large the value
 * set. Codes of 2,000 characters or more are not found.
 */
final class CodesQuery extends MultiTermQuery {
  private final BytesRef start;
  private final Predicate<String> passes;
  private final Query reason;

  /**
   * @param reason what made the predicate; on one snapshot two queries with equal reasons are equal
   */
  CodesQuery(String field, String system, Predicate<String> passes, Query reason) {
    super(field, CONSTANT_SCORE_BLENDED_REWRITE);
    this.start = new BytesRef(TokenValue.formInSystem(system, ""));
    this.passes = passes;
    this.reason = reason;
  }

  @Override
  protected TermsEnum getTermsEnum(Terms terms, AttributeSource attributes) throws IOException {
    return new Codes(terms.iterator());
  }

  private final class Codes extends FilteredTermsEnum {
    Codes(TermsEnum terms) {
      super(terms);
      setInitialSeekTerm(start);
    }

    @Override
    protected AcceptStatus accept(BytesRef term) {
      if (!StringHelper.startsWith(term, start)) {
        return AcceptStatus.END;
      }
      String code =
          new BytesRef(term.bytes, term.offset + start.length, term.length - start.length)
              .utf8ToString();
      return passes.test(code) ? AcceptStatus.YES : AcceptStatus.NO;
    }
  }

  @Override
  public void visit(QueryVisitor visitor) {
    if (visitor.acceptField(getField())) {
      visitor.visitLeaf(this);
    }
  }

  @Override
  public String toString(String unused) {
    return reason + " of " + start.utf8ToString();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (super.equals(other)
            && other instanceof CodesQuery query
            && start.equals(query.start)
            && passes == query.passes);
  }

  @Override
  public int hashCode() {
    return 31 * super.hashCode() + start.hashCode();
  }
}
