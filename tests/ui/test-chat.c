/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gstdio.h>

#include "app/run/bh-chat-composer.h"
#include "app/widgets/bh-unsent.h"
#include "support/let-go.h"
#include "support/scripted-coordinator.h"
#include "support/ui-test.h"

/* What a person writes to a Run: what it does, and that it is not lost. */

#define RUN "r_0000000000000001"
#define OTHER "r_0000000000000002"
#define SET "q_0000000000000001"
#define ANSWERS "POST /v1/runs/" RUN "/answers"
#define MESSAGES "POST /v1/runs/" RUN "/messages"

#define ANSWER "Answer and resume"
#define STEER "Steer this Run – delivered at the next turn"
#define STEER_ASKED "Steer this Run – delivered at the next turn; answer above"

#define TEXT "{\"id\":\"why\",\"text\":\"Why?\",\"kind\":\"text\"}"
#define CHOICE(other)                                                                                        \
  "{\"id\":\"where\",\"text\":\"Where?\",\"kind\":\"single\",\"allow_other\":" other ",\"options\":["        \
  "{\"id\":\"bar\",\"label\":\"Bar\",\"recommended\":true},{\"id\":\"menu\",\"label\":\"Menu\"}]}"
/* as the coordinator refuses who was not the first */
#define ALREADY(question, text)                                                                              \
  "{\"title\":\"T\",\"status\":409,\"code\":\"already_answered\",\"detail\":\"D\",\"question\":{"            \
  "\"id\":\"" SET "\",\"run\":\"" RUN "\",\"row\":1,\"asked_by\":\"script\",\"state\":\"answered\","         \
  "\"answered_by\":\"Desk\",\"questions\":[" question "],"                                                   \
  "\"answers\":[{\"question\":\"why\",\"options\":[],\"text\":\"" text "\"}]}}"

typedef struct
{
  ScriptedCoordinator *coordinator;
  BhConnections *connections;
  BhConnection *connection; /* borrowed */
  BhTimeline *timeline;
  BhTimeline *other; /* (nullable): of another Run */
  BhUnsent *unsent;
  char *path; /* of what is not sent */
  GtkWindow *window;
  GtkWidget *composer; /* borrowed */
} Fixture;

static gpointer
child (Fixture *self, const char *name)
{
  return gtk_widget_get_template_child (self->composer, BH_TYPE_CHAT_COMPOSER, name);
}

static const char *
placeholder (Fixture *self)
{
  return gtk_label_get_text (child (self, "placeholder"));
}

static const char *
error_of (Fixture *self)
{
  return gtk_label_get_text (child (self, "error"));
}

static void
type (Fixture *self, const char *text)
{
  gtk_text_buffer_set_text (child (self, "buffer"), text, -1);
}

static char *
typed (Fixture *self)
{
  char *text = NULL;

  g_object_get (child (self, "buffer"), "text", &text, NULL);
  return text;
}

static void
assert_typed (Fixture *self, const char *expected)
{
  g_autofree char *text = typed (self);

  g_assert_cmpstr (text, ==, expected);
}

static gboolean
is_typed (Fixture *self, const char *expected)
{
  g_autofree char *text = typed (self);

  return g_str_equal (text, expected);
}

static void
wait_for_placeholder (Fixture *self, const char *expected)
{
  WAIT_UNTIL (g_str_equal (placeholder (self), expected), expected);
}

/* (nullable) */
static const char *
get_open_question (Fixture *self)
{
  const BhQuestionSet *set = bh_timeline_get_only_question (self->timeline);

  return set != NULL ? set->id : NULL;
}

static void
send (Fixture *self)
{
  g_assert_true (gtk_widget_activate_action (self->composer, "composer.send", NULL));
}

/* --- the fixture --------------------------------------------------------------------------------------- */

static gboolean
is_ready (BhTimeline *timeline)
{
  return bh_timeline_get_ready (timeline) && bh_timeline_get_live (timeline);
}

static void
put_run (Fixture *self, BhRunState state)
{
  g_autoptr (BhRun) run = scripted_run_new (RUN, state, 60);

  scripted_coordinator_put_run (self->coordinator, run);
}

static void
put_question (Fixture *self, const char *id, const char *state, const char *questions)
{
  g_autofree char *text =
      g_strdup_printf ("{\"id\":\"%s\",\"run\":\"" RUN "\",\"row\":1,\"asked_by\":\"script\","
                       "\"state\":\"%s\",\"questions\":[%s]}",
                       id, state, questions);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = bh_json_parse (text, -1, &error);
  g_autoptr (BhQuestionSet) set = NULL;

  g_assert_no_error (error);
  set = bh_question_set_from_json (node, &error);
  g_assert_no_error (error);
  scripted_coordinator_put_question (self->coordinator, set);
}

static void
open_run (Fixture *self)
{
  self->timeline = bh_timeline_new (self->connection, RUN);
  WAIT_FOR (is_ready (self->timeline));
  bh_chat_composer_set_timeline (BH_CHAT_COMPOSER (self->composer), self->timeline);
}

static void
hold_unsent (Fixture *self)
{
  self->unsent = bh_unsent_get ();
  g_object_add_weak_pointer (G_OBJECT (self->unsent), (gpointer *) &self->unsent);
  bh_unsent_follow (self->unsent, self->connections);
  WAIT_FOR (bh_unsent_is_loaded (self->unsent));
}

/* Whatever is still to be written has a reference. */
static void
let_go_of_unsent (Fixture *self)
{
  bh_unsent_follow (self->unsent, NULL);
  g_object_unref (self->unsent);
  WAIT_FOR (self->unsent == NULL);
}

static void
open_window (Fixture *self)
{
  self->window = GTK_WINDOW (adw_window_new ());
  self->composer = g_object_new (BH_TYPE_CHAT_COMPOSER, NULL);
  adw_window_set_content (ADW_WINDOW (self->window), self->composer);
  gtk_window_present (self->window);
}

static void
close_window (Fixture *self)
{
  gtk_window_destroy (g_steal_pointer (&self->window));
  if (self->timeline != NULL)
    g_assert_finalize_object (g_steal_pointer (&self->timeline));
  if (self->other != NULL)
    g_assert_finalize_object (g_steal_pointer (&self->other));
}

/* As the app that ends and is started again. */
static void
restart (Fixture *self)
{
  close_window (self);
  let_go_of_unsent (self);
  hold_unsent (self);
  open_window (self);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (BhConnection) local = NULL;

  self->path = g_build_filename (g_get_user_data_dir (), "bellhop", "unsent.json", NULL);
  g_unlink (self->path);
  self->coordinator = scripted_coordinator_new ();
  put_run (self, BH_RUN_NEEDS_YOU);
  local = bh_connection_new_local ("Scripted", scripted_coordinator_get_socket (self->coordinator));
  self->connections = bh_connections_new (local);
  self->connection = bh_connections_get_local (self->connections);
  hold_unsent (self);
  WAIT_FOR (bh_connection_lookup_run (self->connection, RUN) != NULL);
  open_window (self);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  close_window (self);
  let_go_of_unsent (self);
  let_go_of_connections (&self->connections);
  g_clear_pointer (&self->coordinator, scripted_coordinator_free);
  g_free (self->path);
}

/* --- what a message does ------------------------------------------------------------------------------- */

static void
test_placeholders (Fixture *self, gconstpointer data)
{
  static const struct
  {
    BhRunState state;
    gboolean can_continue;
    const char *box_state; /* (nullable): no DevBox */
    const char *expected;
    gboolean possible;
  } cases[] = {
    { BH_RUN_QUEUED, FALSE, NULL, "Steer this Run – delivered at its first turn", TRUE },
    { BH_RUN_LAUNCHING, FALSE, NULL, "Steer this Run – delivered at its first turn", TRUE },
    { BH_RUN_RUNNING, FALSE, "running", STEER, TRUE },
    { BH_RUN_NEEDS_YOU, FALSE, "running", STEER_ASKED, TRUE },
    { BH_RUN_COMPLETED, TRUE, "running", "Continue in the same DevBox", TRUE },
    { BH_RUN_FAILED, TRUE, "stopped", "Continue in the same DevBox", TRUE },
    { BH_RUN_STOPPED, FALSE, "gone", "This Run is over and its DevBox is gone", FALSE },
    { BH_RUN_STOPPED, FALSE, NULL, "This Run is over and can not be continued", FALSE },
  };

  open_run (self);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (BhRun) run = scripted_run_new (RUN, cases[i].state, 60);

      run->can_continue = cases[i].can_continue;
      run->box_id = cases[i].box_state != NULL ? g_strdup ("b_0000000000000001") : NULL;
      run->box_state = g_strdup (cases[i].box_state);
      scripted_coordinator_put_run (self->coordinator, run);
      wait_for_placeholder (self, cases[i].expected);
      g_assert_cmpint (gtk_text_view_get_editable (child (self, "view")), ==, cases[i].possible);
      g_assert_cmpstr (gtk_button_get_label (child (self, "send")), ==, "Send");
    }
}

static void
assert_answer (Fixture *self, const char *question, const char *text)
{
  g_autofree char *body = scripted_coordinator_last_body (self->coordinator);
  g_autoptr (JsonNode) node = bh_json_parse (body, -1, NULL);
  JsonArray *answers = json_object_get_array_member (json_node_get_object (node), "answers");
  JsonObject *answer;

  g_assert_cmpuint (json_array_get_length (answers), ==, 1);
  answer = json_array_get_object_element (answers, 0);
  g_assert_cmpstr (json_object_get_string_member (answer, "question"), ==, question);
  g_assert_cmpstr (json_object_get_string_member (answer, "text"), ==, text);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (answer, "options")), ==, 0);
}

static void
answer_with (Fixture *self, const char *questions, const char *id)
{
  put_question (self, SET, "open", questions);
  open_run (self);
  wait_for_placeholder (self, ANSWER);
  g_assert_cmpstr (gtk_button_get_label (child (self, "send")), ==, "Answer");
  type (self, "Because of \"that\"");
  send (self);
  WAIT_FOR (is_typed (self, ""));
  g_assert_cmpuint (scripted_coordinator_count (self->coordinator, ANSWERS), ==, 1);
  g_assert_cmpuint (scripted_coordinator_count (self->coordinator, MESSAGES), ==, 0);
  assert_answer (self, id, "Because of \"that\"");
  wait_for_placeholder (self, STEER_ASKED);
}

static void
test_answers_text (Fixture *self, gconstpointer data)
{
  answer_with (self, TEXT, "why");
}

static void
test_answers_other (Fixture *self, gconstpointer data)
{
  answer_with (self, CHOICE ("true"), "where");
}

static void
send_as_message (Fixture *self)
{
  g_assert_cmpstr (gtk_button_get_label (child (self, "send")), ==, "Send");
  type (self, "Hurry");
  send (self);
  WAIT_FOR (is_typed (self, ""));
  g_assert_cmpuint (scripted_coordinator_count (self->coordinator, ANSWERS), ==, 0);
  g_assert_cmpuint (scripted_coordinator_count (self->coordinator, MESSAGES), ==, 1);
}

static void
steer_with (Fixture *self, const char *questions)
{
  put_question (self, SET, "open", questions);
  open_run (self);
  WAIT_FOR (bh_timeline_get_only_question (self->timeline) != NULL);
  wait_for_placeholder (self, STEER_ASKED);
  send_as_message (self);
}

static void
test_choice_takes_no_text (Fixture *self, gconstpointer data)
{
  steer_with (self, CHOICE ("false"));
}

static void
test_two_questions (Fixture *self, gconstpointer data)
{
  steer_with (self, TEXT "," CHOICE ("true"));
}

/* Of two sets nobody knows which is meant. */
static void
test_two_sets (Fixture *self, gconstpointer data)
{
  put_question (self, SET, "open", TEXT);
  open_run (self);
  wait_for_placeholder (self, ANSWER);
  put_question (self, "q_0000000000000002", "open", CHOICE ("true"));
  wait_for_placeholder (self, STEER_ASKED);
  put_question (self, "q_0000000000000002", "withdrawn", CHOICE ("true"));
  wait_for_placeholder (self, ANSWER);
  put_question (self, "q_0000000000000002", "open", CHOICE ("true"));
  put_question (self, "q_0000000000000003", "open", CHOICE ("true"));
  wait_for_placeholder (self, STEER_ASKED);
  send_as_message (self);
}

/* Until all are known the one that is may not be the only one. */
static void
test_unknown_questions (Fixture *self, gconstpointer data)
{
  put_question (self, SET, "open", TEXT);
  WAIT_FOR (bh_run_item_get_question (bh_connection_lookup_run (self->connection, RUN)) != NULL);
  scripted_coordinator_hold (self->coordinator, "GET /v1/runs/" RUN "/questions");
  open_run (self);
  g_assert_nonnull (bh_timeline_get_question (self->timeline));
  g_assert_null (bh_timeline_get_only_question (self->timeline));
  g_assert_cmpstr (placeholder (self), ==, STEER_ASKED);
  scripted_coordinator_hold (self->coordinator, NULL);
  wait_for_placeholder (self, ANSWER);
}

/* Who was slower keeps what they wrote, and is told. */
static void
test_answered_elsewhere (Fixture *self, gconstpointer data)
{
  put_question (self, SET, "open", TEXT);
  open_run (self);
  wait_for_placeholder (self, ANSWER);
  type (self, "Because");
  scripted_coordinator_fail (self->coordinator, ANSWERS, 409, ALREADY (TEXT, "Why not"), 1);
  send (self);
  WAIT_FOR (*error_of (self) != '\0');
  g_assert_cmpstr (error_of (self), ==, "It was answered by “Desk”.");
  assert_typed (self, "Because");
  g_assert_true (gtk_text_view_get_editable (child (self, "view")));
}

/* The same answer is ours: it arrived, and its receipt was lost. */
static void
test_receipt_lost (Fixture *self, gconstpointer data)
{
  put_question (self, SET, "open", TEXT);
  open_run (self);
  wait_for_placeholder (self, ANSWER);
  type (self, "Because");
  scripted_coordinator_fail (self->coordinator, ANSWERS, 409, ALREADY (TEXT, "Because"), 1);
  send (self);
  WAIT_FOR (is_typed (self, ""));
  g_assert_cmpstr (error_of (self), ==, "");
}

/* What is typed stays, and the button says that it is no answer any more. */
static void
test_answered_while_typing (Fixture *self, gconstpointer data)
{
  put_question (self, SET, "open", TEXT);
  open_run (self);
  wait_for_placeholder (self, ANSWER);
  type (self, "Because");
  g_assert_cmpstr (gtk_button_get_label (child (self, "send")), ==, "Answer");
  put_question (self, SET, "answered", TEXT);
  put_run (self, BH_RUN_RUNNING);
  wait_for_placeholder (self, STEER);
  g_assert_cmpstr (gtk_button_get_label (child (self, "send")), ==, "Send");
  assert_typed (self, "Because");
  send (self);
  WAIT_FOR (is_typed (self, ""));
  g_assert_cmpuint (scripted_coordinator_count (self->coordinator, MESSAGES), ==, 1);
}

static void
test_answer_refused (Fixture *self, gconstpointer data)
{
  put_question (self, SET, "open", TEXT);
  open_run (self);
  wait_for_placeholder (self, ANSWER);
  type (self, "Because");
  scripted_coordinator_fail (
      self->coordinator, ANSWERS, 500,
      "{\"title\":\"T\",\"status\":500,\"code\":\"internal\",\"detail\":\"The disk <b>is</b> full\"}", 1);
  send (self);
  WAIT_FOR (*error_of (self) != '\0');
  g_assert_cmpstr (error_of (self), ==, "The disk <b>is</b> full");
  assert_typed (self, "Because");
  send (self);
  WAIT_FOR (is_typed (self, ""));
}

/* What was written before a question was asked, or for another one, answers it only when that is said again.
 */
static void
test_other_question (Fixture *self, gconstpointer data)
{
  open_run (self);
  type (self, "Hurry");
  put_question (self, SET, "open", TEXT);
  wait_for_placeholder (self, ANSWER);
  send (self);
  g_assert_nonnull (strstr (error_of (self), "asked after you wrote"));
  assert_typed (self, "Hurry");
  put_question (self, SET, "answered", TEXT);
  put_question (self, "q_0000000000000002", "open", TEXT);
  WAIT_FOR (g_strcmp0 (get_open_question (self), "q_0000000000000002") == 0);
  send (self);
  g_assert_nonnull (strstr (error_of (self), "asked after you wrote"));
  g_assert_cmpuint (scripted_coordinator_count (self->coordinator, ANSWERS), ==, 0);
  g_assert_cmpuint (scripted_coordinator_count (self->coordinator, MESSAGES), ==, 0);
  send (self);
  WAIT_FOR (is_typed (self, ""));
  g_assert_cmpuint (scripted_coordinator_count (self->coordinator, ANSWERS), ==, 1);
}

/* --- what is not sent ---------------------------------------------------------------------------------- */

static void
show (Fixture *self, BhTimeline *timeline)
{
  bh_chat_composer_set_timeline (BH_CHAT_COMPOSER (self->composer), timeline);
}

/* Shows another Run in its place. */
static void
show_other (Fixture *self)
{
  g_autoptr (BhRun) run = scripted_run_new (OTHER, BH_RUN_RUNNING, 30);

  scripted_coordinator_put_run (self->coordinator, run);
  WAIT_FOR (bh_connection_lookup_run (self->connection, OTHER) != NULL);
  self->other = bh_timeline_new (self->connection, OTHER);
  WAIT_FOR (is_ready (self->other));
  show (self, self->other);
}

static void
test_each_run_has_its_own (Fixture *self, gconstpointer data)
{
  GStatBuf status;

  open_run (self);
  type (self, "Half a <b>thought</b>");
  show_other (self);
  assert_typed (self, "");
  type (self, "Another");
  show (self, self->timeline);
  assert_typed (self, "Half a <b>thought</b>");

  /* of a later start, too */
  restart (self);
  g_assert_cmpint (g_stat (self->path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  open_run (self);
  assert_typed (self, "Half a <b>thought</b>");
  show_other (self);
  assert_typed (self, "Another");

  /* what was sent is no draft any more */
  send (self);
  WAIT_FOR (is_typed (self, ""));
  show (self, self->timeline);
  type (self, "");
  restart (self);
  g_assert_cmpint (g_stat (self->path, &status), !=, 0);
}

/* Every change is written while the app runs, for the case that it is killed. */
static void
test_written_as_typed (Fixture *self, gconstpointer data)
{
  g_autofree char *text = NULL;

  open_run (self);
  type (self, "Half a thought");
  WAIT_FOR (g_file_test (self->path, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_get_contents (self->path, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, "Half a thought"));
}

static void
fail_message (Fixture *self)
{
  scripted_coordinator_fail (
      self->coordinator, MESSAGES, 500,
      "{\"title\":\"T\",\"status\":500,\"code\":\"internal\",\"detail\":\"The disk is full\"}", 1);
}

/* A look at the Run, while the other one is shown whenever anything can arrive. */
static gboolean
is_answered (Fixture *self)
{
  gboolean answered;

  show (self, self->timeline);
  answered = gtk_text_view_get_editable (child (self, "view"));
  show (self, self->other);
  return answered;
}

/* It goes back to the Run it was for, and so does the reason. */
static void
test_fails_after_switching (Fixture *self, gconstpointer data)
{
  open_run (self);
  type (self, "Hurry");
  fail_message (self);
  scripted_coordinator_hold (self->coordinator, MESSAGES);
  send (self);
  show_other (self);
  type (self, "Another");
  g_assert_false (is_answered (self));
  scripted_coordinator_hold (self->coordinator, NULL);
  WAIT_FOR (is_answered (self));
  assert_typed (self, "Another");
  g_assert_cmpstr (error_of (self), ==, "");
  show (self, self->timeline);
  assert_typed (self, "Hurry");
  g_assert_cmpstr (error_of (self), ==, "The disk is full");
  /* until something else is written */
  type (self, "Hurry!");
  g_assert_cmpstr (error_of (self), ==, "");
}

/* Nobody is there to be told, but nothing is lost, and what arrived is not offered again. */
static void
test_ends_after_closing (Fixture *self, gconstpointer data)
{
  open_run (self);
  type (self, "Hurry");
  fail_message (self);
  send (self);
  restart (self);
  open_run (self);
  assert_typed (self, "Hurry");
  send (self);
  close_window (self);
  WAIT_FOR (bh_unsent_get_text (self->unsent, "local", RUN, BH_UNSENT_MESSAGE) == NULL);
  open_window (self);
}

static void
put_message (Fixture *self)
{
  g_autoptr (BhMessage) message = bh_message_new ();

  message->id = g_strdup ("m_0000000000000001");
  message->run = g_strdup (RUN);
  message->text = g_strdup ("Look there");
  message->author = g_strdup ("you");
  message->row = 1;
  scripted_coordinator_put_message (self->coordinator, message);
  WAIT_FOR (g_list_model_get_n_items (bh_timeline_get_messages (self->timeline)) == 1);
}

static void
withdraw (Fixture *self)
{
  g_assert_true (gtk_widget_activate_action (self->composer, "composer.withdraw", "s", "m_0000000000000001"));
}

static void
test_withdrawn_behind_what_is_written (Fixture *self, gconstpointer data)
{
  open_run (self);
  put_message (self);
  type (self, "Hurry");
  withdraw (self);
  WAIT_FOR (is_typed (self, "Hurry\n\nLook there"));
}

static void
test_withdrawn_after_switching (Fixture *self, gconstpointer data)
{
  open_run (self);
  put_message (self);
  withdraw (self);
  show_other (self);
  type (self, "Another");
  WAIT_FOR (g_strcmp0 (bh_unsent_get_text (self->unsent, "local", RUN, BH_UNSENT_MESSAGE), "Look there") ==
            0);
  assert_typed (self, "Another");
  show (self, self->timeline);
  assert_typed (self, "Look there");
}

static void
test_deleted_runs_are_forgotten (Fixture *self, gconstpointer data)
{
  open_run (self);
  type (self, "Hurry");
  g_assert_nonnull (bh_unsent_get_text (self->unsent, "local", RUN, BH_UNSENT_MESSAGE));
  bh_unsent_set_text (self->unsent, "local", OTHER, BH_UNSENT_MESSAGE, "Another");
  scripted_coordinator_delete_run (self->coordinator, RUN, FALSE);
  WAIT_FOR (bh_unsent_get_text (self->unsent, "local", RUN, BH_UNSENT_MESSAGE) == NULL);
  g_assert_nonnull (bh_unsent_get_text (self->unsent, "local", OTHER, BH_UNSENT_MESSAGE));
}

/* The newest are kept. */
static void
test_bounds (Fixture *self, gconstpointer data)
{
  g_autofree char *big = g_strnfill (3 * 1024 * 1024, 'x');

  for (guint i = 0; i < 250; i++)
    {
      g_autofree char *id = ui_test_run_id (i);

      bh_unsent_set_text (self->unsent, "local", id, BH_UNSENT_MESSAGE, "Text");
    }
  g_assert_null (bh_unsent_get_text (self->unsent, "local", "r_0000000000000049", BH_UNSENT_MESSAGE));
  g_assert_nonnull (bh_unsent_get_text (self->unsent, "local", "r_0000000000000050", BH_UNSENT_MESSAGE));
  bh_unsent_set_text (self->unsent, "local", "r_big1", BH_UNSENT_MESSAGE, big);
  g_assert_nonnull (bh_unsent_get_text (self->unsent, "local", "r_0000000000000249", BH_UNSENT_MESSAGE));
  bh_unsent_set_text (self->unsent, "local", "r_big2", BH_UNSENT_MESSAGE, big);
  g_assert_null (bh_unsent_get_text (self->unsent, "local", "r_big1", BH_UNSENT_MESSAGE));
  g_assert_nonnull (bh_unsent_get_text (self->unsent, "local", "r_big2", BH_UNSENT_MESSAGE));
}

/* A file that cannot be read is kept, and does not stand in the way. */
static void
test_bad_file (Fixture *self, gconstpointer data)
{
  g_autofree char *bad = g_strconcat (self->path, ".bad", NULL), *folder = g_path_get_dirname (self->path);

  close_window (self);
  let_go_of_unsent (self);
  g_unlink (bad);
  g_mkdir_with_parents (folder, 0700);
  g_assert_true (g_file_set_contents (self->path, "{\"unsent\":7}", -1, NULL));
  self->unsent = bh_unsent_get ();
  g_object_add_weak_pointer (G_OBJECT (self->unsent), (gpointer *) &self->unsent);
  open_window (self);
  WAIT_FOR (*error_of (self) != '\0');
  g_assert_nonnull (strstr (error_of (self), bad));
  g_assert_true (g_file_test (bad, G_FILE_TEST_EXISTS));
  /* told also to who opens a Run only now */
  open_run (self);
  g_assert_nonnull (strstr (error_of (self), bad));
  type (self, "Hurry");
  WAIT_FOR (g_file_test (self->path, G_FILE_TEST_EXISTS));
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  ui_test_init (&argc, &argv);
  ADD ("/chat/placeholders", test_placeholders);
  ADD ("/chat/answers-text", test_answers_text);
  ADD ("/chat/answers-other", test_answers_other);
  ADD ("/chat/choice-takes-no-text", test_choice_takes_no_text);
  ADD ("/chat/two-questions", test_two_questions);
  ADD ("/chat/two-sets", test_two_sets);
  ADD ("/chat/unknown-questions", test_unknown_questions);
  ADD ("/chat/answered-elsewhere", test_answered_elsewhere);
  ADD ("/chat/receipt-lost", test_receipt_lost);
  ADD ("/chat/answered-while-typing", test_answered_while_typing);
  ADD ("/chat/answer-refused", test_answer_refused);
  ADD ("/chat/each-run-has-its-own", test_each_run_has_its_own);
  ADD ("/chat/written-as-typed", test_written_as_typed);
  ADD ("/chat/fails-after-switching", test_fails_after_switching);
  ADD ("/chat/ends-after-closing", test_ends_after_closing);
  ADD ("/chat/withdrawn-behind-what-is-written", test_withdrawn_behind_what_is_written);
  ADD ("/chat/withdrawn-after-switching", test_withdrawn_after_switching);
  ADD ("/chat/deleted-runs-are-forgotten", test_deleted_runs_are_forgotten);
  ADD ("/chat/other-question", test_other_question);
  ADD ("/chat/bounds", test_bounds);
  ADD ("/chat/bad-file", test_bad_file);
  return g_test_run ();
}
