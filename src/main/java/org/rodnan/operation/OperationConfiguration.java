package org.rodnan.operation;

import java.time.Clock;
import org.hl7.fhir.r4.model.StructureDefinition;
import org.rodnan.cohort.CohortSearch;
import org.rodnan.cohort.Disclosure;
import org.rodnan.cohort.ParticipantFlowCount;
import org.rodnan.course.CrissAnalysis;
import org.rodnan.course.DataQualityCheck;
import org.rodnan.course.IldProgressionAnalysis;
import org.rodnan.course.Timelines;
import org.rodnan.cql.CqlEvaluation;
import org.rodnan.endpoint.EndpointAnalysis;
import org.rodnan.fhir.IdGenerator;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.ResourceParser;
import org.rodnan.index.FhirPaths;
import org.rodnan.index.ReferenceText;
import org.rodnan.interaction.Interactions;
import org.rodnan.safety.AdverseEventCount;
import org.rodnan.search.EverythingEngine;
import org.rodnan.search.MetaInUse;
import org.rodnan.search.SubjectSearch;
import org.rodnan.terminology.DefinitionSource;
import org.rodnan.terminology.Definitions;
import org.rodnan.terminology.TerminologyService;
import org.rodnan.terminology.UnitConversion;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration
@EnableConfigurationProperties(OperationSettings.class)
class OperationConfiguration {
  @Bean
  CourseOperations courseOperations(
      Interactions interactions,
      Timelines timelines,
      CrissAnalysis criss,
      IldProgressionAnalysis progression,
      DataQualityCheck quality,
      Disclosure disclosure) {
    return new CourseOperations(
        new TimelineOperation(timelines, disclosure, interactions.read()),
        new CrissOperation(criss, disclosure, interactions.read()),
        new IldProgressionOperation(progression, disclosure, interactions.read()),
        new DataQualityOperation(quality, disclosure, interactions.read()));
  }

  @Bean
  Operations operations(
      Interactions interactions,
      CohortSearch cohorts,
      Disclosure disclosure,
      CqlEvaluation cql,
      EndpointAnalysis endpoints,
      CourseOperations course,
      AdverseEventCount adverseEvents,
      ParticipantFlowCount participantFlow,
      EverythingEngine everything,
      MetaInUse metaInUse,
      ResourceParser parser,
      Definitions definitions,
      DefinitionSource current,
      TerminologyService terminology,
      IdGenerator ids,
      ReferenceText references,
      OperationSettings settings,
      UnitConversion units,
      Clock clock,
      Limits limits) {
    return new Operations(
        new EverythingOperation(interactions.read(), everything),
        new MetaOperation(interactions.read(), interactions.patch(), metaInUse),
        new LastnOperation(interactions.search(), limits),
        new ValidateOperation(
            interactions.read(),
            interactions.validate(),
            parser,
            url -> current.find(StructureDefinition.class, url).isPresent()),
        new GraphqlOperation(interactions, references, new FhirPaths().types(), settings, limits),
        new StatsOperation(interactions.read(), interactions.search(), units, limits, clock),
        new DiffOperation(interactions.read(), interactions.vread(), references),
        new CohortOperation(cohorts, disclosure, interactions.read(), interactions.create()),
        new CqlOperation(cql, disclosure, interactions.read(), current),
        new EvaluateMeasureOperation(cql, disclosure, interactions.read(), current),
        new EndpointOperation(endpoints, disclosure, interactions.read(), ids),
        new PublishedOperation(endpoints, disclosure, interactions.read()),
        course,
        new AdverseEventsOperation(adverseEvents, disclosure, interactions.read()),
        new ParticipantFlowOperation(participantFlow, disclosure, interactions.read()),
        interactions.expunge(),
        new TerminologyOperations(
            () -> terminology.at(current),
            definitions.conceptMaps(),
            interactions,
            parser,
            ids,
            clock));
  }

  @Bean
  TrialWarmUp trialWarmUp(
      SubjectSearch subjects, CohortSearch cohorts, EndpointAnalysis endpoints) {
    return new TrialWarmUp(subjects, cohorts, endpoints);
  }

  /** Once the server answers, so that it answers soon. Commands don't need it. */
  @Bean
  @ConditionalOnWebApplication
  @ConditionalOnBooleanProperty(name = "rodnan.warm-up", matchIfMissing = true)
  ApplicationListener<ApplicationReadyEvent> trialWarmUpStart(TrialWarmUp warmUp) {
    return event -> warmUp.start();
  }
}
