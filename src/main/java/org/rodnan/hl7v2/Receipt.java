package org.rodnan.hl7v2;

import java.util.Date;
import java.util.List;
import org.hl7.fhir.r4.model.Identifier;
import org.hl7.fhir.r4.model.Provenance;
import org.hl7.fhir.r4.model.Provenance.ProvenanceEntityRole;
import org.hl7.fhir.r4.model.Reference;
import org.rodnan.fhir.ResourceKey;

/** The Provenance of a message: what it wrote, and that it was taken. */
final class Receipt {
  /** Of identifiers that are SHA-256 hashes in hexadecimal digits. */
  static final String SHA_256 = Codes.LOCAL + "sha-256";

  private Receipt() {}

  static Provenance of(
      String id, Message message, String hash, List<Reference> targets, Date recorded) {
    Provenance provenance = new Provenance();
    provenance.setId(id);
    provenance.setTarget(targets);
    provenance.setRecorded(recorded);
    provenance.addAgent().setWho(new Reference().setDisplay(message.header().sender().strip()));
    provenance
        .addEntity()
        .setRole(ProvenanceEntityRole.SOURCE)
        .setWhat(
            new Reference()
                .setIdentifier(new Identifier().setSystem(SHA_256).setValue(hash))
                .setDisplay("HL7 v2 " + message.type() + " " + message.header().controlId()));
    return provenance;
  }

  static String hash(Provenance provenance) {
    return provenance.getEntityFirstRep().getWhat().getIdentifier().getValue();
  }

  /** What the message wrote when it was taken. */
  static List<Hl7v2Receiver.Written> unchanged(Provenance provenance) {
    return provenance.getTarget().stream()
        .flatMap(target -> ResourceKey.parse(target.getReference()).stream())
        .map(key -> new Hl7v2Receiver.Written(key.type(), key.id(), "unchanged"))
        .toList();
  }
}
