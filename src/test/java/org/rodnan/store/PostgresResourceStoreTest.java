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
}
