package org.rodnan.terminology;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.rodnan.terminology.concepts.CodeSystemOutline;
import org.rodnan.terminology.concepts.Concept;

/** A code system whose codes are made by rules, such as UCUM: they can't be listed. */
record GrammarSystem(CodeSystemOutline outline, Function<String, Optional<Concept>> codes)
    implements KnownSystem {

  static GrammarSystem of(String url, String name, Function<String, Optional<Concept>> codes) {
    return new GrammarSystem(
        new CodeSystemOutline(url, null, name, "complete", true, "en", null, null, List.of()),
        codes);
  }

  @Override
  public Optional<Concept> find(String code) {
    return codes.apply(code);
  }

  @Override
  public List<Concept> children(String code) {
    return List.of();
  }

  @Override
  public boolean isBelow(String code, String ancestor) {
    return false;
  }
}
