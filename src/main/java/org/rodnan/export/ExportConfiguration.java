package org.rodnan.export;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.rodnan.cohort.ParticipantFlowCount;
import org.rodnan.deidentification.Deidentifier;
import org.rodnan.deidentification.PseudonymKey;
import org.rodnan.endpoint.EndpointAnalysis;
import org.rodnan.fhir.IdGenerator;
import org.rodnan.fhir.StartFailure;
import org.rodnan.index.ReferenceText;
import org.rodnan.interaction.Interactions;
import org.rodnan.safety.AdverseEventCount;
import org.rodnan.search.EverythingEngine;
import org.rodnan.search.ResourceScan;
import org.rodnan.search.SubjectSearch;
import org.rodnan.store.ResourceStore;
import org.rodnan.store.StoreSettings;
import org.rodnan.view.ViewCompiler;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration
@EnableConfigurationProperties(ExportSettings.class)
class ExportConfiguration {
  @Bean
  SdtmExport sdtmExport(
      Interactions interactions,
      EverythingEngine everything,
      Clock clock,
      ExportSettings settings) {
    return new SdtmExport(interactions.read(), everything, clock, settings.sdtmResourcesMax());
  }

  @Bean
  ClinicalTrialsExport clinicalTrialsExport(
      Interactions interactions,
      SubjectSearch subjects,
      ReferenceText references,
      ParticipantFlowCount flows,
      EndpointAnalysis endpoints,
      AdverseEventCount events) {
    return new ClinicalTrialsExport(
        interactions.read(),
        subjects,
        references,
        new ComputedResults(subjects, references, flows, endpoints, events));
  }

  @Bean
  ViewLibrary viewLibrary(Interactions interactions) {
    return new ViewLibrary(interactions.read());
  }

  @Bean
  RecordOwners recordOwners(Interactions interactions, ReferenceText references) {
    return new RecordOwners(interactions.read(), references);
  }

  @Bean
  ExportWork exportWork(
      ResourceScan scans,
      ResourceStore store,
      RecordOwners owners,
      ViewCompiler compiler,
      ViewRun runs,
      ElementChoice elements,
      ReferenceText references,
      ExportSettings settings,
      Clock clock) {
    return new ExportWork(
        scans,
        store,
        owners,
        compiler,
        runs,
        elements,
        deidentifier(settings, references),
        settings,
        clock);
  }

  @Bean
  FolderExport folderExport(ExportWork work) {
    return new FolderExport(work);
  }

  @Bean(destroyMethod = "close")
  ExportJobs exportJobs(
      ExportWork work,
      ExportSettings settings,
      StoreSettings places,
      IdGenerator ids,
      Clock clock) {
    return new ExportJobs(places.folder().resolve("exports"), work, settings, ids, clock);
  }

  /** Commands leave it to the server. */
  @Bean
  @ConditionalOnWebApplication
  InitializingBean exportsAtStart(ExportJobs jobs) {
    return jobs::resume;
  }

  @Bean
  ViewRun viewRun(ResourceScan scans, ExportSettings settings) {
    return new ViewRun(scans, settings.viewTimeMax(), settings.viewRowsMax());
  }

  private static Optional<Deidentifier> deidentifier(
      ExportSettings settings, ReferenceText references) {
    Path file = settings.pseudonymKeyFile();
    if (file == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Deidentifier(
              PseudonymKey.read(file),
              references::local,
              ExportSettings.SHIFT_DAYS_MIN,
              settings.shiftDaysMax()));
    } catch (IOException | IllegalArgumentException e) {
      throw new StartFailure(
          "The key of pseudonyms can't be read from "
              + file
              + " (rodnan.export.pseudonym-key-file): "
              + e.getMessage(),
          "Name a file of at least "
              + PseudonymKey.BYTES_MIN
              + " random bytes that this program can read.",
          e);
    }
  }
}
