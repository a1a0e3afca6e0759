/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gi18n.h>
#include <libdex.h>
#include <locale.h>

#include "app/bh-application.h"
#include "app/bh-window.h"

/* the same for every profile, or the resources of one would not be those of the other */
#define RESOURCES "/org/bellhop/Bellhop"

struct _BhApplication
{
  AdwApplication parent_instance;
};

G_DEFINE_FINAL_TYPE (BhApplication, bh_application, ADW_TYPE_APPLICATION)

static void
bh_application_activate (GApplication *application)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (application));

  if (window == NULL)
    window = GTK_WINDOW (bh_window_new (BH_APPLICATION (application)));
  gtk_window_present (window);
}

static void
bh_application_class_init (BhApplicationClass *klass)
{
  G_APPLICATION_CLASS (klass)->activate = bh_application_activate;
}

static void
bh_application_init (BhApplication *self)
{
  static const char *const quit[] = { "<Control>q", NULL };
  static const char *const close[] = { "<Control>w", NULL };
  static const GActionEntry actions[] = { { .name = "quit" } };

  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  g_signal_connect_swapped (g_action_map_lookup_action (G_ACTION_MAP (self), "quit"), "activate",
                            G_CALLBACK (g_application_quit), self);
  gtk_application_set_accels_for_action (GTK_APPLICATION (self), "app.quit", quit);
  gtk_application_set_accels_for_action (GTK_APPLICATION (self), "window.close", close);
}

/* The catalogues, of the build folder when we run from there. */
static void
init_locale (void)
{
  const char *uninstalled = g_getenv ("BELLHOP_UNINSTALLED");
  g_autofree char *built = uninstalled != NULL ? g_build_filename (uninstalled, "po", NULL) : NULL;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, built != NULL ? built : BH_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}

BhApplication *
bh_application_new (void)
{
  init_locale ();
  dex_init ();
  g_set_application_name (_ ("Bellhop"));
  return g_object_new (BH_TYPE_APPLICATION, "application-id", BH_APP_ID, "resource-base-path", RESOURCES,
                       "flags", G_APPLICATION_DEFAULT_FLAGS, NULL);
}
