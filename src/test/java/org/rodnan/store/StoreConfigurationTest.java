package org.rodnan.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rodnan.fhir.Limits;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.env.MapPropertySource;

class StoreConfigurationTest {
  @TempDir Path folder;

  private static AnnotationConfigApplicationContext context(Map<String, Object> properties) {
    AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
    context
        .getEnvironment()
        .getPropertySources()
        .addFirst(new MapPropertySource("test", new HashMap<>(properties)));
    context.registerBean(Limits.class, () -> Limits.DEFAULTS);
    context.registerBean(Clock.class, Clock::systemUTC);
    context.register(StoreConfiguration.class);
    context.refresh();
    return context;
  }

  @Test
  void opensSqliteInTheDataDirectory() {
    try (AnnotationConfigApplicationContext context =
        context(Map.of("rodnan.data-dir", folder.resolve("data").toString()))) {
      ResourceStore store = context.getBean(ResourceStore.class);
      store.submit(TestUnit.put(ResourceStoreContract.ONE, "x")).join();
      assertThat(context.getBean(LogReader.class)).isSameAs(store);
    }
    assertThat(folder.resolve("data/rodnan.sqlite")).exists();
  }

  @Test
  void keepsDataInTheWorkingDirectoryUnlessTold() {
    StoreSettings settings =
        new org.springframework.boot.context.properties.bind.Binder(
                new org.springframework.boot.context.properties.source
                    .MapConfigurationPropertySource())
            .bindOrCreate("rodnan", StoreSettings.class);

    assertThat(settings.folder()).isEqualTo(Path.of("./data"));
    assertThat(settings.store().url()).isNull();
    assertThat(settings.store().poolSize()).isEqualTo(8);
  }

  @Test
  void opensPostgresWhenTheUrlSaysSo() throws Exception {
    String url = PostgresServer.newDatabase();
    try (AnnotationConfigApplicationContext context =
        context(
            Map.of(
                "rodnan.data-dir", folder.resolve("data").toString(),
                "rodnan.store.url", url,
                "rodnan.store.user", "postgres",
                "rodnan.store.password", "postgres",
                "rodnan.store.pool-size", "3"))) {
      ResourceStore store = context.getBean(ResourceStore.class);
      store.submit(TestUnit.put(ResourceStoreContract.ONE, "x")).join();
      assertThat(store.read(ResourceStoreContract.ONE)).isPresent();
    }
    assertThat(folder.resolve("data")).doesNotExist();
  }

  @Test
  void refusesOtherDatabasesByName() {
    assertThatThrownBy(() ->
            ResourceStores.open(
                new StoreSettings(
                    folder.toString(),
                    new StoreSettings.DatabaseSettings("jdbc:h2:mem:x", null, null, 8)),
                Limits.DEFAULTS,
                Clock.systemUTC()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("rodnan.store.url")
        .hasMessageContaining("jdbc:sqlite:<file>")
        .hasMessageContaining("jdbc:postgresql:");
  }

  @Test
  void refusesAnSqliteDatabaseThatIsNotAFile() {
    for (String url : new String[] {"jdbc:sqlite:", "jdbc:sqlite::memory:"}) {
      assertThatThrownBy(() ->
              ResourceStores.open(
                  new StoreSettings(
                      folder.toString(), new StoreSettings.DatabaseSettings(url, null, null, 8)),
                  Limits.DEFAULTS,
                  Clock.systemUTC()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(url);
    }
  }

  @Test
  void keepsThePasswordOutOfItsText() {
    StoreSettings settings =
        new StoreSettings(
            folder.toString(),
            new StoreSettings.DatabaseSettings("jdbc:postgresql:x", "u", "secret-word", 8));

    assertThat(settings.toString() + settings.store()).doesNotContain("secret-word");
  }

  @Test
  void refusesATooSmallPool() {
    assertThatThrownBy(() -> new StoreSettings.DatabaseSettings(null, null, null, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("rodnan.store.pool-size");
  }
}
