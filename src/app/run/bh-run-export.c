/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gi18n.h>

#include "app/run/bh-run-export.h"

#include "app/run/bh-step-body.h"
#include "app/widgets/bh-status.h"
#include "client/bh-file-replace.h"
#include "client/bh-future.h"
#include "client/bh-timeline-row.h"

#define PAGE 200
/* Of a result: its end; who wants all of it saves it. */
#define RESULT_MAX (64 * 1024)
#define TEXT_MAX (16 * 1024 * 1024)

typedef struct
{
  BhConnection *connection;
  char *run_id;
  BhExportFormat format;
  GFile *file;
  BhProgress *progress; /* (nullable) */

  BhRun *run;
  GOutputStream *out;
  GString *text; /* what is still to be written */
  guint64 n_rows;
} Export;

static void
export_free (gpointer data)
{
  Export *self = data;

  g_object_unref (self->connection);
  g_free (self->run_id);
  g_object_unref (self->file);
  g_clear_object (&self->progress);
  g_clear_pointer (&self->run, bh_run_unref);
  g_clear_object (&self->out);
  g_string_free (self->text, TRUE);
  g_free (self);
}

static gboolean
flush (Export *self, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (self->text->str, self->text->len);
  gsize size = self->text->len;

  g_string_truncate (self->text, 0);
  for (gsize at = 0; at < size;)
    {
      g_autoptr (GBytes) rest = g_bytes_new_from_bytes (bytes, at, size - at);
      gint64 n = dex_await_int64 (dex_output_stream_write_bytes (self->out, rest, G_PRIORITY_DEFAULT), error);

      if (n <= 0)
        return FALSE;
      at += (gsize) n;
    }
  return TRUE;
}

/* --- Markdown ------------------------------------------------------------------------------------------ */

/* One more backtick than the text has in a row anywhere. */
static char *
make_fence (const char *text)
{
  gsize longest = 2, now = 0;

  for (const char *at = text; *at != '\0'; at++)
    {
      now = *at == '`' ? now + 1 : 0;
      longest = MAX (longest, now);
    }
  return g_strnfill (longest + 1, '`');
}

static void
add_code (GString *to, const char *language, const char *code)
{
  g_autofree char *fence = make_fence (code);

  g_string_append_printf (to, "%s%s\n%s%s%s\n\n", fence, language != NULL ? language : "", code,
                          *code == '\0' || g_str_has_suffix (code, "\n") ? "" : "\n", fence);
}

/* (transfer full) (nullable): the end of a part. */
static BhBodyText *
load_body (Export *self, const BhRow *row, BhPart part, guint64 max, GError **error)
{
  guint64 bytes = bh_row_part_bytes (row, part);

  return dex_await_boxed (bh_connection_row_body (self->connection, self->run_id, row->n, part,
                                                  bytes > max ? bytes - max : 0, max),
                          error);
}

static gboolean
add_part (Export *self, const BhRow *row, BhPart part, GError **error)
{
  g_autoptr (BhBodyText) body = NULL;
  const char *language;

  if (bh_row_part_bytes (row, part) == 0)
    return TRUE;
  body = load_body (self, row, part, RESULT_MAX, error);
  if (body == NULL)
    return FALSE;
  if (body->from > 0)
    {
      g_autofree char *before = bh_format_bytes (body->from);

      /* Translators: an amount as "4.2 MB" */
      g_string_append_printf (self->text, _ ("_%s before this were left out._"), before);
      g_string_append (self->text, "\n\n");
    }
  language = part == BH_PART_CALL ? bh_step_call_language (row) : bh_step_result_language (body->text);
  add_code (self->text, language, body->text);
  return TRUE;
}

static gboolean
add_step (Export *self, const BhRow *row, GError **error)
{
  const char *engine = bh_row_other_engine (row, self->run);
  g_autofree char *by = engine != NULL ? bh_author_label (engine) : NULL;

  g_string_append_printf (self->text, "### %s%s%s: %s\n\n", by != NULL ? by : "", by != NULL ? ", " : "",
                          row->tool != NULL ? row->tool : "", row->title != NULL ? row->title : "");
  if (!add_part (self, row, BH_PART_CALL, error) || !add_part (self, row, BH_PART_RESULT, error))
    return FALSE;
  g_string_append_printf (self->text, "_%s", bh_row_state_label (row->state));
  if (row->exit_status >= 0)
    {
      g_autofree char *status = g_strdup_printf (_ ("exit status %d"), row->exit_status);

      g_string_append_printf (self->text, ", %s", status);
    }
  if (row->duration_us >= 0)
    {
      g_autofree char *duration = bh_format_duration (row->duration_us);

      g_string_append_printf (self->text, ", %s", duration);
    }
  g_string_append (self->text, "_\n\n");
  return TRUE;
}

static gboolean
add_prose (Export *self, const BhRow *row, GError **error)
{
  g_autofree char *author = bh_author_label (row->author);
  g_autoptr (BhBodyText) body = NULL;
  const char *text = row->head != NULL ? row->head : "";

  if (row->text_bytes > strlen (text))
    {
      body = dex_await_boxed (bh_connection_row_text (self->connection, self->run_id, row->n, BH_PART_TEXT,
                                                      TEXT_MAX),
                              error);
      if (body == NULL)
        return FALSE;
      text = body->text;
    }
  g_string_append_printf (self->text, "## %s\n\n%s\n\n", author, text);
  if (body != NULL && body->bytes < body->total)
    {
      g_autofree char *after = bh_format_bytes (body->total - body->bytes);

      /* Translators: an amount as "4.2 MB" */
      g_string_append_printf (self->text, _ ("_%s after this were left out._"), after);
      g_string_append (self->text, "\n\n");
    }
  return TRUE;
}

static gboolean
add_markdown (Export *self, const BhRow *row, GError **error)
{
  switch (row->kind)
    {
    case BH_ROW_MESSAGE:
    case BH_ROW_QUESTION:
      return add_prose (self, row, error);
    case BH_ROW_STEP:
      return add_step (self, row, error);
    case BH_ROW_STATUS:
    default:
      g_string_append_printf (self->text, "_%s_\n\n",
                              row->head != NULL && *row->head != '\0' ? row->head
                              : row->title != NULL                    ? row->title
                                                                      : "");
      return TRUE;
    }
}

static void
add_time (GString *to, const char *label, gint64 time)
{
  g_autofree char *text = time > 0 ? bh_time_format (time) : NULL;

  if (text != NULL)
    g_string_append_printf (to, "- %s: %s\n", label, text);
}

static void
add_markdown_head (Export *self)
{
  const BhRun *run = self->run;

  g_string_append_printf (self->text, "# %s\n\n- %s: %s\n", run->name, _ ("Status"),
                          bh_run_state_label (run->state));
  add_time (self->text, _ ("Created"), run->created_at);
  add_time (self->text, _ ("Ended"), run->completed_at);
  if (run->ticket_url != NULL)
    g_string_append_printf (self->text, "- %s: <%s>\n", _ ("Ticket"), run->ticket_url);
  g_string_append_printf (self->text, "- %s: %s\n\n", _ ("Run ID"), run->id);
}

/* --- JSON ---------------------------------------------------------------------------------------------- */

/* Takes `node`. */
static void
add_json (GString *to, JsonNode *node)
{
  g_autofree char *text = json_to_string (node, FALSE);

  json_node_unref (node);
  g_string_append (to, text);
}

static void
add_json_row (Export *self, const BhRow *row)
{
  g_string_append (self->text, self->n_rows > 0 ? ",\n" : "\n");
  add_json (self->text, bh_row_to_json (row));
}

/* --- both ---------------------------------------------------------------------------------------------- */

static void
add_head (Export *self)
{
  if (self->format == BH_EXPORT_MARKDOWN)
    {
      add_markdown_head (self);
      return;
    }
  g_string_append (self->text, "{\"run\":");
  add_json (self->text, bh_run_to_json (self->run));
  g_string_append (self->text, ",\n\"rows\":[");
}

static gboolean
write_rows (Export *self, GError **error)
{
  for (;;)
    {
      g_autoptr (GPtrArray) rows =
          dex_await_boxed (bh_connection_rows (self->connection, self->run_id, self->n_rows, PAGE), error);

      if (rows == NULL)
        return FALSE;
      for (guint i = 0; i < rows->len; i++, self->n_rows++)
        {
          const BhRow *row = g_ptr_array_index (rows, i);

          if (self->format == BH_EXPORT_JSON)
            add_json_row (self, row);
          else if (!add_markdown (self, row, error))
            return FALSE;
          if (!bh_progress_go_on (self->progress, self->n_rows + 1, self->run->rows, error))
            return FALSE;
        }
      if (!flush (self, error))
        return FALSE;
      if (rows->len < PAGE)
        return TRUE;
    }
}

static gboolean
write_all (Export *self, GError **error)
{
  add_head (self);
  if (!write_rows (self, error))
    return FALSE;
  if (self->format == BH_EXPORT_JSON)
    g_string_append (self->text, "\n]}\n");
  return flush (self, error);
}

static DexFuture *
export_fiber (gpointer data)
{
  Export *self = data;
  g_autoptr (GError) error = NULL;
  gboolean is_new;

  self->run = dex_await_boxed (bh_connection_get_run (self->connection, self->run_id), &error);
  if (self->run == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  self->out = bh_file_replace (self->file, &is_new, &error);
  if (self->out == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  if (!write_all (self, &error))
    {
      bh_file_abandon (self->file, self->out, is_new);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }
  if (!dex_await (dex_output_stream_close (self->out, G_PRIORITY_DEFAULT), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));
  return dex_future_new_for_uint64 (self->n_rows);
}

DexFuture *
bh_run_export (
    BhConnection *connection, const char *run_id, BhExportFormat format, GFile *file, BhProgress *progress)
{
  Export *self;

  dex_return_error_if_fail (BH_IS_CONNECTION (connection));
  dex_return_error_if_fail (run_id != NULL && G_IS_FILE (file));
  self = g_new0 (Export, 1);
  self->connection = g_object_ref (connection);
  self->run_id = g_strdup (run_id);
  self->format = format;
  self->file = g_object_ref (file);
  g_set_object (&self->progress, progress);
  self->text = g_string_new (NULL);
  return bh_future_detached (dex_scheduler_spawn (NULL, 0, export_fiber, self, export_free));
}

char *
bh_run_export_name (const char *run_name, BhExportFormat format)
{
  g_autofree char *name = g_utf8_substring (run_name, 0, MIN (g_utf8_strlen (run_name, -1), 80));

  g_strdelimit (name, "/\\:*?\"<>|\n\t", '-');
  return g_strconcat (*name != '\0' && *name != '.' ? name : "run",
                      format == BH_EXPORT_JSON ? ".json" : ".md", NULL);
}
