package org.rodnan.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.rodnan.fhir.ResourceKey;

class PostgresResourceStoreTest extends ResourceStoreContract {
  private String url = "";

  @Override
  StoreSettings newDatabase() throws SQLException {
    url = PostgresServer.newDatabase();
    return PostgresServer.store(url);
  }

  @Override
  String refusingSql() {
    return "alter table resource_key add constraint refuse check (id <> 'refused')";
  }

  @Override
  Connection connect() throws SQLException {
    return DriverManager.getConnection(url);
  }

  @Test
  void writesAGroupInOneTransaction() throws Exception {
    CountDownLatch release = holdWriter();
    List<CompletableFuture<?>> units = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      units.add(store.submit(TestUnit.put(new ResourceKey("Patient", "p" + i), "x")));
    }
    release.countDown();
    CompletableFuture.allOf(units.toArray(CompletableFuture[]::new)).join();

    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select count(*), count(distinct xmin::text) from resource_version")) {
      row.next();
      assertThat(row.getInt(1)).isEqualTo(64);
      assertThat(row.getInt(2)).isEqualTo(1);
    }
  }

  @Test
  void answersEachQuestionFromTheIndexMadeForIt() throws Exception {
    write(section -> {
      for (int i = 0; i < 2_000; i++) {
        String type = i % 50 == 0 ? "Patient" : "Observation";
        TestUnit.put(section, new ResourceKey(type, "r" + i % 1_500), "x");
      }
      return null;
    });
    try (Database database = PostgresDatabase.open(url, PostgresServer.store(url).store());
        Connection connection = DriverManager.getConnection(url + "&preferQueryMode=simple");
        Statement statement = connection.createStatement()) {
      statement.execute("analyze");
      for (String sql : SqlResourceStore.questions(database)) {
        String plan = genericPlan(statement, sql);
        assertThat(plan).as(sql).contains("Index").doesNotContain("Seq Scan", "Sort");
        // To count the versions of an instance is to look at them all, by whichever index.
        if (!sql.contains("count(*)") || !sql.contains("v.number")) {
          assertThat(plan).as(sql).doesNotContain("Filter:");
        }
      }
    }
  }

  /** The plan that PostgreSQL settles on for a prepared statement. */
  private static String genericPlan(Statement statement, String sql) throws SQLException {
    StringBuilder numbered = new StringBuilder();
    int parameters = 0;
    for (char c : sql.toCharArray()) {
      if (c == '?') {
        numbered.append('$').append(++parameters);
      } else {
        numbered.append(c);
      }
    }
    StringBuilder plan = new StringBuilder();
    try (ResultSet rows = statement.executeQuery("explain (generic_plan, costs off) " + numbered)) {
      while (rows.next()) {
        plan.append(rows.getString(1)).append('\n');
      }
    }
    return plan.toString();
  }
}
