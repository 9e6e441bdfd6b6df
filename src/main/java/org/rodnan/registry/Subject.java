package org.rodnan.registry;

/**
 * A person in the study.
 *
 * @param id of Patient and ResearchSubject
 * @param start of participation in ISO 8601, from which study days are counted; empty if unknown
 */
record Subject(String id, String start) {}
