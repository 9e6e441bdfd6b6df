package org.rodnan.index;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexNotFoundException;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.rodnan.fhir.LogPosition;
import org.rodnan.store.StoreCheck;
import org.rodnan.store.StoreCheck.Current;

/**
 * Looks whether the index on disk shows what the log holds: of each resource the current version,
 * with its bytes, and nothing else. What the log has after the position of the index's last commit
 * is not its fault: the server catches up. For one thread; nothing is changed.
 */
public final class IndexCheck implements AutoCloseable {
  private final Directory directory;
  private final DirectoryReader reader;
  private final IndexSearcher searcher;
  private final LogPosition position;
  private final List<String> findings = new ArrayList<>();
  private long found;
  private long expected;
  private long later;

  private IndexCheck(Directory directory, DirectoryReader reader, LogPosition position) {
    this.directory = directory;
    this.reader = reader;
    this.searcher = new IndexSearcher(reader);
    this.position = position;
  }

  /**
   * Opens the index as it was last committed. A server may have it open.
   *
   * @return empty if there is none: the server makes it at its start
   */
  public static Optional<IndexCheck> open(Path dataDir) throws IOException {
    Path folder = dataDir.resolve(IndexConfiguration.FOLDER);
    if (!Files.isDirectory(folder)) {
      return Optional.empty();
    }
    Directory directory = FSDirectory.open(folder);
    try {
      DirectoryReader reader = DirectoryReader.open(directory);
      return Optional.of(
          new IndexCheck(
              directory, reader, LuceneIndex.position(reader.getIndexCommit().getUserData())));
    } catch (IndexNotFoundException e) {
      directory.close();
      return Optional.empty();
    } catch (IOException | RuntimeException e) {
      directory.close();
      throw e;
    }
  }

  /** How far the index is. */
  public LogPosition position() {
    return position;
  }

  /** Compares one resource; to be called for all of them. */
  public void compare(Current current) {
    if (current.position().value() > position.value()) {
      later++;
      return;
    }
    try {
      ScoreDoc[] hits =
          searcher.search(LongPoint.newExactQuery(FieldNames.NUMBER, current.number()), 2)
              .scoreDocs;
      if (current.hash().isEmpty()) {
        if (hits.length > 0) {
          tell("it is in the index though it is deleted", current);
        }
        return;
      }
      expected++;
      if (hits.length != 1) {
        tell("it is " + (hits.length == 0 ? "not" : "more than once") + " in the index", current);
        return;
      }
      StoredBody body = body(hits[0].doc);
      if (!body.key().equals(current.key()) || !body.version().equals(current.version())) {
        tell("the index has " + body.key() + " version " + body.version(), current);
      } else if (!MessageDigest.isEqual(sha256(body.json()), current.hash().get())) {
        tell("the index has other bytes", current);
      }
    } catch (IOException | RuntimeException e) {
      tell("the index can't be read: " + e, current);
    }
  }

  private StoredBody body(int document) throws IOException {
    LeafReaderContext leaf = reader.leaves().get(ReaderUtil.subIndex(document, reader.leaves()));
    BinaryDocValues values = leaf.reader().getBinaryDocValues(FieldNames.BODY);
    if (values == null || !values.advanceExact(document - leaf.docBase)) {
      throw new IOException("a document has no body");
    }
    return StoredBody.decode(values.binaryValue());
  }

  private void tell(String what, Current current) {
    found++;
    if (findings.size() < StoreCheck.TOLD_MAX) {
      findings.add(current.key() + " version " + current.version() + ": " + what);
    }
  }

  /**
   * What was found in all.
   *
   * @param findings at most {@value StoreCheck#TOLD_MAX}
   * @param found how many there are
   * @param later resources that changed after the index's last commit, and were not compared
   */
  public record Result(List<String> findings, long found, long later) {}

  /** To be called when all resources were compared. */
  public Result result() throws IOException {
    long resources =
        searcher.count(LongPoint.newRangeQuery(FieldNames.NUMBER, Long.MIN_VALUE, Long.MAX_VALUE));
    if (later == 0 && resources != expected) {
      found++;
      findings.add("The index has " + resources + " resources, the log " + expected);
    }
    return new Result(List.copyOf(findings), found, later);
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-256", e);
    }
  }

  @Override
  public void close() throws IOException {
    reader.close();
    directory.close();
  }
}
