package org.rodnan.trials;

import java.util.Optional;

/**
 * A kind of adverse event.
 *
 * @param code ours, as in the table of printed numbers
 * @param name as the paper prints it
 * @param snomed the SNOMED CT concept of the Global Patient Set, where one is verified
 */
record AdverseEventTerm(String code, String name, Optional<String> snomed) {}
