-- SPDX-License-Identifier: GPL-3.0-or-later
-- Rows and events of all Runs lie in two tables, ordered by a composite key: the Run's number in the upper bits, the
-- ordinal or seq in the lower 36 (see bh_key() in bh-db.h). Numbers of Runs are never given out twice, so what a
-- deleted Run leaves behind can be cleared away in small steps afterwards.
CREATE TABLE runs (
  num          INTEGER PRIMARY KEY AUTOINCREMENT,
  id           TEXT NOT NULL UNIQUE,
  state        INTEGER NOT NULL,  -- BhRunState
  box_id       TEXT,
  name         TEXT NOT NULL DEFAULT '',
  summary      TEXT NOT NULL DEFAULT '',
  record       TEXT NOT NULL,     -- BhRun as JSON, without the instructions
  instructions TEXT NOT NULL DEFAULT '',
  env          TEXT,              -- JSON object: the values
  network      TEXT
) STRICT;
CREATE INDEX runs_state ON runs (state);
CREATE INDEX runs_box ON runs (box_id) WHERE box_id IS NOT NULL;

CREATE VIRTUAL TABLE runs_fts USING fts5 (
  name, instructions, summary,
  content = 'runs', content_rowid = 'num', tokenize = "unicode61 remove_diacritics 2", prefix = '2 3'
);

-- The journal. A delta holds the bytes it appended; they become NULL when they are elided.
CREATE TABLE events (
  id     INTEGER PRIMARY KEY,
  kind   INTEGER NOT NULL,
  at     INTEGER,                 -- delta: microseconds since 1970 …
  row_id INTEGER,                 -- … the row's key, and which bytes of which part
  part   INTEGER,
  off    INTEGER,
  length INTEGER,
  data   TEXT,                    -- the event's JSON; NULL for a delta: it follows from the columns
  bytes  BLOB
) STRICT;
CREATE INDEX events_bytes ON events (row_id, part, off) WHERE row_id IS NOT NULL;

CREATE TABLE rows (
  id   INTEGER PRIMARY KEY,
  live INTEGER NOT NULL,          -- 1: open; 2: a message on its way; 0: will not change any more
  data TEXT NOT NULL              -- BhRow as JSON
) STRICT;
CREATE INDEX rows_live ON rows (live) WHERE live > 0;

CREATE TABLE questions (
  num   INTEGER PRIMARY KEY,
  id    TEXT NOT NULL UNIQUE,
  run   INTEGER NOT NULL,
  state INTEGER NOT NULL,         -- BhSetState
  data  TEXT NOT NULL
) STRICT;
CREATE INDEX questions_run ON questions (run);

CREATE TABLE messages (
  num   INTEGER PRIMARY KEY,
  id    TEXT NOT NULL UNIQUE,
  run   INTEGER NOT NULL,
  state INTEGER NOT NULL,         -- BhMessageState
  data  TEXT NOT NULL
) STRICT;
CREATE INDEX messages_run ON messages (run);

CREATE TABLE states (
  run   INTEGER NOT NULL,
  key   TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (run, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency (
  key    TEXT PRIMARY KEY,
  digest TEXT NOT NULL,
  run    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_run ON idempotency (run);

CREATE TABLE tokens (
  name       TEXT PRIMARY KEY,
  sha256     TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Runs that are deleted, but whose rows and events still have to be cleared away.
CREATE TABLE purges (run INTEGER PRIMARY KEY) STRICT;

-- Written to find out whether the disk takes anything (again).
CREATE TABLE probe (id INTEGER PRIMARY KEY, filler BLOB) STRICT;
