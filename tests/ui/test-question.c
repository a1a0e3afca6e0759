/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <string.h>

#include "app/questions/bh-question-dialog.h"
#include "app/questions/bh-question-page.h"
#include "support/let-go.h"
#include "support/scripted-coordinator.h"
#include "support/ui-test.h"

/* The question sheet on a scripted coordinator. */

#define RUN "r_0000000000000001"
#define SET "q_0000000000000001"

typedef struct
{
  ScriptedCoordinator *coordinator;
  BhConnections *connections;
  BhConnection *connection; /* borrowed */
  BhQuestionSet *set;
  GtkWindow *window;
  BhQuestionDialog *dialog;
  gboolean closed;
} Fixture;

typedef gboolean (*Condition) (Fixture *self);

static void
wait_for (Fixture *self, Condition condition, const char *what)
{
  WAIT_UNTIL (condition (self), what);
}

static gboolean
is_connected (Fixture *self)
{
  return bh_connection_get_state (self->connection) == BH_CONNECTION_CONNECTED &&
         bh_connection_lookup_run (self->connection, RUN) != NULL;
}

static gboolean
is_closed (Fixture *self)
{
  return self->closed;
}

static gpointer
child (Fixture *self, const char *name)
{
  return gtk_widget_get_template_child (GTK_WIDGET (self->dialog), BH_TYPE_QUESTION_DIALOG, name);
}

static gboolean
is_over (Fixture *self)
{
  return g_str_equal (gtk_stack_get_visible_child_name (child (self, "views")), "closed");
}

static gboolean
says_something (Fixture *self)
{
  return adw_banner_get_revealed (child (self, "banner")) && gtk_widget_get_sensitive (child (self, "next"));
}

static void
closed_cb (AdwDialog *dialog, Fixture *self)
{
  self->closed = TRUE;
}

static void
open_sheet (Fixture *self)
{
  self->closed = FALSE;
  self->dialog = g_object_ref_sink (bh_question_dialog_new (self->connection, self->set, "A <b>Run</b>"));
  g_signal_connect (self->dialog, "closed", G_CALLBACK (closed_cb), self);
  adw_dialog_present (ADW_DIALOG (self->dialog), GTK_WIDGET (self->window));
}

static void
close_sheet (Fixture *self)
{
  g_autoptr (LetGo) shown = let_go_new ();

  let_go_add_ours (shown, self->dialog);
  adw_dialog_force_close (ADW_DIALOG (self->dialog));
  g_clear_object (&self->dialog);
  let_go_wait (shown);
}

/* libadwaita's own, in which a dialog lies. */
static gboolean
lies_in (GtkWidget *widget, const char *type)
{
  for (; widget != NULL; widget = gtk_widget_get_parent (widget))
    if (strcmp (G_OBJECT_TYPE_NAME (widget), type) == 0)
      return TRUE;
  return FALSE;
}

static BhQuestionSet *
new_set (void)
{
  const char *text =
      "{\"id\":\"" SET "\",\"run\":\"" RUN "\",\"row\":1,\"asked_by\":\"script\",\"state\":\"open\","
      "\"questions\":["
      "{\"id\":\"where\",\"text\":\"Where?\",\"kind\":\"single\",\"allow_other\":true,\"options\":["
      "{\"id\":\"bar\",\"label\":\"Bar\",\"recommended\":true},{\"id\":\"menu\",\"label\":\"Menu\"}]},"
      "{\"id\":\"which\",\"text\":\"Which?\",\"kind\":\"multiple\",\"options\":["
      "{\"id\":\"a\",\"label\":\"A\"},{\"id\":\"b\",\"label\":\"B\"}]},"
      "{\"id\":\"why\",\"text\":\"Why?\",\"kind\":\"text\"}]}";
  g_autoptr (JsonNode) node = bh_json_parse (text, -1, NULL);
  g_autoptr (GError) error = NULL;
  BhQuestionSet *set = bh_question_set_from_json (node, &error);

  g_assert_no_error (error);
  return set;
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (BhRun) run = scripted_run_new (RUN, BH_RUN_NEEDS_YOU, 10);
  g_autoptr (BhConnection) local = NULL;

  self->set = new_set ();
  self->coordinator = scripted_coordinator_new ();
  scripted_coordinator_put_run (self->coordinator, run);
  scripted_coordinator_put_question (self->coordinator, self->set);
  local = bh_connection_new_local ("This computer", scripted_coordinator_get_socket (self->coordinator));
  self->connections = bh_connections_new (local);
  self->connection = bh_connections_get_local (self->connections);
  self->window = GTK_WINDOW (adw_window_new ());
  gtk_window_set_default_size (self->window, 800, 700);
  gtk_window_present (self->window);
  wait_for (self, is_connected, "the connection");
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  if (self->dialog != NULL)
    close_sheet (self);
  gtk_window_destroy (self->window);
  let_go_of_connections (&self->connections);
  g_clear_pointer (&self->coordinator, scripted_coordinator_free);
  bh_question_set_unref (self->set);
}

static BhQuestionPage *
page (Fixture *self)
{
  return BH_QUESTION_PAGE (gtk_stack_get_visible_child (child (self, "pages")));
}

static const char *
where (Fixture *self)
{
  return gtk_stack_get_visible_child_name (child (self, "pages"));
}

static void
press (Fixture *self, const char *button)
{
  g_signal_emit_by_name (child (self, button), "clicked");
}

static void
enter_text (Fixture *self, const char *text)
{
  g_autoptr (BhChoice) choice = bh_question_page_get_choice (page (self));

  g_set_str (&choice->text, text);
  bh_question_page_set_choice (page (self), choice);
}

/* From the first page to the last one, all answered. */
static void
fill_in (Fixture *self)
{
  g_assert_cmpstr (where (self), ==, "0");
  press (self, "next"); /* what is recommended is chosen */
  g_assert_cmpstr (where (self), ==, "1");
  g_assert_true (bh_question_page_press_number (page (self), 2));
  press (self, "next");
  g_assert_cmpstr (where (self), ==, "2");
  enter_text (self, "Because");
}

static void
test_three_questions (Fixture *self, gconstpointer data)
{
  g_autofree char *body = NULL;

  open_sheet (self);
  press (self, "next");
  /* nothing is chosen on the second one */
  press (self, "next");
  g_assert_cmpstr (where (self), ==, "1");
  g_assert_true (bh_question_page_press_number (page (self), 1));
  g_assert_true (bh_question_page_press_number (page (self), 2));
  g_assert_true (bh_question_page_press_number (page (self), 1));
  g_assert_false (bh_question_page_press_number (page (self), 3));
  press (self, "next");
  press (self, "next");
  g_assert_cmpstr (where (self), ==, "2");
  enter_text (self, "  ");
  press (self, "next");
  g_assert_cmpuint (scripted_coordinator_count (self->coordinator, "POST /v1/runs/" RUN "/answers"), ==, 0);
  enter_text (self, "Because");
  press (self, "back");
  g_assert_cmpstr (where (self), ==, "1");
  press (self, "next");
  press (self, "next");
  wait_for (self, is_closed, "the sheet to close");
  body = scripted_coordinator_last_body (self->coordinator);
  g_assert_nonnull (strstr (body, "{\"question\":\"where\",\"options\":[\"bar\"]}"));
  g_assert_nonnull (strstr (body, "{\"question\":\"which\",\"options\":[\"b\"]}"));
  g_assert_nonnull (strstr (body, "\"text\":\"Because\""));
}

static void
test_later_keeps (Fixture *self, gconstpointer data)
{
  g_autoptr (BhChoice) choice = NULL;

  open_sheet (self);
  g_assert_true (bh_question_page_press_number (page (self), 3));
  /* Other without a word is no answer */
  press (self, "next");
  g_assert_cmpstr (where (self), ==, "0");
  enter_text (self, "In the cellar");
  press (self, "next");
  close_sheet (self);

  open_sheet (self);
  g_assert_cmpstr (where (self), ==, "1");
  press (self, "back");
  choice = bh_question_page_get_choice (page (self));
  g_assert_cmpstr (choice->text, ==, "In the cellar");
  g_assert_null (choice->options[0]);
}

/* The set as answered by somebody else. */
static BhQuestionSet *
answered (Fixture *self)
{
  BhQuestionSet *set = bh_question_set_copy (self->set);
  const char *ids[] = { "menu", NULL };
  BhChoice *choice = bh_choice_new ();

  set->state = BH_SET_ANSWERED;
  set->answered_by = g_strdup ("phone");
  set->answers = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_choice_free);
  choice->question = g_strdup ("where");
  choice->options = g_strdupv ((char **) ids);
  g_ptr_array_add (set->answers, choice);
  return set;
}

static void
assert_tells (Fixture *self)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (child (self, "closed_answers"), 0);

  /* as authors are called everywhere */
  g_assert_nonnull (strstr (gtk_label_get_text (child (self, "closed_text")), "“Phone”"));
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), ==, "Menu");
  g_assert_true (gtk_widget_get_visible (child (self, "close_button")));
  g_assert_false (gtk_widget_get_visible (child (self, "bar")));
}

static void
test_answered_elsewhere (Fixture *self, gconstpointer data)
{
  g_autoptr (BhQuestionSet) other = answered (self);

  open_sheet (self);
  scripted_coordinator_put_question (self->coordinator, other);
  wait_for (self, is_over, "the sheet to tell");
  assert_tells (self);
}

static void
test_answered_while_sending (Fixture *self, gconstpointer data)
{
  g_autoptr (BhQuestionSet) other = answered (self);
  g_autoptr (JsonNode) node = bh_question_set_to_json (other);
  g_autofree char *set = bh_json_to_text (node), *problem = NULL;

  problem = g_strdup_printf (
      "{\"type\":\"about:blank\",\"title\":\"x\",\"status\":409,\"code\":\"already_answered\","
      "\"detail\":\"Too late\",\"question\":%s}",
      set);
  open_sheet (self);
  fill_in (self);
  scripted_coordinator_fail (self->coordinator, "POST /v1/runs/" RUN "/answers", 409, problem, 1);
  press (self, "next");
  wait_for (self, is_over, "the sheet to tell");
  assert_tells (self);
}

static void
test_an_error_keeps_the_answer (Fixture *self, gconstpointer data)
{
  open_sheet (self);
  fill_in (self);
  scripted_coordinator_fail (
      self->coordinator, "POST /v1/runs/" RUN "/answers", 507,
      "{\"type\":\"about:blank\",\"title\":\"x\",\"status\":507,\"code\":\"storage_full\","
      "\"detail\":\"The disk is full\"}",
      1);
  press (self, "next");
  wait_for (self, says_something, "the error");
  g_assert_cmpstr (adw_banner_get_title (child (self, "banner")), ==, "The disk is full");
  g_assert_false (self->closed);
  press (self, "next");
  wait_for (self, is_closed, "the sheet to close");
}

static gboolean
is_asked_by_name (Fixture *self)
{
  const char *subtitle = adw_window_title_get_subtitle (child (self, "window_title"));

  return g_strcmp0 (subtitle, "Asked by Careful <i>Asker</i>") == 0;
}

/* Who asks has a name, which may come later than the question. */
static void
test_asked_by (Fixture *self, gconstpointer data)
{
  g_autoptr (BhEngineInfo) engine = bh_engine_info_new ();
  BhQuestionSet *set = bh_question_set_copy (self->set);

  g_ptr_array_set_size (set->questions, 1);
  g_set_str (&set->asked_by, "asking-engine");
  bh_question_set_unref (self->set);
  self->set = set;
  open_sheet (self);
  g_assert_cmpstr (adw_window_title_get_subtitle (child (self, "window_title")), ==,
                   "Asked by Asking-engine");
  engine->id = g_strdup ("asking-engine");
  engine->name = g_strdup ("Careful <i>Asker</i> – plan");
  engine->protocol = g_strdup ("acp");
  scripted_coordinator_put_engine (self->coordinator, engine);
  bh_connection_refresh_engines (self->connection);
  wait_for (self, is_asked_by_name, "the name");
}

/* Beside what is asked about where there is room, else from below. */
static void
test_sheet (Fixture *self, gconstpointer data)
{
  open_sheet (self);
  g_assert_true (lies_in (child (self, "views"), "AdwFloatingSheet"));
  close_sheet (self);
  gtk_window_destroy (self->window);
  self->window = GTK_WINDOW (adw_window_new ());
  gtk_window_set_default_size (self->window, 360, 640);
  gtk_window_present (self->window);
  open_sheet (self);
  WAIT_UNTIL (lies_in (child (self, "views"), "AdwBottomSheet"), "the sheet from below");
}

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
#define ADD(name, function) g_test_add ("/question/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("three-questions", test_three_questions);
  ADD ("later-keeps", test_later_keeps);
  ADD ("answered-elsewhere", test_answered_elsewhere);
  ADD ("answered-while-sending", test_answered_while_sending);
  ADD ("an-error-keeps-the-answer", test_an_error_keeps_the_answer);
  ADD ("asked-by", test_asked_by);
  ADD ("sheet", test_sheet);
  return g_test_run ();
}
