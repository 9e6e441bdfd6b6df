package org.rodnan.terminology;

/** Names that the loader of SNOMED CT and those who ask for its concepts share. */
final class SnomedRelease {
  /** The property of a concept whose values are the reference sets it is a member of. */
  static final String REFERENCE_SET = "memberOf";

  private SnomedRelease() {}
}
