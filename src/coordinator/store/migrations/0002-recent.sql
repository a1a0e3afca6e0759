-- SPDX-License-Identifier: GPL-3.0-or-later
-- The newest deltas of each Run, as long as they are small and few: then they go to the end of its part of `events`
-- together. Hundreds of Runs that print a line at a time dirty the same few pages here, instead of some each there.
-- What is in here of a Run is newer than all it has in `events`.
CREATE TABLE recent (
  id     INTEGER PRIMARY KEY,     -- as in events
  at     INTEGER NOT NULL,
  row_id INTEGER NOT NULL,
  part   INTEGER NOT NULL,
  off    INTEGER NOT NULL,
  length INTEGER NOT NULL,
  bytes  BLOB NOT NULL
) STRICT;
CREATE INDEX recent_bytes ON recent (row_id, part, off);
