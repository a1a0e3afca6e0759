/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/mcp/bh-mcp-delegation.h"

#include <string.h>

#include "coordinator/mcp/bh-mcp-state.h"
#include "protocol/bh-json.h"

/* States of the journal:
 *   delegate.engines  "ID NAME" of those that may be delegated to, one a line
 *   delegate.asking   ids of those that are signed in only at home, one a line
 *   delegate.now      key of the one at work
 *   delegate.KEY      {"engine","instructions","turn","row"}
 *   delegate.KEY.report, delegate.KEY.failed  once it is done
 * and of each engine that was delegated to, where it remembers itself:
 *   delegate.count    how often */
#define STATE_ENGINES "delegate.engines"
#define STATE_ASKING "delegate.asking"
#define STATE_NOW "delegate.now"
#define STATE_COUNT "delegate.count"
#define TOOL "delegate"
#define DIGEST "delegate:"

/* --- who may be delegated to --- */

static void
set_lines (BhJournal *journal, const char *key, const char *const *lines)
{
  g_autofree char *text = NULL;

  if (lines != NULL && lines[0] != NULL)
    text = g_strjoinv ("\n", (char **) lines);
  bh_journal_set_state (journal, key, text);
}

static char **
get_lines (BhJournal *journal, const char *key)
{
  const char *text = bh_journal_get_state (journal, key);

  return g_strsplit (text != NULL ? text : "", "\n", -1);
}

void
bh_mcp_set_engines (BhJournal *journal, const char *const *engines, const char *const *asking)
{
  g_return_if_fail (BH_IS_JOURNAL (journal));
  set_lines (journal, STATE_ENGINES, engines);
  set_lines (journal, STATE_ASKING, asking);
}

char **
bh_mcp_get_engines (BhJournal *journal)
{
  g_return_val_if_fail (BH_IS_JOURNAL (journal), NULL);
  return get_lines (journal, STATE_ENGINES);
}

gboolean
bh_mcp_engine_is_asking (BhJournal *journal, const char *id)
{
  g_auto (GStrv) asking = NULL;

  g_return_val_if_fail (BH_IS_JOURNAL (journal) && id != NULL, FALSE);
  asking = get_lines (journal, STATE_ASKING);
  return g_strv_contains ((const char *const *) asking, id);
}

char *
bh_mcp_engine_name (BhJournal *journal, const char *id)
{
  g_auto (GStrv) engines = bh_mcp_get_engines (journal);
  gsize size;

  g_return_val_if_fail (id != NULL, NULL);
  size = strlen (id);
  for (guint i = 0; engines[i] != NULL; i++)
    if (strncmp (engines[i], id, size) == 0 && engines[i][size] == ' ')
      return g_strdup (engines[i] + size + 1);
  return NULL;
}

/* --- one of them at work --- */

void
bh_delegation_free (BhDelegation *self)
{
  g_free (self->key);
  g_free (self->engine);
  g_free (self->name);
  g_free (self->instructions);
  g_free (self);
}

static char *
state_of (const char *key, const char *part)
{
  return g_strconcat ("delegate.", key, part, NULL);
}

/* (nullable) */
static BhDelegation *
load (BhJournal *journal, const char *key)
{
  g_autofree char *state = state_of (key, "");
  const char *text = bh_journal_get_state (journal, state);
  g_autoptr (JsonNode) node = text != NULL ? bh_json_parse (text, -1, NULL) : NULL;
  BhDelegation *self;
  JsonObject *object;

  if (node == NULL)
    return NULL;
  object = json_node_get_object (node);
  self = g_new0 (BhDelegation, 1);
  self->key = g_strdup (key);
  self->engine = g_strdup (json_object_get_string_member (object, "engine"));
  self->instructions = g_strdup (json_object_get_string_member (object, "instructions"));
  self->turn = json_object_get_int_member (object, "turn");
  self->row = (guint64) json_object_get_int_member (object, "row");
  self->name = bh_mcp_engine_name (journal, self->engine);
  if (self->name == NULL)
    self->name = g_strdup (self->engine);
  return self;
}

static void
store (BhJournal *journal, const BhDelegation *self)
{
  g_autofree char *state = state_of (self->key, ""), *text = NULL;
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "engine", self->engine);
  json_object_set_string_member (object, "instructions", self->instructions);
  json_object_set_int_member (object, "turn", self->turn);
  json_object_set_int_member (object, "row", (gint64) self->row);
  json_node_take_object (node, object);
  text = bh_json_to_text (node);
  bh_journal_set_state (journal, state, text);
}

gboolean
bh_delegation_is_at_work (BhJournal *journal)
{
  g_return_val_if_fail (BH_IS_JOURNAL (journal), FALSE);
  return bh_journal_get_state (journal, STATE_NOW) != NULL;
}

BhDelegation *
bh_delegation_get_current (BhJournal *journal)
{
  const char *key;

  g_return_val_if_fail (BH_IS_JOURNAL (journal), NULL);
  key = bh_journal_get_state (journal, STATE_NOW);
  return key != NULL ? load (journal, key) : NULL;
}

gboolean
bh_delegation_is_over (BhStateView *states)
{
  g_autoptr (BhDelegation) current = NULL;
  const char *engine;

  g_return_val_if_fail (BH_IS_STATE_VIEW (states), TRUE);

  engine = bh_state_view_get_engine (states);
  current = bh_delegation_get_current (bh_state_view_get_journal (states));
  return engine != NULL && (current == NULL || !g_str_equal (current->engine, engine));
}

static guint64
add_step (BhJournal *journal, const char *name, const char *instructions)
{
  const char *engine = bh_journal_get_run (journal)->engine_used;
  BhRow *row = bh_row_new ();
  guint64 n;

  row->kind = BH_ROW_STEP;
  row->state = BH_ROW_OPEN;
  row->author = g_strdup (engine != NULL ? engine : "bellhop");
  row->tool = g_strdup (TOOL);
  row->title = g_strdup (name);
  row->exit_status = -1;
  n = bh_journal_add_row (journal, row);
  bh_journal_append_text (journal, n, BH_PART_CALL, instructions);
  return n;
}

void
bh_delegation_begin (BhJournal *journal, const char *key, const char *engine, const char *instructions)
{
  g_autoptr (BhStateView) theirs = NULL;
  g_autofree char *name = NULL, *shown = NULL;
  BhDelegation self = { .key = (char *) key, .engine = (char *) engine };

  g_return_if_fail (BH_IS_JOURNAL (journal) && key != NULL && engine != NULL && instructions != NULL);
  g_return_if_fail (!bh_delegation_is_at_work (journal));

  theirs = bh_state_view_new (journal, engine);
  name = bh_mcp_engine_name (journal, engine);
  shown = bh_journal_masked (journal, instructions);
  self.instructions = shown;
  self.turn = bh_state_view_get_int (theirs, STATE_COUNT, 0) + 1;
  bh_state_view_set_int (theirs, STATE_COUNT, self.turn);
  self.row = add_step (journal, name != NULL ? name : engine, shown);
  store (journal, &self);
  bh_journal_set_state (journal, STATE_NOW, key);
}

void
bh_delegation_end (BhJournal *journal, gboolean failed, const char *report)
{
  g_autoptr (BhDelegation) self = bh_delegation_get_current (journal);
  g_autofree char *report_key = NULL, *failed_key = NULL, *shown = NULL;
  const BhRow *row;

  g_return_if_fail (self != NULL && report != NULL);

  shown = bh_journal_masked (journal, report);
  report_key = state_of (self->key, ".report");
  failed_key = state_of (self->key, ".failed");
  bh_journal_set_state (journal, report_key, shown);
  bh_journal_set_state (journal, failed_key, failed ? "1" : NULL);
  bh_journal_set_state (journal, STATE_NOW, NULL);
  row = bh_journal_get_row (journal, self->row);
  if (row == NULL || row->state != BH_ROW_OPEN)
    return;
  bh_journal_append_text (journal, self->row, BH_PART_RESULT, report);
  bh_journal_end_row (journal, self->row, failed ? BH_ROW_FAILED : BH_ROW_DONE, -1);
}

/* --- reports --- */

char *
bh_delegation_digest (const char *engine, const char *instructions)
{
  g_autofree char *text = g_strdup_printf ("%s\n%s", engine, instructions);
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);

  return g_strconcat (DIGEST, sum, NULL);
}

gboolean
bh_delegation_is_digest (const char *digest)
{
  g_return_val_if_fail (digest != NULL, FALSE);
  return g_str_has_prefix (digest, DIGEST);
}

char *
bh_delegation_get_report (BhJournal *journal, const char *key, gboolean *failed)
{
  g_autoptr (BhDelegation) self = NULL;
  g_autofree char *report_key = NULL, *failed_key = NULL;
  const char *report;

  g_return_val_if_fail (BH_IS_JOURNAL (journal) && key != NULL && failed != NULL, NULL);

  self = load (journal, key);
  report_key = state_of (key, ".report");
  failed_key = state_of (key, ".failed");
  report = bh_journal_get_state (journal, report_key);
  if (self == NULL || report == NULL)
    return NULL;
  *failed = bh_journal_get_state (journal, failed_key) != NULL;
  return g_strdup_printf (*failed ? "%s could not do the part that you delegated to it: %s"
                                  : "%s is done with the part that you delegated to it. Its report: %s",
                          self->name, report);
}

gboolean
bh_delegation_is_known (BhJournal *journal, const char *key)
{
  g_autofree char *state = state_of (key, "");

  g_return_val_if_fail (BH_IS_JOURNAL (journal), FALSE);
  return bh_journal_get_state (journal, state) != NULL;
}

void
bh_delegation_forget (BhJournal *journal, const char *key)
{
  static const char *const parts[] = { "", ".report", ".failed" };

  g_return_if_fail (BH_IS_JOURNAL (journal) && key != NULL);

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *state = state_of (key, parts[i]);

      bh_journal_set_state (journal, state, NULL);
    }
}

void
bh_delegation_run_ended (BhJournal *journal)
{
  g_auto (GStrv) engines = bh_mcp_get_engines (journal);

  bh_journal_set_state (journal, STATE_NOW, NULL);
  for (guint i = 0; engines[i] != NULL; i++)
    {
      g_autofree char *id = g_strndup (engines[i], strcspn (engines[i], " "));
      g_autoptr (BhStateView) theirs = bh_state_view_new (journal, id);

      bh_mcp_run_ended (theirs);
    }
}

/* --- for the engine that delegated --- */

gboolean
bh_delegation_is_owed (BhStateView *states)
{
  g_autoptr (GPtrArray) keys = bh_mcp_undelivered (states, FALSE);
  BhJournal *journal = bh_state_view_get_journal (states);
  const char *now = bh_journal_get_state (journal, STATE_NOW);
  gboolean failed;

  for (guint i = 0; i < keys->len; i++)
    {
      g_autofree char *report = bh_delegation_get_report (journal, keys->pdata[i], &failed);

      if (report != NULL || g_strcmp0 (now, keys->pdata[i]) == 0)
        return TRUE;
    }
  return FALSE;
}

/* (transfer full) (nullable) */
static char *
next_report (BhStateView *states, gboolean take)
{
  g_autoptr (GPtrArray) keys = bh_mcp_undelivered (states, TRUE);
  gboolean failed;

  for (guint i = 0; i < keys->len; i++)
    {
      char *report = bh_delegation_get_report (bh_state_view_get_journal (states), keys->pdata[i], &failed);

      if (report == NULL)
        continue;
      if (take)
        bh_mcp_take_deferred (states, keys->pdata[i]);
      return report;
    }
  return NULL;
}

gboolean
bh_delegation_has_report (BhStateView *states)
{
  g_autofree char *report = next_report (states, FALSE);

  return report != NULL;
}

char *
bh_delegation_take_report (BhStateView *states)
{
  return next_report (states, TRUE);
}
