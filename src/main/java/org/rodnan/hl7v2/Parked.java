package org.rodnan.hl7v2;

import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.hl7.fhir.r4.model.Attachment;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.Communication;
import org.hl7.fhir.r4.model.Communication.CommunicationStatus;
import org.hl7.fhir.r4.model.Identifier;
import org.hl7.fhir.r4.model.StringType;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.search.SearchRequest.Parameter;

/**
 * Messages that wait for a person to map their codes: Communications of status {@code on-hold} with
 * the message as it came, {@code completed} once it is stored. Thread safe.
 */
final class Parked {
  private static final String CATEGORY = "parked";

  private final Stored stored;
  private final Clock clock;

  Parked(Stored stored, Clock clock) {
    this.stored = stored;
    this.clock = clock;
  }

  Communication communication(
      String id, Message message, byte[] bytes, String hash, List<Problem> problems) {
    Communication communication = new Communication();
    communication.setId(id);
    communication.addIdentifier(new Identifier().setSystem(Receipt.SHA_256).setValue(hash));
    communication.setStatus(CommunicationStatus.ONHOLD);
    communication.addCategory(
        new CodeableConcept(new Coding(Codes.LOCAL + "message", CATEGORY, null)));
    communication.setReceived(Date.from(clock.instant()));
    communication.setTopic(
        new CodeableConcept()
            .setText(
                message.type()
                    + " "
                    + message.header().controlId()
                    + " of "
                    + message.header().sender().strip()));
    communication
        .addPayload()
        .setContent(new Attachment().setContentType("application/hl7-v2").setData(bytes));
    problems.forEach(
        problem -> communication.addPayload().setContent(new StringType(line(problem))));
    return communication;
  }

  private static String line(Problem problem) {
    return problem.location() + " " + problem.text();
  }

  /** What is not mapped, as it was told when it was parked. */
  static List<Problem> reasons(Communication communication) {
    List<Problem> reasons = new ArrayList<>();
    communication.getPayload().stream()
        .filter(each -> each.getContent() instanceof StringType)
        .map(each -> each.getContent().primitiveValue())
        .forEach(line -> {
          int blank = line.indexOf(' ');
          reasons.add(Problem.unmapped(line.substring(0, blank), line.substring(blank + 1)));
        });
    return reasons;
  }

  static byte[] message(Communication communication) {
    return ((Attachment) communication.getPayloadFirstRep().getContent()).getData();
  }

  static String hash(Communication communication) {
    return communication.getIdentifierFirstRep().getValue();
  }

  /** The same, its message stored. */
  static Communication done(Communication communication) {
    return communication.copy().setStatus(CommunicationStatus.COMPLETED);
  }

  Optional<Stored.Version<Communication>> find(String id) {
    return stored.find(Communication.class, id);
  }

  /** The oldest first. */
  List<Stored.Version<Communication>> waiting(Optional<String> id) {
    if (id.isPresent()) {
      return List.of(
          find(id.get())
              .filter(each -> isWaiting(each.resource()))
              .orElseThrow(() ->
                  new FhirFailure.NotFound(
                      "There is no message Communication/" + id.get() + " waiting")));
    }
    return stored
        .search(
            Communication.class,
            List.of(
                new Parameter("status", "on-hold"),
                new Parameter("category", Codes.LOCAL + "message|" + CATEGORY)))
        .stream()
        .filter(each -> isWaiting(each.resource()))
        .sorted(Comparator.comparing(each -> each.resource().getReceived()))
        .toList();
  }

  private static boolean isWaiting(Communication communication) {
    return communication.getStatus() == CommunicationStatus.ONHOLD
        && communication.getPayloadFirstRep().getContent() instanceof Attachment attachment
        && attachment.hasData();
  }
}
