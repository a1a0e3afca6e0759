/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "recorder.h"

struct _Recorder
{
  GObject parent_instance;
  const RecorderWatch *watch;
  gpointer data;
  BhDialectSink *also; /* (nullable) */
  GHashTable *state;   /* key -> value */
  GString *text;
  /* prose of one kind and id is written as one */
  GString *prose;
  char *prose_head;
  char *hidden; /* (nullable) */
  gboolean quiet;
  guint calls;
};

static void recorder_iface_init (BhDialectSinkInterface *iface);
G_DEFINE_FINAL_TYPE_WITH_CODE (Recorder,
                               recorder,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BH_TYPE_DIALECT_SINK, recorder_iface_init))

/* As JSON, so that every byte is seen. Not valid UTF-8: an error of the dialect. */
static void
append_quoted (GString *text, const char *string)
{
  g_assert_true (string == NULL || g_utf8_validate (string, -1, NULL));
  bh_json_append_string (text, string);
}

static void
end_prose (Recorder *self)
{
  if (self->prose_head == NULL)
    return;
  g_string_append (self->text, self->prose_head);
  append_quoted (self->text, self->prose->str);
  g_string_append_c (self->text, '\n');
  g_string_truncate (self->prose, 0);
  g_clear_pointer (&self->prose_head, g_free);
}

static void G_GNUC_PRINTF (2, 3) write_down (Recorder *self, const char *format, ...)
{
  va_list args;

  end_prose (self);
  va_start (args, format);
  g_string_append_vprintf (self->text, format, args);
  va_end (args);
}

static void
write_quoted (Recorder *self, const char *name, const char *value)
{
  if (value == NULL)
    return;
  g_string_append_printf (self->text, " %s=", name);
  append_quoted (self->text, value);
}

static gboolean
count (Recorder *self)
{
  self->calls++;
  return !self->quiet;
}

static void
recorder_send (BhDialectSink *sink, JsonNode *line)
{
  Recorder *self = TEST_RECORDER (sink);
  g_autofree char *text = NULL;

  g_assert_true (JSON_NODE_HOLDS_OBJECT (line));
  if (count (self))
    {
      text = bh_json_to_text (line);
      write_down (self, "send %s\n", text);
    }
  if (self->watch != NULL && self->watch->sent != NULL)
    self->watch->sent (self->data, json_node_get_object (line));
}

static const char *
recorder_get_state (BhDialectSink *sink, const char *key)
{
  return g_hash_table_lookup (TEST_RECORDER (sink)->state, key);
}

static char *
shown (Recorder *self, const char *value)
{
  g_autoptr (GString) text = g_string_new (value);
  g_autofree char *stars = self->hidden != NULL ? g_strnfill (strlen (self->hidden), '*') : NULL;

  if (stars != NULL)
    g_string_replace (text, self->hidden, stars, 0);
  return g_strdup (text->str);
}

static char *
recorder_masked (BhDialectSink *sink, const char *text)
{
  return shown (TEST_RECORDER (sink), text);
}

static void
recorder_set_state (BhDialectSink *sink, const char *key, const char *value)
{
  Recorder *self = TEST_RECORDER (sink);

  g_assert_true (g_utf8_validate (key, -1, NULL) && strlen (key) < 300);
  g_assert_true (value == NULL || g_utf8_validate (value, -1, NULL));
  if (value == NULL)
    g_hash_table_remove (self->state, key);
  else
    g_hash_table_replace (self->state, g_strdup (key), shown (self, value));
}

static void
recorder_session (BhDialectSink *sink, const char *id, BhSessionHow how)
{
  Recorder *self = TEST_RECORDER (sink);

  if (count (self))
    {
      write_down (self, "session %s", how == BH_SESSION_NEW ? "new" : "resumed");
      write_quoted (self, "id", id);
      g_string_append_c (self->text, '\n');
    }
  if (self->watch != NULL && self->watch->session != NULL)
    self->watch->session (self->data, id);
}

static void
recorder_failed (BhDialectSink *sink, BhDialectFailure failure, const char *detail)
{
  static const char *const words[] = { "signed-out", "refused", "broken" };
  Recorder *self = TEST_RECORDER (sink);

  if (count (self))
    {
      write_down (self, "failed %s", words[failure]);
      write_quoted (self, "detail", detail);
      g_string_append_c (self->text, '\n');
    }
  if (self->watch != NULL && self->watch->failed != NULL)
    self->watch->failed (self->data);
}

static void
recorder_said (BhDialectSink *sink, BhSaid what, const char *id, const char *text)
{
  Recorder *self = TEST_RECORDER (sink);
  g_autofree char *head = NULL;

  g_assert_true (text != NULL && *text != '\0');
  if (self->also != NULL)
    bh_dialect_sink_said (self->also, what, id, text);
  if (!count (self))
    return;
  head = g_strdup_printf ("said %s%s%s ", what == BH_SAID_MESSAGE ? "message" : "thought",
                          id != NULL ? " " : "", id != NULL ? id : "");
  if (g_strcmp0 (self->prose_head, head) != 0)
    {
      end_prose (self);
      self->prose_head = g_steal_pointer (&head);
    }
  g_string_append (self->prose, text);
}

static void
recorder_tool (BhDialectSink *sink, const BhToolUpdate *update)
{
  static const char *const states[] = { "", " pending", " running", " completed", " failed" };
  Recorder *self = TEST_RECORDER (sink);

  g_assert_true (update->id != NULL && *update->id != '\0');
  if (self->also != NULL)
    bh_dialect_sink_tool (self->also, update);
  if (!count (self))
    return;
  write_down (self, "tool");
  write_quoted (self, "id", update->id);
  g_string_append (self->text, states[update->state]);
  write_quoted (self, "tool", update->tool);
  write_quoted (self, "title", update->title);
  write_quoted (self, "call", update->call);
  write_quoted (self, "result", update->result);
  write_quoted (self, "output", update->output);
  write_quoted (self, "detail", update->detail);
  if (update->exit_status != -1)
    g_string_append_printf (self->text, " exit=%d", update->exit_status);
  g_string_append_c (self->text, '\n');
}

static void
recorder_plan (BhDialectSink *sink, const BhPlanEntry *entries, guint n_entries)
{
  static const char *const states[] = { "[ ]", "[-]", "[x]" };
  Recorder *self = TEST_RECORDER (sink);

  if (self->also != NULL)
    bh_dialect_sink_plan (self->also, entries, n_entries);
  if (!count (self))
    return;
  write_down (self, "plan");
  for (guint i = 0; i < n_entries; i++)
    write_quoted (self, states[entries[i].state], entries[i].text);
  g_string_append_c (self->text, '\n');
}

static void
recorder_usage (BhDialectSink *sink, const BhUsage *usage)
{
  Recorder *self = TEST_RECORDER (sink);
  char cost[G_ASCII_DTOSTR_BUF_SIZE];

  if (!count (self))
    return;
  write_down (self, "usage context=%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, usage->context_used,
              usage->context_size);
  g_string_append_printf (self->text, " tokens=%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, usage->input_tokens,
                          usage->output_tokens);
  if (usage->cost >= 0)
    g_string_append_printf (self->text, " cost=%s", g_ascii_formatd (cost, sizeof cost, "%.6g", usage->cost));
  write_quoted (self, "currency", usage->currency);
  g_string_append_c (self->text, '\n');
}

static void
recorder_notice (BhDialectSink *sink, const char *text)
{
  Recorder *self = TEST_RECORDER (sink);

  if (self->also != NULL)
    bh_dialect_sink_notice (self->also, text);
  if (!count (self))
    return;
  write_down (self, "notice");
  write_quoted (self, "text", text);
  g_string_append_c (self->text, '\n');
}

static void
recorder_ask (BhDialectSink *sink, const char *request, BhQuestionSet *set)
{
  Recorder *self = TEST_RECORDER (sink);
  g_autoptr (JsonNode) node = bh_question_set_to_json (set);
  JsonArray *questions = json_object_get_array_member (json_node_get_object (node), "questions");

  if (self->also != NULL)
    bh_dialect_sink_ask (self->also, request, set);
  if (count (self))
    {
      write_down (self, "ask %s", request);
      for (guint i = 0; i < json_array_get_length (questions); i++)
        {
          g_string_append_c (self->text, ' ');
          bh_json_append (self->text, json_array_get_element (questions, i));
        }
      g_string_append_c (self->text, '\n');
    }
  if (self->watch != NULL && self->watch->ask != NULL)
    self->watch->ask (self->data, request, set);
}

static void
recorder_permit (BhDialectSink *sink, const char *request, const BhPermission *permission)
{
  Recorder *self = TEST_RECORDER (sink);

  if (self->also != NULL)
    bh_dialect_sink_permit (self->also, request, permission);
  if (count (self))
    {
      write_down (self, "permit %s", request);
      write_quoted (self, "tool", permission->tool);
      write_quoted (self, "title", permission->title);
      write_quoted (self, "call", permission->call);
      write_quoted (self, "always", permission->always);
      g_string_append_c (self->text, '\n');
    }
  if (self->watch != NULL && self->watch->permit != NULL)
    self->watch->permit (self->data, request);
}

static void
recorder_withdrawn (BhDialectSink *sink, const char *request)
{
  Recorder *self = TEST_RECORDER (sink);

  if (count (self))
    write_down (self, "withdrawn %s\n", request);
  if (self->watch != NULL && self->watch->withdrawn != NULL)
    self->watch->withdrawn (self->data, request);
}

static void
recorder_turn_ended (BhDialectSink *sink, BhTurnEnd end, const char *detail)
{
  static const char *const ends[] = { "done", "cancelled", "refused", "limited", "failed" };
  Recorder *self = TEST_RECORDER (sink);

  if (self->also != NULL)
    bh_dialect_sink_turn_ended (self->also, end, detail);
  if (count (self))
    {
      write_down (self, "turn-ended %s", ends[end]);
      write_quoted (self, "detail", detail);
      g_string_append_c (self->text, '\n');
    }
  if (self->watch != NULL && self->watch->turn_ended != NULL)
    self->watch->turn_ended (self->data);
}

static void
recorder_iface_init (BhDialectSinkInterface *iface)
{
  iface->send = recorder_send;
  iface->get_state = recorder_get_state;
  iface->set_state = recorder_set_state;
  iface->session = recorder_session;
  iface->failed = recorder_failed;
  iface->said = recorder_said;
  iface->tool = recorder_tool;
  iface->plan = recorder_plan;
  iface->usage = recorder_usage;
  iface->notice = recorder_notice;
  iface->ask = recorder_ask;
  iface->permit = recorder_permit;
  iface->withdrawn = recorder_withdrawn;
  iface->turn_ended = recorder_turn_ended;
  iface->masked = recorder_masked;
}

static void
recorder_finalize (GObject *object)
{
  Recorder *self = TEST_RECORDER (object);

  g_free (self->hidden);
  g_clear_pointer (&self->state, g_hash_table_unref);
  g_string_free (g_steal_pointer (&self->text), TRUE);
  g_string_free (g_steal_pointer (&self->prose), TRUE);
  g_clear_pointer (&self->prose_head, g_free);
  G_OBJECT_CLASS (recorder_parent_class)->finalize (object);
}

static void
recorder_class_init (RecorderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = recorder_finalize;
}

static void
recorder_init (Recorder *self)
{
  self->state = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->text = g_string_new (NULL);
  self->prose = g_string_new (NULL);
}

Recorder *
recorder_new (void)
{
  return g_object_new (TEST_TYPE_RECORDER, NULL);
}

void
recorder_watch (Recorder *self, const RecorderWatch *watch, gpointer data)
{
  self->watch = watch;
  self->data = data;
}

void
recorder_tell_also (Recorder *self, BhDialectSink *also)
{
  self->also = also;
}

void
recorder_write (Recorder *self, char *line)
{
  g_autofree char *given = line;

  write_down (self, "%s\n", given);
}

char *
recorder_take (Recorder *self)
{
  GString *text;

  end_prose (self);
  text = self->text;
  self->text = g_string_new (NULL);
  return g_string_free (text, FALSE);
}

char *
recorder_keys (Recorder *self)
{
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (self->state), (GCompareFunc) strcmp);
  GString *text = g_string_new (NULL);

  for (GList *link = keys; link != NULL; link = link->next)
    g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", (const char *) link->data);
  return g_string_free (text, FALSE);
}

gsize
recorder_state_size (Recorder *self)
{
  GHashTableIter iter;
  gpointer key, value;
  gsize size = 0;

  g_hash_table_iter_init (&iter, self->state);
  while (g_hash_table_iter_next (&iter, &key, &value))
    size += strlen (key) + strlen (value);
  return size;
}

void
recorder_hide (Recorder *self, const char *value)
{
  g_set_str (&self->hidden, value);
}

void
recorder_be_quiet (Recorder *self)
{
  self->quiet = TRUE;
}

guint
recorder_calls (Recorder *self)
{
  return self->calls;
}
