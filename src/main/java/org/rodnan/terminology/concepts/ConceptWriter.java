package org.rodnan.terminology.concepts;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collection;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/**
 * Makes a {@link ConceptIndex}, concept by concept, in their order. Takes some 32 MB of memory
 * however many there are. For one thread. Nothing is there before {@link #finish}.
 */
public final class ConceptWriter implements Closeable {
  private static final double BUFFER_MEGABYTES = 32;

  private final CodeSystemOutline outline;
  private final Directory directory;
  private final IndexWriter writer;
  private int size;

  private final boolean isTemporary;

  private ConceptWriter(CodeSystemOutline outline, Directory directory, boolean isTemporary)
      throws IOException {
    this.outline = outline;
    this.isTemporary = isTemporary;
    this.directory = directory;
    this.writer =
        new IndexWriter(
            directory,
            new IndexWriterConfig()
                .setOpenMode(IndexWriterConfig.OpenMode.CREATE)
                // Merges neighbours only, so that documents keep the order of the concepts.
                .setMergePolicy(new LogDocMergePolicy())
                .setMergeScheduler(new SerialMergeScheduler())
                .setRAMBufferSizeMB(BUFFER_MEGABYTES)
                .setCommitOnClose(false));
  }

  public static ConceptWriter inMemory(CodeSystemOutline outline) {
    try {
      return new ConceptWriter(outline, new ByteBuffersDirectory(), false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @param folder is made; what is in it is replaced
   */
  public static ConceptWriter onDisk(CodeSystemOutline outline, Path folder) {
    try {
      return new ConceptWriter(outline, FSDirectory.open(folder), false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @param folder is made, and goes once nobody refers to the index
   */
  public static ConceptWriter temporary(CodeSystemOutline outline, Path folder) {
    try {
      return new ConceptWriter(outline, FSDirectory.open(folder), true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @param ancestors codes of all concepts above it, near and far, without its own
   */
  public void add(Concept concept, Collection<String> ancestors) {
    Document document = new Document();
    term(document, ConceptFields.CODE, concept.code());
    if (!outline.isCaseSensitive()) {
      term(document, ConceptFields.FOLDED, ConceptFields.fold(concept.code()));
    }
    java.util.Set<String> words = ConceptFields.words(concept.code());
    if (concept.display() != null) {
      term(document, ConceptFields.DISPLAY, ConceptFields.cut(concept.display()));
      words.addAll(ConceptFields.words(concept.display()));
    }
    concept
        .designations()
        .forEach(designation -> words.addAll(ConceptFields.words(designation.value())));
    words.forEach(word -> term(document, ConceptFields.WORD, word));
    concept.parents().forEach(parent -> term(document, ConceptFields.PARENT, parent));
    ancestors.forEach(ancestor -> term(document, ConceptFields.ANCESTOR, ancestor));
    for (Concept.Property property : concept.properties()) {
      term(
          document,
          ConceptFields.PROPERTY,
          ConceptFields.property(property.code(), ConceptFields.cut(property.value())));
      term(document, ConceptFields.PRESENT, property.code());
    }
    if (concept.isAbstract()) {
      term(document, ConceptFields.FLAG, ConceptFields.ABSTRACT);
    }
    if (concept.isInactive()) {
      term(document, ConceptFields.FLAG, ConceptFields.INACTIVE);
    }
    try {
      document.add(new StoredField(ConceptFields.BODY, ConceptFields.encode(concept)));
      writer.addDocument(document);
      size++;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void term(Document document, String field, String value) {
    document.add(new StringField(field, ConceptFields.cut(value), Field.Store.NO));
  }

  /** How many concepts were added. */
  public int size() {
    return size;
  }

  /** Makes what was added durable, and opens it. */
  public ConceptIndex finish() {
    try {
      writer.forceMerge(1);
      writer.setLiveCommitData(outline.toMap().entrySet());
      writer.commit();
      return new ConceptIndex(DirectoryReader.open(directory), directory, isTemporary);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Without {@link #finish}, what was added is gone. */
  @Override
  public void close() {
    try {
      writer.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
