/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/agent/bh-turn-log.h"

#include "coordinator/engines/agent/bh-turn-plan.h"
#include "coordinator/runs/bh-staging.h"
#include "protocol/bh-text.h"

/* "12 message ID": the row being written, what it is, and whose pieces belong to it */
#define STATE_SAY "log.say"
/* ids of the calls that are known, oldest first, one a line; a call's row and what was written of it */
#define STATE_CALLS "log.calls"
#define STATE_CALL "log.call."
/* what an announcement said of a call, which may be incomplete */
#define STATE_PENDING "log.pending."
#define STATE_DID "log.did"
#define DID_SAY "said"
#define DID_STEP "stepped"
#define STATE_WORDS "log.words"

/* Late updates of a call that has ended still find its row, as long as it is one of so many. */
#define CALLS_KEPT 16
/* An engine that opens calls without end: the oldest is let go of. */
#define CALLS_MOST 256
#define ID_MAX 120
#define TITLE_MAX 200
#define TOOL_MAX 80
/* What is longer was not announced before it was complete. */
#define PENDING_MAX (64 * 1024)

G_STATIC_ASSERT (BH_SUMMARY_MAX <= BH_BEGINNING_MAX);

struct _BhTurnLog
{
  GObject parent_instance;

  BhStateView *states;
  BhJournal *journal; /* borrowed from it */
  char *author;
};

/* A known call. */
typedef struct
{
  char *key; /* STATE_CALL and the id, made short */
  char *id;
  guint64 row;
  gboolean called, resulted, ended;
} Call;

G_DEFINE_FINAL_TYPE (BhTurnLog, bh_turn_log, G_TYPE_OBJECT)

static void
bh_turn_log_finalize (GObject *object)
{
  BhTurnLog *self = BH_TURN_LOG (object);

  g_clear_object (&self->states);
  g_free (self->author);
  G_OBJECT_CLASS (bh_turn_log_parent_class)->finalize (object);
}

static void
bh_turn_log_class_init (BhTurnLogClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bh_turn_log_finalize;
}

static void
bh_turn_log_init (BhTurnLog *self)
{
}

BhTurnLog *
bh_turn_log_new (BhStateView *states, const char *author)
{
  BhTurnLog *self;

  g_return_val_if_fail (BH_IS_STATE_VIEW (states) && author != NULL, NULL);
  self = g_object_new (BH_TYPE_TURN_LOG, NULL);
  self->states = g_object_ref (states);
  self->journal = bh_state_view_get_journal (states);
  self->author = g_strdup (author);
  return self;
}

/* --- prose --- */

static gboolean
is_blank (const char *text)
{
  return text[strspn (text, " \t\r\n")] == '\0';
}

static const char *
nick_of (BhSaid what)
{
  return what == BH_SAID_THOUGHT ? "thought" : "message";
}

/* An id as it may lie in state: foreign, so neither long nor with a newline in it. (transfer full) */
static char *
short_id (const char *id)
{
  if (strlen (id) <= ID_MAX && strpbrk (id, "\n\r") == NULL)
    return g_strdup (id);
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, id, -1);
}

/* The row being written if the next piece belongs to it. */
static gboolean
find_row (BhTurnLog *self, BhSaid what, const char *id, guint64 *n)
{
  const char *state = bh_state_view_get (self->states, STATE_SAY);
  char *rest = NULL;
  const char *nick = nick_of (what);
  g_autofree char *known = NULL;

  if (state == NULL)
    return FALSE;
  *n = g_ascii_strtoull (state, &rest, 10);
  if (*rest != ' ' || !g_str_has_prefix (rest + 1, nick))
    return FALSE;
  rest += 1 + strlen (nick);
  if (id == NULL)
    return TRUE;
  known = short_id (id);
  return *rest == '\0' || strcmp (rest + 1, known) == 0;
}

static guint64
begin_row (BhTurnLog *self, BhSaid what, const char *id)
{
  g_autofree char *known = id != NULL ? short_id (id) : NULL;
  g_autofree char *state = NULL;
  BhRow *row = bh_row_new ();
  guint64 n;

  row->kind = BH_ROW_MESSAGE;
  row->state = BH_ROW_OPEN;
  row->author = g_strdup (what == BH_SAID_THOUGHT ? "thought" : self->author);
  row->exit_status = -1;
  n = bh_journal_add_row (self->journal, row);
  state = g_strdup_printf ("%" G_GUINT64_FORMAT " %s%s%s", n, nick_of (what), known != NULL ? " " : "",
                           known != NULL ? known : "");
  bh_state_view_set (self->states, STATE_SAY, state);
  if (what == BH_SAID_MESSAGE && !bh_turn_log_did_anything (self))
    bh_state_view_set (self->states, STATE_DID, DID_SAY);
  return n;
}

void
bh_turn_log_said (BhTurnLog *self, BhSaid what, const char *id, const char *text)
{
  guint64 n;

  g_return_if_fail (BH_IS_TURN_LOG (self) && text != NULL);
  if (*text == '\0')
    return;
  if (!find_row (self, what, id, &n))
    {
      if (is_blank (text))
        return;
      bh_turn_log_pause (self);
      n = begin_row (self, what, id);
    }
  bh_journal_append_text (self->journal, n, BH_PART_TEXT, text);
}

/* Of a message that has ended: as it is on the timeline, whichever process wrote it. */
static void
keep_words (BhTurnLog *self, guint64 n)
{
  const char *beginning = bh_journal_get_beginning (self->journal, n);
  g_autofree char *words = bh_text_head (beginning != NULL ? beginning : "", BH_SUMMARY_MAX);

  bh_state_view_set (self->states, STATE_WORDS, words);
}

void
bh_turn_log_pause (BhTurnLog *self)
{
  const char *state;
  guint64 n;

  g_return_if_fail (BH_IS_TURN_LOG (self));
  state = bh_state_view_get (self->states, STATE_SAY);
  if (state == NULL)
    return;
  n = g_ascii_strtoull (state, NULL, 10);
  bh_journal_end_row (self->journal, n, BH_ROW_DONE, -1);
  if (strstr (state, " message") != NULL)
    keep_words (self, n);
  bh_state_view_set (self->states, STATE_SAY, NULL);
}

/* --- tool calls --- */

static void
call_free (Call *call)
{
  g_free (call->key);
  g_free (call->id);
  g_free (call);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static void
set_pending (BhTurnLog *self, const char *id, const char *text)
{
  g_autofree char *key = g_strconcat (STATE_PENDING, id, NULL);

  bh_state_view_set (self->states, key, text);
}

/* (transfer full) (nullable) */
static char *
get_pending (BhTurnLog *self, const char *id)
{
  g_autofree char *key = g_strconcat (STATE_PENDING, id, NULL);

  return g_strdup (bh_state_view_get (self->states, key));
}

static void
put_call (BhTurnLog *self, const Call *call)
{
  g_autofree char *state =
      g_strdup_printf ("%" G_GUINT64_FORMAT " %s%s%s", call->row, call->called ? "c" : "",
                       call->resulted ? "r" : "", call->ended ? "e" : "");

  bh_state_view_set (self->states, call->key, state);
}

/* (nullable) */
static Call *
find_call (BhTurnLog *self, const char *id)
{
  g_autofree char *known = short_id (id);
  g_autofree char *key = g_strconcat (STATE_CALL, known, NULL);
  const char *state = bh_state_view_get (self->states, key);
  char *flags = NULL;
  Call *call;

  if (state == NULL)
    return NULL;
  call = g_new0 (Call, 1);
  call->row = g_ascii_strtoull (state, &flags, 10);
  call->called = strchr (flags, 'c') != NULL;
  call->resulted = strchr (flags, 'r') != NULL;
  call->ended = strchr (flags, 'e') != NULL;
  call->id = g_steal_pointer (&known);
  call->key = g_steal_pointer (&key);
  return call;
}

static void
end_open_row (BhTurnLog *self, guint64 n, BhRowState state, int exit_status)
{
  const BhRow *row = bh_journal_get_row (self->journal, n);

  if (row != NULL && row->state == BH_ROW_OPEN)
    bh_journal_end_row (self->journal, n, state, exit_status);
}

static void
forget_call (BhTurnLog *self, const char *id)
{
  g_autofree char *key = g_strconcat (STATE_CALL, id, NULL);
  const char *state = bh_state_view_get (self->states, key);

  if (state != NULL)
    end_open_row (self, g_ascii_strtoull (state, NULL, 10), BH_ROW_STOPPED, -1);
  bh_state_view_set (self->states, key, NULL);
  set_pending (self, id, NULL);
}

static gboolean
is_ended (BhTurnLog *self, const char *id)
{
  g_autoptr (Call) call = find_call (self, id);

  return call == NULL || call->ended;
}

/* Lets go of the oldest that have ended, and when all of them are open of the oldest. */
static void
thin_out (BhTurnLog *self, GPtrArray *ids)
{
  guint ended = 0;

  for (guint i = 0; i < ids->len; i++)
    ended += is_ended (self, ids->pdata[i]) ? 1 : 0;
  for (guint i = 0; i < ids->len && ended > CALLS_KEPT;)
    {
      if (!is_ended (self, ids->pdata[i]))
        {
          i++;
          continue;
        }
      forget_call (self, ids->pdata[i]);
      g_ptr_array_remove_index (ids, i);
      ended--;
    }
  while (ids->len > CALLS_MOST)
    {
      forget_call (self, ids->pdata[0]);
      g_ptr_array_remove_index (ids, 0);
    }
}

/* (transfer full) */
static GPtrArray *
known_ids (BhTurnLog *self)
{
  const char *state = bh_state_view_get (self->states, STATE_CALLS);
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) lines = state != NULL ? g_strsplit (state, "\n", -1) : NULL;

  for (guint i = 0; lines != NULL && lines[i] != NULL; i++)
    g_ptr_array_add (ids, g_strdup (lines[i]));
  return ids;
}

static void
note_call (BhTurnLog *self, const char *id)
{
  g_autoptr (GPtrArray) ids = known_ids (self);
  g_autofree char *state = NULL;

  g_ptr_array_add (ids, g_strdup (id));
  thin_out (self, ids);
  g_ptr_array_add (ids, NULL);
  state = g_strjoinv ("\n", (char **) ids->pdata);
  bh_state_view_set (self->states, STATE_CALLS, state);
}

static char *
line_or (BhTurnLog *self, const char *text, const char *otherwise, gsize most)
{
  /* before it is cut: half a secret would not be known */
  g_autofree char *masked =
      bh_journal_masked (self->journal, text != NULL && !is_blank (text) ? text : otherwise);

  return bh_text_one_line (masked, most);
}

static Call *
begin_call (BhTurnLog *self, const BhToolUpdate *update)
{
  BhRow *row = bh_row_new ();
  Call *call = g_new0 (Call, 1);

  bh_turn_log_pause (self);
  row->kind = BH_ROW_STEP;
  row->state = BH_ROW_OPEN;
  row->author = g_strdup (self->author);
  row->tool = line_or (self, update->tool, "tool", TOOL_MAX);
  row->title = line_or (self, update->title, row->tool, TITLE_MAX);
  row->exit_status = -1;
  call->id = short_id (update->id);
  call->key = g_strconcat (STATE_CALL, call->id, NULL);
  call->row = bh_journal_add_row (self->journal, row);
  put_call (self, call);
  note_call (self, call->id);
  bh_state_view_set (self->states, STATE_DID, DID_STEP);
  return call;
}

/* A later word may know the tool and the title better. */
static void
retitle (BhTurnLog *self, const Call *call, const BhToolUpdate *update)
{
  BhRow *known = bh_journal_get_row (self->journal, call->row);
  g_autofree char *tool = NULL, *title = NULL;
  BhRow *row;

  if (known == NULL)
    return;
  tool = line_or (self, update->tool, known->tool, TOOL_MAX);
  title = line_or (self, update->title, known->title, TITLE_MAX);
  if (g_strcmp0 (tool, known->tool) == 0 && g_strcmp0 (title, known->title) == 0)
    return;
  row = bh_row_copy (known);
  g_free (row->tool);
  row->tool = g_steal_pointer (&tool);
  g_free (row->title);
  row->title = g_steal_pointer (&title);
  bh_journal_put_row (self->journal, row);
}

static void
write_call (BhTurnLog *self, Call *call, const char *text)
{
  if (call->called || text == NULL || is_blank (text))
    return;
  bh_journal_append_text (self->journal, call->row, BH_PART_CALL, text);
  call->called = TRUE;
  set_pending (self, call->id, NULL);
}

/* The call as it is announced first is often not complete: it is written once something else is said of it.
 */
static void
take_call (BhTurnLog *self, Call *call, const BhToolUpdate *update)
{
  gboolean ends = update->state == BH_TOOL_COMPLETED || update->state == BH_TOOL_FAILED;

  if (update->call != NULL && update->state == BH_TOOL_PENDING && !call->called &&
      strlen (update->call) <= PENDING_MAX)
    set_pending (self, call->id, update->call);
  else if (update->call != NULL)
    write_call (self, call, update->call);
  if (ends || update->result != NULL || update->output != NULL)
    {
      g_autofree char *announced = get_pending (self, call->id);

      write_call (self, call, announced);
    }
}

static void
take_result (BhTurnLog *self, Call *call, const BhToolUpdate *update)
{
  if (update->output != NULL && *update->output != '\0')
    {
      bh_journal_append_text (self->journal, call->row, BH_PART_RESULT, update->output);
      call->resulted = TRUE;
    }
  if (update->result != NULL && *update->result != '\0' && !call->resulted)
    {
      bh_journal_append_text (self->journal, call->row, BH_PART_RESULT, update->result);
      call->resulted = TRUE;
    }
  if (update->detail == NULL || *update->detail == '\0')
    return;
  if (call->resulted)
    bh_journal_append_text (self->journal, call->row, BH_PART_RESULT, "\n");
  bh_journal_append_text (self->journal, call->row, BH_PART_RESULT, update->detail);
  call->resulted = TRUE;
}

void
bh_turn_log_tool (BhTurnLog *self, const BhToolUpdate *update)
{
  g_autoptr (Call) call = NULL;

  g_return_if_fail (BH_IS_TURN_LOG (self));
  g_return_if_fail (update != NULL && update->id != NULL);
  call = find_call (self, update->id);
  if (call == NULL)
    call = begin_call (self, update);
  else if (call->ended)
    return;
  else
    retitle (self, call, update);
  take_call (self, call, update);
  take_result (self, call, update);
  call->ended = update->state == BH_TOOL_COMPLETED || update->state == BH_TOOL_FAILED;
  if (call->ended)
    end_open_row (self, call->row, update->state == BH_TOOL_COMPLETED ? BH_ROW_DONE : BH_ROW_FAILED,
                  update->exit_status);
  put_call (self, call);
}

void
bh_turn_log_remark (BhTurnLog *self, const char *tool, const char *text)
{
  g_autoptr (Call) call = NULL;
  g_autofree char *announced = NULL, *line = NULL;

  g_return_if_fail (BH_IS_TURN_LOG (self) && text != NULL);
  call = tool != NULL ? find_call (self, tool) : NULL;
  if (call == NULL || call->ended)
    return;
  announced = get_pending (self, call->id);
  write_call (self, call, announced);
  line = g_strdup_printf ("%s— %s", call->called ? "\n\n" : "", text);
  bh_journal_append_text (self->journal, call->row, BH_PART_CALL, line);
  put_call (self, call);
}

void
bh_turn_log_plan (BhTurnLog *self, const BhPlanEntry *entries, guint n_entries)
{
  g_return_if_fail (BH_IS_TURN_LOG (self));
  if (!bh_turn_plan_is_open (self->states))
    bh_turn_log_pause (self);
  bh_turn_plan_update (self->states, self->author, entries, n_entries);
}

/* --- the rest --- */

void
bh_turn_log_notice (BhTurnLog *self, const char *text)
{
  g_return_if_fail (BH_IS_TURN_LOG (self) && text != NULL);
  bh_turn_log_pause (self);
  bh_staging_text (self->journal, BH_ROW_STATUS, BH_ROW_DONE, self->author, text);
}

void
bh_turn_log_end (BhTurnLog *self)
{
  g_autoptr (GPtrArray) ids = NULL;

  g_return_if_fail (BH_IS_TURN_LOG (self));
  bh_turn_log_pause (self);
  bh_turn_plan_end (self->states);
  ids = known_ids (self);
  for (guint i = 0; i < ids->len; i++)
    forget_call (self, ids->pdata[i]);
  bh_state_view_set (self->states, STATE_CALLS, NULL);
  bh_state_view_set (self->states, STATE_DID, NULL);
  bh_state_view_set (self->states, STATE_WORDS, NULL);
}

char *
bh_turn_log_last_words (BhTurnLog *self)
{
  g_return_val_if_fail (BH_IS_TURN_LOG (self), NULL);
  bh_turn_log_pause (self);
  return g_strdup (bh_state_view_get (self->states, STATE_WORDS));
}

gboolean
bh_turn_log_did_anything (BhTurnLog *self)
{
  g_return_val_if_fail (BH_IS_TURN_LOG (self), FALSE);
  return bh_state_view_get (self->states, STATE_DID) != NULL;
}

gboolean
bh_turn_log_has_stepped (BhTurnLog *self)
{
  g_return_val_if_fail (BH_IS_TURN_LOG (self), FALSE);
  return g_strcmp0 (bh_state_view_get (self->states, STATE_DID), DID_STEP) == 0;
}

gboolean
bh_turn_log_has_open_step (BhTurnLog *self)
{
  g_autoptr (GPtrArray) ids = NULL;

  g_return_val_if_fail (BH_IS_TURN_LOG (self), FALSE);
  ids = known_ids (self);
  for (guint i = 0; i < ids->len; i++)
    if (!is_ended (self, ids->pdata[i]))
      return TRUE;
  return FALSE;
}
