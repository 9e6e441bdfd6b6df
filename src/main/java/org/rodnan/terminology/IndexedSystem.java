package org.rodnan.terminology;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.rodnan.terminology.concepts.CodeSystemOutline;
import org.rodnan.terminology.concepts.Concept;
import org.rodnan.terminology.concepts.ConceptIndex;
import org.rodnan.terminology.concepts.ConceptSet;

/**
 * A code system whose concepts are listed.
 *
 * @param supplements code systems that add designations and properties to its concepts
 */
record IndexedSystem(ConceptIndex index, List<ConceptIndex> supplements) implements KnownSystem {
  private static final int CHILDREN_MAX = 1_000;

  @Override
  public CodeSystemOutline outline() {
    return index.outline();
  }

  @Override
  public Optional<Concept> find(String code) {
    return index.find(code).map(this::supplemented);
  }

  Concept supplemented(Concept concept) {
    Concept whole = concept;
    for (ConceptIndex supplement : supplements) {
      Optional<Concept> more = supplement.find(concept.code());
      if (more.isPresent()) {
        whole = with(whole, more.get(), supplement.outline());
      }
    }
    return whole;
  }

  private static Concept with(Concept concept, Concept more, CodeSystemOutline from) {
    List<Concept.Designation> designations = new ArrayList<>(concept.designations());
    if (more.display() != null) {
      designations.add(Concept.Designation.of(from.language(), more.display()));
    }
    designations.addAll(more.designations());
    List<Concept.Property> properties = new ArrayList<>(concept.properties());
    properties.addAll(more.properties());
    return new Concept(
        concept.code(),
        concept.display(),
        concept.definition(),
        concept.isAbstract(),
        concept.isInactive(),
        designations,
        properties,
        concept.parents());
  }

  @Override
  public List<Concept> children(String code) {
    return index.children(code, CHILDREN_MAX);
  }

  @Override
  public boolean isBelow(String code, String ancestor) {
    return index.isBelow(code, ancestor);
  }

  /** Those in whose texts each word of the filter begins one. */
  ConceptSet withText(String filter) {
    ConceptSet found = index.withText(filter);
    for (ConceptIndex supplement : supplements) {
      ConceptSet hits = supplement.withText(filter);
      found =
          found.or(
              index.of(supplement.page(hits, 0, hits.size()).stream().map(Concept::code).toList()));
    }
    return found;
  }
}
