package org.rodnan.sdtm;

/**
 * A subject of DM.
 *
 * @param id what the ids of its resources begin with
 * @param patientId of its Patient
 * @param subjectId of its ResearchSubject
 * @param reference the day that study days are counted from, as far as it is known
 * @param isTest whether it is made up
 */
record Subject(
    String study,
    String id,
    String patientId,
    String subjectId,
    String reference,
    boolean isTest) {}
