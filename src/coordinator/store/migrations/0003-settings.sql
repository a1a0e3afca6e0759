-- SPDX-License-Identifier: GPL-3.0-or-later
-- What a person has decided for all Runs, such as which sign-ins may be let into DevBoxes.
CREATE TABLE settings (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
