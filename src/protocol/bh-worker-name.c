/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol/bh-worker-name.h"

#include <string.h>

char *
bh_worker_name_clean (const char *name)
{
  GString *clean = g_string_new (NULL);

  for (const char *p = name; *p != '\0' && clean->len < BH_WORKER_NAME_MAX; p++)
    g_string_append_c (clean, g_ascii_isalnum (*p) || strchr ("-_.", *p) != NULL ? *p : '-');
  /* no name begins like an option or a hidden file */
  while (clean->len > 0 && !g_ascii_isalnum (clean->str[0]))
    g_string_erase (clean, 0, 1);
  if (clean->len == 0)
    g_string_append (clean, "worker");
  return g_string_free (clean, FALSE);
}

char *
bh_worker_name_default (void)
{
  return bh_worker_name_clean (g_get_host_name ());
}
