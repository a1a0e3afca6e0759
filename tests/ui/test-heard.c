/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/bh-settings.h"
#include "app/preferences/bh-connection-dialog.h"
#include "app/questions/bh-question-page.h"
#include "support/let-go.h"
#include "support/ui-test.h"

/* What a screen reader is told where no test in a session comes by. */

static GtkAccessible *
child (GtkWidget *widget, const char *name)
{
  return GTK_ACCESSIBLE (gtk_widget_get_template_child (widget, G_OBJECT_TYPE (widget), name));
}

/* The marks of Markdown are to be seen, not to be heard. */
static void
test_question (gconstpointer text_child)
{
  g_autoptr (BhQuestionSet) set =
      bh_question_set_new_single ("where", NULL, "# Where *exactly*?\n\nIn `src`, or elsewhere.");
  BhQuestion *question = set->questions->pdata[0];
  g_autoptr (GtkWidget) page = NULL;

  if (g_str_equal (text_child, "options"))
    bh_question_set_add_option (set, "src", "In src", NULL);
  else
    question->kind = BH_QUESTION_TEXT;
  page = g_object_ref_sink (GTK_WIDGET (bh_question_page_new (set, 0)));
  gtk_test_accessible_assert_property (child (page, text_child), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "Where exactly? In src, or elsewhere.");
}

static void
test_connecting (void)
{
  g_autoptr (BhConnection) local = bh_connection_new_local ("This computer", "/nowhere/at/all");
  BhConnections *connections = bh_connections_new (local);
  g_autoptr (GSettings) settings = bh_settings_new ();
  g_autoptr (AdwDialog) dialog = g_object_ref_sink (bh_connection_dialog_new (connections, settings));

  gtk_test_accessible_assert_property (child (GTK_WIDGET (dialog), "spinner"), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "Connecting");
  g_clear_object (&local);
  g_clear_object (&dialog);
  let_go_of_connections (&connections);
}

int
main (int argc, char *argv[])
{
  g_setenv ("GTK_A11Y", "test", TRUE);
  ui_test_init (&argc, &argv);
  g_test_add_data_func ("/heard/options", "options", test_question);
  g_test_add_data_func ("/heard/prose", "prose", test_question);
  g_test_add_func ("/heard/connecting", test_connecting);
  return g_test_run ();
}
