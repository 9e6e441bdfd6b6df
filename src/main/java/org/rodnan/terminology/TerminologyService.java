package org.rodnan.terminology;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.rodnan.terminology.concepts.CodeSystemOutline;

/** All that is known of terminology, whoever brought it. Thread safe. */
public final class TerminologyService {
  /**
   * The property of a concept of SNOMED CT whose values are the reference sets that it is a member
   * of.
   */
  public static final String MEMBER_OF = "memberOf";

  private final CodeSystems systems;
  private final TerminologyLimits limits;

  /**
   * @param dataDir {@code rodnan.data-dir}; only the folder {@code terminology} in it is used
   */
  public TerminologyService(Path dataDir, UnitConversion units, TerminologyLimits limits) {
    this.limits = limits;
    this.systems =
        new CodeSystems(
            new Releases(dataDir), units, dataDir.resolve("terminology").resolve("stored"), limits);
  }

  /** What is known together with these definitions. */
  public Terminology at(DefinitionSource source) {
    return new Terminology(systems, source, limits);
  }

  /** The code systems that need no definition: those made by rules, and loaded releases. */
  public List<CodeSystemOutline> outlines() {
    List<CodeSystemOutline> outlines = new ArrayList<>(systems.grammarOutlines());
    outlines.addAll(systems.releases().outlines());
    return outlines;
  }
}
