/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "replay.h"

#include <string.h>

typedef struct
{
  gboolean fresh;         /* a new dialect over the same state after every call */
  const ReplayWire *wire; /* (nullable) */
  BhDialectSink *also;    /* (nullable) */
} ReplayVariant;

/* What the engine said, before it was carried to the dialect. */
typedef struct
{
  char *text;
  char *request; /* (nullable) as ReplayProtocol.request says */
} Heard;

struct _Replay
{
  const ReplayProtocol *protocol;
  const ReplayVariant *variant;
  const BhSessionSpec *spec;
  Recorder *recorder;
  BhDialect *dialect;
  GQueue heard;       /* Heard: with a wire only */
  GQueue to_feed;     /* JsonObject */
  GQueue later;       /* likewise, when the recorded client speaks next */
  GHashTable *notes;  /* for the protocol */
  GHashTable *open;   /* the engine's id of a request -> the dialect's handle */
  GHashTable *asked;  /* handle -> BhQuestionSet */
  const char *asking; /* the engine's id of the request that is being fed */
  char *session;      /* the last one there was */
  gboolean expects_start, in_session, in_turn;
  guint turns, failures;
};

static void
saw_sent (gpointer data, JsonObject *line)
{
  Replay *self = data;

  self->protocol->sent (self, line);
}

static void
saw_session (gpointer data, const char *id)
{
  Replay *self = data;

  g_assert_nonnull (id);
  /* again only when its id has become known */
  g_assert_true (!self->in_session || g_strcmp0 (id, self->session) != 0);
  self->in_session = TRUE;
  if (*id != '\0')
    g_set_str (&self->session, id);
}

static void
end_turn (Replay *self)
{
  g_autofree char *keys = recorder_keys (self->recorder);

  self->in_turn = FALSE;
  recorder_write (self->recorder, g_strconcat ("state ", keys, NULL));
}

static void
saw_failed (gpointer data)
{
  Replay *self = data;

  self->failures++;
  self->in_session = FALSE;
  end_turn (self);
}

static void
saw_request (Replay *self, const char *request)
{
  g_assert_nonnull (self->asking);
  g_hash_table_replace (self->open, g_strdup (self->asking), g_strdup (request));
}

static void
saw_ask (gpointer data, const char *request, BhQuestionSet *set)
{
  Replay *self = data;

  saw_request (self, request);
  g_hash_table_replace (self->asked, g_strdup (request), bh_question_set_copy (set));
}

static void
saw_permit (gpointer data, const char *request)
{
  saw_request (data, request);
}

static gboolean
is_request (gpointer key, gpointer value, gpointer request)
{
  return g_str_equal (value, request);
}

static void
saw_withdrawn (gpointer data, const char *request)
{
  Replay *self = data;

  g_assert_cmpuint (g_hash_table_foreach_remove (self->open, is_request, (gpointer) request), ==, 1);
}

static void
saw_turn_ended (gpointer data)
{
  Replay *self = data;

  g_assert_true (self->in_turn);
  self->turns++;
  end_turn (self);
}

static const RecorderWatch watch = {
  .sent = saw_sent,
  .session = saw_session,
  .failed = saw_failed,
  .ask = saw_ask,
  .permit = saw_permit,
  .withdrawn = saw_withdrawn,
  .turn_ended = saw_turn_ended,
};

/* After each call of the dialect: what came to be fed meanwhile, and a new object if that is wanted. */
static void
returned (Replay *self)
{
  JsonObject *line;

  do
    {
      if (self->variant->fresh)
        {
          g_object_unref (self->dialect);
          self->dialect = self->protocol->make ();
        }
      line = g_queue_pop_head (&self->to_feed);
      if (line != NULL)
        {
          bh_dialect_receive (self->dialect, BH_DIALECT_SINK (self->recorder), line);
          json_object_unref (line);
        }
    }
  while (line != NULL);
}

/* The process has gone, and with it all that was open. */
static void
forget_process (Replay *self)
{
  g_queue_clear_full (&self->to_feed, (GDestroyNotify) json_object_unref);
  g_queue_clear_full (&self->later, (GDestroyNotify) json_object_unref);
  g_hash_table_remove_all (self->notes);
  g_hash_table_remove_all (self->open);
  g_hash_table_remove_all (self->asked);
  self->in_session = self->in_turn = FALSE;
  self->expects_start = TRUE;
}

static void
start (Replay *self)
{
  BhSessionSpec spec = *self->spec;

  self->expects_start = FALSE;
  spec.resume = self->session;
  recorder_write (self->recorder,
                  g_strconcat ("start", self->session != NULL ? " resume=" : NULL, self->session, NULL));
  bh_dialect_start (self->dialect, BH_DIALECT_SINK (self->recorder), &spec);
  returned (self);
}

void
replay_prompt (Replay *self, const char *text)
{
  if (!self->in_session || self->in_turn)
    return;
  self->in_turn = TRUE;
  bh_dialect_prompt (self->dialect, BH_DIALECT_SINK (self->recorder), text);
  returned (self);
}

void
replay_cancel (Replay *self)
{
  if (!self->in_turn)
    return;
  bh_dialect_cancel (self->dialect, BH_DIALECT_SINK (self->recorder));
  returned (self);
}

void
replay_permit (Replay *self, const char *request, gboolean allowed)
{
  g_autofree char *handle = g_strdup (g_hash_table_lookup (self->open, request));

  if (handle == NULL)
    return;
  g_hash_table_remove (self->open, request);
  bh_dialect_permit (self->dialect, BH_DIALECT_SINK (self->recorder), handle, allowed);
  returned (self);
}

static BhChoice *
choose (const BhQuestion *question, const char *given)
{
  g_auto (GStrv) parts = g_strsplit (given, "\n", -1);
  g_autoptr (GStrvBuilder) options = g_strv_builder_new ();
  BhChoice *choice = bh_choice_new ();

  choice->question = g_strdup (question->id);
  for (guint i = 0; parts[i] != NULL; i++)
    {
      gboolean found = FALSE;

      for (guint j = 0; j < question->options->len; j++)
        {
          const BhOption *option = question->options->pdata[j];

          if (!g_str_equal (option->label, parts[i]))
            continue;
          g_strv_builder_add (options, option->id);
          found = TRUE;
        }
      if (!found)
        g_set_str (&choice->text, parts[i]);
    }
  g_strfreev (choice->options);
  choice->options = g_strv_builder_end (options);
  return choice;
}

void
replay_answer (Replay *self, const char *request, const char *const *texts)
{
  g_autofree char *handle = g_strdup (g_hash_table_lookup (self->open, request));
  BhQuestionSet *set;

  if (handle == NULL)
    return;
  g_hash_table_remove (self->open, request);
  set = g_hash_table_lookup (self->asked, handle);
  if (texts != NULL)
    {
      set->answers = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_choice_free);
      for (guint i = 0; i < set->questions->len; i++)
        {
          g_assert_nonnull (texts[i]);
          g_ptr_array_add (set->answers, choose (set->questions->pdata[i], texts[i]));
        }
    }
  bh_dialect_answer (self->dialect, BH_DIALECT_SINK (self->recorder), handle, texts != NULL ? set : NULL);
  g_hash_table_remove (self->asked, handle);
  returned (self);
}

void
replay_feed (Replay *self, JsonObject *line)
{
  g_queue_push_tail (&self->to_feed, line);
}

void
replay_flush (Replay *self)
{
  returned (self);
}

void
replay_feed_later (Replay *self, JsonObject *line)
{
  g_queue_push_tail (&self->later, line);
}

const ReplayProtocol *
replay_protocol (Replay *self)
{
  return self->protocol;
}

void
replay_note (Replay *self, const char *key, const char *value)
{
  g_hash_table_replace (self->notes, g_strdup (key), g_strdup (value));
}

const char *
replay_noted (Replay *self, const char *key)
{
  return g_hash_table_lookup (self->notes, key);
}

/* Takes `line`. */
static void
tell (Replay *self, JsonObject *line, const char *request)
{
  self->asking = request;
  g_queue_push_tail (&self->to_feed, line);
  returned (self);
  self->asking = NULL;
}

static JsonObject *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = bh_json_parse (text, -1, &error);

  g_assert_no_error (error);
  return json_node_dup_object (node);
}

static char *
text_of (JsonObject *line)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), line);

  return bh_json_to_text (node);
}

static void
heard_free (gpointer data)
{
  Heard *heard = data;

  g_free (heard->text);
  g_free (heard->request);
  g_free (heard);
}

/* All that was heard, over the wire in one go. */
static void
carry (Replay *self)
{
  const ReplayWire *wire = self->variant->wire;
  g_autoptr (GString) bytes = g_string_new (NULL);
  Heard *heard;

  for (GList *link = self->heard.head; link != NULL; link = link->next)
    g_string_append_printf (bytes, "%s\n", ((Heard *) link->data)->text);
  if (bytes->len > 0)
    wire->put (wire->data, bytes->str);
  while ((heard = g_queue_pop_head (&self->heard)) != NULL)
    {
      g_autofree char *line = wire->get (wire->data);

      g_assert_cmpstr (line, ==, heard->text);
      tell (self, parse (line), heard->request);
      heard_free (heard);
    }
}

/* An answer has to wait until the dialect has asked, which it may do because of what it hears before. */
static gboolean
is_answer (JsonObject *line)
{
  return !json_object_has_member (line, "method") &&
         (json_object_has_member (line, "id") || json_object_has_member (line, "response"));
}

static void
hear (Replay *self, JsonObject *line)
{
  g_autofree char *request = self->protocol->request (line);
  g_autoptr (JsonObject) told = NULL;
  Heard *heard;

  if (is_answer (line))
    carry (self);
  told = self->protocol->agent (self, line);
  if (told == NULL)
    return;
  if (self->variant->wire == NULL)
    {
      tell (self, g_steal_pointer (&told), request);
      return;
    }
  heard = g_new0 (Heard, 1);
  heard->text = text_of (told);
  heard->request = g_steal_pointer (&request);
  g_queue_push_tail (&self->heard, heard);
}

static void
feed_later (Replay *self)
{
  while (!g_queue_is_empty (&self->later))
    {
      replay_feed (self, g_queue_pop_head (&self->later));
      returned (self);
    }
}

static void
play_line (Replay *self, JsonObject *line)
{
  const char *direction = json_object_get_string_member (line, "dir");

  if (g_str_equal (direction, "meta"))
    {
      const char *event = json_object_get_string_member (line, "event");

      carry (self);
      if (g_str_equal (event, "spawn") || g_str_equal (event, "stop"))
        forget_process (self);
      return;
    }
  if (!json_object_has_member (line, "msg"))
    return;
  line = json_object_get_object_member (line, "msg");
  if (!g_str_equal (direction, "client->agent"))
    {
      hear (self, line);
      return;
    }
  carry (self);
  feed_later (self);
  if (self->expects_start)
    start (self);
  self->protocol->client (self, line);
}

static char *
path_of (const char *file)
{
  return g_test_build_filename (G_TEST_DIST, "fixtures", "engines", file, NULL);
}

/* The lines of a transcript, parsed. */
static GPtrArray *
load (const char *file)
{
  g_autofree char *path = path_of (file);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *nodes = g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0')
      {
        JsonNode *node = bh_json_parse (lines[i], -1, &error);

        g_assert_no_error (error);
        g_ptr_array_add (nodes, node);
      }
  return nodes;
}

GPtrArray *
replay_engine_lines (const char *file)
{
  g_autoptr (GPtrArray) nodes = load (file);
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < nodes->len; i++)
    {
      JsonObject *line = json_node_get_object (nodes->pdata[i]);

      if (g_str_equal (json_object_get_string_member (line, "dir"), "agent->client") &&
          json_object_has_member (line, "msg"))
        g_ptr_array_add (lines, bh_json_to_text (json_object_get_member (line, "msg")));
    }
  return lines;
}

static void
play (Replay *self, GPtrArray *nodes, guint end)
{
  for (guint i = 0; i < end && i < nodes->len; i++)
    play_line (self, json_node_get_object (nodes->pdata[i]));
  carry (self);
}

/* After a cut: from the beginning, until a turn has ended or it has become clear that none will. */
static void
play_again (Replay *self, GPtrArray *nodes)
{
  guint turns = self->turns, failures = self->failures;

  forget_process (self);
  for (guint i = 0; i < nodes->len && self->turns == turns && self->failures == failures; i++)
    play_line (self, json_node_get_object (nodes->pdata[i]));
}

static void
init (Replay *self, const ReplayRecording *recording, const ReplayVariant *variant)
{
  *self = (Replay) {
    .protocol = recording->protocol, .spec = &recording->spec, .variant = variant, .expects_start = TRUE
  };
  self->recorder = recorder_new ();
  recorder_watch (self->recorder, &watch, self);
  recorder_tell_also (self->recorder, variant->also);
  self->dialect = recording->protocol->make ();
  g_queue_init (&self->heard);
  g_queue_init (&self->to_feed);
  g_queue_init (&self->later);
  self->notes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->open = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->asked =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) bh_question_set_unref);
}

static char *
finish (Replay *self)
{
  char *text = recorder_take (self->recorder);

  forget_process (self);
  g_hash_table_unref (self->notes);
  g_hash_table_unref (self->open);
  g_hash_table_unref (self->asked);
  g_free (self->session);
  g_assert_finalize_object (self->dialect);
  g_assert_finalize_object (self->recorder);
  return text;
}

static char *
run (const ReplayRecording *recording, GPtrArray *nodes, const ReplayVariant *variant)
{
  Replay self;

  init (&self, recording, variant);
  play (&self, nodes, nodes->len);
  return finish (&self);
}

char *
replay_play (const ReplayRecording *recording, const ReplayWire *wire, BhDialectSink *also)
{
  g_autoptr (GPtrArray) nodes = load (recording->file);

  return run (recording, nodes, &(ReplayVariant) { .wire = wire, .also = also });
}

static void
compare_lines (const char *text, const char *expected)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_auto (GStrv) expected_lines = g_strsplit (expected, "\n", -1);

  for (guint i = 0; lines[i] != NULL && expected_lines[i] != NULL; i++)
    g_assert_cmpstr (lines[i], ==, expected_lines[i]);
  g_assert_cmpuint (g_strv_length (lines), ==, g_strv_length (expected_lines));
}

void
replay_compare (const char *file, const char *suffix, const char *text)
{
  g_autofree char *name = g_strconcat (file, ".", suffix, NULL);
  g_autofree char *path = path_of (name);
  g_autofree char *expected = NULL;
  g_autoptr (GError) error = NULL;

  if (g_getenv ("BELLHOP_UPDATE_EXPECTED") != NULL)
    {
      g_file_set_contents (path, text, -1, &error);
      g_assert_no_error (error);
      return;
    }
  g_file_get_contents (path, &expected, NULL, &error);
  g_assert_no_error (error);
  compare_lines (text, expected);
}

/* What was told until the process died is how all begins that is told when it does not. */
static void
compare_beginning (const char *told, const char *all)
{
  g_autofree char *begun = g_strdup (told);
  const char *last;

  g_strchomp (begun);
  last = strrchr (begun, '\n');
  last = last != NULL ? last + 1 : begun;
  /* prose may be cut off in its middle, before the quote that ends it */
  if (g_str_has_prefix (last, "said "))
    begun[strlen (begun) - 1] = '\0';
  if (!g_str_has_prefix (all, begun))
    compare_lines (told, all);
}

static void
keep_state (Replay *to, Replay *from)
{
  const char *const *keys = from->protocol->lasting;

  for (guint i = 0; keys[i] != NULL; i++)
    bh_dialect_sink_set_state (BH_DIALECT_SINK (to->recorder), keys[i],
                               bh_dialect_sink_get_state (BH_DIALECT_SINK (from->recorder), keys[i]));
}

/* The process dies after so many lines; then all is played again to the first turn's end, to a new one that
 * takes up the session. Of what the dead one left behind only what is to last makes a difference: else
 * everything is told as it is over a state that is empty. */
static void
check_cut (const ReplayRecording *recording, GPtrArray *nodes, guint cut, const char *all)
{
  gboolean ends = strstr (all, "\nturn-ended ") != NULL || strstr (all, "\nfailed ") != NULL;
  g_autofree char *begun = NULL, *ended = NULL, *expected = NULL;
  guint turns, failures;
  Replay self, other;

  init (&self, recording, &(ReplayVariant) { 0 });
  init (&other, recording, &(ReplayVariant) { 0 });
  play (&self, nodes, cut);
  begun = recorder_take (self.recorder);
  compare_beginning (begun, all);
  turns = self.turns;
  failures = self.failures;
  other.session = g_strdup (self.session);
  keep_state (&other, &self);
  play_again (&self, nodes);
  g_assert_cmpuint (self.turns + self.failures, ==, turns + failures + (ends ? 1 : 0));
  play_again (&other, nodes);
  ended = finish (&self);
  expected = finish (&other);
  compare_lines (ended, expected);
}

void
replay_check (const ReplayRecording *recording)
{
  g_autoptr (GPtrArray) nodes = load (recording->file);
  g_autofree char *plain = run (recording, nodes, &(ReplayVariant) { 0 });
  g_autofree char *fresh = run (recording, nodes, &(ReplayVariant) { .fresh = TRUE });

  replay_compare (recording->file, "expected", plain);
  g_assert_cmpstr (plain, ==, fresh);
  for (guint cut = 1; cut < nodes->len; cut++)
    check_cut (recording, nodes, cut, plain);
}
