/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include <glib-unix.h>
#include <locale.h>
#include <stdlib.h>

#include "cli/cli.h"

typedef struct
{
  GMainLoop *loop;
  Cli *cli;
  char **args;
  int status;
} Main;

static DexFuture *
main_fiber (gpointer data)
{
  Main *self = data;

  self->status = cli_main (self->cli, self->args);
  g_main_loop_quit (self->loop);
  return dex_future_new_for_boolean (TRUE);
}

int
main (int argc, char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (Cli) cli = NULL;
  Main self = { .loop = loop, .args = argv };

  setlocale (LC_ALL, "");
  dex_init ();
  self.cli = cli = cli_new ();
  dex_future_disown (dex_scheduler_spawn (NULL, 0, main_fiber, &self, NULL));
  g_main_loop_run (loop);
  return self.status;
}
