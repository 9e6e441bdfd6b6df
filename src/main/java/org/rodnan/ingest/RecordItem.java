package org.rodnan.ingest;

import java.util.Set;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.ingest.IngestReport.Action;
import org.rodnan.ingest.IngestReport.Row;

/**
 * A record that was read strictly.
 *
 * @param references the keys that it refers to
 */
record RecordItem(
    FhirRecord source, ResourceKey key, ParsedResource resource, Set<ResourceKey> references) {
  Row row(Action action, String reason) {
    return new Row(
        source.file(), source.line(), action, key.type(), key.id(), source.located(reason));
  }
}
