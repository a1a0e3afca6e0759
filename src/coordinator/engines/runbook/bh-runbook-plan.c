/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/runbook/bh-runbook-plan.h"

#define STATE_PLAN                                                                                           \
  "runbook.plan" /* "instructions 3 m_… 0": source and next section, the one to work on last */
#define STATE_TURN "runbook.turn"
#define STATE_TEXT "runbook.text." /* and the message: its text, while it is in the plan */
#define INSTRUCTIONS "instructions"

typedef struct
{
  char *id; /* INSTRUCTIONS or a message */
  guint next;
  GPtrArray *sections;
} Source;

struct _BhRunbookPlan
{
  BhJournal *journal; /* owned */
  GPtrArray *sources;
};

static void
source_free (Source *self)
{
  g_free (self->id);
  g_ptr_array_unref (self->sections);
  g_free (self);
}

static char *
text_key (const char *id)
{
  return g_strconcat (STATE_TEXT, id, NULL);
}

/* (transfer full) all but the prose */
static GPtrArray *
without_prose (GPtrArray *sections)
{
  GPtrArray *kept = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_section_free);

  while (sections->len > 0)
    {
      BhSection *section = g_ptr_array_steal_index (sections, sections->len - 1);

      if (section->kind == BH_SECTION_PROSE)
        bh_section_free (section);
      else
        g_ptr_array_add (kept, section);
    }
  for (guint i = 0; i < kept->len / 2; i++)
    {
      gpointer one = kept->pdata[i];

      kept->pdata[i] = kept->pdata[kept->len - 1 - i];
      kept->pdata[kept->len - 1 - i] = one;
    }
  return kept;
}

static Source *
source_new (const char *id, const char *text, guint next, GError **error)
{
  g_autoptr (GPtrArray) sections = bh_runbook_parse (text, error);
  Source *self;

  if (sections == NULL)
    return NULL;
  self = g_new0 (Source, 1);
  self->id = g_strdup (id);
  self->next = next;
  self->sections = g_strcmp0 (id, INSTRUCTIONS) != 0 ? without_prose (sections) : g_steal_pointer (&sections);
  return self;
}

static void
stage (BhRunbookPlan *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < self->sources->len; i++)
    {
      const Source *source = self->sources->pdata[i];

      g_string_append_printf (text, "%s%s %u", i > 0 ? " " : "", source->id, source->next);
    }
  bh_journal_set_state (self->journal, STATE_PLAN, text->str);
}

static gboolean
add_source (BhRunbookPlan *self, const char *id, guint next, GError **error)
{
  g_autofree char *key = text_key (id);
  gboolean is_message = g_strcmp0 (id, INSTRUCTIONS) != 0;
  const char *text = is_message ? bh_journal_get_state (self->journal, key)
                                : bh_journal_get_run (self->journal)->instructions;
  Source *source = source_new (id, text != NULL ? text : "", next, error);

  if (source == NULL)
    return FALSE;
  g_ptr_array_add (self->sources, source);
  return TRUE;
}

static gboolean
load (BhRunbookPlan *self, const char *plan, GError **error)
{
  g_auto (GStrv) words = g_strsplit (plan, " ", -1);

  for (guint i = 0; words[i] != NULL && words[i + 1] != NULL; i += 2)
    if (!add_source (self, words[i], (guint) g_ascii_strtoull (words[i + 1], NULL, 10), error))
      return FALSE;
  return TRUE;
}

BhRunbookPlan *
bh_runbook_plan_new (BhJournal *journal, gboolean *new_turn, GError **error)
{
  g_autoptr (BhRunbookPlan) self = g_new0 (BhRunbookPlan, 1);
  gint64 turn;
  const char *plan;

  g_return_val_if_fail (BH_IS_JOURNAL (journal), NULL);
  turn = bh_journal_get_run (journal)->turns;
  plan = bh_journal_get_state (journal, STATE_PLAN);
  self->journal = g_object_ref (journal);
  self->sources = g_ptr_array_new_with_free_func ((GDestroyNotify) source_free);
  *new_turn = plan == NULL || bh_journal_get_state_int (journal, STATE_TURN, -1) != turn;
  if (!load (self, plan != NULL ? plan : INSTRUCTIONS " 0", error))
    return NULL;
  if (*new_turn)
    {
      if (plan != NULL)
        bh_runbook_plan_clear (self);
      bh_journal_set_state_int (journal, STATE_TURN, turn);
      stage (self);
    }
  return g_steal_pointer (&self);
}

void
bh_runbook_plan_free (BhRunbookPlan *self)
{
  g_clear_pointer (&self->sources, g_ptr_array_unref);
  g_clear_object (&self->journal);
  g_free (self);
}

static void
forget_source (BhRunbookPlan *self, guint i)
{
  const Source *source = self->sources->pdata[i];
  g_autofree char *key = text_key (source->id);

  bh_journal_set_state (self->journal, key, NULL);
  g_ptr_array_remove_index (self->sources, i);
}

/* (nullable) the source on top that has a section left */
static Source *
top (BhRunbookPlan *self)
{
  while (self->sources->len > 0)
    {
      Source *source = self->sources->pdata[self->sources->len - 1];

      if (source->next < source->sections->len)
        return source;
      forget_source (self, self->sources->len - 1);
    }
  return NULL;
}

const BhSection *
bh_runbook_plan_peek (BhRunbookPlan *self)
{
  Source *source = top (self);

  return source != NULL ? source->sections->pdata[source->next] : NULL;
}

char *
bh_runbook_plan_key (BhRunbookPlan *self)
{
  Source *source = top (self);

  g_return_val_if_fail (source != NULL, NULL);
  return g_strdup_printf ("section:%s:%u", source->id, source->next);
}

void
bh_runbook_plan_advance (BhRunbookPlan *self)
{
  Source *source = top (self);

  g_return_if_fail (source != NULL);
  source->next++;
  top (self);
  stage (self);
}

gboolean
bh_runbook_plan_push (BhRunbookPlan *self, const BhMessage *message, GError **error)
{
  g_autofree char *key = text_key (message->id);
  Source *source = source_new (message->id, message->text, 0, error);

  if (source == NULL)
    return FALSE;
  if (source->sections->len == 0)
    {
      source_free (source);
      return FALSE;
    }
  bh_journal_set_state (self->journal, key, message->text);
  g_ptr_array_add (self->sources, source);
  stage (self);
  return TRUE;
}

void
bh_runbook_plan_clear (BhRunbookPlan *self)
{
  while (self->sources->len > 0)
    forget_source (self, self->sources->len - 1);
  stage (self);
}
