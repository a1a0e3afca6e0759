/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* API keys in their file: who may read it, what it may hold, and that nothing of it is ever lost. */

#include "coordinator/keys/bh-keys.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  char *folder, *path;
  BhKeys *keys;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->folder = g_dir_make_tmp ("bh-keys-XXXXXX", NULL);
  self->path = g_build_filename (self->folder, "data", "keys", NULL);
  self->keys = bh_keys_new (self->path);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_autofree char *data_folder = g_path_get_dirname (self->path);

  g_clear_object (&self->keys);
  g_unlink (self->path);
  g_rmdir (data_folder);
  g_assert_no_errno (g_rmdir (self->folder));
  g_free (self->path);
  g_free (self->folder);
}

/* (transfer full) (nullable) a boxed value, or its error */
static gpointer
await (DexFuture *future, GError **error)
{
  const GValue *value;
  gpointer boxed = NULL;

  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
  value = dex_future_get_value (future, error);
  if (value != NULL && G_VALUE_HOLDS_BOXED (value))
    boxed = g_value_dup_boxed (value);
  else if (value != NULL && G_VALUE_HOLDS_STRING (value))
    boxed = g_value_dup_string (value);
  dex_unref (future);
  return boxed;
}

static void
assert_names (Fixture *self, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) names = await (bh_keys_names (self->keys), &error);
  g_autofree char *all = NULL;

  g_assert_no_error (error);
  all = g_strjoinv (" ", names);
  g_assert_cmpstr (all, ==, expected);
  g_assert_true (g_strv_equal ((const char *const *) names, bh_keys_last_names (self->keys)));
}

static char *
value_of (Fixture *self, const char *name)
{
  const char *const names[] = { name, "NOBODY", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) values = await (bh_keys_lookup (self->keys, names), &error);

  g_assert_no_error (error);
  return g_strdup (g_hash_table_lookup (values, name));
}

static void
store (Fixture *self, const char *name, const char *value)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) names = await (bh_keys_set (self->keys, name, value), &error);

  g_assert_no_error (error);
}

static mode_t
mode_of (const char *path)
{
  struct stat info;

  g_assert_no_errno (lstat (path, &info));
  return info.st_mode & 07777;
}

static void
put_file (Fixture *self, const char *text, gssize length)
{
  g_autofree char *folder = g_path_get_dirname (self->path);

  g_assert_no_errno (g_mkdir_with_parents (folder, 0700));
  g_assert_true (g_file_set_contents (self->path, text, length, NULL));
  g_assert_no_errno (g_chmod (self->path, 0600));
}

static void
test_file (Fixture *self, gconstpointer data)
{
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autofree char *where = await (bh_keys_stored_in (self->keys), NULL);
  g_autofree char *first = NULL, *second = NULL, *none = NULL;
  mode_t before = umask (0);

  g_assert_cmpstr (where, ==, "file");
  assert_names (self, "");
  store (self, "ONE_KEY", " sk-one = [x] # \\n ;ü ");
  store (self, "ANOTHER", "sk-two");
  store (self, "ANOTHER", "sk-three");
  umask (before);
  assert_names (self, "ANOTHER ONE_KEY");
  g_assert_cmpuint (mode_of (self->path), ==, 0600);
  g_assert_cmpuint (mode_of (folder), ==, 0700);
  g_clear_object (&self->keys);
  self->keys = bh_keys_new (self->path);
  first = value_of (self, "ONE_KEY");
  second = value_of (self, "ANOTHER");
  none = value_of (self, "THIRD");
  g_assert_cmpstr (first, ==, " sk-one = [x] # \\n ;ü ");
  g_assert_cmpstr (second, ==, "sk-three");
  g_assert_null (none);
  g_strfreev (await (bh_keys_remove (self->keys, "ONE_KEY"), NULL));
  g_strfreev (await (bh_keys_remove (self->keys, "ONE_KEY"), NULL));
  assert_names (self, "ANOTHER");
}

/* What many ask for at once is all done. */
static void
test_at_once (Fixture *self, gconstpointer data)
{
  DexFuture *futures[20];
  g_auto (GStrv) names = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    {
      g_autofree char *name = g_strdup_printf ("KEY_%u", i);

      futures[i] = bh_keys_set (self->keys, name, "sk-123456");
    }
  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    g_strfreev (await (futures[i], NULL));
  names = await (bh_keys_names (self->keys), NULL);
  g_assert_cmpuint (g_strv_length (names), ==, G_N_ELEMENTS (futures));
}

static void
test_foreign_lines (Fixture *self, gconstpointer data)
{
  g_autofree char *text = NULL;

  put_file (self, "# mine\n\n[Keys]\n# of work\nA_KEY=sk-a\n", -1);
  store (self, "B_KEY", "sk-b");
  g_assert_true (g_file_get_contents (self->path, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, "# mine\n"));
  g_assert_nonnull (strstr (text, "# of work\nA_KEY=sk-a\nB_KEY=sk-b\n"));
}

static void
test_made_private (Fixture *self, gconstpointer data)
{
  put_file (self, "[Keys]\nA_KEY=sk-a\n", -1);
  g_assert_no_errno (g_chmod (self->path, 0644));
  assert_names (self, "A_KEY");
  g_assert_cmpuint (mode_of (self->path), ==, 0600);
}

/* Whatever is wrong with it: it is told where, never what the secret is, and the file stays as it is. */
static void
test_bad_files (Fixture *self, gconstpointer data)
{
  static const char *const texts[] = {
    "sk-secret\n",
    "[Keys\nA_KEY=sk-secret\n",
    "A_KEY=sk-secret\n",
    "[Keys]\nsk-secret\n",
    "[Keys]\nA_KEY=\nB_KEY=sk-secret\n",
    "[Keys]\nA KEY=sk-secret\n",
    "[Keys]\nA_KEY=sk-secret\\nx\n",
    "[Keys]\nA_KEY=sk-secret\\q\n",
    "[Keys]\nA_KEY=sk-secret\xff\n",
    "[Other]\nA_KEY=sk-secret\n",
    "[Keys]\nA_KEY[de]=sk-secret\n",
  };
  static const char *const names[] = { "A_KEY", NULL };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      DexFuture *futures[4];
      g_autofree char *after = NULL;

      put_file (self, texts[i], -1);
      futures[0] = bh_keys_names (self->keys);
      futures[1] = bh_keys_lookup (self->keys, names);
      futures[2] = bh_keys_set (self->keys, "C_KEY", "sk-other");
      futures[3] = bh_keys_remove (self->keys, "A_KEY");
      for (guint j = 0; j < G_N_ELEMENTS (futures); j++)
        {
          g_autoptr (GError) error = NULL;

          g_assert_null (await (futures[j], &error));
          g_assert_error (error, BH_ERROR, BH_ERROR_KEYS_UNAVAILABLE);
          g_assert_nonnull (strstr (error->message, self->path));
          g_assert_null (strstr (error->message, "secret"));
        }
      g_assert_true (g_file_get_contents (self->path, &after, NULL, NULL));
      g_assert_cmpstr (after, ==, texts[i]);
    }
}

/* Nor is a link followed, or a file that never ends read. */
static void
test_no_file (Fixture *self, gconstpointer data)
{
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autofree char *target = g_build_filename (folder, "target", NULL);

  g_assert_no_errno (g_mkdir_with_parents (folder, 0700));
  g_assert_true (g_file_set_contents (target, "[Keys]\nA_KEY=sk-a\n", -1, NULL));
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;

      if (i == 0)
        g_assert_no_errno (symlink (target, self->path));
      else if (i == 1)
        g_assert_no_errno (mkfifo (self->path, 0600));
      else
        g_assert_no_errno (g_mkdir (self->path, 0700));
      g_assert_null (await (bh_keys_names (self->keys), &error));
      g_assert_error (error, BH_ERROR, BH_ERROR_KEYS_UNAVAILABLE);
      g_assert_no_errno (g_remove (self->path));
    }
  g_assert_no_errno (g_unlink (target));
}

static void
test_values (void)
{
  g_autofree char *longest = g_strnfill (BH_KEY_VALUE_MAX, 'x');
  g_autofree char *longer = g_strnfill (BH_KEY_VALUE_MAX + 1, 'x');
  const char *const bad[] = { "", longer, "two\nlines", "tab\t", "\177", "\302\205", "\377" };

  g_assert_true (bh_key_value_check ("x", NULL));
  g_assert_true (bh_key_value_check (longest, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (bh_key_value_check (bad[i], &error));
      g_assert_error (error, BH_ERROR, BH_ERROR_INVALID_FIELD);
      g_assert_cmpstr (bh_error_field (error), ==, "value");
    }
  g_assert_true (bh_key_name_is_valid ("_A9"));
  g_assert_false (bh_key_name_is_valid ("9A"));
  g_assert_false (bh_key_name_is_valid ("A=B"));
  g_assert_false (bh_key_name_is_valid (""));
}

int
main (int argc, char **argv)
{
  g_unsetenv ("DBUS_SESSION_BUS_ADDRESS");
  g_setenv ("XDG_RUNTIME_DIR", "/nonexistent", TRUE);
  g_test_init (&argc, &argv, NULL);
  dex_init ();
#define ADD(name) g_test_add ("/keys/" #name, Fixture, NULL, set_up, test_##name, tear_down)
  ADD (file);
  ADD (at_once);
  ADD (foreign_lines);
  ADD (made_private);
  ADD (bad_files);
  ADD (no_file);
  g_test_add_func ("/keys/values", test_values);
  return g_test_run ();
}
