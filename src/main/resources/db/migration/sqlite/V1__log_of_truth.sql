-- Every version of every resource, in the order of the log. Rows are only ever added, and each says
-- all about itself.
-- number: the permanent integer of the key, see resource_key.
-- change: 1 created, 2 updated, 3 deleted (then body and hash are null).
-- created: the position of the first entry of the same key.
-- ends_unit: 1 on the last entry of what was written all or nothing.
-- Times are milliseconds since 1970-01-01T00:00:00Z.
create table resource_version (
  position     integer not null primary key,
  number       integer not null,
  type         text    not null,
  id           text    not null,
  version      integer not null,
  change       integer not null,
  last_updated integer not null,
  created      integer not null,
  ends_unit    integer not null,
  hash         blob,
  actor        text    not null,
  client       text,
  request_id   text    not null,
  reason       text,
  body         blob
) strict;

-- The histories of an instance and of a type; SQLite orders the rows of an index by position.
create index resource_version_by_number on resource_version (number);
create index resource_version_by_type on resource_version (type);
-- vread
create unique index resource_version_by_version on resource_version (number, version);
-- From an instant to a position: lastUpdated never falls along the log.
create index resource_version_by_time on resource_version (last_updated);

-- Every key, with its permanent integer and its current version. A key that was only mentioned as
-- the target of a reference has no version.
create table resource_key (
  number       integer not null primary key,
  type         text    not null,
  id           text    not null,
  version      integer,
  position     integer,
  created      integer,
  last_updated integer,
  deleted      integer not null
) strict;

create unique index resource_key_by_name on resource_key (type, id);

-- The business identifiers of current resources. Not unique: several resources may carry the same.
-- value and system are UTF-8; a text over 200 bytes is kept as the byte FF and its SHA-256.
-- An identifier without a system has an empty one.
create table identifier (
  type   text    not null,
  value  blob    not null,
  system blob    not null,
  number integer not null,
  primary key (type, value, system, number)
) strict, without rowid;

create index identifier_by_number on identifier (number);
