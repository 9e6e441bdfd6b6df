package org.rodnan.hl7v2;

import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.Bundle.BundleEntryComponent;
import org.hl7.fhir.r4.model.Bundle.HTTPVerb;
import org.hl7.fhir.r4.model.Communication;
import org.hl7.fhir.r4.model.Identifier;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Patient;
import org.hl7.fhir.r4.model.Provenance;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.IdGenerator;
import org.rodnan.fhir.Issue;
import org.rodnan.fhir.ResourceParser;
import org.rodnan.hl7v2.ResultMapping.Result;
import org.rodnan.interaction.BundleInteraction;
import org.rodnan.interaction.EntryOperations;
import org.rodnan.interaction.EntryOutcome;
import org.rodnan.store.Origin;

/**
 * Takes HL7 v2 messages, ORU^R01, ADT^A08 and ADT^A31, one transaction each, and acknowledges them.
 * What is acknowledged with AA is durable. A message that comes again, by MSH-3, MSH-4 and MSH-10,
 * changes nothing and is acknowledged again. Messages about one patient are worked on in the order
 * in which they came. Thread safe.
 */
public final class Hl7v2Receiver {
  private static final String PATIENT_URL = "urn:uuid:6f3c1d6a-53bd-4d4e-9a4e-1a2d3c4b5a69";
  private static final Pattern ENTRY =
      Pattern.compile("^Bundle\\.entry\\[(\\d{1,9})](?:.*?\\.component\\[(\\d{1,9})])?");
  private static final Pattern PLACE = Pattern.compile("^Bundle\\.entry\\[\\d{1,9}]: ");
  private static final Pattern PID = Pattern.compile("[\r\n]PID([^\r\n]*)");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss'+0000'").withZone(ZoneOffset.UTC);
  private static final int TRIES = 4;

  private final Message.Reader reader = new Message.Reader();
  private final PatientOrder order = new PatientOrder();
  private final Stored stored;
  private final Parked parked;
  private final PatientMapping patients;
  private final ResultMapping results;
  private final BundleInteraction bundles;
  private final ResourceParser parser;
  private final Hl7v2Settings settings;
  private final IdGenerator ids;
  private final Clock clock;

  Hl7v2Receiver(
      Stored stored,
      PatientMapping patients,
      ResultMapping results,
      BundleInteraction bundles,
      ResourceParser parser,
      Hl7v2Settings settings,
      IdGenerator ids,
      Clock clock) {
    this.stored = stored;
    this.parked = new Parked(stored, clock);
    this.patients = patients;
    this.results = results;
    this.bundles = bundles;
    this.parser = parser;
    this.settings = settings;
    this.ids = ids;
    this.clock = clock;
  }

  /**
   * What became of a message.
   *
   * @param acknowledgement the answer, in the encoding of the message
   * @param code {@code AA}, {@code AE} or {@code AR}
   * @param busy whether it failed for now only
   * @param parked whether it is kept for a person to map
   * @param controlId MSH-10
   * @param problems what stands against it; for parked ones what is not mapped, for others of
   *     {@code AA} what of it was left out
   * @param written what was written or found unchanged
   */
  public record Received(
      byte[] acknowledgement,
      String code,
      boolean busy,
      boolean parked,
      String controlId,
      List<String> problems,
      List<Written> written) {
    public Received {
      problems = List.copyOf(problems);
      written = List.copyOf(written);
    }
  }

  /**
   * A resource of a message.
   *
   * @param effect {@code created}, {@code updated} or {@code unchanged}
   */
  public record Written(String type, String id, String effect) {}

  /**
   * Where an entry comes from.
   *
   * @param components the same of its components
   */
  private record Source(String whole, List<String> components) {
    static final Source NONE = new Source("", List.of());

    static Source of(Result result) {
      return new Source(
          result.source().location(5),
          result.components().stream().map(each -> each.location(5)).toList());
    }

    String at(Optional<Integer> component) {
      return component
          .filter(index -> index < components.size())
          .map(components::get)
          .orElse(whole);
    }
  }

  /** What a message came to, before it is told. */
  private record Verdict(List<Problem> problems, boolean parked, List<Written> written) {
    static Verdict of(List<Problem> problems) {
      return new Verdict(problems, false, List.of());
    }
  }

  /** Bytes that a message may have, {@code rodnan.hl7v2.message-bytes-max}. */
  public int messageBytesMax() {
    return settings.messageBytesMax();
  }

  /**
   * Reads, stores and acknowledges a message; returns when what it says is durable.
   *
   * @param message without MLLP's frame
   * @param origin who sent it
   */
  public Received receive(byte[] message, Origin origin) {
    Header header = Header.of(message);
    if (message.length > settings.messageBytesMax()) {
      return tooLarge(header);
    }
    Verdict verdict =
        order.inTurn(patientOf(message), () -> verdict(message, origin, Optional.empty()));
    return told(header, verdict);
  }

  /** The answer to a message that has more bytes than are taken. */
  Received tooLarge(byte[] begin) {
    return tooLarge(Header.of(begin));
  }

  private Received tooLarge(Header header) {
    return told(
        header,
        Verdict.of(
            List.of(
                Problem.rejected(
                    Problem.SEQUENCE,
                    "",
                    "The message has more bytes than rodnan.hl7v2.message-bytes-max allows, "
                        + settings.messageBytesMax()))));
  }

  private Received told(Header header, Verdict verdict) {
    Acknowledgement acknowledgement =
        new Acknowledgement(header, verdict.problems(), verdict.parked());
    String id = ids.next().replace("-", "");
    return new Received(
        acknowledgement.encode(
            id.substring(Math.max(0, id.length() - 20)), TIME.format(clock.instant())),
        acknowledgement.code(),
        acknowledgement.isBusy(),
        verdict.parked(),
        header.controlId(),
        verdict.problems().stream().map(Problem::text).toList(),
        verdict.written());
  }

  /** PID-3 as it stands: only who is meant, before anything is read. */
  private static String patientOf(byte[] message) {
    Matcher pid = PID.matcher(new String(message, StandardCharsets.ISO_8859_1));
    if (!pid.find() || pid.group(1).isEmpty()) {
      return "";
    }
    String[] fields = pid.group(1).split(Pattern.quote(pid.group(1).substring(0, 1)), 5);
    return fields.length > 3 ? fields[3] : "";
  }

  /**
   * Tries again what was parked, the oldest first, by the maps as they are now. A result that a
   * message received later has written stays as that one left it.
   *
   * @param id of one Communication; empty for all
   * @throws FhirFailure.NotFound if there is no such message waiting
   */
  public List<Replayed> replay(Optional<String> id, Origin origin) {
    List<Replayed> replayed = new ArrayList<>();
    for (Stored.Version<Communication> each : parked.waiting(id)) {
      byte[] message = Parked.message(each.resource());
      Verdict verdict =
          order.inTurn(patientOf(message), () -> verdict(message, origin, Optional.of(each)));
      replayed.add(
          new Replayed(
              each.resource().getIdElement().getIdPart(), told(Header.of(message), verdict)));
    }
    return replayed;
  }

  /** A parked message that was tried again, by the id of its Communication. */
  public record Replayed(String id, Received received) {}

  private Verdict verdict(
      byte[] bytes, Origin origin, Optional<Stored.Version<Communication>> replayed) {
    try {
      Message message = reader.read(bytes);
      requireTaken(message);
      for (int tried = 1; ; tried++) {
        try {
          return handle(message, bytes, origin, replayed);
        } catch (FhirFailure.PreconditionFailed | FhirFailure.Conflict e) {
          // Somebody else wrote in between, another node for one.
          if (tried == TRIES) {
            return Verdict.of(List.of(Problem.wrong(Problem.UNKNOWN_KEY, "", text(e))));
          }
        }
      }
    } catch (RefusedException e) {
      return Verdict.of(e.problems());
    } catch (FhirFailure.Busy | FhirFailure.DiskFull | FhirFailure.Fault e) {
      return Verdict.of(List.of(new Problem(Problem.Kind.BUSY, Problem.INTERNAL, "", text(e))));
    } catch (FhirFailure e) {
      return Verdict.of(List.of(Problem.wrong(Problem.INTERNAL, "", text(e))));
    }
  }

  private static void requireTaken(Message message) {
    switch (message.type()) {
      case "ORU^R01", "ADT^A08", "ADT^A31" -> {
        // Taken.
      }
      default -> {
        String type = message.header().component(9, 1);
        boolean isKnown = type.equals("ORU") || type.equals("ADT");
        throw new RefusedException(
            Problem.rejected(
                isKnown ? Problem.EVENT : Problem.MESSAGE_TYPE,
                "MSH^1^9",
                "MSH-9 is '" + message.type() + "'; expected ORU^R01, ADT^A08 or ADT^A31"));
      }
    }
    String processing = message.header().component(11, 1);
    if (!processing.equals("P")) {
      throw new RefusedException(
          Problem.rejected(
              Problem.PROCESSING_ID,
              "MSH^1^11",
              "MSH-11 is '" + processing + "'; expected P: what is sent here is kept"));
    }
    if (message.count("PID") != 1) {
      throw new RefusedException(
          Problem.rejected(
              Problem.SEQUENCE,
              "PID",
              "The message has " + message.count("PID") + " PID segments; expected one"));
    }
  }

  private Verdict handle(
      Message message,
      byte[] bytes,
      Origin origin,
      Optional<Stored.Version<Communication>> replayed) {
    String id = Digest.id(message.header().sender(), message.header().controlId());
    String hash = hash(bytes);
    Optional<Provenance> known = stored.find(Provenance.class, id).map(Stored.Version::resource);
    if (known.isPresent()) {
      Verdict verdict = again(message, hash, Receipt.hash(known.get()));
      return verdict.problems().isEmpty()
          ? new Verdict(List.of(), false, Receipt.unchanged(known.get()))
          : verdict;
    }
    Optional<Stored.Version<Communication>> kept =
        replayed.isPresent() ? Optional.empty() : parked.find(id);
    if (kept.isPresent()) {
      Verdict verdict = again(message, hash, Parked.hash(kept.get().resource()));
      return verdict.problems().isEmpty()
          ? new Verdict(Parked.reasons(kept.get().resource()), true, List.of())
          : verdict;
    }
    List<Problem> problems = new ArrayList<>();
    Bundle bundle = new Bundle().setType(Bundle.BundleType.TRANSACTION);
    List<Source> sources = new ArrayList<>();
    fill(message, bundle, sources, problems, replayed);
    List<Problem> standing = problems.stream().filter(each -> !each.isLeftOut()).toList();
    if (!standing.isEmpty()) {
      boolean isToMap = standing.stream().allMatch(each -> each.kind() == Problem.Kind.UNMAPPED);
      if (isToMap && settings.unmapped() == Hl7v2Settings.Unmapped.PARK && replayed.isEmpty()) {
        Communication waiting = parked.communication(id, message, bytes, hash, standing);
        put(bundle.setEntry(null), waiting, Optional.empty());
        write(bundle, List.of(Source.NONE), origin);
        return new Verdict(standing, true, List.of());
      }
      return Verdict.of(standing);
    }
    if (bundle.getEntry().isEmpty()) {
      return Verdict.of(problems);
    }
    List<Reference> targets = new ArrayList<>();
    for (BundleEntryComponent entry : bundle.getEntry()) {
      targets.add(
          entry.getResource() instanceof Patient patient && !patient.hasId()
              ? new Reference(PATIENT_URL)
              : new Reference(
                  entry.getResource().fhirType() + "/" + entry.getResource().getIdPart()));
    }
    put(
        bundle,
        Receipt.of(id, message, hash, targets, Date.from(clock.instant())),
        Optional.empty());
    sources.add(Source.NONE);
    if (replayed.isPresent()) {
      put(bundle, Parked.done(replayed.get().resource()), Optional.of(replayed.get().etag()));
      sources.add(Source.NONE);
    }
    Verdict verdict = write(bundle, sources, origin);
    return verdict.problems().isEmpty() ? new Verdict(problems, false, verdict.written()) : verdict;
  }

  /** Of all but the header: a sender that repeats a message may give it a new time. */
  private static String hash(byte[] message) {
    int end = 0;
    while (end < message.length && message[end] != '\r' && message[end] != '\n') {
      end++;
    }
    return Digest.of(Arrays.copyOfRange(message, end, message.length));
  }

  private static Verdict again(Message message, String hash, String known) {
    return hash.equals(known)
        ? Verdict.of(List.of())
        : Verdict.of(
            List.of(
                Problem.wrong(
                    Problem.DUPLICATE_KEY,
                    "MSH^1^10",
                    "MSH-10 is '"
                        + message.header().controlId()
                        + "', which another message of this sender has; expected a control id of"
                        + " its own")));
  }

  private void fill(
      Message message,
      Bundle bundle,
      List<Source> sources,
      List<Problem> problems,
      Optional<Stored.Version<Communication>> replayed) {
    Segment pid = message.first("PID").orElseThrow();
    Times times = Times.of(message.header(), settings.zoneSet());
    List<Identifier> identifiers = patients.identifiers(pid);
    if (message.type().startsWith("ADT")) {
      known(pid, identifiers)
          .ifPresentOrElse(
              patient -> {
                patients.apply(patient.resource(), pid, times);
                put(bundle, patient.resource(), Optional.of(patient.etag()));
                sources.add(new Source(pid.location(3), List.of()));
              },
              () -> problems.add(unknown(pid)));
      return;
    }
    known(pid, identifiers);
    Patient patient = patients.create(pid, identifiers, times);
    bundle
        .addEntry()
        .setFullUrl(PATIENT_URL)
        .setResource(patient)
        .getRequest()
        .setMethod(HTTPVerb.POST)
        .setUrl("Patient")
        .setIfNoneExist("identifier=" + encoded(tokens(identifiers)));
    sources.add(new Source(pid.location(3), List.of()));
    for (Result result :
        results.map(message, new Reference(PATIENT_URL), identifiers, times, problems)) {
      if (isOld(result, replayed)) {
        continue;
      }
      put(bundle, result.observation(), result.before().map(Stored.Version::etag));
      sources.add(Source.of(result));
    }
  }

  private static boolean isOld(Result result, Optional<Stored.Version<Communication>> replayed) {
    return replayed.isPresent()
        && result.before().isPresent()
        && result
            .before()
            .get()
            .lastUpdated()
            .isAfter(replayed.get().resource().getReceived().toInstant());
  }

  /**
   * Who has one of the identifiers; empty if nobody is known by any of them.
   *
   * @throws RefusedException if they are of several patients
   */
  private Optional<Stored.Version<Patient>> known(Segment pid, List<Identifier> identifiers) {
    List<Stored.Version<Patient>> found = stored.identified(Patient.class, tokens(identifiers));
    if (found.size() > 1) {
      throw new RefusedException(
          Problem.wrong(
              Problem.UNKNOWN_KEY,
              pid.location(3),
              "PID-3 has identifiers of several patients, "
                  + found.stream()
                      .map(each -> "Patient/" + each.resource().getIdElement().getIdPart())
                      .sorted()
                      .collect(Collectors.joining(", "))
                  + "; expected those of one"));
    }
    return found.stream().findFirst();
  }

  private static Problem unknown(Segment pid) {
    return Problem.leftOut(
        Problem.UNKNOWN_KEY,
        pid.location(3),
        "PID-3 is '"
            + pid.text(3)
            + "', of nobody who is known here; nothing is stored, since demographics change only"
            + " who has results");
  }

  private static String tokens(List<Identifier> identifiers) {
    return identifiers.stream()
        .map(each -> Stored.escaped(each.getSystem()) + "|" + Stored.escaped(each.getValue()))
        .collect(Collectors.joining(","));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static void put(Bundle bundle, Resource resource, Optional<String> etag) {
    Bundle.BundleEntryRequestComponent request =
        bundle.addEntry().setResource(resource).getRequest();
    request.setMethod(HTTPVerb.PUT).setUrl(resource.fhirType() + "/" + resource.getIdPart());
    if (etag.isPresent()) {
      request.setIfMatch(etag.get());
    } else if (!(resource instanceof Observation)) {
      request.setIfNoneMatch("*");
    }
  }

  /**
   * @param sources of the entries, where a person finds what is wrong with one
   */
  private Verdict write(Bundle bundle, List<Source> sources, Origin origin) {
    byte[] json =
        FhirContexts.r4()
            .newJsonParser()
            .setStripVersionsFromReferences(false)
            .encodeResourceToString(bundle)
            .getBytes(StandardCharsets.UTF_8);
    try {
      List<Written> written = new ArrayList<>();
      for (EntryOutcome outcome :
          bundles.process(parser.parseJsonBundle(json), origin, EntryOperations.NONE).entries()) {
        if (outcome instanceof EntryOutcome.Written each
            && !each.outcome().version().key().type().equals("Provenance")) {
          written.add(
              new Written(
                  each.outcome().version().key().type(),
                  each.outcome().version().key().id(),
                  each.outcome().effect().name().toLowerCase(Locale.ROOT)));
        }
      }
      return new Verdict(List.of(), false, written);
    } catch (FhirFailure.Unprocessable | FhirFailure.Malformed e) {
      List<Problem> problems = new ArrayList<>();
      for (Issue issue : e.issues()) {
        if (issue.isError()) {
          problems.add(
              Problem.wrong(
                  Problem.INTERNAL,
                  source(issue, sources),
                  PLACE.matcher(issue.diagnostics()).replaceFirst("")));
        }
      }
      return Verdict.of(
          problems.isEmpty() ? List.of(Problem.wrong(Problem.INTERNAL, "", text(e))) : problems);
    }
  }

  private static String source(Issue issue, List<Source> sources) {
    for (String expression : issue.expression()) {
      Matcher entry = ENTRY.matcher(expression);
      if (entry.find()) {
        int index = Integer.parseInt(entry.group(1));
        return index < sources.size()
            ? sources.get(index).at(Optional.ofNullable(entry.group(2)).map(Integer::parseInt))
            : "";
      }
    }
    return "";
  }

  private static String text(FhirFailure failure) {
    return String.valueOf(failure.getMessage());
  }

  /**
   * Takes the messages of a file one after the other; envelopes of batches and files (FHS, BHS,
   * BTS, FTS) are passed over.
   */
  public List<OfFile> receiveAll(byte[] file, Origin origin) {
    List<OfFile> all = new ArrayList<>();
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    long line = 0;
    long begun = 1;
    int start = 0;
    for (int i = 0; i <= file.length; i++) {
      if (i < file.length && file[i] != '\r' && file[i] != '\n') {
        continue;
      }
      line++;
      String name = new String(file, start, Math.min(3, i - start), StandardCharsets.ISO_8859_1);
      boolean isEnvelope = List.of("FHS", "BHS", "BTS", "FTS").contains(name);
      if (name.equals("MSH") || isEnvelope) {
        add(all, message, begun, origin);
        begun = line;
      }
      if (!isEnvelope && i > start) {
        if (message.size() == 0) {
          begun = line;
        }
        message.write(file, start, i - start);
        message.write('\r');
      }
      if (i + 1 < file.length && file[i] == '\r' && file[i + 1] == '\n') {
        i++;
      }
      start = i + 1;
    }
    add(all, message, begun, origin);
    return all;
  }

  private void add(List<OfFile> all, ByteArrayOutputStream message, long line, Origin origin) {
    if (message.size() > 0) {
      all.add(new OfFile(line, receive(message.toByteArray(), origin)));
      message.reset();
    }
  }

  /** A message of a file, and the line on which it begins, counted from 1. */
  public record OfFile(long line, Received received) {}
}
