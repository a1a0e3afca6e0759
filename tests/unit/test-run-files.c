/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* The small files beside the database: the lock, and the boxes still to be removed. */

#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "coordinator/runs/bh-lock-file.h"
#include "coordinator/runs/bh-removals.h"
#include "protocol/bh-error.h"
#include "protocol/bh-types.h"

typedef struct
{
  char *folder;
  char *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("bellhop-files-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "file", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_unlink (fixture->path);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->path);
  g_free (fixture->folder);
}

static void
test_lock_held (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *pid = g_strdup_printf ("Process %d ", (int) getpid ());
  int fd = bh_lock_file_take (fixture->path, &error);

  g_assert_no_error (error);
  g_assert_cmpint (fd, >=, 0);
  /* another open file description is another owner, also in the same process */
  g_assert_cmpint (bh_lock_file_take (fixture->path, &error), ==, -1);
  g_assert_error (error, BH_ERROR, BH_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, pid));
  g_clear_error (&error);
  close (fd);
  fd = bh_lock_file_take (fixture->path, &error);
  g_assert_no_error (error);
  close (fd);
}

static void
test_lock_of_the_dead (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  pid_t child = fork ();
  int status, fd;

  if (child == 0)
    _exit (bh_lock_file_take (fixture->path, NULL) >= 0 ? 0 : 1);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
  fd = bh_lock_file_take (fixture->path, &error);
  g_assert_no_error (error);
  close (fd);
}

static void
test_removals (Fixture *fixture, gconstpointer data)
{
  g_autofree char *one = bh_id_new ('b'), *two = bh_id_new ('b');
  g_autoptr (BhRemovals) removals = bh_removals_new (fixture->path);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) desk = NULL;
  g_auto (GStrv) left = NULL;

  g_assert_true (bh_removals_add (removals, "desk", one, &error));
  g_assert_true (bh_removals_add (removals, "a farm", two, &error));
  g_assert_no_error (error);
  g_clear_pointer (&removals, bh_removals_free);

  removals = bh_removals_new (fixture->path);
  desk = bh_removals_list (removals, "desk");
  g_assert_cmpuint (g_strv_length (desk), ==, 1);
  g_assert_cmpstr (desk[0], ==, one);
  bh_removals_done (removals, one);
  bh_removals_done (removals, one);
  g_clear_pointer (&removals, bh_removals_free);

  removals = bh_removals_new (fixture->path);
  left = bh_removals_list (removals, "a farm");
  g_assert_cmpstr (left[0], ==, two);
  g_clear_pointer (&desk, g_strfreev);
  desk = bh_removals_list (removals, "desk");
  g_assert_cmpuint (g_strv_length (desk), ==, 0);
}

static void
test_removals_damaged (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = bh_id_new ('b');
  g_autofree char *text = g_strdup_printf ("\nnonsense\n../../etc desk\n%s \n%s desk\n", id, id);
  g_autoptr (BhRemovals) removals = NULL;
  g_auto (GStrv) list = NULL;

  g_assert_true (g_file_set_contents (fixture->path, text, -1, NULL));
  removals = bh_removals_new (fixture->path);
  list = bh_removals_list (removals, "desk");
  g_assert_cmpuint (g_strv_length (list), ==, 1);
  g_assert_cmpstr (list[0], ==, id);
}

#define ADD(name, func) g_test_add (name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/run-files/lock-held", test_lock_held);
  ADD ("/run-files/lock-of-the-dead", test_lock_of_the_dead);
  ADD ("/run-files/removals", test_removals);
  ADD ("/run-files/removals-damaged", test_removals_damaged);
  return g_test_run ();
}
