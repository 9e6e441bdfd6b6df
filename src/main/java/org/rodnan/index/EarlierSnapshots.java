package org.rodnan.index;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.MultiReader;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.util.BytesRef;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.store.LogEntry;
import org.rodnan.store.ResourceStore;
import org.rodnan.store.ResourceVersion;

/**
 * The data as they stood at an earlier position of the log. Of the documents of now those are
 * hidden that were written since, and beside them stand the versions that were current then,
 * indexed in memory or in files for as long as the snapshot is open. Search parameters are those of
 * now. Thread safe; in memory one is made at a time.
 */
public final class EarlierSnapshots {
  private static final String AS_OF = "asOf";
  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

  /** So many documents are made before the numbers of their targets are asked for. */
  private static final int BATCH = 500;

  private final ResourceStore store;
  private final ResourceIndex index;
  private final Limits limits;
  private final ReentrantLock making = new ReentrantLock();

  EarlierSnapshots(ResourceStore store, ResourceIndex index, Limits limits) {
    this.store = store;
    this.index = index;
    this.limits = limits;
  }

  /**
   * The data as of a position.
   *
   * @param now is closed with the answer, or if there is none
   * @throws FhirFailure.Malformed if the position is after that of now, or inside of what was
   *     written all or nothing
   * @throws FhirFailure.Unprocessable if too much was changed since, or the content of what was
   *     current then was taken away for good
   * @throws FhirFailure.Busy if others are being made for longer than a search may take
   */
  public IndexSnapshot at(LogPosition position, IndexSnapshot now) {
    if (now.position().equals(position)) {
      return now;
    }
    try {
      requireEndOfUnit(position, now.position());
      return locked(position, now);
    } catch (RuntimeException e) {
      now.close();
      throw e;
    }
  }

  /**
   * As {@link #at(LogPosition, IndexSnapshot)}, for work of any length over however many changes:
   * what was current then is kept in files, and of each changed resource some dozen bytes in
   * memory.
   *
   * @param folder for the files, made anew; deleted when the snapshot is closed
   * @param changesMax instead of {@code rodnan.limits.as-of-changes-max}
   */
  public IndexSnapshot at(LogPosition position, IndexSnapshot now, Path folder, int changesMax) {
    if (now.position().equals(position)) {
      return now;
    }
    try {
      requireEndOfUnit(position, now.position());
      return made(position, now, LuceneIndex.inFiles(folder), changesMax, "are looked up");
    } catch (IOException e) {
      now.close();
      throw unmakeable(position, e);
    } catch (RuntimeException e) {
      now.close();
      throw e;
    }
  }

  private static FhirFailure.Fault unmakeable(LogPosition position, IOException e) {
    return new FhirFailure.Fault("The index as of log position " + position + " can't be made", e);
  }

  private void requireEndOfUnit(LogPosition position, LogPosition now) {
    if (!now.holds(position)) {
      throw new FhirFailure.Malformed(
          "asOf is " + position + "; expected a log position up to " + now + ", the last", AS_OF);
    }
    if (position.equals(LogPosition.START)) {
      return;
    }
    List<LogEntry> entry = store.read(new LogPosition(position.value() - 1), 1);
    if (entry.isEmpty() || !entry.getFirst().endsUnit()) {
      throw new FhirFailure.Malformed(
          "asOf is "
              + position
              + ", a log position inside of a transaction; expected one that an answer has named",
          AS_OF);
    }
  }

  private IndexSnapshot locked(LogPosition position, IndexSnapshot now) {
    try {
      if (!making.tryLock(limits.queryTimeMax().toMillis(), TimeUnit.MILLISECONDS)) {
        throw new FhirFailure.Busy(
            "Data as of other log positions are being looked up", RETRY_AFTER);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FhirFailure.Busy("Interrupted while waiting", RETRY_AFTER);
    }
    try {
      return made(
          position,
          now,
          LuceneIndex.inMemory(),
          limits.asOfChangesMax(),
          "rodnan.limits.as-of-changes-max allows");
    } catch (IOException e) {
      throw unmakeable(position, e);
    } finally {
      making.unlock();
    }
  }

  private IndexSnapshot made(
      LogPosition position, IndexSnapshot now, LuceneIndex past, int changesMax, String maximum)
      throws IOException {
    try {
      Replaced replaced = new Replaced(past, index.extractor());
      boolean areAll = store.replaced(position, now.position(), changesMax, replaced::add);
      if (!areAll) {
        throw new FhirFailure.Unprocessable(
            IssueType.TOOCOSTLY,
            "Since log position "
                + position
                + " more resources were changed or deleted than "
                + maximum
                + ", "
                + changesMax
                + "; expected a later position",
            AS_OF);
      }
      replaced.index();
      DirectoryReader then = past.refresh(null);
      BooleanQuery hidden =
          new BooleanQuery.Builder()
              .add(CreationOrder.after(position), BooleanClause.Occur.SHOULD)
              .add(new TermInSetQuery(FieldNames.KEY, replaced.keys), BooleanClause.Occur.SHOULD)
              .build();
      MultiReader both =
          new MultiReader(
              new IndexReader[] {WithoutDocuments.of(now.reader(), hidden), then}, false);
      return now.as(
          position,
          both,
          () -> {
            both.close();
            then.decRef();
            past.close();
          });
    } catch (IOException | RuntimeException e) {
      past.close();
      throw e;
    }
  }

  /** Indexes what was current. For one thread. */
  private final class Replaced {
    private final LuceneIndex past;
    private final DocumentExtractor extractor;
    private final List<LogEntry> waiting = new ArrayList<>();
    private final List<BytesRef> keys = new ArrayList<>();

    private Replaced(LuceneIndex past, DocumentExtractor extractor) {
      this.past = past;
      this.extractor = extractor;
    }

    private void add(LogEntry entry) {
      keys.add(LuceneIndex.keyBytes(entry.number()));
      if (entry.version() instanceof ResourceVersion.Expunged expunged) {
        throw new FhirFailure.Unprocessable(
            IssueType.DELETED,
            "The content of "
                + expunged.key()
                + " version "
                + expunged.version()
                + ", which was current at that log position, was expunged; expected a later"
                + " position",
            AS_OF);
      }
      if (entry.version() instanceof ResourceVersion.Content) {
        waiting.add(entry);
      }
      if (waiting.size() == BATCH) {
        index();
      }
    }

    private void index() {
      List<@Nullable IndexDocument> documents = new ArrayList<>();
      Set<ResourceKey> targets = new HashSet<>();
      for (LogEntry entry : waiting) {
        IndexDocument document = LogApplication.document(entry, extractor);
        documents.add(document);
        if (document != null) {
          targets.addAll(document.targets());
        }
      }
      Map<ResourceKey, Long> numbers = store.numbers(targets);
      try {
        for (int i = 0; i < documents.size(); i++) {
          LogEntry entry = waiting.get(i);
          if (entry.version() instanceof ResourceVersion.Content content) {
            past.put(entry, content, documents.get(i), numbers);
          }
        }
      } catch (IOException e) {
        throw new FhirFailure.Fault("What was current can't be indexed", e);
      }
      waiting.clear();
    }
  }
}
