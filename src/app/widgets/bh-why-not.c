/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/widgets/bh-why-not.h"

#include <glib/gi18n.h>

static char *
not_found (const BhEngineInfo *info)
{
  if (info->install == NULL)
    return g_strdup (_ ("Not found in the DevBox"));
  /* Translators: a command that installs an engine */
  return g_strdup_printf (_ ("Not found in the DevBox. To get it: %s"), info->install);
}

/* Keys are not translated. */
static char *
not_signed_in (const BhEngineInfo *info)
{
  g_autofree char *keys = info->keys != NULL && *info->keys != NULL ? g_strjoinv (", ", info->keys) : NULL;

  if (keys == NULL)
    return g_strdup_printf (_ ("Found at %s, but not signed in. Sign in to it in a terminal first"),
                            info->path);
  /* Translators: where an engine was found, names of environment variables */
  return g_strdup_printf (
      _ ("Found at %s, but not signed in. Sign in to it in a terminal, or store an API key "
         "for it in the preferences: %s"),
      info->path, keys);
}

static char *
no_key (const BhEngineInfo *info)
{
  g_autofree char *keys = g_strjoinv (", ", info->keys);

  /* Translators: where an engine was found, names of environment variables */
  return g_strdup_printf (_ ("Found at %s, but there is no API key for it. Store one in the preferences: %s"),
                          info->path, keys);
}

char *
bh_why_not_text (const BhEngineInfo *info)
{
  const char *code;

  g_return_val_if_fail (info != NULL, NULL);

  code = info->why_not_code != NULL ? info->why_not_code : "";
  if (info->why_not == NULL)
    return NULL;
  if (g_str_equal (code, BH_WHY_NOT_FOUND))
    return not_found (info);
  if (info->path == NULL)
    return g_strdup (info->why_not);
  if (g_str_equal (code, BH_WHY_NOT_SIGNED_IN))
    return not_signed_in (info);
  if (g_str_equal (code, BH_WHY_NOT_KEY) && info->keys != NULL && *info->keys != NULL)
    return no_key (info);
  if (g_str_equal (code, BH_WHY_NOT_LET_IN))
    return g_strdup_printf (
        _ ("Found at %s. You are signed in to it on the worker’s computer, and have said that "
           "this is not to be let into DevBoxes. Allow it in the preferences"),
        info->path);
  return g_strdup (info->why_not);
}
