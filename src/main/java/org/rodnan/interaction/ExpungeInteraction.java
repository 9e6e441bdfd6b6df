package org.rodnan.interaction;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Date;
import org.hl7.fhir.r4.model.AuditEvent;
import org.hl7.fhir.r4.model.AuditEvent.AuditEventAction;
import org.hl7.fhir.r4.model.AuditEvent.AuditEventEntityComponent;
import org.hl7.fhir.r4.model.AuditEvent.AuditEventOutcome;
import org.hl7.fhir.r4.model.StringType;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.store.Change;
import org.rodnan.store.Expunging;
import org.rodnan.store.HistoryScope;
import org.rodnan.store.Origin;

/**
 * Takes contents of old versions and deleted resources away for good, as HAPI's {@code $expunge}.
 * Rows, hashes and tombstones stay; an AuditEvent in the same unit says who did it. Current
 * contents can't be expunged, so no index has to forget anything. Thread safe.
 */
public final class ExpungeInteraction {
  private final Preparation preparation;
  private final Writer writer;
  private final ExpungeRule rule;
  private final Clock clock;

  ExpungeInteraction(Preparation preparation, Writer writer, ExpungeRule rule, Clock clock) {
    this.preparation = preparation;
    this.writer = writer;
    this.rule = rule;
    this.clock = clock;
  }

  /** Whether the settings let anything be expunged. */
  public boolean isAllowed() {
    return rule != ExpungeRule.REFUSE;
  }

  /**
   * @return how many versions
   * @throws FhirFailure.Forbidden unless the setting {@code rodnan.expunge} is {@code allow}
   * @throws FhirFailure.NotFound if it is about a resource that never was
   */
  public int expunge(Expunging what, Origin origin) {
    if (!isAllowed()) {
      throw new FhirFailure.Forbidden(
          "Nothing may be expunged: the setting rodnan.expunge is 'refuse'; expected 'allow'");
    }
    ResourceKey key = preparation.newKey("AuditEvent");
    PreparedWrite audit = preparation.prepare(key, event(what, origin, key));
    return writer.write(
        origin,
        true,
        section -> {
          if (what.scope() instanceof HistoryScope.OfInstance instance
              && section.current(instance.key()).isEmpty()) {
            throw new FhirFailure.NotFound("Resource " + instance.key() + " is not known");
          }
          int count = section.expunge(what);
          if (count > 0) {
            audit.append(
                section,
                key,
                section.current(key),
                Change.CREATED,
                java.util.Map.of(),
                java.util.Set.of(),
                writer.rules());
          }
          return count;
        });
  }

  private ParsedResource event(Expunging what, Origin origin, ResourceKey key) {
    AuditEvent event = new AuditEvent();
    event.setId(key.id());
    event
        .getType()
        .setSystem("http://terminology.hl7.org/CodeSystem/audit-event-type")
        .setCode("rest")
        .setDisplay("RESTful Operation");
    event
        .addSubtype()
        .setSystem("http://hl7.org/fhir/restful-interaction")
        .setCode("operation")
        .setDisplay("operation");
    event.setAction(AuditEventAction.D).setRecorded(Date.from(clock.instant()));
    event.setOutcome(AuditEventOutcome._0);
    event.addAgent().setRequestor(true).setName(origin.actor());
    event.getSource().getObserver().setDisplay("Rodnan");
    AuditEventEntityComponent entity = event.addEntity();
    entity.setName("$expunge of " + name(what.scope()));
    detail(entity, "expungePreviousVersions", Boolean.toString(what.previousVersions()));
    detail(entity, "expungeDeletedResources", Boolean.toString(what.deletedResources()));
    detail(entity, "limit", Integer.toString(what.limit()));
    byte[] json =
        FhirContexts.r4()
            .newJsonParser()
            .encodeResourceToString(event)
            .getBytes(StandardCharsets.UTF_8);
    return new ParsedResource(event, json);
  }

  private static void detail(AuditEventEntityComponent entity, String type, String value) {
    entity.addDetail().setType(type).setValue(new StringType(value));
  }

  private static String name(HistoryScope scope) {
    return switch (scope) {
      case HistoryScope.OfInstance instance -> instance.key().toString();
      case HistoryScope.OfType type -> type.type();
      case HistoryScope.OfSystem system -> "all types";
    };
  }
}
