/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/bh-application-private.h"

#include <glib/gi18n.h>

#include "app/bh-find-run.h"
#include "app/run/bh-run-view.h"

/* The command line, and opening Runs by id or link. */

#define EXIT_NOT_OPENED 1
#define EXIT_USAGE 2

typedef struct
{
  BhApplication *application;
  GApplicationCommandLine *line; /* (nullable) */
  char *run_id;
  gint64 row;
} Opening;

static void
opening_free (gpointer data)
{
  Opening *self = data;

  /* the last reference ends the invocation */
  g_application_release (G_APPLICATION (self->application));
  g_clear_object (&self->line);
  g_object_unref (self->application);
  g_free (self->run_id);
  g_free (self);
}

/* To whoever asked: the terminal, and the window where there is one or nobody else hears it. */
static void
say (BhApplication *self, GApplicationCommandLine *line, int status, const char *text)
{
  BhWindow *window = bh_application_get_window (self);

  if (line != NULL)
    {
      g_application_command_line_printerr (line, "bellhop: %s\n", text);
      g_application_command_line_set_exit_status (line, status);
      /* that of an invocation of our own is not asked for any more when it is known late */
      if (!g_application_command_line_get_is_remote (line) && window == NULL)
        self->exit_status = status;
    }
  else if (window == NULL && !bh_application_is_leaving (self))
    window = bh_application_present_window (self);
  if (window != NULL)
    {
      AdwToast *toast = adw_toast_new (text);

      adw_toast_set_use_markup (toast, FALSE);
      bh_window_add_toast (window, toast);
    }
}

static DexFuture *
open_fiber (gpointer data)
{
  Opening *opening = data;
  BhApplication *self = opening->application;
  g_autoptr (BhRunItem) run = NULL;
  g_autoptr (GError) error = NULL;
  BhWindow *window;

  /* the Run may be on a computer that is not known yet */
  if (self->loaded != NULL)
    dex_await (dex_ref (self->loaded), NULL);
  run = dex_await_object (bh_find_run (self->connections, NULL, opening->run_id), &error);
  if (run == NULL)
    {
      say (self, opening->line, EXIT_NOT_OPENED, error->message);
      return dex_future_new_true ();
    }
  if (bh_application_is_leaving (self))
    return dex_future_new_true ();
  window = bh_application_present_window (self);
  bh_window_open_run (window, run);
  if (opening->row >= 0)
    bh_window_show_row (window, (guint64) opening->row);
  return dex_future_new_true ();
}

void
bh_application_open_text (BhApplication *self, const char *text, GApplicationCommandLine *line)
{
  g_autofree char *run_id = NULL;
  gint64 row;
  Opening *opening;

  if (!bh_parse_run_link (text, &run_id, &row))
    {
      g_autofree char *message = NULL;
      g_autofree char *shown = g_utf8_make_valid (text, -1);

      message =
          g_strdup_printf (_ ("“%s” is no Run. Give its id, or a link such as %sr_…"), shown, BH_LINK_PREFIX);
      say (self, line, EXIT_USAGE, message);
      return;
    }
  bh_application_wake (self);
  opening = g_new0 (Opening, 1);
  opening->application = g_object_ref (self);
  g_set_object (&opening->line, line);
  opening->run_id = g_steal_pointer (&run_id);
  opening->row = row;
  g_application_hold (G_APPLICATION (self));
  dex_future_disown (dex_scheduler_spawn (NULL, 0, open_fiber, opening, opening_free));
}

/* --- the command line ---------------------------------------------------------------------------------- */

static int
handle_local_options_cb (GApplication *application, GVariantDict *options)
{
  if (!g_variant_dict_contains (options, "version"))
    return -1;
  g_print ("bellhop %s\n", BH_VERSION);
  return 0;
}

void
bh_application_add_options (BhApplication *self)
{
  static const GOptionEntry options[] = {
    { "new-run", 'n', 0, G_OPTION_ARG_NONE, NULL, N_ ("Write a new Run"), NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Print the version and exit"), NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, NULL, NULL, N_ ("[RUN-ID | bellhop://run/ID…]") },
    { NULL },
  };

  g_application_add_main_option_entries (G_APPLICATION (self), options);
  g_signal_connect (self, "handle-local-options", G_CALLBACK (handle_local_options_cb), NULL);
}

int
bh_application_command_line (GApplication *application, GApplicationCommandLine *line)
{
  BhApplication *self = BH_APPLICATION (application);
  GVariantDict *options = g_application_command_line_get_options_dict (line);
  g_autofree const char **names = NULL;

  g_variant_dict_lookup (options, G_OPTION_REMAINING, "^a&s", &names);
  if (g_variant_dict_contains (options, "new-run"))
    g_action_group_activate_action (G_ACTION_GROUP (self), "new-run", NULL);
  else if (names == NULL)
    g_application_activate (application);
  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    bh_application_open_text (self, names[i], line);
  return g_application_command_line_get_exit_status (line);
}
