/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/bh-engine-file.h"
#include "coordinator/engines/bh-engines.h"

#include <glib/gstdio.h>
#include <string.h>

#define BLOCK "Hello\n```sh\ntrue\n```\n"

static void
test_list (void)
{
  g_autoptr (BhEngines) engines = bh_engines_new ();
  g_autoptr (GPtrArray) list = bh_engines_list (engines);
  const BhEngineInfo *last;

  g_assert_cmpuint (list->len, >=, 1);
  last = list->pdata[list->len - 1];
  g_assert_cmpstr (last->id, ==, "runbook");
  g_assert_true (bh_engines_knows (engines, "runbook"));
  g_assert_false (bh_engines_knows (engines, "auto"));
}

static void
test_check (void)
{
  g_autoptr (BhEngines) engines = bh_engines_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (bh_engines_check (engines, "runbook", BLOCK, &error));
  g_assert_true (bh_engines_check (engines, "auto", BLOCK, &error));
  g_assert_true (bh_engines_check (engines, "auto", "just words", &error));
  g_assert_no_error (error);
  g_assert_false (bh_engines_check (engines, "runbook", "just words", &error));
  g_assert_error (error, BH_ERROR, BH_ERROR_NOTHING_TO_RUN);
  g_assert_cmpstr (bh_error_field (error), ==, "instructions");
  g_clear_error (&error);
  g_assert_false (bh_engines_check (engines, "hal", BLOCK, &error));
  g_assert_error (error, BH_ERROR, BH_ERROR_ENGINE_NOT_FOUND);
  g_assert_cmpstr (bh_error_field (error), ==, "engine");
  g_clear_error (&error);
  g_assert_false (bh_engines_check (engines, "runbook", BLOCK "```ask\nbad\n```\n", &error));
  g_assert_error (error, BH_ERROR, BH_ERROR_INVALID_FIELD);
}

static void
test_pick (void)
{
  g_autoptr (BhEngines) engines = bh_engines_new ();
  g_autoptr (DexFuture) found = bh_engines_pick (engines, NULL, "auto", BLOCK);
  g_autoptr (DexFuture) none = bh_engines_pick (engines, NULL, "auto", "just words");
  g_autoptr (DexFuture) nothing = bh_engines_pick (engines, NULL, "runbook", "just words");
  g_autoptr (GError) error = NULL;
  const BhPick *pick = g_value_get_boxed (dex_future_get_value (found, NULL));

  g_assert_cmpstr (pick->id, ==, "runbook");
  g_assert_cmpstr (pick->why, ==, "Runbook – the instructions hold 1 block");
  g_assert_null (dex_future_get_value (none, &error));
  g_assert_error (error, BH_ERROR, BH_ERROR_ENGINE_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "Runbook"));
  g_clear_error (&error);
  g_assert_null (dex_future_get_value (nothing, &error));
  g_assert_error (error, BH_ERROR, BH_ERROR_NOTHING_TO_RUN);
}

static void
test_files (void)
{
  static const struct
  {
    const char *text;
    const char *said;
  } bad[] = {
    { "", "[Engine]" },
    { "[Engine]\nName=A\nProtocol=p\nRank=x\n", "Rank" },
    { "[Engine]\nName=A\nProtocol=p\nRank=-1\n", "Rank" },
    { "[Engine]\nName=A\nProtocol=p\n", "Rank" },
    { "[Engine]\nProtocol=p\nRank=1\n", "Name" },
    { "[Engine]\nName=A\nRank=1\n", "Protocol" },
    { "[Engine]\nName=A\nProtocol=p\nRank=1\nArgs=x\n", "Args" },
    { "[Other]\nName=A\n", "[Other]" },
    { "nonsense", "" },
  };
  g_autofree char *dir = g_dir_make_tmp ("bellhop-engines-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "some.engine", NULL);
  g_autoptr (BhEngineFile) good = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (g_file_set_contents (path, bad[i].text, -1, NULL));
      g_assert_null (bh_engine_file_load (path, &error));
      g_assert_nonnull (strstr (error->message, path));
      g_assert_nonnull (strstr (error->message, bad[i].said));
    }
  g_assert_true (g_file_set_contents (path, "[Engine]\nName=A b\nProtocol=p\nRank=7\n", -1, NULL));
  good = bh_engine_file_load (path, NULL);
  g_assert_cmpstr (good->id, ==, "some");
  g_assert_cmpint (good->rank, ==, 7);
  g_unlink (path);
  g_rmdir (dir);
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/engines/list", test_list);
  g_test_add_func ("/engines/check", test_check);
  g_test_add_func ("/engines/pick", test_pick);
  g_test_add_func ("/engines/files", test_files);
  return g_test_run ();
}
