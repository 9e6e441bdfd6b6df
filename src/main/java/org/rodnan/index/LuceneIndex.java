package org.rodnan.index;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LongField;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.document.SortedNumericDocValuesField;
import org.apache.lucene.document.SortedSetDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.ConcurrentMergeScheduler;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.IndexNotFoundException;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.Lock;
import org.apache.lucene.store.LockObtainFailedException;
import org.apache.lucene.store.NRTCachingDirectory;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.NumericUtils;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.StartFailure;
import org.rodnan.store.LogEntry;
import org.rodnan.store.ResourceVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of the index. Every commit carries the log position it holds, what it was made with,
 * and which log it was made from; an index that doesn't fit is wiped. For one thread, but for
 * {@link #openReaders}.
 */
final class LuceneIndex implements AutoCloseable {
  /** To be raised with every change of the fields or their encoding. */
  private static final String FORMAT = "8";

  private static final Logger LOG = LoggerFactory.getLogger(LuceneIndex.class);
  private static final double RAM_BUFFER_MB = 64;
  private static final double CACHED_SEGMENT_MB_MAX = 8;
  private static final double CACHED_MB_MAX = 64;
  private static final String POSITION = "position";
  private static final String FINGERPRINT = "fingerprint";
  private static final String LOG_IDENTITY = "log";
  private static final String REINDEXING = "reindexing";

  private final Directory directory;
  private final IndexWriter writer;
  private final String fingerprint;
  private final LogPosition committed;
  private final String reindexing;
  private final AtomicInteger openReaders;

  private LuceneIndex(
      Directory directory,
      IndexWriter writer,
      String fingerprint,
      LogPosition committed,
      String reindexing,
      AtomicInteger openReaders) {
    this.directory = directory;
    this.writer = writer;
    this.fingerprint = fingerprint;
    this.committed = committed;
    this.reindexing = reindexing;
    this.openReaders = openReaders;
  }

  /**
   * Opens what is in the folder, or an empty index if there is nothing that fits.
   *
   * @param fingerprint what the documents are made with
   * @param logIdentity tells the log from other logs; empty if the log is empty
   * @param head an index beyond it is not of this log
   */
  static LuceneIndex open(
      Path folder,
      String fingerprint,
      String logIdentity,
      LogPosition head,
      AtomicInteger openReaders)
      throws IOException {
    Files.createDirectories(folder);
    String made = FORMAT + " " + org.apache.lucene.util.Version.LATEST.major + " " + fingerprint;
    Directory directory =
        new NRTCachingDirectory(FSDirectory.open(folder), CACHED_SEGMENT_MB_MAX, CACHED_MB_MAX);
    try {
      LogPosition position = usablePosition(directory, made, logIdentity, head);
      if (position != null) {
        try {
          IndexWriter writer =
              new IndexWriter(directory, config(IndexWriterConfig.OpenMode.APPEND));
          String reindexing =
              SegmentInfos.readLatestCommit(directory).getUserData().getOrDefault(REINDEXING, "");
          return new LuceneIndex(directory, writer, made, position, reindexing, openReaders);
        } catch (CorruptIndexException | NoSuchFileException | EOFException e) {
          LOG.warn("The index is damaged and will be built anew: {}", e.toString());
        }
      }
      directory.close();
      wipe(folder);
      Directory empty =
          new NRTCachingDirectory(FSDirectory.open(folder), CACHED_SEGMENT_MB_MAX, CACHED_MB_MAX);
      IndexWriter writer = new IndexWriter(empty, config(IndexWriterConfig.OpenMode.CREATE));
      return new LuceneIndex(empty, writer, made, LogPosition.START, "", openReaders);
    } catch (IOException | RuntimeException e) {
      directory.close();
      throw e;
    }
  }

  /** An empty index that is kept in memory, and never committed. */
  static LuceneIndex inMemory() throws IOException {
    return passing(new ByteBuffersDirectory());
  }

  /**
   * An empty index in files that are deleted with their folder when it is closed, and never
   * committed.
   *
   * @param folder what is in it is deleted
   */
  static LuceneIndex inFiles(Path folder) throws IOException {
    Files.createDirectories(folder);
    wipe(folder);
    return passing(
        new FilterDirectory(FSDirectory.open(folder)) {
          @Override
          public void close() throws IOException {
            super.close();
            wipe(folder);
            Files.delete(folder);
          }
        });
  }

  private static LuceneIndex passing(Directory directory) throws IOException {
    try {
      IndexWriter writer = new IndexWriter(directory, config(IndexWriterConfig.OpenMode.CREATE));
      return new LuceneIndex(directory, writer, "", LogPosition.START, "", new AtomicInteger());
    } catch (IOException | RuntimeException e) {
      directory.close();
      throw e;
    }
  }

  private static @Nullable LogPosition usablePosition(
      Directory directory, String made, String logIdentity, LogPosition head) throws IOException {
    try {
      Map<String, String> data = SegmentInfos.readLatestCommit(directory).getUserData();
      LogPosition position = position(data);
      if (!made.equals(data.get(FINGERPRINT))) {
        LOG.info("The index was made with other search parameters and will be built anew");
        return null;
      }
      boolean sameLog =
          position.equals(LogPosition.START) || logIdentity.equals(data.get(LOG_IDENTITY));
      if (!sameLog || !head.holds(position)) {
        LOG.info("The index was made from another log and will be built anew");
        return null;
      }
      return position;
    } catch (IndexNotFoundException e) {
      return null;
    } catch (CorruptIndexException
        | IndexFormatTooOldException
        | IndexFormatTooNewException
        | NoSuchFileException
        | EOFException
        | IllegalArgumentException e) {
      LOG.warn("The index can't be read and will be built anew: {}", e.toString());
      return null;
    }
  }

  /**
   * The log position that a commit holds.
   *
   * @param userData of the commit
   * @throws IllegalArgumentException if it says none
   */
  static LogPosition position(Map<String, String> userData) {
    return new LogPosition(Long.parseLong(userData.getOrDefault(POSITION, "x")));
  }

  /**
   * @throws StartFailure if a process has it open
   */
  static void delete(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Directory directory = FSDirectory.open(folder);
        Lock lock = directory.obtainLock(IndexWriter.WRITE_LOCK_NAME)) {
      lock.ensureValid();
      for (String file : directory.listAll()) {
        if (!file.equals(IndexWriter.WRITE_LOCK_NAME)) {
          directory.deleteFile(file);
        }
      }
    } catch (LockObtainFailedException e) {
      throw new StartFailure(
          "The index in " + folder + " is open in another Rodnan process.",
          "Stop the server first.",
          e);
    }
  }

  private static void wipe(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.delete(file);
      }
    }
  }

  private static IndexWriterConfig config(IndexWriterConfig.OpenMode mode) {
    ConcurrentMergeScheduler merges = new ConcurrentMergeScheduler();
    merges.setMaxMergesAndThreads(4, 1);
    return new IndexWriterConfig()
        .setOpenMode(mode)
        .setRAMBufferSizeMB(RAM_BUFFER_MB)
        .setMergeScheduler(merges)
        .setIndexSort(CreationOrder.SORT)
        .setCommitOnClose(false);
  }

  /** The position that the index held when it was opened. */
  LogPosition committed() {
    return committed;
  }

  /** {@link Reindexing#state()} of when it was committed. */
  String reindexing() {
    return reindexing;
  }

  /** The search parameters that clients have stored, as it was opened. */
  StoredParameters storedParameters() throws IOException {
    try (DirectoryReader reader = DirectoryReader.open(writer)) {
      Query all = new TermQuery(new Term(FieldNames.TYPE, StoredParameters.TYPE));
      int count = Math.max(1, reader.maxDoc());
      return StoredParameters.of(
          IndexedResource.find(new IndexSearcher(reader), all, count, Long.MAX_VALUE));
    }
  }

  /**
   * @param document of the content; null if there is none, then it is found by its id alone
   * @param numbers the permanent integers of what the document refers to
   */
  void put(
      LogEntry entry,
      ResourceVersion.Content content,
      @Nullable IndexDocument document,
      Map<ResourceKey, Long> numbers)
      throws IOException {
    IndexedResource resource =
        new IndexedResource(
            entry.number(),
            entry.created(),
            new StoredBody(
                content.key(), content.version(), content.lastUpdated(), content.json()));
    put(resource, content.version().value() == 1, document, numbers);
  }

  /** Puts a resource that is there again, with another document. */
  void putAgain(IndexedResource resource, IndexDocument document, Map<ResourceKey, Long> numbers)
      throws IOException {
    put(resource, false, document, numbers);
  }

  private void put(
      IndexedResource resource,
      boolean isFirst,
      @Nullable IndexDocument document,
      Map<ResourceKey, Long> numbers)
      throws IOException {
    if (document == null) {
      write(resource, isFirst, withIdentity(resource, new ArrayList<>()));
      return;
    }
    try {
      write(resource, isFirst, withIdentity(resource, document.fields(numbers)));
      putContained(resource, document, numbers);
    } catch (IllegalArgumentException e) {
      LOG.error("Resource {} is indexed by its id alone", resource.body().key(), e);
      write(resource, false, withIdentity(resource, new ArrayList<>()));
    }
  }

  /** They have their container's key, and go when it is written again or deleted. */
  private void putContained(
      IndexedResource resource, IndexDocument document, Map<ResourceKey, Long> numbers)
      throws IOException {
    if (document.contained().isEmpty()) {
      return;
    }
    List<byte[]> json = ContainedJson.of(resource.body().json());
    for (IndexDocument.Contained contained : document.contained()) {
      if (contained.place() <= json.size()) {
        StoredBody body =
            resource.body().contained(contained.key(), json.get(contained.place() - 1));
        writer.addDocument(
            withIdentity(resource, body, contained.place(), contained.document().fields(numbers)));
      }
    }
  }

  private void write(IndexedResource resource, boolean isFirst, List<IndexableField> document)
      throws IOException {
    if (isFirst) {
      writer.addDocument(document);
    } else {
      writer.updateDocument(keyTerm(resource.number()), document);
    }
  }

  private static List<IndexableField> withIdentity(
      IndexedResource resource, List<IndexableField> fields) {
    StoredBody body = resource.body();
    ResourceKey key = body.key();
    long lastUpdated = body.lastUpdated().toEpochMilli();
    fields.add(new StringField(FieldNames.TYPE, key.type(), Field.Store.NO));
    fields.add(new StringField(FieldNames.ID, key.id(), Field.Store.NO));
    if (Compartment.isOwner(key.type())) {
      fields.add(new StringField(FieldNames.COMPARTMENT, key.toString(), Field.Store.NO));
    }
    fields.add(new LongField(FieldNames.NUMBER, resource.number(), Field.Store.NO));
    fields.add(new LongPoint(FieldNames.LAST_UPDATED, lastUpdated, lastUpdated));
    addShared(resource, key.id(), body, fields);
    return fields;
  }

  private static List<IndexableField> withIdentity(
      IndexedResource container, StoredBody body, int place, List<IndexableField> fields) {
    ResourceKey key = body.contained().orElseThrow();
    long lastUpdated = body.lastUpdated().toEpochMilli();
    fields.add(new StringField(FieldNames.TYPE, FieldNames.contained(key.type()), Field.Store.NO));
    fields.add(new StringField(FieldNames.contained(FieldNames.ID), key.id(), Field.Store.NO));
    fields.add(new LongField(FieldNames.CONTAINER, container.number(), Field.Store.NO));
    fields.add(new SortedNumericDocValuesField(FieldNames.PLACE, place));
    fields.add(
        new LongPoint(FieldNames.contained(FieldNames.LAST_UPDATED), lastUpdated, lastUpdated));
    addShared(container, key.id(), body, fields);
    return fields;
  }

  /** What contained resources have under the same names as all others. */
  private static void addShared(
      IndexedResource resource, String id, StoredBody body, List<IndexableField> fields) {
    fields.add(new StringField(FieldNames.KEY, keyBytes(resource.number()), Field.Store.NO));
    fields.add(new LongField(FieldNames.CREATED, resource.created().value(), Field.Store.NO));
    fields.add(new SortedSetDocValuesField(FieldNames.sort(FieldNames.ID), new BytesRef(id)));
    fields.add(
        new SortedNumericDocValuesField(
            FieldNames.sort(FieldNames.LAST_UPDATED), body.lastUpdated().toEpochMilli()));
    fields.add(new BinaryDocValuesField(FieldNames.BODY, body.encode()));
  }

  void delete(long number) throws IOException {
    writer.deleteDocuments(keyTerm(number));
  }

  private static Term keyTerm(long number) {
    return new Term(FieldNames.KEY, keyBytes(number));
  }

  static BytesRef keyBytes(long number) {
    byte[] bytes = new byte[Long.BYTES];
    NumericUtils.longToSortableBytes(number, bytes, 0);
    return new BytesRef(bytes);
  }

  /**
   * A reader of all that was put and deleted so far. The caller releases it; the old one stays with
   * its owner.
   */
  DirectoryReader refresh(@Nullable DirectoryReader old) throws IOException {
    DirectoryReader newer =
        old == null ? DirectoryReader.open(writer) : DirectoryReader.openIfChanged(old, writer);
    if (newer == null && old != null) {
      old.incRef();
      return old;
    }
    openReaders.incrementAndGet();
    newer.getReaderCacheHelper().addClosedListener(key -> openReaders.decrementAndGet());
    return newer;
  }

  /** Makes what was applied up to the position durable, together with the position. */
  void commit(LogPosition position, String logIdentity, String reindexing) throws IOException {
    Map<String, String> data = new HashMap<>();
    data.put(POSITION, position.toString());
    data.put(FINGERPRINT, fingerprint);
    data.put(LOG_IDENTITY, logIdentity);
    data.put(REINDEXING, reindexing);
    writer.setLiveCommitData(data.entrySet());
    writer.commit();
  }

  /** Gives up what was not committed. */
  @Override
  public void close() throws IOException {
    try (directory) {
      writer.rollback();
    }
  }
}
