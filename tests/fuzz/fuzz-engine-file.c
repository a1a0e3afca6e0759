/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol/bh-engine-file.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
check_list (char **list, const char *must_hold)
{
  for (guint i = 0; list != NULL && list[i] != NULL; i++)
    {
      g_assert_true (g_utf8_validate (list[i], -1, NULL));
      g_assert_null (strchr (list[i], '\n'));
      g_assert_nonnull (strstr (list[i], must_hold));
    }
}

/* What is taken can be started, shown on one line and let into a box. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (BhEngineFile) file = NULL;

  /* as it is, with zeros in it perhaps */
  memcpy (text, data, size);
  file = bh_engine_file_parse ("some", text, size, &error);
  g_assert_true ((file == NULL) == (error != NULL));
  if (file == NULL)
    {
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      return 0;
    }
  g_assert_true (*file->name != '\0' && file->rank >= 0);
  g_assert_true ((file->argv == NULL) == (strcmp (file->protocol, BH_PROTOCOL_RUNBOOK) == 0));
  g_assert_true ((file->argv == NULL) == (file->binary == NULL));
  g_assert_true (file->argv != NULL || file->version_argv == NULL);
  g_assert_true (file->argv == NULL || *file->argv[0] != '\0');
  check_list (file->argv, "");
  check_list (file->resume_argv, "");
  check_list (file->env, "=");
  check_list (file->sign_in_paths, "~/");
  check_list (file->keys, "");
  for (guint i = 0; file->sign_in_paths != NULL && file->sign_in_paths[i] != NULL; i++)
    g_assert_null (strstr (file->sign_in_paths[i], "/../"));
  return 0;
}
