/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/widgets/bh-engine-text.h"

#include <glib/gi18n.h>

#include "app/widgets/bh-why-not.h"

char *
bh_engine_text (const BhEngineInfo *info, gboolean is_looking)
{
  g_return_val_if_fail (info != NULL, NULL);

  if (info->why_not != NULL)
    return bh_why_not_text (info);
  if (g_strcmp0 (info->protocol, "runbook") == 0)
    return g_strdup (_ ("Built in: runs the code blocks of the instructions in order, without an AI"));
  if (info->version != NULL && info->path != NULL)
    /* Translators: a version, and the path of a program */
    return g_strdup_printf (_ ("Version %s, at %s"), info->version, info->path);
  if (info->version != NULL)
    return g_strdup_printf (_ ("Version %s"), info->version);
  if (info->path != NULL)
    /* Translators: the path of a program */
    return g_strdup_printf (_ ("Found at %s"), info->path);
  return g_strdup (is_looking ? _ ("Looking for it…") : _ ("Looked for in the DevBox when the Run starts"));
}
