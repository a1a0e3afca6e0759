/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/agent/bh-agent-process.h"

#include <signal.h>
#include <string.h>

#include "coordinator/engines/agent/bh-agent-permits.h"
#include "coordinator/engines/agent/bh-agent-questions.h"
#include "coordinator/engines/bh-engine-pick.h"
#include "coordinator/mcp/bh-mcp-state.h"

#define BOXD "/run/bellhop/bin/bellhop-boxd"
#define GRACE_SECONDS 3
#define SETTLE_MS 1500
/* A process whose output has ended is about to end. */
#define EXIT_SECONDS 2
/* and how long its last words are waited for */
#define ERR_MSEC 500
/* stderr is let go of in the box so many bytes at a time */
#define ERR_TRIM_BYTES (1024 * 1024)

/* As Claude, Qwen and Copilot take it in an argument. */
#define MCP_JSON_BEGIN                                                                                       \
  "{\"mcpServers\":{\"" BH_MCP_SERVER_NAME "\":{\"type\":\"stdio\","                                         \
  "\"command\":\"" BOXD "\",\"args\":[\"mcp\""
#define MCP_JSON_END "],\"tools\":[\"*\"],\"alwaysLoadTools\":true}}}"
#define MCP_PLACEHOLDER "@MCP_JSON@"

/* --- stderr --- */

typedef struct
{
  BhAgentWork *work;
  BhProcess *process;
  GByteArray *held; /* read, and perhaps the beginning of a secret */
} Err;

static void
err_free (gpointer data)
{
  Err *err = data;

  g_object_unref (err->work);
  g_object_unref (err->process);
  g_byte_array_unref (err->held);
  g_free (err);
}

/* Adds a chunk, NULL at the end. What is held back is read again after a restart. */
static void
take_err (Err *err, const BhChunk *chunk)
{
  BhAgentWork *work = err->work;
  g_autofree char *text = NULL;
  gsize size = 0, done;
  const guint8 *data = chunk != NULL ? g_bytes_get_data (chunk->bytes, &size) : NULL;

  if (size > 0)
    g_byte_array_append (err->held, data, (guint) size);
  done = bh_mask_apply (bh_journal_get_mask (work->journal), err->held->data, err->held->len, chunk == NULL);
  if (done == 0)
    return;
  text = g_strndup ((const char *) err->held->data, done);
  g_byte_array_remove_range (err->held, 0, (guint) done);
  bh_agent_work_add_stray (work, text);
  if (chunk != NULL)
    bh_state_view_set_int (work->states, BH_AGENT_ERR, (gint64) (chunk->offset + size - err->held->len));
}

/* Kept as the engine's last words only; read to the end so that it never blocks. */
static DexFuture *
err_fiber (gpointer data)
{
  Err *err = data;
  guint64 trimmed = 0;

  for (;;)
    {
      g_autoptr (BhChunk) chunk = dex_await_boxed (bh_process_read (err->process, BH_STREAM_STDERR), NULL);
      guint64 end;

      if (bh_journal_is_closed (err->work->journal) || err->work->process != err->process)
        return dex_future_new_true ();
      if (chunk == NULL || g_bytes_get_size (chunk->bytes) == 0)
        {
          take_err (err, NULL);
          return dex_future_new_true ();
        }
      take_err (err, chunk);
      end = chunk->offset + g_bytes_get_size (chunk->bytes) - err->held->len;
      if (end - trimmed < ERR_TRIM_BYTES)
        continue;
      if (!dex_await (bh_journal_sync (err->work->journal), NULL))
        return dex_future_new_true ();
      bh_process_trim (err->process, BH_STREAM_STDERR, end);
      trimmed = end;
    }
}

static void
follow_stderr (BhAgentWork *self)
{
  Err *err = g_new0 (Err, 1);

  err->work = g_object_ref (self);
  err->process = g_object_ref (self->process);
  err->held = g_byte_array_new ();
  bh_process_attach (self->process, BH_STREAM_STDERR,
                     (guint64) bh_state_view_get_int (self->states, BH_AGENT_ERR, 0));
  dex_clear (&self->err_read);
  self->err_read = dex_scheduler_spawn (NULL, 0, err_fiber, err, err_free);
}

/* What it printed last is on its way: unless a child of it keeps stderr open. */
static void
await_stderr (BhAgentWork *self)
{
  if (self->err_read != NULL)
    dex_await (dex_future_first (dex_ref (self->err_read), dex_timeout_new_msec (ERR_MSEC), NULL), NULL);
}

static DexFuture *
heard_cb (DexFuture *future, gpointer data)
{
  const GValue *stats = dex_future_get_value (future, NULL);

  if (stats != NULL)
    g_free (g_value_get_pointer (stats));
  return dex_future_new_true ();
}

/* Whatever it asks, boxd's answer comes after what the engine printed before its last line. */
void
bh_agent_process_hear_out (BhAgentWork *self)
{
  DexFuture *heard;

  if (self->process == NULL)
    return;
  heard = dex_future_finally (bh_box_stats (bh_process_get_box (self->process)), heard_cb, NULL, NULL);
  dex_await (dex_future_first (heard, dex_timeout_new_msec (ERR_MSEC), NULL), NULL);
}

/* --- starting --- */

/* The MCP server has to know whom it serves if that is not the Run's own engine. (transfer full) */
static char *
mcp_json (BhAgentWork *self)
{
  const char *engine = bh_state_view_get_engine (self->states);

  return engine != NULL ? g_strdup_printf (MCP_JSON_BEGIN ",\"%s\"" MCP_JSON_END, engine)
                        : g_strdup (MCP_JSON_BEGIN MCP_JSON_END);
}

static char *
fill_in (BhAgentWork *self, const char *argument, const char *session)
{
  g_autoptr (GString) text = g_string_new (argument);
  g_autofree char *mcp = mcp_json (self);
  const char *model = self->file->model;

  g_string_replace (text, MCP_PLACEHOLDER, mcp, 0);
  g_string_replace (text, "@SESSION@", session != NULL ? session : "", 0);
  g_string_replace (text, "@MODEL@", model != NULL ? model : "", 0);
  return g_strdup (text->str);
}

/* (nullable) the session to take up again */
static const char *
session_to_resume (BhAgentWork *self)
{
  return bh_agent_work_get (self, BH_AGENT_STALE) == NULL ? bh_agent_work_get (self, BH_AGENT_SESSION) : NULL;
}

static char **
make_argv (BhAgentWork *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const char *session = session_to_resume (self);

  for (guint i = 0; self->file->argv[i] != NULL; i++)
    g_strv_builder_take (builder, fill_in (self, self->file->argv[i], session));
  for (guint i = 0; session != NULL && self->file->resume_argv != NULL && self->file->resume_argv[i] != NULL;
       i++)
    g_strv_builder_take (builder, fill_in (self, self->file->resume_argv[i], session));
  return g_strv_builder_end (builder);
}

static void
add_env (BhAgentWork *self, GStrvBuilder *builder, GHashTable *table)
{
  GHashTableIter iter;
  gpointer name, value;

  if (table == NULL)
    return;
  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, &name, &value))
    if (!bh_engine_hides (self->file, name))
      g_strv_builder_take (builder, g_strdup_printf ("%s=%s", (char *) name, (char *) value));
}

/* What the file says, over it the keys that are stored for it, over that what the person wants for this Run,
 * and over all which process it is. */
static char **
make_env (BhAgentWork *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; self->file->env != NULL && self->file->env[i] != NULL; i++)
    g_strv_builder_add (builder, self->file->env[i]);
  add_env (self, builder, self->keys);
  add_env (self, builder, bh_engine_host_get_env (self->host));
  /* what it starts is known by this, wherever it goes */
  g_strv_builder_take (builder,
                       g_strdup_printf (BH_PROCESS_VARIABLE "=%u", bh_process_get_id (self->process)));
  return g_strv_builder_end (builder);
}

/* Of the keys that its file lists and does not hide those that the Run brings itself, or the others. */
static char **
list_keys (BhAgentWork *self, gboolean brought)
{
  GHashTable *env = bh_engine_host_get_env (self->host);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; self->file->keys != NULL && self->file->keys[i] != NULL; i++)
    if (!bh_engine_hides (self->file, self->file->keys[i]) &&
        g_hash_table_contains (env, self->file->keys[i]) == brought)
      g_strv_builder_add (builder, self->file->keys[i]);
  return g_strv_builder_end (builder);
}

static gboolean
has_key (BhAgentWork *self)
{
  g_auto (GStrv) own = list_keys (self, TRUE);

  return own[0] != NULL || (self->keys != NULL && g_hash_table_size (self->keys) > 0);
}

/* Those that the Run does not bring itself. Before there is anything of the process to be read. */
static gboolean
fetch_keys (BhAgentWork *self, GError **error)
{
  g_auto (GStrv) names = list_keys (self, FALSE);

  g_clear_pointer (&self->keys, g_hash_table_unref);
  if (names[0] == NULL)
    return TRUE;
  self->keys = dex_await_boxed (bh_engine_host_get_keys (self->host, (const char *const *) names), error);
  return self->keys != NULL;
}

static gboolean
takes_mcp_in_argv (BhAgentWork *self)
{
  for (guint i = 0; self->file->argv[i] != NULL; i++)
    if (strstr (self->file->argv[i], MCP_PLACEHOLDER) != NULL)
      return TRUE;
  return FALSE;
}

static DexFuture *
spawn (BhAgentWork *self)
{
  g_auto (GStrv) argv = make_argv (self);
  g_auto (GStrv) env = make_env (self);
  BhSpawn spawn = { .argv = (const char *const *) argv, .env = (const char *const *) env };

  return bh_process_spawn (self->process, &spawn);
}

static void
find_process (BhAgentWork *self)
{
  gint64 id = bh_state_view_get_int (self->states, BH_AGENT_PROCESS, 0);

  g_set_object (&self->process, bh_box_process (bh_engine_host_get_box (self->host), (guint32) id));
}

static void
open_pipe (BhAgentWork *self)
{
  g_autofree char *key = g_strdup_printf ("agent.pipe.%u", bh_process_get_id (self->process));

  g_clear_object (&self->pipe);
  self->pipe = bh_line_pipe_new (self->journal, self->process, key, 0, BH_LINE_PIPE_MAX);
}

static void
say_first_words (BhAgentWork *self)
{
  const char *const mcp_argv[] = { BOXD, "mcp", bh_state_view_get_engine (self->states), NULL };
  BhSessionSpec spec = {
    .cwd = "/workspace",
    .resume = session_to_resume (self),
    .mcp_argv = takes_mcp_in_argv (self) ? NULL : mcp_argv,
    .mode = self->file->mode,
    .model = self->file->model,
    .auth = self->file->key_auth != NULL && has_key (self) ? self->file->key_auth : self->file->auth,
  };

  bh_dialect_start (self->dialect, BH_DIALECT_SINK (self), &spec);
}

/* The coordinator may have died while it ended the one before. */
static void
end_leftover (BhAgentWork *self)
{
  gint64 id = bh_state_view_get_int (self->states, BH_AGENT_ENDING, 0);
  guint flags = bh_agent_work_get (self, BH_AGENT_KILLING) != NULL ? BH_SIGNAL_KIN : BH_SIGNAL_CHILDREN;
  BhProcess *process;

  if (id == 0)
    return;
  process = bh_box_process (bh_engine_host_get_box (self->host), (guint32) id);
  dex_future_disown (bh_process_signal (process, SIGKILL, flags));
  dex_future_disown (bh_process_signal (process, SIGKILL, BH_SIGNAL_GROUP));
  bh_state_view_set (self->states, BH_AGENT_ENDING, NULL);
}

/* An id is committed before there is a process of it: that is how it is found again. */
static gboolean
choose_process (BhAgentWork *self, GError **error)
{
  gint64 id = bh_journal_get_state_int (self->journal, BH_AGENT_COUNT, 0) + 1;

  end_leftover (self);
  bh_journal_set_state_int (self->journal, BH_AGENT_COUNT, id);
  bh_state_view_set_int (self->states, BH_AGENT_PROCESS, id);
  bh_agent_work_set (self, BH_AGENT_ERR, NULL);
  bh_agent_work_set (self, BH_AGENT_STRAYED, NULL);
  bh_agent_work_set_phase (self, BH_PHASE_NONE);
  g_string_truncate (self->strays, 0);
  return dex_await (bh_journal_commit (self->journal, BH_RELAXED), error);
}

gboolean
bh_agent_process_open (BhAgentWork *self, GError **error)
{
  if (self->pipe != NULL)
    return TRUE;
  if (!fetch_keys (self, error) || !bh_journal_check_open (self->journal, error))
    return FALSE;
  if (bh_state_view_get_int (self->states, BH_AGENT_PROCESS, 0) == 0)
    {
      if (!dex_await (bh_engine_host_sign_in (self->host, self->file->id), error) ||
          !bh_journal_check_open (self->journal, error) || !choose_process (self, error))
        return FALSE;
    }
  /* a key may be there now that was not when the process was chosen: known before anybody has it */
  else if (!dex_await (bh_journal_commit (self->journal, BH_RELAXED), error))
    return FALSE;
  if (!bh_journal_check_open (self->journal, error))
    return FALSE;
  find_process (self);
  /* left as it is if it runs */
  if (!dex_await (spawn (self), error))
    return FALSE;
  open_pipe (self);
  follow_stderr (self);
  self->started_at = g_get_monotonic_time ();
  bh_agent_work_heard (self);
  if (bh_agent_work_get_phase (self) != BH_PHASE_NONE)
    return TRUE;
  bh_agent_work_set_phase (self, BH_PHASE_STARTING);
  say_first_words (self);
  return bh_agent_work_talk (self, error);
}

/* --- ending --- */

gboolean
bh_agent_process_has_ended (BhAgentWork *self)
{
  return self->pipe == NULL || bh_line_pipe_ended (self->pipe);
}

char *
bh_agent_process_await_end (BhAgentWork *self)
{
  int status = -1;

  /* its output may end before it does */
  if (self->process != NULL && dex_await (dex_future_first (bh_process_exited (self->process),
                                                            dex_timeout_new_seconds (EXIT_SECONDS), NULL),
                                          NULL))
    status = dex_await_int (bh_process_exited (self->process), NULL);
  await_stderr (self);
  if (status > 128 && status < 128 + NSIG)
    return g_strdup_printf ("signal %d (%s)", status - 128, strsignal (status - 128));
  if (status >= 0)
    return g_strdup_printf ("exit status %d", status);
  return g_strdup ("it closed its output");
}

typedef struct
{
  BhJournal *journal;
  BhProcess *process;
  guint64 written;
  gboolean by_signal;
  guint grace;
} Ending;

static void
ending_free (gpointer data)
{
  Ending *ending = data;

  g_object_unref (ending->process);
  g_object_unref (ending->journal);
  g_free (ending);
}

/* Not waited for: errors mean that it ended by itself, or the box did. */
static DexFuture *
end_fiber (gpointer data)
{
  Ending *ending = data;
  guint flags = ending->grace > 0 ? BH_SIGNAL_CHILDREN : BH_SIGNAL_KIN;

  /* that it is not the engine's process any more has to be stored first: else it is taken up again */
  if (!dex_await (bh_journal_settled (ending->journal), NULL))
    return dex_future_new_false ();
  if (ending->grace > 0)
    {
      bh_process_write_eof (ending->process, ending->written);
      /* Gemini writes its session down after it has said that its turn ended */
      if (ending->by_signal)
        dex_await (dex_timeout_new_msec (SETTLE_MS), NULL);
      if (ending->by_signal)
        dex_await (bh_process_signal (ending->process, SIGTERM, BH_SIGNAL_GROUP), NULL);
      dex_await (dex_timeout_new_seconds ((int) ending->grace), NULL);
    }
  dex_await (bh_process_signal (ending->process, SIGKILL, flags), NULL);
  dex_await (bh_process_signal (ending->process, SIGKILL, BH_SIGNAL_GROUP), NULL);
  bh_process_release (ending->process);
  return dex_future_new_true ();
}

/* Without grace its work was cut off, and all that it started goes with it. What it left behind on purpose
 * when its work was done, a server maybe, goes on until the DevBox is ended or the Run is stopped. */
static void
end_process (BhAgentWork *self, guint grace)
{
  gint64 id = bh_state_view_get_int (self->states, BH_AGENT_PROCESS, 0);
  Ending *ending;

  if (id == 0)
    return;
  if (self->pipe == NULL)
    {
      find_process (self);
      open_pipe (self);
    }
  ending = g_new0 (Ending, 1);
  ending->journal = g_object_ref (self->journal);
  ending->process = g_object_ref (self->process);
  ending->written = bh_line_pipe_get_written (self->pipe);
  ending->by_signal = self->file->ends_by_signal;
  ending->grace = grace;
  bh_line_pipe_forget (self->pipe);
  g_clear_object (&self->pipe);
  g_clear_object (&self->process);
  bh_agent_work_set (self, BH_AGENT_PROCESS, NULL);
  bh_state_view_set_int (self->states, BH_AGENT_ENDING, id);
  bh_agent_work_set (self, BH_AGENT_KILLING, grace == 0 ? "1" : NULL);
  bh_agent_work_set (self, BH_AGENT_ERR, NULL);
  bh_agent_work_set_phase (self, BH_PHASE_NONE);
  bh_agent_questions_lose (self);
  bh_agent_permits_lose (self);
  bh_mcp_engine_lost (self->states);
  dex_future_disown (dex_scheduler_spawn (NULL, 0, end_fiber, ending, ending_free));
}

void
bh_agent_process_end (BhAgentWork *self)
{
  end_process (self, GRACE_SECONDS);
}

void
bh_agent_process_kill (BhAgentWork *self)
{
  end_process (self, 0);
}
