package org.rodnan.operation;

/** The operations about how subjects of studies fared. */
public record CourseOperations(
    TimelineOperation timeline,
    CrissOperation criss,
    IldProgressionOperation ildProgression,
    DataQualityOperation dataQuality) {}
