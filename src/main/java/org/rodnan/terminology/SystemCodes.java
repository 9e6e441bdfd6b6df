package org.rodnan.terminology;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.hl7.fhir.r4.model.ValueSet.ConceptReferenceComponent;
import org.rodnan.terminology.concepts.Concept;
import org.rodnan.terminology.concepts.ConceptSet;

/**
 * What a value set holds of one code system. Never changes.
 *
 * @param known of a code system whose codes are known
 * @param set of the known ones, if they are listed, those that it holds
 * @param isOpen whether it holds all codes that are not listed, but for the others
 * @param others codes that are not listed among the known ones: those it holds, or if it is open,
 *     those it doesn't
 * @param named those of its codes that the value set names one by one, with its own texts for them
 */
record SystemCodes(
    String system,
    Optional<KnownSystem> known,
    Optional<ConceptSet> set,
    boolean isOpen,
    Map<String, ConceptReferenceComponent> others,
    Map<String, ConceptReferenceComponent> named) {

  SystemCodes or(SystemCodes more) {
    Map<String, ConceptReferenceComponent> all;
    if (isOpen && more.isOpen) {
      all = both(others, more.others);
    } else if (isOpen) {
      all = without(others, more.others);
    } else if (more.isOpen) {
      all = without(more.others, others);
    } else {
      all = joined(others, more.others);
    }
    return new SystemCodes(
        system,
        known,
        set.flatMap(mine -> more.set.map(mine::or)),
        isOpen || more.isOpen,
        all,
        joined(named, more.named));
  }

  SystemCodes and(SystemCodes more) {
    Map<String, ConceptReferenceComponent> both;
    if (isOpen && more.isOpen) {
      both = joined(others, more.others);
    } else if (isOpen) {
      both = without(more.others, others);
    } else if (more.isOpen) {
      both = without(others, more.others);
    } else {
      both = both(others, more.others);
    }
    return new SystemCodes(
        system,
        known,
        set.flatMap(mine -> more.set.map(mine::and)),
        isOpen && more.isOpen,
        both,
        joined(named, more.named));
  }

  SystemCodes minus(SystemCodes less) {
    Map<String, ConceptReferenceComponent> left;
    if (isOpen && less.isOpen) {
      left = without(less.others, others);
    } else if (isOpen) {
      left = joined(others, less.others);
    } else if (less.isOpen) {
      left = both(others, less.others);
    } else {
      left = without(others, less.others);
    }
    return new SystemCodes(
        system,
        known,
        set.flatMap(mine -> less.set.map(mine::minus)),
        isOpen && !less.isOpen,
        left,
        named);
  }

  SystemCodes minus(ConceptSet less) {
    return new SystemCodes(system, known, set.map(mine -> mine.minus(less)), isOpen, others, named);
  }

  /** Whether it holds the code. */
  boolean contains(String code) {
    if (known.isPresent() && known.get() instanceof IndexedSystem indexed && set.isPresent()) {
      Optional<Concept> concept = indexed.index().find(code);
      if (concept.isPresent()) {
        return indexed.index().contains(set.get(), concept.get().code());
      }
    }
    if (isOpen && known.isPresent() && known.get() instanceof GrammarSystem grammar) {
      return !others.containsKey(code) && grammar.find(code).isPresent();
    }
    return isOpen != others.containsKey(code);
  }

  private static <V> Map<String, V> joined(Map<String, V> first, Map<String, V> second) {
    if (second.isEmpty()) {
      return first;
    }
    Map<String, V> all = new LinkedHashMap<>(first);
    second.forEach(all::putIfAbsent);
    return all;
  }

  private static <V> Map<String, V> both(Map<String, V> first, Map<String, V> second) {
    Map<String, V> both = new LinkedHashMap<>(first);
    both.keySet().retainAll(second.keySet());
    return both;
  }

  private static <V> Map<String, V> without(Map<String, V> first, Map<String, V> second) {
    Map<String, V> left = new LinkedHashMap<>(first);
    left.keySet().removeAll(second.keySet());
    return left;
  }
}
