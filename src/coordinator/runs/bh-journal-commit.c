/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* How what a journal has staged is sent to the store. */

#include "coordinator/runs/bh-journal-private.h"

/* How far apart flushes of what nobody looks at are. */
#define UNSEEN_US (200 * 1000)

/* One commit on its way. */
typedef struct
{
  BhJournal *journal;
  DexPromise *waiting; /* (nullable) */
} Sent;

static void
sent_free (gpointer data)
{
  Sent *sent = data;

  g_object_unref (sent->journal);
  dex_clear (&sent->waiting);
  g_free (sent);
}

/* Nothing that was staged will ever be committed. */
static void
give_up (BhJournal *self, const GError *error)
{
  g_clear_pointer (&self->staged, bh_change_unref);
  if (self->waiting != NULL)
    dex_promise_reject (self->waiting, g_error_copy (error));
  dex_clear (&self->waiting);
}

static DexFuture *
sent_cb (DexFuture *future, gpointer user_data)
{
  Sent *sent = user_data;
  BhJournal *self = sent->journal;
  g_autoptr (GError) error = NULL;
  gboolean ok = dex_future_get_value (future, &error) != NULL;

  if (!ok && self->failure == NULL)
    {
      self->failure = g_error_copy (error);
      give_up (self, error);
    }
  if (sent->waiting != NULL && ok)
    dex_promise_resolve_boolean (sent->waiting, TRUE);
  else if (sent->waiting != NULL)
    dex_promise_reject (sent->waiting, g_error_copy (error));
  return dex_future_new_true ();
}

/* What is staged goes out now, and with it what a flush waits for. */
static DexFuture *
send_staged (BhJournal *self, BhDurability durability)
{
  g_autoptr (BhChange) change = g_steal_pointer (&self->staged);
  Sent *sent = g_new0 (Sent, 1);

  g_assert (change != NULL);
  sent->journal = g_object_ref (self);
  sent->waiting = g_steal_pointer (&self->waiting);
  self->sent_at = g_get_monotonic_time ();
  dex_clear (&self->last);
  self->last = bh_store_commit (self->store, change, durability);
  dex_future_disown (dex_future_finally (dex_ref (self->last), sent_cb, sent, sent_free));
  return dex_ref (self->last);
}

/* (nullable) why nothing can be committed */
static DexFuture *
refusal (BhJournal *self)
{
  if (self->closed)
    return dex_future_new_for_error (
        bh_error_new (BH_ERROR_RUN_NOT_ACTIVE, NULL, "The work on Run %s has ended.", self->run_id));
  return self->failure != NULL ? dex_future_new_for_error (g_error_copy (self->failure)) : NULL;
}

/* Nothing is staged: all there is was sent before. */
static DexFuture *
wait_for_last (BhJournal *self)
{
  return self->last != NULL ? dex_ref (self->last) : dex_future_new_true ();
}

DexFuture *
bh_journal_commit (BhJournal *self, BhDurability durability)
{
  DexFuture *refused;

  dex_return_error_if_fail (BH_IS_JOURNAL (self));

  if ((refused = refusal (self)) != NULL)
    return refused;
  if (self->staged != NULL)
    return send_staged (self, durability);
  return durability == BH_SYNCED ? bh_store_sync (self->store) : wait_for_last (self);
}

static void
on_turn (gpointer user_data)
{
  BhJournal *self = user_data;

  /* a commit in between may have taken it along */
  if (self->waiting != NULL)
    dex_unref (send_staged (self, BH_RELAXED));
}

static DexFuture *
flush_at (BhJournal *self, gint64 due)
{
  DexFuture *refused = refusal (self);

  if (refused != NULL)
    return refused;
  if (self->staged == NULL)
    return wait_for_last (self);
  if (due <= g_get_monotonic_time () && bh_store_is_free (self->store))
    return send_staged (self, BH_RELAXED);
  if (self->waiting == NULL || due < self->due)
    {
      self->due = due;
      bh_store_await_turn (self->store, due, on_turn, g_object_ref (self), g_object_unref);
    }
  if (self->waiting == NULL)
    self->waiting = dex_promise_new ();
  return DEX_FUTURE (dex_ref (self->waiting));
}

DexFuture *
bh_journal_flush (BhJournal *self)
{
  dex_return_error_if_fail (BH_IS_JOURNAL (self));
  return flush_at (self, 0);
}

DexFuture *
bh_journal_settled (BhJournal *self)
{
  dex_return_error_if_fail (BH_IS_JOURNAL (self));

  if (!self->closed)
    return bh_journal_flush (self);
  if (self->failure != NULL || self->lost)
    return refusal (self);
  return wait_for_last (self);
}

gboolean
bh_journal_is_watched (BhJournal *self)
{
  g_return_val_if_fail (BH_IS_JOURNAL (self), TRUE);
  return bh_store_is_watched (self->store, self->run_id);
}

DexFuture *
bh_journal_flush_soon (BhJournal *self)
{
  dex_return_error_if_fail (BH_IS_JOURNAL (self));
  return flush_at (self, bh_journal_is_watched (self) ? 0 : self->sent_at + UNSEEN_US);
}

static DexFuture *
flushed_cb (DexFuture *future, gpointer store)
{
  return bh_store_sync (store);
}

DexFuture *
bh_journal_sync (BhJournal *self)
{
  dex_return_error_if_fail (BH_IS_JOURNAL (self));
  return dex_future_then (bh_journal_flush (self), flushed_cb, g_object_ref (self->store), g_object_unref);
}

gboolean
bh_journal_is_broken (BhJournal *self)
{
  g_return_val_if_fail (BH_IS_JOURNAL (self), TRUE);
  return self->failure != NULL;
}

void
bh_journal_close (BhJournal *self)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (BH_IS_JOURNAL (self));

  if (self->closed)
    return;
  self->closed = TRUE;
  self->lost = self->staged != NULL;
  error = bh_error_new (BH_ERROR_RUN_NOT_ACTIVE, NULL, "The work on Run %s has ended.", self->run_id);
  give_up (self, error);
}

gboolean
bh_journal_is_closed (BhJournal *self)
{
  g_return_val_if_fail (BH_IS_JOURNAL (self), TRUE);
  return self->closed;
}

gboolean
bh_journal_check_open (BhJournal *self, GError **error)
{
  g_return_val_if_fail (BH_IS_JOURNAL (self), FALSE);
  if (!self->closed)
    return TRUE;
  bh_set_error (error, BH_ERROR_RUN_NOT_ACTIVE, NULL, "The Run was let go of.");
  return FALSE;
}
