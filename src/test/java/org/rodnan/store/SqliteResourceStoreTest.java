package org.rodnan.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteResourceStoreTest extends ResourceStoreContract {
  @TempDir Path folder;

  @Override
  StoreSettings newDatabase() {
    return StoreSettings.sqliteIn(folder);
  }

  @Override
  Connection connect() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("rodnan.sqlite"));
  }

  @Test
  void refusesASecondStoreOnTheSameFile() {
    assertThatThrownBy(() -> ResourceStores.open(settings, LIMITS, clock))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("rodnan.sqlite")
        .hasMessageContaining("another Rodnan process");
    put(ONE, "the first one serves on");
  }

  @Test
  void opensTheFileThatTheUrlNames() {
    Path file = folder.resolve("deep/er/other.db");
    StoreSettings other =
        new StoreSettings(
            folder.toString(),
            new StoreSettings.DatabaseSettings("jdbc:sqlite:" + file, null, null, 2));
    try (ResourceStore second = ResourceStores.open(other, LIMITS, clock)) {
      second.submit(TestUnit.put(ONE, "x")).join();
    }
    assertThat(file).exists();
    assertThat(store.read(ONE)).isEmpty();
  }

  @Test
  void writesAheadAndSyncsEachCommit() throws Exception {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("pragma journal_mode")) {
      assertThat(row.getString(1)).isEqualTo("wal");
    }
  }

  @Test
  void answersEachQuestionFromAnIndex() throws Exception {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      for (String sql : SqlResourceStore.questions()) {
        try (ResultSet plan = statement.executeQuery("explain query plan " + sql)) {
          while (plan.next()) {
            assertThat(plan.getString("detail"))
                .as(sql)
                .doesNotContain("SCAN r", "SCAN v", "SCAN k", "SCAN i")
                .doesNotContain("TEMP B-TREE");
          }
        }
      }
    }
  }
}
