package org.rodnan.terminology.concepts;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Cleaner;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.Weight;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.FixedBitSet;

/**
 * The concepts of one version of one code system. Thread safe, never changes; its files are closed
 * once nobody refers to it. All methods may throw {@link UncheckedIOException}.
 */
public final class ConceptIndex {
  private static final Cleaner CLEANER = Cleaner.create();

  private final DirectoryReader reader;
  private final CodeSystemOutline outline;
  private final long bytes;

  /**
   * @param isTemporary whether its files go with it
   */
  ConceptIndex(DirectoryReader reader, Directory directory, boolean isTemporary)
      throws IOException {
    this.reader = reader;
    this.outline = CodeSystemOutline.of(reader.getIndexCommit().getUserData());
    long sum = 0;
    for (String file : directory.listAll()) {
      sum += directory.fileLength(file);
    }
    this.bytes = sum;
    CLEANER.register(this, () -> close(reader, directory, isTemporary));
  }

  private static void close(DirectoryReader reader, Directory directory, boolean deletes) {
    try {
      reader.close();
      if (deletes) {
        for (String file : directory.listAll()) {
          directory.deleteFile(file);
        }
      }
      directory.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * One that {@link ConceptWriter} has finished.
   *
   * @throws UncheckedIOException if there is none, or it can't be read
   */
  public static ConceptIndex open(Path folder) {
    try {
      Directory directory = FSDirectory.open(folder);
      return new ConceptIndex(DirectoryReader.open(directory), directory, false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public CodeSystemOutline outline() {
    return outline;
  }

  /** How many concepts there are. */
  public int size() {
    return reader.maxDoc();
  }

  /** Bytes of its files. */
  public long bytes() {
    return bytes;
  }

  /** The concept of the code, by the code system's own rule of case. */
  public Optional<Concept> find(String code) {
    int doc = doc(code);
    return doc < 0 ? Optional.empty() : Optional.of(concept(doc));
  }

  private int doc(String code) {
    int exact = first(ConceptFields.CODE, code);
    return exact >= 0 || outline.isCaseSensitive()
        ? exact
        : first(ConceptFields.FOLDED, ConceptFields.fold(code));
  }

  private int first(String field, String value) {
    try {
      for (LeafReaderContext leaf : reader.leaves()) {
        PostingsEnum postings =
            leaf.reader().postings(new Term(field, ConceptFields.cut(value)), PostingsEnum.NONE);
        if (postings != null) {
          int doc = postings.nextDoc();
          if (doc != DocIdSetIterator.NO_MORE_DOCS) {
            return leaf.docBase + doc;
          }
        }
      }
      return -1;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Concept concept(int doc) {
    try {
      BytesRef body =
          reader
              .storedFields()
              .document(doc, Set.of(ConceptFields.BODY))
              .getBinaryValue(ConceptFields.BODY);
      return ConceptFields.decode(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether the concept is anywhere below the other one; a code is not below itself. */
  public boolean isBelow(String code, String ancestor) {
    int doc = doc(code);
    Optional<Concept> above = find(ancestor);
    if (doc < 0 || above.isEmpty()) {
      return false;
    }
    try {
      LeafReaderContext leaf =
          reader.leaves().get(org.apache.lucene.index.ReaderUtil.subIndex(doc, reader.leaves()));
      PostingsEnum postings =
          leaf.reader()
              .postings(
                  new Term(ConceptFields.ANCESTOR, ConceptFields.cut(above.get().code())),
                  PostingsEnum.NONE);
      return postings != null && postings.advance(doc - leaf.docBase) == doc - leaf.docBase;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The concepts directly below, in their order. */
  public List<Concept> children(String code, int max) {
    return page(childrenOf(List.of(code)), 0, max);
  }

  /** Those directly below any of the codes. */
  public ConceptSet childrenOf(Collection<String> codes) {
    return terms(ConceptFields.PARENT, List.copyOf(codes));
  }

  /** Every concept. */
  public ConceptSet all() {
    FixedBitSet bits = new FixedBitSet(Math.max(1, size()));
    bits.set(0, size());
    return new ConceptSet(bits);
  }

  /** No concept. */
  public ConceptSet none() {
    return new ConceptSet(new FixedBitSet(Math.max(1, size())));
  }

  /** Those of the codes that are there. */
  public ConceptSet of(Collection<String> codes) {
    FixedBitSet bits = none().bits;
    for (String code : codes) {
      int doc = doc(code);
      if (doc >= 0) {
        bits.set(doc);
      }
    }
    return new ConceptSet(bits);
  }

  /** Everything below the code, itself not. */
  public ConceptSet below(String code) {
    return find(code)
        .map(found ->
            matching(
                new TermQuery(new Term(ConceptFields.ANCESTOR, ConceptFields.cut(found.code())))))
        .orElseGet(this::none);
  }

  /** Codes of everything above the code, itself not, the nearest first. */
  public Set<String> above(String code) {
    Set<String> above = new LinkedHashSet<>();
    Deque<String> open = new ArrayDeque<>(List.of(code));
    while (!open.isEmpty()) {
      find(open.remove())
          .ifPresent(concept -> concept.parents().stream().filter(above::add).forEach(open::add));
    }
    above.remove(code);
    return above;
  }

  /** Those that have the property, with any value. */
  public ConceptSet having(String property) {
    return matching(new TermQuery(new Term(ConceptFields.PRESENT, property)));
  }

  /** Those whose property has one of the values. */
  public ConceptSet having(String property, Collection<String> values) {
    return terms(
        ConceptFields.PROPERTY,
        values.stream()
            .map(value -> ConceptFields.property(property, ConceptFields.cut(value)))
            .toList());
  }

  /** Those whose property has a value that passes. */
  public ConceptSet havingValue(String property, Predicate<String> passes) {
    String start = ConceptFields.property(property, "");
    return terms(
        ConceptFields.PROPERTY,
        termsFrom(
            ConceptFields.PROPERTY, start, term -> passes.test(term.substring(start.length()))));
  }

  /** Those whose code passes. */
  public ConceptSet withCode(Predicate<String> passes) {
    return terms(ConceptFields.CODE, termsFrom(ConceptFields.CODE, "", passes));
  }

  /** Those whose display passes, of which the first 1,000 characters count. */
  public ConceptSet withDisplay(Predicate<String> passes) {
    return terms(ConceptFields.DISPLAY, termsFrom(ConceptFields.DISPLAY, "", passes));
  }

  /** Those with a display or designation, or a code, in which each word of the text begins one. */
  public ConceptSet withText(String text) {
    Set<String> words = ConceptFields.words(text);
    if (words.isEmpty()) {
      return all();
    }
    BooleanQuery.Builder all = new BooleanQuery.Builder();
    for (String word : words) {
      all.add(new PrefixQuery(new Term(ConceptFields.WORD, word)), Occur.FILTER);
    }
    return matching(all.build());
  }

  /** Those that only group others. */
  public ConceptSet abstracts() {
    return matching(new TermQuery(new Term(ConceptFields.FLAG, ConceptFields.ABSTRACT)));
  }

  /** Those that should no longer be used. */
  public ConceptSet inactive() {
    return matching(new TermQuery(new Term(ConceptFields.FLAG, ConceptFields.INACTIVE)));
  }

  /** Whether the code is in the set. */
  public boolean contains(ConceptSet set, String code) {
    int doc = doc(code);
    return doc >= 0 && set.bits.get(doc);
  }

  /**
   * Concepts of the set, in their order.
   *
   * @param offset how many are left out at the start
   * @param max at most so many
   */
  public List<Concept> page(ConceptSet set, int offset, int max) {
    List<Concept> page = new ArrayList<>();
    int left = offset;
    int doc = -1;
    while (page.size() < max && doc + 1 < set.bits.length()) {
      doc = set.bits.nextSetBit(doc + 1);
      if (doc == DocIdSetIterator.NO_MORE_DOCS) {
        break;
      }
      if (left-- <= 0) {
        page.add(concept(doc));
      }
    }
    return page;
  }

  private ConceptSet terms(String field, List<String> terms) {
    return matching(new TermInSetQuery(field, terms.stream().map(BytesRef::new).toList()));
  }

  private List<String> termsFrom(String field, String start, Predicate<String> passes) {
    List<String> passing = new ArrayList<>();
    try {
      for (LeafReaderContext leaf : reader.leaves()) {
        addTerms(leaf.reader(), field, start, passes, passing);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return passing;
  }

  private static void addTerms(
      LeafReader leaf, String field, String start, Predicate<String> passes, List<String> passing)
      throws IOException {
    Terms terms = leaf.terms(field);
    if (terms == null) {
      return;
    }
    TermsEnum each = terms.iterator();
    if (each.seekCeil(new BytesRef(start)) == TermsEnum.SeekStatus.END) {
      return;
    }
    for (BytesRef term = each.term(); term != null; term = each.next()) {
      String text = term.utf8ToString();
      if (!text.startsWith(start)) {
        return;
      }
      if (passes.test(text)) {
        passing.add(text);
      }
    }
  }

  private ConceptSet matching(Query query) {
    FixedBitSet bits = none().bits;
    try {
      IndexSearcher searcher = new IndexSearcher(reader);
      searcher.setQueryCache(null);
      Weight weight =
          searcher.createWeight(searcher.rewrite(query), ScoreMode.COMPLETE_NO_SCORES, 1);
      for (LeafReaderContext leaf : reader.leaves()) {
        Scorer scorer = weight.scorer(leaf);
        if (scorer != null) {
          DocIdSetIterator docs = scorer.iterator();
          for (int doc = docs.nextDoc();
              doc != DocIdSetIterator.NO_MORE_DOCS;
              doc = docs.nextDoc()) {
            bits.set(leaf.docBase + doc);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new ConceptSet(bits);
  }
}
