package org.rodnan.index;

import java.util.List;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.index.IndexOptions;

/**
 * The words of texts, as {@link Terms#words} has them; between two texts is a gap that no phrase
 * reaches over. The words are made before, outside of the index's own thread. May be consumed again
 * after a reset, by one thread at a time.
 */
final class WordStream extends TokenStream {
  /** Words with their places, without lengths: nothing is scored. */
  static final FieldType TYPE = type();

  private static final int GAP = 100;

  private final List<List<String>> texts;
  private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
  private final PositionIncrementAttribute step = addAttribute(PositionIncrementAttribute.class);
  private int text;
  private int word;

  WordStream(List<String> texts) {
    this.texts = texts.stream().map(Terms::words).toList();
  }

  @Override
  public boolean incrementToken() {
    while (text < texts.size() && word >= texts.get(text).size()) {
      text++;
      word = 0;
    }
    if (text >= texts.size()) {
      return false;
    }
    clearAttributes();
    term.append(texts.get(text).get(word));
    step.setPositionIncrement(word == 0 && text > 0 ? GAP : 1);
    word++;
    return true;
  }

  @Override
  public void reset() {
    text = 0;
    word = 0;
  }

  private static FieldType type() {
    FieldType type = new FieldType();
    type.setIndexOptions(IndexOptions.DOCS_AND_FREQS_AND_POSITIONS);
    type.setOmitNorms(true);
    type.freeze();
    return type;
  }
}
