/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol/bh-paths.h"

#include "config.h"

static const char *
environment (const char *name)
{
  const char *value = g_getenv (name);

  return value != NULL && *value != '\0' ? value : NULL;
}

char *
bh_path_socket (void)
{
  const char *given = environment ("BELLHOP_SOCKET");

  if (given != NULL)
    return g_strdup (given);
  return g_build_filename (g_get_user_runtime_dir (), "bellhop", "coordinator.sock", NULL);
}

char *
bh_path_data (void)
{
  return g_build_filename (g_get_user_data_dir (), "bellhop", NULL);
}

char *
bh_path_state (void)
{
  return g_build_filename (g_get_user_state_dir (), "bellhop", NULL);
}

/* Where the build folder has it, and whether it is for people or for programs. */
static const struct
{
  const char *name;
  const char *folder;
  gboolean is_public;
} programs[] = {
  { "bellhop", "src/app", TRUE },
  { "bellhopctl", "src/cli", TRUE },
  { "bellhop-coordinator", "src/coordinator", FALSE },
  { "bellhop-worker", "src/worker", FALSE },
  { "bellhop-boxd", "src/boxd", FALSE },
};

char *
bh_path_program (const char *name)
{
  const char *build = environment ("BELLHOP_UNINSTALLED");

  g_return_val_if_fail (name != NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (programs); i++)
    if (g_str_equal (programs[i].name, name))
      {
        if (build != NULL)
          return g_build_filename (build, programs[i].folder, name, NULL);
        return g_build_filename (programs[i].is_public ? BH_BINDIR : BH_LIBEXECDIR, name, NULL);
      }
  g_return_val_if_reached (NULL);
}

char *
bh_path_data_file (const char *name)
{
  const char *source = environment ("BELLHOP_SOURCE");

  g_return_val_if_fail (name != NULL, NULL);

  if (environment ("BELLHOP_UNINSTALLED") != NULL && source != NULL)
    return g_build_filename (source, "data", name, NULL);
  return g_build_filename (BH_PKGDATADIR, name, NULL);
}
