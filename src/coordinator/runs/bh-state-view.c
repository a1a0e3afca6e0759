/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/runs/bh-state-view.h"

#define PREFIX "by."

struct _BhStateView
{
  GObject parent_instance;

  BhJournal *journal;
  char *engine;  /* (nullable) */
  GString *name; /* of the state that is asked for; begins with the prefix */
  gsize prefix;
};

G_DEFINE_FINAL_TYPE (BhStateView, bh_state_view, G_TYPE_OBJECT)

static void
bh_state_view_finalize (GObject *object)
{
  BhStateView *self = BH_STATE_VIEW (object);

  g_clear_object (&self->journal);
  g_free (self->engine);
  g_string_free (self->name, TRUE);
  G_OBJECT_CLASS (bh_state_view_parent_class)->finalize (object);
}

static void
bh_state_view_class_init (BhStateViewClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bh_state_view_finalize;
}

static void
bh_state_view_init (BhStateView *self)
{
  self->name = g_string_new (NULL);
}

BhStateView *
bh_state_view_new (BhJournal *journal, const char *engine)
{
  BhStateView *self;

  g_return_val_if_fail (BH_IS_JOURNAL (journal), NULL);

  self = g_object_new (BH_TYPE_STATE_VIEW, NULL);
  self->journal = g_object_ref (journal);
  self->engine = g_strdup (engine);
  if (engine != NULL)
    g_string_printf (self->name, PREFIX "%s.", engine);
  self->prefix = self->name->len;
  return self;
}

BhJournal *
bh_state_view_get_journal (BhStateView *self)
{
  g_return_val_if_fail (BH_IS_STATE_VIEW (self), NULL);
  return self->journal;
}

const char *
bh_state_view_get_engine (BhStateView *self)
{
  g_return_val_if_fail (BH_IS_STATE_VIEW (self), NULL);
  return self->engine;
}

/* Alive until the next one is asked for: engines ask for some with every line. */
static const char *
name_of (BhStateView *self, const char *key)
{
  if (self->prefix == 0)
    return key;
  g_string_truncate (self->name, self->prefix);
  g_string_append (self->name, key);
  return self->name->str;
}

const char *
bh_state_view_get (BhStateView *self, const char *key)
{
  g_return_val_if_fail (BH_IS_STATE_VIEW (self) && key != NULL, NULL);
  return bh_journal_get_state (self->journal, name_of (self, key));
}

gint64
bh_state_view_get_int (BhStateView *self, const char *key, gint64 fallback)
{
  g_return_val_if_fail (BH_IS_STATE_VIEW (self) && key != NULL, fallback);
  return bh_journal_get_state_int (self->journal, name_of (self, key), fallback);
}

void
bh_state_view_set (BhStateView *self, const char *key, const char *value)
{
  g_autofree char *shown = NULL;

  g_return_if_fail (BH_IS_STATE_VIEW (self) && key != NULL);
  if (value != NULL && bh_journal_get_mask (self->journal) != NULL)
    shown = bh_journal_masked (self->journal, value);
  bh_journal_set_state (self->journal, name_of (self, key), shown != NULL ? shown : value);
}

void
bh_state_view_set_json (BhStateView *self, const char *key, const char *value)
{
  g_autofree char *shown = NULL;

  g_return_if_fail (BH_IS_STATE_VIEW (self) && key != NULL);
  if (value != NULL && bh_journal_get_mask (self->journal) != NULL)
    shown = bh_journal_masked_json (self->journal, value);
  bh_journal_set_state (self->journal, name_of (self, key), shown != NULL ? shown : value);
}

void
bh_state_view_set_plain (BhStateView *self, const char *key, const char *value)
{
  g_return_if_fail (BH_IS_STATE_VIEW (self) && key != NULL);
  bh_journal_set_state (self->journal, name_of (self, key), value);
}

void
bh_state_view_set_int (BhStateView *self, const char *key, gint64 value)
{
  g_return_if_fail (BH_IS_STATE_VIEW (self) && key != NULL);
  bh_journal_set_state_int (self->journal, name_of (self, key), value);
}
