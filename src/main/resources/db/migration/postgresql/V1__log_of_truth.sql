-- Every version of every resource, in the order of the log. Rows are only ever added, and each says
-- all about itself.
-- number: the permanent integer of the key, see resource_key.
-- change: 1 created, 2 updated, 3 deleted (then body and hash are null).
-- created: the position of the first entry of the same key.
-- ends_unit: 1 on the last entry of what was written all or nothing.
-- Times are milliseconds since 1970-01-01T00:00:00Z.
create table resource_version (
  position     bigint   not null primary key,
  number       bigint   not null,
  type         text     not null,
  id           text     not null,
  version      bigint   not null,
  change       smallint not null,
  last_updated bigint   not null,
  created      bigint   not null,
  ends_unit    smallint not null,
  hash         bytea,
  actor        text     not null,
  client       text,
  request_id   text     not null,
  reason       text,
  body         bytea storage external
);

-- The histories of an instance and of a type
create index resource_version_by_number on resource_version (number, position);
create index resource_version_by_type on resource_version (type, position);
-- vread; made after the index by position, for of two that cost the same the newer is taken
create unique index resource_version_by_version on resource_version (number, version);
-- From an instant to a position: lastUpdated never falls along the log.
create index resource_version_by_time on resource_version (last_updated, position);

-- Every key, with its permanent integer and its current version. A key that was only mentioned as
-- the target of a reference has no version. The free space lets a new version be noted in place.
create table resource_key (
  number       bigint   not null primary key,
  type         text     not null,
  id           text     not null,
  version      bigint,
  position     bigint,
  created      bigint,
  last_updated bigint,
  deleted      smallint not null
) with (fillfactor = 80);

create unique index resource_key_by_name on resource_key (type, id);

-- The business identifiers of current resources. Not unique: several resources may carry the same.
-- value and system are UTF-8; a text over 200 bytes is kept as the byte FF and its SHA-256.
-- An identifier without a system has an empty one.
create table identifier (
  type   text   not null,
  value  bytea  not null,
  system bytea  not null,
  number bigint not null,
  primary key (type, value, system, number)
);

create index identifier_by_number on identifier (number);
