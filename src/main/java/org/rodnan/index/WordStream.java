package org.rodnan.index;

import java.util.List;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.index.IndexOptions;

/**
 * The words of texts, as {@link Terms#words} has them; between two texts is a gap that no phrase
 * reaches over. The words are normalized before, outside of the index's own thread. May be consumed
 * again after a reset, by one thread at a time.
 */
final class WordStream extends TokenStream {
  /** Words with their places, without lengths: nothing is scored. */
  static final FieldType TYPE = type();

  private static final int GAP = 100;

  private final List<String> texts;
  private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
  private final PositionIncrementAttribute step = addAttribute(PositionIncrementAttribute.class);
  private int text;
  private int at;

  /**
   * @param texts normalized
   */
  WordStream(List<String> texts) {
    this.texts = texts;
  }

  @Override
  public boolean incrementToken() {
    boolean isFirst = at == 0;
    while (text < texts.size() && isBetweenWords()) {
      at++;
      if (at >= texts.get(text).length()) {
        text++;
        at = 0;
        isFirst = true;
      }
    }
    if (text >= texts.size()) {
      return false;
    }
    clearAttributes();
    String whole = texts.get(text);
    int end = Terms.endOfWord(whole, at);
    term.append(whole, at, Terms.endOfTerm(at, end));
    step.setPositionIncrement(isFirst && text > 0 ? GAP : 1);
    at = end + 1;
    return true;
  }

  private boolean isBetweenWords() {
    String whole = texts.get(text);
    return at >= whole.length() || whole.charAt(at) == ' ';
  }

  @Override
  public void reset() {
    text = 0;
    at = 0;
  }

  private static FieldType type() {
    FieldType type = new FieldType();
    type.setIndexOptions(IndexOptions.DOCS_AND_FREQS_AND_POSITIONS);
    type.setOmitNorms(true);
    type.freeze();
    return type;
  }
}
