package org.rodnan.terminology;

import java.util.List;
import java.util.Optional;
import org.rodnan.terminology.concepts.CodeSystemOutline;
import org.rodnan.terminology.concepts.Concept;

/** A version of a code system whose codes are known here. Thread safe, never changes. */
public sealed interface KnownSystem permits IndexedSystem, GrammarSystem {
  CodeSystemOutline outline();

  /** The concept of a code, with what supplements add to it. */
  Optional<Concept> find(String code);

  /** The concepts directly below, in their order. */
  List<Concept> children(String code);

  /** Whether the concept is anywhere below the other one; a code is not below itself. */
  boolean isBelow(String code, String ancestor);
}
