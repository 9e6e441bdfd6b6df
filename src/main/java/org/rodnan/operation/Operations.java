package org.rodnan.operation;

import org.rodnan.interaction.ExpungeInteraction;

/** All operations of one server. */
public record Operations(
    EverythingOperation everything,
    MetaOperation meta,
    LastnOperation lastn,
    ValidateOperation validate,
    GraphqlOperation graphql,
    StatsOperation stats,
    DiffOperation diff,
    CohortOperation cohort,
    CqlOperation cql,
    EvaluateMeasureOperation evaluateMeasure,
    EndpointOperation endpoint,
    PublishedOperation published,
    CourseOperations course,
    AdverseEventsOperation adverseEvents,
    ParticipantFlowOperation participantFlow,
    ExpungeInteraction expunge,
    TerminologyOperations terminology) {}
