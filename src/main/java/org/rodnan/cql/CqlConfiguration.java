package org.rodnan.cql;

import java.time.Clock;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.rodnan.search.SubjectSearch;
import org.rodnan.terminology.DefinitionSource;
import org.rodnan.terminology.TerminologyService;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration
@EnableConfigurationProperties(CqlSettings.class)
class CqlConfiguration {
  /** Of its own, so that long evaluations hold up nobody else. */
  @Bean(destroyMethod = "shutdownNow")
  ExecutorService evaluating(CqlSettings settings) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            settings.threads(),
            settings.threads(),
            1,
            TimeUnit.MINUTES,
            new ArrayBlockingQueue<>(settings.queueMax()),
            Thread.ofPlatform().name("cql-", 0).daemon().factory());
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  @Bean
  CqlEvaluation cqlEvaluation(
      SubjectSearch subjects,
      TerminologyService terminology,
      DefinitionSource current,
      ExecutorService evaluating,
      CqlSettings settings,
      Clock clock) {
    return new CqlEvaluation(subjects, () -> terminology.at(current), evaluating, settings, clock);
  }
}
