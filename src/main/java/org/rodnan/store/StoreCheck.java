package org.rodnan.store;

import java.security.MessageDigest;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.Progress;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.VersionId;

/**
 * Looks whether the log of truth is whole: each body is the one that was written with its hash,
 * time never falls along the log, the versions of each resource have no gap, and the tables beside
 * the log say the same as it. One moment is checked; a server may go on writing meanwhile.
 */
public final class StoreCheck {
  /** So many are told one by one; all are counted. */
  public static final int TOLD_MAX = 100;

  private static final int FETCH = 500;

  private static final String VERSIONS =
      "select v.position, v.type, v.id, v.version, v.change, v.last_updated, v.hash, v.body"
          + " from resource_version v order by v.position";
  private static final String CURRENT =
      "select k.number, k.type, k.id, k.version, k.position, v.change, v.hash"
          + " from resource_key k join resource_version v"
          + " on v.number = k.number and v.version = k.version order by k.number";

  /** Each gives type, id and version of what is wrong. */
  private enum Rule {
    GAP(
        "its versions have a gap",
        "select min(type), min(id), max(version) from resource_version group by number"
            + " having max(version) <> count(*)"),
    LOST(
        "its current version is not in the log as the table of keys has it",
        "select k.type, k.id, k.version from resource_key k left join resource_version v"
            + " on v.number = k.number and v.version = k.version"
            + " where k.version is not null and (v.position is null or v.position <> k.position"
            + " or v.type <> k.type or v.id <> k.id"
            + " or (v.change % 10 = 3) <> (k.deleted <> 0))"),
    NEWER(
        "the log has a version after its current one",
        "select v.type, v.id, v.version from resource_version v"
            + " left join resource_key k on k.number = v.number"
            + " where v.version > coalesce(k.version, 0)"),
    IDENTIFIER(
        "it has business identifiers though it is not there",
        "select distinct k.type, k.id, coalesce(k.version, 0) from identifier i"
            + " join resource_key k on k.number = i.number"
            + " where k.version is null or k.deleted <> 0");

    private final String meaning;
    private final String sql;

    Rule(String meaning, String sql) {
      this.meaning = meaning;
      this.sql = sql;
    }
  }

  /**
   * What was found.
   *
   * @param findings at most {@value #TOLD_MAX}, each naming the resource
   * @param found how many there are
   */
  public record Result(
      LogPosition head, long versions, long resources, List<String> findings, long found) {}

  /**
   * The current version of a resource.
   *
   * @param hash SHA-256 of the body; empty if there is none, since it is deleted or expunged
   */
  public record Current(
      long number,
      ResourceKey key,
      VersionId version,
      LogPosition position,
      Optional<byte[]> hash) {}

  /** Sees each current version, in the order of the numbers. */
  public interface Visitor {
    void visit(Current current);
  }

  private final List<String> findings = new ArrayList<>();
  private long found;

  private StoreCheck() {}

  /**
   * @param visitor sees what is current at the moment that is checked, deleted ones too
   * @throws FhirFailure.Fault if the database can't be read
   * @throws org.rodnan.fhir.StartFailure if there is no database
   */
  public static Result check(StoreSettings settings, Progress progress, Visitor visitor) {
    StoreCheck check = new StoreCheck();
    try (Database database = ResourceStores.beside(settings);
        Session session = database.snapshot()) {
      return check.run(session, progress, visitor);
    } catch (SQLException e) {
      throw new FhirFailure.Fault("The database can't be read: " + e.getMessage(), e);
    }
  }

  private Result run(Session session, Progress progress, Visitor visitor) throws SQLException {
    long all = Math.max(1, number(session, "select count(*) from resource_version"));
    long versions = 0;
    long last = 0;
    LogPosition head = LogPosition.START;
    try (PreparedStatement select = session.connection().prepareStatement(VERSIONS)) {
      select.setFetchSize(FETCH);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          String name = row.getString(2) + "/" + row.getString(3) + " version " + row.getLong(4);
          requireBody(name, row.getInt(5), row.getBytes(7), row.getBytes(8));
          if (row.getLong(6) < last) {
            tell(name + ": it is older than what stands before it in the log");
          }
          last = Math.max(last, row.getLong(6));
          head = new LogPosition(row.getLong(1));
          versions++;
          if (versions % 1_000 == 0) {
            progress.at("Log", versions, all);
          }
        }
      }
    }
    progress.at("Log", all, all);
    for (Rule rule : Rule.values()) {
      try (ResultSet row = session.prepared(rule.sql).executeQuery()) {
        while (row.next()) {
          tell(
              row.getString(1)
                  + "/"
                  + row.getString(2)
                  + " version "
                  + row.getLong(3)
                  + ": "
                  + rule.meaning);
        }
      }
    }
    return new Result(
        head, versions, visit(session, progress, visitor), List.copyOf(findings), found);
  }

  private static long visit(Session session, Progress progress, Visitor visitor)
      throws SQLException {
    long all = Math.max(1, number(session, "select count(*) from resource_key"));
    long resources = 0;
    long seen = 0;
    try (PreparedStatement select = session.connection().prepareStatement(CURRENT)) {
      select.setFetchSize(FETCH);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          int change = row.getInt(6);
          boolean isThere = change != Rows.code(Change.DELETED) && change <= Rows.EXPUNGED;
          visitor.visit(
              new Current(
                  row.getLong(1),
                  new ResourceKey(row.getString(2), row.getString(3)),
                  new VersionId(row.getLong(4)),
                  new LogPosition(row.getLong(5)),
                  isThere ? Optional.of(row.getBytes(7)) : Optional.empty()));
          resources += isThere ? 1 : 0;
          seen++;
          if (seen % 1_000 == 0) {
            progress.at("Resources", seen, all);
          }
        }
      }
    }
    progress.at("Resources", all, all);
    return resources;
  }

  private void requireBody(String name, int change, byte[] hash, byte[] body) {
    if (change > Rows.EXPUNGED) {
      if (body != null) {
        tell(name + ": it was expunged, and its body is still there");
      }
    } else if (change != Rows.code(Change.DELETED)
        && (body == null || hash == null || !MessageDigest.isEqual(hash, Rows.sha256(body)))) {
      tell(name + ": its body is damaged, for its SHA-256 is not the one written with it");
    }
  }

  private void tell(String finding) {
    found++;
    if (findings.size() < TOLD_MAX) {
      findings.add(finding);
    }
  }

  private static long number(Session session, String sql) throws SQLException {
    try (ResultSet row = session.prepared(sql).executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }
}
