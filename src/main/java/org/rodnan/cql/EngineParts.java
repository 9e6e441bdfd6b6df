package org.rodnan.cql;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.cqframework.cql.cql2elm.LibraryManager;
import org.cqframework.cql.cql2elm.ModelManager;
import org.cqframework.cql.cql2elm.model.CompiledLibrary;
import org.cqframework.cql.cql2elm.model.Model;
import org.cqframework.cql.cql2elm.quick.FhirLibrarySourceProvider;
import org.hl7.cql.model.ModelIdentifier;
import org.hl7.elm.r1.VersionedIdentifier;
import org.opencds.cqf.fhir.cql.CqlOptions;

/**
 * What takes long to make and is the same for all evaluations: FHIR's model, and the library {@code
 * FHIRHelpers}. Thread safe.
 */
final class EngineParts {
  private static final String HELPERS = "FHIRHelpers";
  private static final String HELPERS_VERSION = "4.0.1";

  private final Map<ModelIdentifier, Model> models = new ConcurrentHashMap<>();
  private final Map<VersionedIdentifier, CompiledLibrary> helpers = new ConcurrentHashMap<>();

  /** Makes all of it, which takes seconds. */
  void load() {
    LibraryManager libraries = libraryManager();
    libraries.getLibrarySourceLoader().registerProvider(new FhirLibrarySourceProvider());
    VersionedIdentifier identifier =
        new VersionedIdentifier().withId(HELPERS).withVersion(HELPERS_VERSION);
    helpers.put(identifier, libraries.resolveLibrary(identifier));
  }

  /** For one evaluation: what is stored may be another library in the next. */
  LibraryManager libraryManager() {
    LibraryManager libraries =
        new LibraryManager(
            new ModelManager(models),
            CqlOptions.defaultOptions().getCqlCompilerOptions(),
            new ConcurrentHashMap<>(helpers));
    libraries.getLibrarySourceLoader().clearProviders();
    return libraries;
  }
}
