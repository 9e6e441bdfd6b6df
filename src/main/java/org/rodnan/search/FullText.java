package org.rodnan.search;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.rodnan.index.Terms;

/**
 * The words of {@code _text} and {@code _content} (R4, search.html#text, which leaves their form to
 * the server): all of them must be there, those in quotation marks next to each other; a star ends
 * the start of a word.
 */
final class FullText {
  private static final Pattern PART = Pattern.compile("\"([^\"]*)\"?|([^\\s\"]+)");

  private FullText() {}

  /**
   * @param values any of which must fit
   */
  static Query query(String field, List<String> values) {
    return ValueQueries.anyOf(values.stream().map(value -> all(field, value)).toList());
  }

  private static Query all(String field, String value) {
    List<Query> parts = new ArrayList<>();
    Matcher part = PART.matcher(value);
    while (part.find()) {
      String phrase = part.group(1);
      String word = part.group(2);
      if (phrase != null) {
        add(parts, field, phrase, false);
      } else if (word != null) {
        add(parts, field, word, word.endsWith("*"));
      }
    }
    if (parts.isEmpty()) {
      return new MatchNoDocsQuery("no word is looked for");
    }
    BooleanQuery.Builder all = new BooleanQuery.Builder();
    parts.forEach(query -> all.add(query, BooleanClause.Occur.FILTER));
    return all.build();
  }

  /** What one word means to people may be several to the index: A/B, mrss-total. */
  private static void add(List<Query> parts, String field, String text, boolean isStart) {
    List<String> words = Terms.words(text);
    if (words.isEmpty()) {
      return;
    }
    if (isStart) {
      parts.add(new PrefixQuery(new Term(field, words.getLast())));
      words = words.subList(0, words.size() - 1);
    }
    if (words.size() == 1) {
      parts.add(new TermQuery(new Term(field, words.getFirst())));
    } else if (!words.isEmpty()) {
      parts.add(new PhraseQuery(field, words.toArray(String[]::new)));
    }
  }
}
