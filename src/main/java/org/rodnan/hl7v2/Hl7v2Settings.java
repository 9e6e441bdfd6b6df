package org.rodnan.hl7v2;

import java.net.InetAddress;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings {@code rodnan.hl7v2.*}.
 *
 * @param port of MLLP; absent for no listener, 0 for any free one
 * @param address where MLLP listens
 * @param sslBundle the name of a bundle of {@code spring.ssl.bundle}; with it MLLP is over TLS only
 * @param sslClientAuth whether senders have to show a certificate that the bundle trusts
 * @param connectionsMax MLLP connections at once
 * @param messageBytesMax bytes of a message
 * @param messageTimeMax how long a message may take to come in, from its first byte
 * @param idleTimeMax how long an MLLP connection may be silent between messages
 * @param unmapped what is done with a message whose codes or units nobody has mapped
 * @param zone of times that don't say, if MSH-7 doesn't either
 * @param identifierSystems of patients: assigning authority (PID-3.4.1) to the identifier's system
 * @param codeSystems HL7's names of coding systems (OBX-3.3) to their addresses
 * @param studies what the messages call a study, to the id of its ResearchStudy
 * @param studyField where a message says the study, a field or component of a segment
 * @param visitField where it says the visit
 * @param names whether names of patients are kept
 */
@ConfigurationProperties("rodnan.hl7v2")
record Hl7v2Settings(
    @Nullable Integer port,
    @DefaultValue("127.0.0.1") InetAddress address,
    @Nullable String sslBundle,
    @DefaultValue("none") ClientAuth sslClientAuth,
    @DefaultValue("32") int connectionsMax,
    @DefaultValue("1048576") int messageBytesMax,
    @DefaultValue("30s") Duration messageTimeMax,
    @DefaultValue("10m") Duration idleTimeMax,
    @DefaultValue("refuse") Unmapped unmapped,
    @Nullable ZoneId zone,
    @DefaultValue Map<String, String> identifierSystems,
    @DefaultValue Map<String, String> codeSystems,
    @DefaultValue Map<String, String> studies,
    @DefaultValue("CTI-1") String studyField,
    @DefaultValue("CTI-3") String visitField,
    @DefaultValue("false") boolean names) {

  enum Unmapped {
    REFUSE,
    PARK
  }

  /** As in {@code server.ssl.client-auth}. */
  enum ClientAuth {
    NONE,
    WANT,
    NEED
  }

  Hl7v2Settings {
    if (sslClientAuth != ClientAuth.NONE && sslBundle == null) {
      throw new IllegalArgumentException(
          "rodnan.hl7v2.ssl-client-auth is "
              + sslClientAuth.name().toLowerCase(Locale.ROOT)
              + "; expected rodnan.hl7v2.ssl-bundle too, without which there is no TLS");
    }
    if (connectionsMax < 1 || messageBytesMax < 1) {
      throw new IllegalArgumentException(
          "rodnan.hl7v2.connections-max is "
              + connectionsMax
              + " and rodnan.hl7v2.message-bytes-max is "
              + messageBytesMax
              + "; expected 1 or more");
    }
    identifierSystems = Map.copyOf(identifierSystems);
    codeSystems = Map.copyOf(codeSystems);
    studies = Map.copyOf(studies);
    FieldPlace.parse("rodnan.hl7v2.study-field", studyField);
    FieldPlace.parse("rodnan.hl7v2.visit-field", visitField);
  }

  Optional<ZoneId> zoneSet() {
    return Optional.ofNullable(zone);
  }

  FieldPlace study() {
    return FieldPlace.parse("rodnan.hl7v2.study-field", studyField);
  }

  FieldPlace visit() {
    return FieldPlace.parse("rodnan.hl7v2.visit-field", visitField);
  }
}
