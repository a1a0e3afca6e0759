/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "support/ui-test.h"

#include <libdex.h>

void
ui_test_init (int *argc, char ***argv)
{
  g_setenv ("GSETTINGS_BACKEND", "memory", TRUE);
  g_setenv ("BELLHOP_NO_START", "1", TRUE);
  g_test_init (argc, argv, NULL);
  dex_init ();
  adw_init ();
  /* libadwaita keeps what is closed in the middle of a transition */
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
}

char *
ui_test_run_id (guint n)
{
  return g_strdup_printf ("r_%016u", n);
}

static void
quit_cb (gpointer application)
{
  g_application_quit (application);
}

/* It can only be ended in a main loop of its own. */
void
ui_test_end_application (BhApplication **application)
{
  char program[] = "bellhop", service[] = "--gapplication-service";
  char *arguments[] = { program, service, NULL };

  g_idle_add_once (quit_cb, *application);
  g_assert_cmpint (g_application_run (G_APPLICATION (*application), 2, arguments), ==, 0);
  g_assert_true (bh_application_wind_down (*application));
  g_assert_finalize_object (g_steal_pointer (application));
}
