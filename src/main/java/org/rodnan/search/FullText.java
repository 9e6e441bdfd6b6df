package org.rodnan.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.index.Terms;

/**
 * The words of {@code _text} and {@code _content} (R4, search.html#content): all of them must be
 * there, unless they are joined by {@code or}; {@code not} stands before what must not be there,
 * parentheses hold together, words in quotation marks stand next to each other; a star ends the
 * start of a word. For one value, and one thread.
 */
final class FullText {
  private static final Pattern PART = Pattern.compile("\"([^\"]*)\"?|([()])|([^\\s\"()]+)");

  /** A deeper nesting is nobody's wish. */
  private static final int DEPTH_MAX = 32;

  private final String field;
  private final SearchRequest.Parameter whole;
  private final List<Part> parts = new ArrayList<>();
  private int at;

  /** A word, a phrase, or a parenthesis, as it was written. */
  private record Part(String text, boolean isQuoted) {
    boolean is(String sign) {
      return !isQuoted && text.toLowerCase(Locale.ROOT).equals(sign);
    }
  }

  private FullText(String field, String value, SearchRequest.Parameter whole) {
    this.field = field;
    this.whole = whole;
    Matcher part = PART.matcher(value);
    while (part.find()) {
      String phrase = part.group(1);
      boolean isWord = part.group().codePoints().anyMatch(Character::isLetterOrDigit);
      if (isWord || part.group(2) != null) {
        parts.add(new Part(phrase == null ? part.group() : phrase, phrase != null));
      }
    }
  }

  /**
   * @param values any of which must fit
   * @throws FhirFailure.Malformed if one has no word, or its form is wrong
   */
  static Query query(String field, List<String> values, SearchRequest.Parameter whole) {
    return ValueQueries.anyOf(
        values.stream().map(value -> new FullText(field, value, whole).query()).toList());
  }

  private Query query() {
    Query query = either(0);
    if (at < parts.size()) {
      throw malformed();
    }
    return query;
  }

  private Query either(int depth) {
    List<Query> any = new ArrayList<>(List.of(all(depth)));
    while (next("or")) {
      any.add(all(depth));
    }
    return ValueQueries.anyOf(any);
  }

  private Query all(int depth) {
    BooleanQuery.Builder all = new BooleanQuery.Builder();
    int count = 0;
    boolean isOpen = true;
    while (at < parts.size() && (isOpen || !isEnd())) {
      boolean isLeftOut = next("not");
      Query one = one(depth);
      if (isLeftOut) {
        all.add(new MatchAllDocsQuery(), BooleanClause.Occur.FILTER);
      }
      all.add(one, isLeftOut ? BooleanClause.Occur.MUST_NOT : BooleanClause.Occur.FILTER);
      count++;
      isOpen = next("and");
    }
    if (count == 0 || isOpen) {
      throw malformed();
    }
    return all.build();
  }

  private boolean isEnd() {
    return parts.get(at).is(")") || parts.get(at).is("or");
  }

  private Query one(int depth) {
    if (at >= parts.size() || depth > DEPTH_MAX) {
      throw malformed();
    }
    if (next("(")) {
      Query inner = either(depth + 1);
      if (!next(")")) {
        throw malformed();
      }
      return inner;
    }
    Part part = parts.get(at++);
    if (part.is(")") || part.is("or") || part.is("and") || part.is("not")) {
      throw malformed();
    }
    return words(part);
  }

  private boolean next(String sign) {
    boolean isNext = at < parts.size() && parts.get(at).is(sign);
    at += isNext ? 1 : 0;
    return isNext;
  }

  /** What one word means to people may be several to the index: A/B, mrss-total. */
  private Query words(Part part) {
    List<String> words = Terms.words(part.text());
    BooleanQuery.Builder all = new BooleanQuery.Builder();
    if (!part.isQuoted() && part.text().endsWith("*")) {
      all.add(new PrefixQuery(new Term(field, words.getLast())), BooleanClause.Occur.FILTER);
      words = words.subList(0, words.size() - 1);
    }
    if (words.size() == 1) {
      all.add(new TermQuery(new Term(field, words.getFirst())), BooleanClause.Occur.FILTER);
    } else if (!words.isEmpty()) {
      all.add(new PhraseQuery(field, words.toArray(String[]::new)), BooleanClause.Occur.FILTER);
    }
    return all.build();
  }

  private FhirFailure.Malformed malformed() {
    return whole.malformed(
        "Search parameter",
        "words, such as ulcer digital, \"digital ulcer\", ray*, (bone or liver) and not skin;"
            + " and, or and not as words in quotation marks");
  }
}
