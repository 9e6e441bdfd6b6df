package org.rodnan.store;

import java.sql.SQLException;
import java.util.Collection;
import java.util.Map;
import org.rodnan.fhir.ResourceKey;

/** What differs between SQLite and PostgreSQL. Thread safe but for the writing session. */
interface Database extends AutoCloseable {
  /** A session for reading, out of a pool; it sees what is committed, statement by statement. */
  Session reader() throws SQLException;

  /** A session for reading that sees one moment of the log, that of its first statement. */
  Session snapshot() throws SQLException;

  /**
   * The writing session of this node, in a new transaction that holds the writer section over all
   * nodes. Closing the session rolls back what is not committed and lets the section go.
   */
  Session beginWriting() throws SQLException;

  /** The log's end as the writing session sees it inside the section. */
  Head head(Session writing) throws SQLException;

  /** The rows of those keys that have one. */
  Map<ResourceKey, KeyRow> findKeys(Session session, Collection<ResourceKey> keys)
      throws SQLException;

  /**
   * Whether a transaction whose COMMIT brought an error was committed all the same. Waits until the
   * transaction is over, one way or the other.
   *
   * @param before the head that the transaction began with; it wrote at least one entry after it
   */
  boolean isCommitted(Head before) throws SQLException;

  /**
   * The condition of being of a type and between two positions, both included; phrased so that the
   * index on type and position serves it and no other. The parameters are type, first, type, last.
   */
  String ofTypeBetween();

  /** Whether other processes may write too. */
  boolean isShared();

  @Override
  void close();
}
