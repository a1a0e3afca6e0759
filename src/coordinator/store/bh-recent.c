/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/store/bh-recent.h"

#include "coordinator/store/bh-change-private.h"

/* bytes of one change */
#define SMALL 2048
/* A Run has at most about so many deltas in `recent`. */
#define SETTLE_EACH 16

gboolean
bh_recent_last_event (BhDb *db, gint64 run, gint64 *id, gboolean *recent, GError **error)
{
  gint64 first = bh_key (run, 0), end = bh_key (run, BH_KEY_MASK);

  if (!bh_db_int (db, id, 0, error, "SELECT max(id) FROM recent WHERE id BETWEEN ? AND ?", "ii", first, end))
    return FALSE;
  if (recent != NULL)
    *recent = *id != 0;
  return *id != 0 || bh_db_int (db, id, 0, error, "SELECT max(id) FROM events WHERE id BETWEEN ? AND ?", "ii",
                                first, end);
}

gboolean
bh_recent_takes (BhChange *change)
{
  guint64 size = 0;

  for (guint i = 0; i < change->places->len; i++)
    {
      BhPlace *place = &g_array_index (change->places, BhPlace, i);

      if (!place->is_delta)
        return FALSE;
      size += place->length;
    }
  /* what is elided is looked for in `events` */
  return size <= SMALL && change->elisions->len == 0;
}

gboolean
bh_recent_settle (BhDb *db, gint64 run, GError **error)
{
  gint64 first = bh_key (run, 0), end = bh_key (run, BH_KEY_MASK);

  return bh_db_run (db, error,
                    "INSERT INTO events (id, kind, at, row_id, part, off, length, bytes) "
                    "SELECT id, 0, at, row_id, part, off, length, bytes FROM recent "
                    "WHERE id BETWEEN ? AND ? ORDER BY id",
                    "ii", first, end) &&
         bh_db_run (db, error, "DELETE FROM recent WHERE id BETWEEN ? AND ?", "ii", first, end);
}

gboolean
bh_recent_add (BhDb *db, BhChange *change, gint64 run, GError **error)
{
  gboolean enough = FALSE;

  for (guint i = 0; i < change->events->len; i++)
    {
      BhEvent *event = g_ptr_array_index (change->events, i);
      BhPlace *place = &g_array_index (change->places, BhPlace, i);

      if (!bh_db_run (
              db, error,
              "INSERT INTO recent (id, at, row_id, part, off, length, bytes) VALUES (?, ?, ?, ?, ?, ?, ?)",
              "iiiiiib", bh_key (run, event->seq), place->at, bh_key (run, place->row), (gint64) place->part,
              (gint64) place->offset, (gint64) place->length, event->bytes))
        return FALSE;
      /* counted by their seqs, so nobody has to keep count */
      enough |= event->seq % SETTLE_EACH == 0;
    }
  return !enough || bh_recent_settle (db, run, error);
}
