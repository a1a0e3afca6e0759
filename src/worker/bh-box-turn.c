/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "worker/bh-box-turn.h"

#include <libdex.h>

struct _BhBoxTurn
{
  GHashTable *turns;
  char *id;
  DexPromise *done;
};

GHashTable *
bh_box_turns_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, dex_unref);
}

BhBoxTurn *
bh_box_turn_take (GHashTable *turns, const char *id)
{
  BhBoxTurn *self = g_new0 (BhBoxTurn, 1);
  DexPromise *before = g_hash_table_lookup (turns, id);
  g_autoptr (DexFuture) wait = before != NULL ? dex_ref (before) : NULL;

  self->turns = g_hash_table_ref (turns);
  self->id = g_strdup (id);
  self->done = dex_promise_new ();
  g_hash_table_replace (turns, g_strdup (id), dex_ref (self->done));
  if (wait != NULL)
    dex_await (g_steal_pointer (&wait), NULL);
  return self;
}

void
bh_box_turn_free (BhBoxTurn *self)
{
  if (g_hash_table_lookup (self->turns, self->id) == self->done)
    g_hash_table_remove (self->turns, self->id);
  dex_promise_resolve_boolean (self->done, TRUE);
  dex_unref (self->done);
  g_hash_table_unref (self->turns);
  g_free (self->id);
  g_free (self);
}
