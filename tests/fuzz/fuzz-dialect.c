/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "fuzz-dialect.h"

#include <string.h>

#include "support/recorder.h"

/* However long a session is and whatever is said in it. */
#define STATE_MAX (1024 * 1024)

typedef struct
{
  Recorder *recorder;
  char *last_id; /* as JSON */
  char *session, *permit, *ask;
  BhQuestionSet *set;
  gboolean in_turn, in_session;
} Engine;

static void
saw_sent (gpointer data, JsonObject *line)
{
  Engine *engine = data;
  const char *member = json_object_has_member (line, "method") ? "id" : "request_id";

  if (!json_object_has_member (line, member))
    return;
  g_free (engine->last_id);
  engine->last_id = bh_json_to_text (json_object_get_member (line, member));
}

static void
saw_session (gpointer data, const char *id)
{
  Engine *engine = data;

  /* again only when its id has become known */
  g_assert_true (!engine->in_session || g_strcmp0 (engine->session, id) != 0);
  engine->in_session = TRUE;
  g_set_str (&engine->session, id);
}

static void
saw_failed (gpointer data)
{
  Engine *engine = data;

  engine->in_session = engine->in_turn = FALSE;
}

static void
saw_turn_ended (gpointer data)
{
  Engine *engine = data;

  g_assert_true (engine->in_turn);
  engine->in_turn = FALSE;
}

static void
saw_permit (gpointer data, const char *request)
{
  g_set_str (&((Engine *) data)->permit, request);
}

static void
saw_ask (gpointer data, const char *request, BhQuestionSet *set)
{
  Engine *engine = data;

  g_assert_cmpuint (set->questions->len, >, 0);
  g_set_str (&engine->ask, request);
  g_clear_pointer (&engine->set, bh_question_set_unref);
  engine->set = bh_question_set_copy (set);
}

static const RecorderWatch watch = {
  .sent = saw_sent,
  .session = saw_session,
  .failed = saw_failed,
  .ask = saw_ask,
  .permit = saw_permit,
  .turn_ended = saw_turn_ended,
};

static void
restart (Engine *engine, BhDialect *dialect, gboolean with_settings)
{
  static const char *const argv[] = { "boxd", "mcp", NULL };
  BhSessionSpec spec = { .cwd = "/", .mcp_argv = argv };

  spec.resume = engine->session;
  if (with_settings)
    {
      spec.mode = "default";
      spec.model = "big";
      spec.auth = "key";
    }
  engine->in_session = engine->in_turn = FALSE;
  bh_dialect_start (dialect, BH_DIALECT_SINK (engine->recorder), &spec);
}

/* The first option of each, or a text. */
static void
answer (Engine *engine, BhDialect *dialect, gboolean by_person)
{
  if (engine->ask == NULL)
    return;
  engine->set->answers = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_choice_free);
  for (guint i = 0; i < engine->set->questions->len; i++)
    {
      const BhQuestion *question = engine->set->questions->pdata[i];
      BhChoice *choice = bh_choice_new ();

      choice->question = g_strdup (question->id);
      choice->options = g_new0 (char *, 2);
      if (question->options->len > 0 && i % 2 == 0)
        choice->options[0] = g_strdup (((BhOption *) question->options->pdata[0])->id);
      else
        choice->text = g_strdup ("17 ");
      g_ptr_array_add (engine->set->answers, choice);
    }
  bh_dialect_answer (dialect, BH_DIALECT_SINK (engine->recorder), engine->ask,
                     by_person ? engine->set : NULL);
  g_clear_pointer (&engine->ask, g_free);
}

static void
permit (Engine *engine, BhDialect *dialect, gboolean allowed)
{
  if (engine->permit != NULL)
    bh_dialect_permit (dialect, BH_DIALECT_SINK (engine->recorder), engine->permit, allowed);
  g_clear_pointer (&engine->permit, g_free);
}

static void
act (Engine *engine, BhDialect *dialect, char what)
{
  BhDialectSink *sink = BH_DIALECT_SINK (engine->recorder);

  if (what == 'p' && engine->in_session && !engine->in_turn)
    {
      engine->in_turn = TRUE;
      bh_dialect_prompt (dialect, sink, "Do it.");
    }
  else if (what == 'c')
    bh_dialect_cancel (dialect, sink);
  else if (what == 'y' || what == 'n')
    permit (engine, dialect, what == 'y');
  else if (what == 'a' || what == 'd')
    answer (engine, dialect, what == 'a');
  else if (what == 'r' || what == 'm')
    restart (engine, dialect, what == 'm');
}

static void
hear (Engine *engine, BhDialect *dialect, const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "\"$\"", -1);
  g_autofree char *line = g_strjoinv (engine->last_id != NULL ? engine->last_id : "null", parts);
  g_autoptr (JsonNode) node = bh_json_parse (line, -1, NULL);

  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    bh_dialect_receive (dialect, BH_DIALECT_SINK (engine->recorder), json_node_get_object (node));
}

void
fuzz_dialect (BhDialect *(*make) (void), const guint8 *data, gsize size)
{
  Engine engine = { .recorder = recorder_new () };
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  recorder_be_quiet (engine.recorder);
  recorder_watch (engine.recorder, &watch, &engine);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autoptr (BhDialect) dialect = make ();

      if (i == 0)
        restart (&engine, dialect, FALSE);
      if (lines[i][0] != '\0' && lines[i][1] == '\0')
        act (&engine, dialect, lines[i][0]);
      else
        hear (&engine, dialect, lines[i]);
      g_assert_cmpuint (recorder_state_size (engine.recorder), <, STATE_MAX);
    }
  g_free (engine.last_id);
  g_free (engine.session);
  g_free (engine.permit);
  g_free (engine.ask);
  g_clear_pointer (&engine.set, bh_question_set_unref);
  g_assert_finalize_object (engine.recorder);
}
