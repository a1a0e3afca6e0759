/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* fixture-markdown FILE: shows a Markdown file in a window, to be looked at. */

#include "config.h"

#include "app/bh-application.h"
#include "app/widgets/bh-markdown.h"

static void
on_activate (GApplication *application, const char *path)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  GtkWidget *markdown = bh_markdown_new ();
  GtkWidget *view = adw_toolbar_view_new ();
  GtkWidget *window = adw_application_window_new (GTK_APPLICATION (application));

  if (!g_file_get_contents (path, &text, NULL, &error))
    g_error ("%s", error->message);
  bh_markdown_set_text (BH_MARKDOWN (markdown), text);
  g_object_set (markdown, "margin-start", 18, "margin-end", 18, "margin-bottom", 18, NULL);
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view),
                                g_object_new (GTK_TYPE_SCROLLED_WINDOW, "child", markdown,
                                              "hscrollbar-policy", GTK_POLICY_NEVER, NULL));
  adw_application_window_set_content (ADW_APPLICATION_WINDOW (window), view);
  gtk_window_set_title (GTK_WINDOW (window), "Markdown");
  gtk_window_set_default_size (GTK_WINDOW (window), 360, 294);
  gtk_window_present (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  g_autoptr (AdwApplication) application =
      g_object_new (ADW_TYPE_APPLICATION, "application-id", BH_APP_ID ".Markdown", "resource-base-path",
                    "/org/bellhop/Bellhop", "flags", G_APPLICATION_NON_UNIQUE, NULL);

  if (argc != 2)
    g_error ("usage: fixture-markdown FILE");
  g_signal_connect (application, "activate", G_CALLBACK (on_activate), argv[1]);
  return g_application_run (G_APPLICATION (application), 1, argv);
}
