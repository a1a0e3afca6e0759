/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/runbook/bh-shell.h"

#include <signal.h>

#include "coordinator/engines/runbook/bh-shell-command.h"
#include "coordinator/engines/runbook/bh-shell-reader.h"
#include "coordinator/engines/runbook/bh-shell-vars.h"
#include "coordinator/engines/runbook/bh-token.h"
#include "protocol/bh-text.h"

/* A block goes through these steps, each of which may be repeated after a restart without doing anything
 * twice:
 *
 * 1. One transaction says: the row is open, its shell is process N, its command goes to stdin at offset S,
 * its output begins at offset C, its end mark holds token T (bh_shell_begin).
 * 2. N is spawned (if it exists it stays as it is), the block is PUT as a file of its own, the command is
 * written at S. Not again when boxd has accepted the command already: the shell may be reading the file.
 * 3. Output is read from C on. Each piece goes to the row and moves C in the same transaction.
 * 4. The end mark, or the end of the shell, ends the block: C, S and "no block" are staged for the caller to
 * commit together with what it says about the block.
 *
 * Output of children that the block left in the background belongs to the block during which it is read. */

#define BLOCKS_DIR "/run/bellhop/blocks"

#define STATE_PROCESS "shell.process" /* 0 = no shell lives */
#define STATE_COUNT "shell.count"     /* shells so far; a process id is never used again */
#define STATE_WRITTEN "shell.written"
#define STATE_CONSUMED "shell.consumed"
#define STATE_ROW "shell.row"
#define STATE_TOKEN "shell.token"
#define STATE_CUT "shell.cut" /* the row that was interrupted */
#define STATE_LOST "shell.lost"

#define FLUSH_BYTES (2 * 1024 * 1024)
#define TRIM_BYTES (8 * 1024 * 1024)
/* A block that has said something so often and says little at a time is not read again before that is
 * committed, unless somebody looks: of hundreds of those, each would wake up for every line. */
#define CHATTY_PIECES 32
#define CHATTY_BYTES (64 * 1024)
/* reading waits for the disk when it is so far behind */
#define BEHIND_BYTES (4 * TRIM_BYTES)
/* a trickle is left in boxd's spool for a while */
#define TRIM_INTERVAL (15 * G_USEC_PER_SEC)
#define GRACE_SECONDS 3

struct _BhShell
{
  GObject parent_instance;

  BhEngineHost *host;    /* owned */
  BhJournal *journal;    /* owned */
  BhShellReader *reader; /* (nullable) of the shell that lives */
  gint64 cutting;        /* the row that a fiber was begun to interrupt */
  guint64 staged;        /* output staged since a flush was awaited */
  guint pieces;          /* of the block, read so far */
  guint64 trimmed;
  gint64 trimmed_at;
  DexPromise *trim; /* (nullable) of the sync that the last trim waits for, or waited */
};

G_DEFINE_FINAL_TYPE (BhShell, bh_shell, G_TYPE_OBJECT)

static void
bh_shell_finalize (GObject *object)
{
  BhShell *self = BH_SHELL (object);

  g_clear_pointer (&self->reader, bh_shell_reader_free);
  dex_clear (&self->trim);
  g_clear_object (&self->journal);
  g_clear_object (&self->host);
  G_OBJECT_CLASS (bh_shell_parent_class)->finalize (object);
}

static void
bh_shell_class_init (BhShellClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bh_shell_finalize;
}

static void
bh_shell_init (BhShell *self)
{
  self->cutting = -1;
}

BhShell *
bh_shell_new (BhEngineHost *host)
{
  BhShell *self;

  g_return_val_if_fail (BH_IS_ENGINE_HOST (host), NULL);
  self = g_object_new (BH_TYPE_SHELL, NULL);
  self->host = g_object_ref (host);
  self->journal = g_object_ref (bh_engine_host_get_journal (host));
  return self;
}

static gint64
get_int (BhShell *self, const char *key)
{
  return bh_journal_get_state_int (self->journal, key, 0);
}

static void
set_int (BhShell *self, const char *key, gint64 value)
{
  bh_journal_set_state_int (self->journal, key, value);
}

/* (transfer none) (nullable) */
static BhProcess *
get_process (BhShell *self)
{
  gint64 id = get_int (self, STATE_PROCESS);

  return id > 0 ? bh_box_process (bh_engine_host_get_box (self->host), (guint32) id) : NULL;
}

void
bh_shell_set_var (BhShell *self, const char *name, const char *value)
{
  g_return_if_fail (BH_IS_SHELL (self) && name != NULL && value != NULL);
  bh_shell_vars_put (self->journal, name, value);
}

gint64
bh_shell_get_row (BhShell *self)
{
  g_return_val_if_fail (BH_IS_SHELL (self), -1);
  return bh_journal_get_state_int (self->journal, STATE_ROW, -1);
}

gboolean
bh_shell_take_lost (BhShell *self)
{
  g_return_val_if_fail (BH_IS_SHELL (self), FALSE);
  if (get_int (self, STATE_LOST) == 0)
    return FALSE;
  bh_journal_set_state (self->journal, STATE_LOST, NULL);
  return TRUE;
}

void
bh_shell_begin (BhShell *self, guint64 row)
{
  g_autofree char *token = bh_token_new ();

  g_return_if_fail (BH_IS_SHELL (self));
  g_return_if_fail (bh_shell_get_row (self) < 0);
  if (get_int (self, STATE_PROCESS) == 0)
    {
      set_int (self, STATE_COUNT, get_int (self, STATE_COUNT) + 1);
      set_int (self, STATE_PROCESS, get_int (self, STATE_COUNT));
      set_int (self, STATE_WRITTEN, 0);
      set_int (self, STATE_CONSUMED, 0);
      /* a new shell is born with all of them */
      bh_shell_vars_clear_fresh (self->journal);
    }
  bh_journal_set_state (self->journal, STATE_TOKEN, token);
  set_int (self, STATE_ROW, (gint64) row);
}

static char *
block_path (BhShell *self)
{
  return g_strdup_printf (BLOCKS_DIR "/%" G_GINT64_FORMAT ".sh", bh_shell_get_row (self));
}

static GBytes *
block_command (BhShell *self)
{
  g_autofree char *path = block_path (self);
  g_auto (GStrv) names = bh_shell_vars_get_fresh (self->journal);
  g_autoptr (GHashTable) vars = bh_shell_vars_get (self->journal);

  return bh_shell_command (path, bh_journal_get_state (self->journal, STATE_TOKEN),
                           (const char *const *) names, vars);
}

static DexFuture *
spawn_shell (BhShell *self, BhProcess *process)
{
  g_auto (GStrv) env = bh_shell_vars_to_env (self->journal, bh_engine_host_get_env (self->host));
  BhSpawn spawn = {
    .argv = bh_shell_argv,
    .env = (const char *const *) env,
    .flags = BH_SPAWN_MERGED,
  };

  return bh_process_spawn (process, &spawn);
}

/* Step 2. Not waited for: that the command was accepted. A shell that is dead never accepts it. */
static gboolean
start_block (BhShell *self, BhProcess *process, const char *script, GError **error)
{
  g_autofree char *path = block_path (self);
  g_autoptr (GBytes) file = g_bytes_new (script, strlen (script));
  g_autoptr (GBytes) command = block_command (self);
  guint64 written = (guint64) get_int (self, STATE_WRITTEN);

  if (!dex_await (spawn_shell (self, process), error))
    return FALSE;
  if (bh_process_get_accepted (process) >= written + g_bytes_get_size (command))
    return TRUE;
  if (!dex_await (bh_box_put_file (bh_engine_host_get_box (self->host), path, 0600, file), error))
    return FALSE;
  dex_future_disown (bh_process_write (process, written, command));
  return TRUE;
}

void
bh_shell_trim (BhShell *self)
{
  guint64 consumed;
  BhProcess *process;

  g_return_if_fail (BH_IS_SHELL (self));
  consumed = (guint64) get_int (self, STATE_CONSUMED);
  process = get_process (self);
  self->trimmed_at = g_get_monotonic_time ();
  if (process == NULL || consumed <= self->trimmed)
    return;
  bh_process_trim (process, BH_STREAM_STDOUT, consumed);
  self->trimmed = consumed;
}

typedef struct
{
  BhShell *shell;
  BhProcess *process;
  guint64 consumed;
} Trim;

static void
trim_free (gpointer data)
{
  Trim *trim = data;

  g_object_unref (trim->shell);
  g_object_unref (trim->process);
  g_free (trim);
}

static DexFuture *
synced_cb (DexFuture *future, gpointer user_data)
{
  Trim *trim = user_data;
  BhShell *self = trim->shell;
  g_autoptr (GError) error = NULL;

  if (dex_future_get_value (future, &error) == NULL)
    {
      dex_promise_reject (self->trim, g_steal_pointer (&error));
      return dex_future_new_true ();
    }
  if (trim->process == get_process (self) && trim->consumed > self->trimmed)
    {
      bh_process_trim (trim->process, BH_STREAM_STDOUT, trim->consumed);
      self->trimmed = trim->consumed;
    }
  dex_promise_resolve_boolean (self->trim, TRUE);
  return dex_future_new_true ();
}

/* What was read is taken out of boxd's spool once it is on the disk; meanwhile reading goes on. */
static void
begin_trim (BhShell *self, BhProcess *process, guint64 consumed)
{
  Trim *trim = g_new (Trim, 1);

  trim->shell = g_object_ref (self);
  trim->process = g_object_ref (process);
  trim->consumed = consumed;
  self->trimmed_at = g_get_monotonic_time ();
  dex_clear (&self->trim);
  /* a promise of its own: the future that holds us must not be held by us */
  self->trim = dex_promise_new ();
  dex_future_disown (dex_future_finally (bh_journal_sync (self->journal), synced_cb, trim, trim_free));
}

static gboolean
is_unseen_chatter (BhShell *self)
{
  return self->pieces >= CHATTY_PIECES && self->staged < CHATTY_BYTES &&
         !bh_journal_is_watched (self->journal);
}

static gboolean
is_trimming (BhShell *self)
{
  return self->trim != NULL && dex_future_is_pending (DEX_FUTURE (self->trim));
}

/* Keeps what is on its way to the disk bounded, and boxd's spool short. */
static gboolean
keep_pace (BhShell *self, guint64 consumed, GError **error)
{
  BhProcess *process = get_process (self);

  if (!is_trimming (self) && process != NULL &&
      (consumed - self->trimmed >= TRIM_BYTES || g_get_monotonic_time () - self->trimmed_at >= TRIM_INTERVAL))
    begin_trim (self, process, consumed);
  if (is_trimming (self) && consumed - self->trimmed >= BEHIND_BYTES &&
      !dex_await (dex_ref (DEX_FUTURE (self->trim)), error))
    return FALSE;
  if (self->staged >= FLUSH_BYTES || is_unseen_chatter (self))
    {
      gboolean much = self->staged >= FLUSH_BYTES;

      self->staged = 0;
      return dex_await (much ? bh_journal_flush (self->journal) : bh_journal_flush_soon (self->journal),
                        error);
    }
  dex_future_disown (bh_journal_flush_soon (self->journal));
  return TRUE;
}

static void
stage_output (BhShell *self, BhShellReader *reader, GBytes *bytes, gsize length, gsize consumed)
{
  g_autoptr (GBytes) output = length > 0 ? g_bytes_new_from_bytes (bytes, 0, length) : NULL;

  if (output != NULL)
    bh_journal_append (self->journal, (guint64) bh_shell_get_row (self), BH_PART_RESULT, output);
  self->staged += length;
  self->pieces++;
  bh_shell_reader_consume (reader, consumed);
  set_int (self, STATE_CONSUMED, (gint64) bh_shell_reader_get_offset (reader));
}

/* Step 3. `*marked`: the block ended with its mark, else with its shell. */
static gboolean
read_block (BhShell *self, BhShellReader *reader, gboolean *marked, int *status, GError **error)
{
  g_autofree char *token = g_strdup (bh_journal_get_state (self->journal, STATE_TOKEN));

  for (;;)
    {
      gboolean ended = FALSE;
      g_autoptr (GBytes) bytes = bh_shell_reader_await (reader, &ended, error);
      gsize whole;
      BhTokenScan scan;

      if (bytes == NULL)
        return FALSE;
      bh_token_scan (token, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &scan);
      *marked = scan.found;
      *status = scan.status;
      if (scan.found)
        {
          stage_output (self, reader, bytes, scan.output, scan.end);
          return TRUE;
        }
      if (ended)
        {
          stage_output (self, reader, bytes, g_bytes_get_size (bytes), g_bytes_get_size (bytes));
          return TRUE;
        }
      whole = bh_text_whole (g_bytes_get_data (bytes, NULL), scan.output);
      if (whole == 0)
        continue;
      stage_output (self, reader, bytes, whole, whole);
      if (!keep_pace (self, bh_shell_reader_get_offset (reader), error))
        return FALSE;
    }
}

/* The same one for all blocks: what it holds back at the end of one belongs to the next. */
static BhShellReader *
reader_of (BhShell *self, BhProcess *process)
{
  if (self->reader != NULL && bh_shell_reader_get_process (self->reader) != process)
    g_clear_pointer (&self->reader, bh_shell_reader_free);
  if (self->reader == NULL)
    self->reader = bh_shell_reader_new (process, (guint64) get_int (self, STATE_CONSUMED));
  return self->reader;
}

static gboolean
is_cut (BhShell *self)
{
  return bh_journal_get_state_int (self->journal, STATE_CUT, -1) == bh_shell_get_row (self);
}

/* FALSE once the block has ended, or somebody else is at work on it: the shell is then left alone. */
static gboolean
signal_block (BhShell *self, gint64 row, int signum, guint flags)
{
  BhProcess *process = get_process (self);

  if (process == NULL || row < 0 || bh_shell_get_row (self) != row || bh_journal_is_closed (self->journal))
    return FALSE;
  /* an error means that what it was for has ended by itself */
  dex_await (bh_process_signal (process, signum, flags), NULL);
  return TRUE;
}

static DexFuture *
cut_fiber (gpointer data)
{
  BhShell *self = data;
  gint64 row = bh_shell_get_row (self);

  /* the shell first: it then ends as soon as the command that it waits for has */
  if (signal_block (self, row, SIGINT, 0) && signal_block (self, row, SIGINT, BH_SIGNAL_CHILDREN))
    {
      dex_await (dex_timeout_new_seconds (GRACE_SECONDS), NULL);
      if (signal_block (self, row, SIGKILL, BH_SIGNAL_CHILDREN))
        signal_block (self, row, SIGKILL, BH_SIGNAL_GROUP);
    }
  return dex_future_new_for_boolean (TRUE);
}

/* The fiber is not dropped when the block ends, which may be while what it awaits completes: it finds out by
 * itself. */
static void
begin_cut (BhShell *self)
{
  gint64 row = bh_shell_get_row (self);

  if (self->cutting == row)
    return;
  self->cutting = row;
  dex_future_disown (dex_scheduler_spawn (NULL, 0, cut_fiber, g_object_ref (self), g_object_unref));
}

void
bh_shell_interrupt (BhShell *self)
{
  g_return_if_fail (BH_IS_SHELL (self));
  if (bh_shell_get_row (self) < 0)
    return;
  set_int (self, STATE_CUT, bh_shell_get_row (self));
  dex_future_disown (bh_journal_flush (self->journal));
  begin_cut (self);
}

/* Step 4. */
static void
stage_end (BhShell *self, gboolean marked, gsize command_size)
{
  bh_journal_set_state (self->journal, STATE_ROW, NULL);
  bh_journal_set_state (self->journal, STATE_TOKEN, NULL);
  bh_journal_set_state (self->journal, STATE_CUT, NULL);
  if (marked)
    {
      set_int (self, STATE_WRITTEN, get_int (self, STATE_WRITTEN) + (gint64) command_size);
      bh_shell_vars_clear_fresh (self->journal);
      return;
    }
  bh_journal_set_state (self->journal, STATE_PROCESS, NULL);
  set_int (self, STATE_LOST, 1);
}

gboolean
bh_shell_run (BhShell *self, const char *script, BhBlockEnd *end, GError **error)
{
  g_autoptr (GBytes) command = NULL;
  g_autoptr (BhProcess) process = NULL;
  gboolean marked;

  g_return_val_if_fail (BH_IS_SHELL (self) && bh_shell_get_row (self) >= 0, FALSE);

  process = g_object_ref (get_process (self));
  command = block_command (self);
  self->trimmed = (guint64) get_int (self, STATE_CONSUMED);
  self->trimmed_at = g_get_monotonic_time ();
  self->pieces = 0;
  if (!start_block (self, process, script, error))
    return FALSE;
  if (is_cut (self))
    begin_cut (self);
  if (!read_block (self, reader_of (self, process), &marked, &end->status, error))
    return FALSE;
  if (!marked)
    {
      g_autoptr (GError) local = NULL;

      end->status = dex_await_int (bh_process_exited (process), &local);
      if (local != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
    }
  end->cut = is_cut (self);
  stage_end (self, marked, g_bytes_get_size (command));
  return TRUE;
}

void
bh_shell_abandon (BhShell *self)
{
  gint64 row;

  g_return_if_fail (BH_IS_SHELL (self));
  row = bh_shell_get_row (self);
  if (signal_block (self, row, SIGKILL, BH_SIGNAL_CHILDREN))
    signal_block (self, row, SIGKILL, BH_SIGNAL_GROUP);
  stage_end (self, FALSE, 0);
}
