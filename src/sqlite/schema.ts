/** Says what a file is, in its head: "OnHk". */
export const applicationId = 0x4f6e486b;

/** To be raised with every change below: a file of another version is made anew from the topics. */
export const schemaVersion = 2;

/**
 * Texts that come again and again (tenants, triggers, hosts, reasons) are written once and stand elsewhere as numbers.
 *
 * Lists are read from `deliveries_state` and `deliveries_trigger`: one of all states is put together from the four ranges,
 * which costs a look-up for each and spares the two indexes that it would need else. `deliveries_age` is what is forgotten
 * by. Triggers, jobs and calls are looked up by parts (parts.ts); jobs and calls by 48 bits of them, and what has the same
 * is told apart by the whole. Tallies stand by the hour first: what is counted now is written to few pages.
 */
export const schema = `
CREATE TABLE texts (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE deliveries (
  id INTEGER PRIMARY KEY,
  part INTEGER NOT NULL,
  job_key INTEGER NOT NULL,
  job ANY NOT NULL,
  tenant INTEGER NOT NULL,
  trigger_id INTEGER NOT NULL,
  cdr_key INTEGER NOT NULL,
  cdr ANY NOT NULL,
  state INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  last_attempt INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  reason INTEGER,
  status INTEGER,
  duration INTEGER NOT NULL,
  next_at INTEGER,
  host INTEGER,
  cdr_topic INTEGER NOT NULL,
  cdr_partition INTEGER NOT NULL,
  cdr_offset INTEGER NOT NULL
) STRICT;
CREATE INDEX deliveries_job ON deliveries (part, job_key);
CREATE INDEX deliveries_call ON deliveries (part, cdr_key, tenant);
CREATE INDEX deliveries_state ON deliveries (tenant, state, last_at);
CREATE INDEX deliveries_trigger ON deliveries (part, tenant, trigger_id, state, last_at);
CREATE INDEX deliveries_age ON deliveries (last_at);

CREATE TABLE parts (
  part INTEGER PRIMARY KEY,
  low INTEGER NOT NULL,
  high INTEGER NOT NULL
) STRICT;

CREATE TABLE attempts (
  delivery INTEGER NOT NULL,
  at INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  outcome INTEGER NOT NULL,
  duration INTEGER NOT NULL,
  reason INTEGER,
  status INTEGER,
  error TEXT,
  next_at INTEGER,
  method INTEGER,
  host INTEGER,
  PRIMARY KEY (delivery, at, attempt)
) STRICT, WITHOUT ROWID;

CREATE TABLE tallies (
  tenant INTEGER NOT NULL,
  trigger_id INTEGER NOT NULL,
  hour INTEGER NOT NULL,
  delivered INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  dead INTEGER NOT NULL,
  cancelled INTEGER NOT NULL,
  PRIMARY KEY (hour, tenant, trigger_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE changes (
  id INTEGER PRIMARY KEY,
  change_id TEXT NOT NULL UNIQUE,
  at INTEGER NOT NULL,
  tenant INTEGER,
  trigger_id INTEGER,
  record TEXT NOT NULL
) STRICT;
CREATE INDEX changes_age ON changes (at);
CREATE INDEX changes_tenant ON changes (tenant, at);
CREATE INDEX changes_trigger ON changes (trigger_id, at) WHERE trigger_id IS NOT NULL;

CREATE TABLE calls (
  id INTEGER PRIMARY KEY,
  cdr_key INTEGER NOT NULL,
  tenant INTEGER NOT NULL,
  cdr ANY NOT NULL,
  cdr_partition INTEGER NOT NULL,
  cdr_offset INTEGER NOT NULL,
  timestamp INTEGER NOT NULL,
  value BLOB NOT NULL,
  UNIQUE (cdr_partition, cdr_offset)
) STRICT;

CREATE INDEX calls_key ON calls (cdr_key, tenant);

CREATE TABLE positions (
  topic TEXT NOT NULL,
  partition INTEGER NOT NULL,
  next INTEGER NOT NULL,
  PRIMARY KEY (topic, partition)
) STRICT, WITHOUT ROWID;

CREATE TABLE size (
  only INTEGER PRIMARY KEY CHECK (only = 0),
  deliveries INTEGER NOT NULL,
  attempts INTEGER NOT NULL
) STRICT;
INSERT INTO size VALUES (0, 0, 0);
`;

/** What finds the deliveries of a call by where that stands; only where calls are kept is it worth what it costs. */
export const placeIndex = {
  make: "CREATE INDEX IF NOT EXISTS deliveries_place ON deliveries (cdr_partition, cdr_offset)",
  drop: "DROP INDEX IF EXISTS deliveries_place",
} as const;
