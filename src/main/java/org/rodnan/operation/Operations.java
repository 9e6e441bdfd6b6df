package org.rodnan.operation;

/** All operations of one server. */
public record Operations(
    EverythingOperation everything,
    MetaOperation meta,
    LastnOperation lastn,
    ValidateOperation validate,
    TerminologyOperations terminology) {}
