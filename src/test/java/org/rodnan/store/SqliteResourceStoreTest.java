package org.rodnan.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rodnan.fhir.FhirFailure;

class SqliteResourceStoreTest extends ResourceStoreContract {
  @TempDir Path folder;

  @Override
  StoreSettings newDatabase() {
    return StoreSettings.sqliteIn(folder);
  }

  @Override
  String refusingSql() {
    return "create trigger refuse before insert on resource_key when new.id = 'refused'"
        + " begin select raise(abort, 'refused'); end";
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
  void saysThatAnotherProcessHoldsTheLock() throws Exception {
    try (Connection other = connect();
        Statement statement = other.createStatement()) {
      statement.execute("begin immediate");
      assertThatThrownBy(() -> store.submit(TestUnit.put(ONE, "x")).join())
          .hasCauseInstanceOf(FhirFailure.Busy.class)
          .hasMessageContaining("Another process");
      statement.execute("rollback");
    }
    put(ONE, "now there is nobody else");
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
    store.close();
    try (Database database = SqliteDatabase.open(folder.resolve("rodnan.sqlite"), 2);
        Connection connection = connect();
        Statement statement = connection.createStatement()) {
      for (String sql : SqlResourceStore.questions(database)) {
        List<String> plan = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery("explain query plan " + sql)) {
          while (rows.next()) {
            plan.add(rows.getString("detail"));
          }
        }
        plan.remove("SCAN CONSTANT ROW");
        assertThat(plan).as(sql).anySatisfy(step -> assertThat(step).contains("SEARCH"));
        assertThat(plan)
            .as(sql)
            .allSatisfy(step -> assertThat(step).doesNotContain("SCAN", "TEMP B-TREE"));
      }
    }
  }
}
