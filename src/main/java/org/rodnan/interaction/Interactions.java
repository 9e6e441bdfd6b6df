package org.rodnan.interaction;

import java.time.Clock;
import java.util.List;
import java.util.concurrent.ExecutorService;
import org.rodnan.fhir.IdGenerator;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.ResourceParser;
import org.rodnan.index.ReferenceText;
import org.rodnan.index.ResourceIndex;
import org.rodnan.search.SearchEngine;
import org.rodnan.store.ResourceStore;
import org.rodnan.store.ResourceVersion;
import org.rodnan.validation.ResourceValidator;

/** All interactions of one server, put together. Thread safe. */
public final class Interactions {
  private final ResourceStore store;
  private final ReferenceRule references;
  private final ReadInteraction read;
  private final VreadInteraction vread;
  private final HistoryInteraction history;
  private final SearchInteraction search;
  private final CreateInteraction create;
  private final UpdateInteraction update;
  private final PatchInteraction patch;
  private final DeleteInteraction delete;
  private final ExpungeInteraction expunge;
  private final BundleInteraction bundle;
  private final ValidateInteraction validate;

  /**
   * @param preparing a bounded pool in which the entries of transactions are validated; stays the
   *     caller's
   * @param rules of packages above this one
   */
  Interactions(
      ResourceStore store,
      ResourceIndex index,
      SearchEngine engine,
      ResourceParser parser,
      ResourceValidator validator,
      IdGenerator ids,
      ReferenceRule references,
      ExpungeRule expunging,
      ReferenceText text,
      Limits limits,
      Clock clock,
      ExecutorService preparing,
      List<ContentRule> rules) {
    this.store = store;
    this.references = references;
    Preparation preparation = new Preparation(validator, index, ids, parser, rules);
    Writer writer = new Writer(store, new WriteRules(engine, index, references, text, limits));
    read = new ReadInteraction(store);
    vread = new VreadInteraction(store);
    history = new HistoryInteraction(store, limits);
    search = new SearchInteraction(engine);
    create = new CreateInteraction(preparation, writer, store);
    update = new UpdateInteraction(preparation, writer, store);
    patch = new PatchInteraction(preparation, writer, store, engine, parser);
    delete = new DeleteInteraction(writer);
    expunge = new ExpungeInteraction(preparation, writer, expunging, clock);
    EntryReader reader = new EntryReader(read, vread, search, history);
    Transaction transaction = new Transaction(preparation, writer, store, patch, reader, preparing);
    bundle = new BundleInteraction(transaction, create, update, patch, delete, reader, limits);
    validate = new ValidateInteraction(validator, preparation, writer);
  }

  /** Whether references to it are refused, since it isn't there. */
  public boolean isMissing(ResourceKey key) {
    return references == ReferenceRule.ENFORCE
        && store.read(key).filter(ResourceVersion.Content.class::isInstance).isEmpty();
  }

  public ReadInteraction read() {
    return read;
  }

  public VreadInteraction vread() {
    return vread;
  }

  public HistoryInteraction history() {
    return history;
  }

  public SearchInteraction search() {
    return search;
  }

  public CreateInteraction create() {
    return create;
  }

  public UpdateInteraction update() {
    return update;
  }

  public PatchInteraction patch() {
    return patch;
  }

  public DeleteInteraction delete() {
    return delete;
  }

  public ExpungeInteraction expunge() {
    return expunge;
  }

  public BundleInteraction bundle() {
    return bundle;
  }

  public ValidateInteraction validate() {
    return validate;
  }
}
