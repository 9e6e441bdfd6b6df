package org.rodnan.interaction;

import java.util.ArrayList;
import java.util.List;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.Bundle.BundleType;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.ParsedBundle;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.store.Origin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** R4, http.html#transaction: batches and transactions. Thread safe. */
public final class BundleInteraction {
  private static final Logger LOG = LoggerFactory.getLogger(BundleInteraction.class);

  private final Transaction transaction;
  private final CreateInteraction create;
  private final UpdateInteraction update;
  private final PatchInteraction patch;
  private final DeleteInteraction delete;
  private final EntryReader reader;
  private final Limits limits;

  BundleInteraction(
      Transaction transaction,
      CreateInteraction create,
      UpdateInteraction update,
      PatchInteraction patch,
      DeleteInteraction delete,
      EntryReader reader,
      Limits limits) {
    this.transaction = transaction;
    this.create = create;
    this.update = update;
    this.patch = patch;
    this.delete = delete;
    this.reader = reader;
    this.limits = limits;
  }

  /**
   * Processes each entry. What is wrong with the resource of one is that entry's failure. A
   * transaction is all or nothing: deletes first, then creates, then updates, then reads;
   * references among its entries are replaced. A batch's entries stand alone, in the order given,
   * and fail alone.
   *
   * @param operations answers to the entries that call one; in a transaction those that change
   *     nothing, after all else
   * @throws FhirFailure for a transaction what its first failing entry threw, with the entry named;
   *     nothing of it is written
   * @throws FhirFailure.Malformed if it is no batch or transaction
   * @throws FhirFailure.TooLarge over {@code rodnan.limits.bundle-entries-max}
   */
  public BundleOutcome process(ParsedBundle parsed, Origin origin, EntryOperations operations) {
    ParsedResource envelope = parsed.envelope();
    if (!(envelope.resource() instanceof Bundle bundle)) {
      throw new FhirFailure.Malformed(
          "The body is a " + envelope.type() + "; expected a Bundle", envelope.type());
    }
    BundleType type = bundle.getType();
    if (type != BundleType.BATCH && type != BundleType.TRANSACTION) {
      throw new FhirFailure.Malformed(
          IssueType.VALUE,
          "Bundle.type is "
              + (type == null ? "absent" : "'" + type.toCode() + "'")
              + "; expected 'batch' or 'transaction'",
          "Bundle.type");
    }
    if (bundle.getEntry().size() > limits.bundleEntriesMax()) {
      throw new FhirFailure.TooLarge(
          "The Bundle has "
              + bundle.getEntry().size()
              + " entries; rodnan.limits.bundle-entries-max allows "
              + limits.bundleEntriesMax(),
          "Bundle.entry");
    }
    List<BundleEntry> entries = BundleEntry.of(bundle, parsed.resources());
    return type == BundleType.TRANSACTION
        ? new BundleOutcome(true, transaction.run(entries, origin, operations))
        : new BundleOutcome(false, batch(entries, origin, operations));
  }

  private List<EntryOutcome> batch(
      List<BundleEntry> entries, Origin origin, EntryOperations operations) {
    List<EntryOutcome> outcomes = new ArrayList<>();
    for (BundleEntry entry : entries) {
      try {
        outcomes.add(alone(entry.read(), origin, operations));
      } catch (FhirFailure failure) {
        outcomes.add(new EntryOutcome.Failed(FailureAt.entry(failure, entry)));
      } catch (RuntimeException e) {
        // The entries before it are stored, and their outcomes must not be lost.
        LOG.error("{} of a batch failed unexpectedly", entry.path(), e);
        outcomes.add(
            new EntryOutcome.Failed(new FhirFailure.Fault(entry.path() + " could not be done", e)));
      }
    }
    return outcomes;
  }

  private EntryOutcome alone(EntryRequest request, Origin origin, EntryOperations operations) {
    return switch (request) {
      case EntryRequest.Create post ->
          new EntryOutcome.Written(
              create.createUnless(post.ifNoneExist(), post.type(), post.resource(), origin));
      case EntryRequest.Update put ->
          new EntryOutcome.Written(
              update.update(put.key(), put.resource(), put.ifMatch(), put.ifNoneMatch(), origin));
      case EntryRequest.UpdateWhere put ->
          new EntryOutcome.Written(
              update.updateWhere(put.criteria(), put.resource(), put.ifMatch(), origin));
      case EntryRequest.PatchAt change ->
          change.outcome(patch.patch(change.key(), change.patch(), change.ifMatch(), origin));
      case EntryRequest.PatchWhere change ->
          new EntryOutcome.Written(
              patch.patchWhere(change.criteria(), change.patch(), change.ifMatch(), origin));
      case EntryRequest.Delete remove when remove.cascades() ->
          new EntryOutcome.DeletedWhere(
              delete.deleteCascading(remove.key(), remove.ifMatch(), origin));
      case EntryRequest.Delete remove ->
          delete
              .delete(remove.key(), remove.ifMatch(), origin)
              .<EntryOutcome>map(EntryOutcome.Written::new)
              .orElseGet(EntryOutcome.NothingDeleted::new);
      case EntryRequest.DeleteWhere remove ->
          new EntryOutcome.DeletedWhere(
              remove.cascades()
                  ? delete.deleteWhereCascading(remove.criteria(), origin)
                  : delete.deleteWhere(remove.criteria(), origin));
      case EntryRequest.Read read -> reader.read(read);
      case EntryRequest.Vread read -> reader.read(read);
      case EntryRequest.Search search -> reader.read(search);
      case EntryRequest.Operate operate -> {
        operations.changes(operate.call());
        yield new EntryOutcome.Operated(operations.answer(operate.call(), origin));
      }
      case EntryRequest.Capabilities capabilities -> new EntryOutcome.Capabilities();
      case EntryRequest.History history -> reader.read(history);
    };
  }
}
