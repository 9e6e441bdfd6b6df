package org.rodnan.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A connection with the statements prepared on it, which stay prepared as long as it is open. One
 * thread at a time.
 */
final class Session implements AutoCloseable {
  private final Connection connection;
  private final Consumer<Session> whenClosed;
  private final Map<String, PreparedStatement> statements = new HashMap<>();
  private boolean broken;

  /**
   * @param whenClosed what {@link #close} does: give the session back to its pool, or end it
   */
  Session(Connection connection, Consumer<Session> whenClosed) {
    this.connection = connection;
    this.whenClosed = whenClosed;
  }

  Connection connection() {
    return connection;
  }

  /** The statement for this SQL; it belongs to the session. */
  PreparedStatement prepared(String sql) throws SQLException {
    PreparedStatement statement = statements.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      statements.put(sql, statement);
    }
    return statement;
  }

  /** Marks the session as not to be used by anyone else: an operation on it has failed. */
  void markBroken() {
    broken = true;
  }

  boolean isBroken() {
    return broken;
  }

  @Override
  public void close() {
    whenClosed.accept(this);
  }

  /**
   * Ends the statements and the connection, or gives it back to a pool underneath; a failure to do
   * so is of no interest.
   */
  void disconnect() {
    for (PreparedStatement statement : statements.values()) {
      closeQuietly(statement);
    }
    closeQuietly(connection);
  }

  private void closeQuietly(AutoCloseable resource) {
    try {
      resource.close();
    } catch (Exception e) {
      broken = true;
    }
  }
}
