/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/workers/bh-box-frames.h"

#include <errno.h>

/* What every program of a box starts with; the caller's environment goes over it. */
static const char *const base_environment[] = {
  "PATH=/run/bellhop/bin:/run/bellhop/engines:/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin",
  "HOME=/home/user",
  "USER=user",
  "LOGNAME=user",
  "SHELL=/bin/sh",
  "LANG=C.UTF-8",
  "TMPDIR=/tmp",
};

gsize
bh_frame_record_length (GBytes *message, gsize at)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (message, &size);
  gsize left = size - at;

  if (left < BH_FRAME_PREFIX)
    return left;
  return MIN (left, BH_FRAME_PREFIX + (gsize) bh_wire_get32 (data + at + BH_FRAME_HANDLE_SIZE));
}

gboolean
bh_frame_parse (GBytes *message, BhFrame *frame, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (message, &size);

  if (size < BH_FRAME_PREFIX)
    {
      bh_set_error (error, BH_ERROR_INTERNAL, NULL, "The worker sent a frame of %" G_GSIZE_FORMAT " bytes.",
                    size);
      return FALSE;
    }
  if (!bh_wire_get_header (data + BH_FRAME_HANDLE_SIZE, &frame->header) ||
      frame->header.length != size - BH_FRAME_PREFIX)
    {
      bh_set_error (error, BH_ERROR_INTERNAL, NULL,
                    "The worker sent a frame whose header breaks the protocol.");
      return FALSE;
    }
  frame->handle = bh_wire_get32 (data);
  frame->payload = data + BH_FRAME_PREFIX;
  frame->message = message;
  return TRUE;
}

GBytes *
bh_frame_slice (const BhFrame *frame, gsize skip)
{
  return g_bytes_new_from_bytes (frame->message, BH_FRAME_PREFIX + skip, frame->header.length - skip);
}

GBytes *
bh_frame_encode (guint32 handle, const struct bh_wire_header *header, gconstpointer payload)
{
  guint8 *data = g_malloc (BH_FRAME_PREFIX + header->length);

  g_assert (header->length <= BH_WIRE_MAX_PAYLOAD);
  bh_wire_put32 (data, handle);
  bh_wire_put_header (data + BH_FRAME_HANDLE_SIZE, header);
  if (header->length > 0)
    memcpy (data + BH_FRAME_PREFIX, payload, header->length);
  return g_bytes_new_take (data, BH_FRAME_PREFIX + header->length);
}

GBytes *
bh_frame_hello (void)
{
  guint8 data[BH_WIRE_HELLO_SIZE] = { 0 };

  bh_wire_put16 (data, BH_WIRE_MAJOR);
  bh_wire_put16 (data + 2, BH_WIRE_MINOR);
  return g_bytes_new (data, sizeof data);
}

GBytes *
bh_frame_limit (guint64 limit)
{
  guint8 data[8];

  bh_wire_put64 (data, limit);
  return g_bytes_new (data, sizeof data);
}

GBytes *
bh_frame_signal (int signum)
{
  guint8 data[4];

  bh_wire_put32 (data, (guint32) signum);
  return g_bytes_new (data, sizeof data);
}

GBytes *
bh_frame_size (guint16 rows, guint16 columns)
{
  guint8 data[4];

  bh_wire_put16 (data, rows);
  bh_wire_put16 (data + 2, columns);
  return g_bytes_new (data, sizeof data);
}

GBytes *
bh_frame_put (guint mode, const char *path, const guint8 *bytes, gsize length)
{
  gsize path_length = strlen (path);
  guint8 *data = g_malloc (8 + path_length + length);

  bh_wire_put32 (data, mode);
  bh_wire_put32 (data + 4, (guint32) path_length);
  memcpy (data + 8, path, path_length);
  if (length > 0)
    memcpy (data + 8 + path_length, bytes, length);
  return g_bytes_new_take (data, 8 + path_length + length);
}

GBytes *
bh_frame_get (gsize most, const char *path)
{
  gsize path_length = strlen (path);
  guint8 *data = g_malloc (4 + path_length);

  bh_wire_put32 (data, (guint32) most);
  memcpy (data + 4, path, path_length);
  return g_bytes_new_take (data, 4 + path_length);
}

static char **
merge_environment (const BhSpawn *spawn)
{
  g_auto (GStrv) env = g_new0 (char *, 1);

  for (guint i = 0; i < G_N_ELEMENTS (base_environment); i++)
    {
      g_auto (GStrv) pair = g_strsplit (base_environment[i], "=", 2);
      env = g_environ_setenv (g_steal_pointer (&env), pair[0], pair[1], TRUE);
    }
  if (spawn->flags & BH_SPAWN_PTY)
    env = g_environ_setenv (g_steal_pointer (&env), "TERM", "xterm-256color", TRUE);
  for (guint i = 0; spawn->env != NULL && spawn->env[i] != NULL; i++)
    {
      const char *equals = strchr (spawn->env[i], '=');
      g_autofree char *name = NULL;

      if (equals == NULL || equals == spawn->env[i])
        continue;
      name = g_strndup (spawn->env[i], (gsize) (equals - spawn->env[i]));
      env = g_environ_setenv (g_steal_pointer (&env), name, equals + 1, TRUE);
    }
  return g_steal_pointer (&env);
}

static void
append_string (GByteArray *array, const char *string)
{
  g_byte_array_append (array, (const guint8 *) string, (guint) strlen (string) + 1);
}

GBytes *
bh_frame_spawn (const BhSpawn *spawn, GError **error)
{
  g_auto (GStrv) env = merge_environment (spawn);
  g_autoptr (GByteArray) array = g_byte_array_new ();
  guint8 fixed[BH_WIRE_SPAWN_FIXED];
  guint argc = g_strv_length ((char **) spawn->argv);

  bh_wire_put32 (fixed, spawn->flags);
  bh_wire_put16 (fixed + 4, spawn->rows);
  bh_wire_put16 (fixed + 6, spawn->columns);
  bh_wire_put32 (fixed + 8, argc);
  bh_wire_put32 (fixed + 12, g_strv_length (env));
  g_byte_array_append (array, fixed, sizeof fixed);
  append_string (array, spawn->cwd != NULL ? spawn->cwd : "/workspace");
  for (guint i = 0; i < argc && array->len <= BH_WIRE_MAX_PAYLOAD; i++)
    append_string (array, spawn->argv[i]);
  for (guint i = 0; env[i] != NULL && array->len <= BH_WIRE_MAX_PAYLOAD; i++)
    append_string (array, env[i]);
  if (array->len > BH_WIRE_MAX_PAYLOAD)
    {
      bh_set_error (
          error, BH_ERROR_TOO_LARGE, NULL,
          "Arguments and environment of a program must be less than 1 MiB together. Pass it in a file.");
      return NULL;
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&array));
}

gboolean
bh_frame_get_hello (const BhFrame *frame, guint *major, guint *minor)
{
  if (frame->header.length < BH_WIRE_HELLO_SIZE)
    return FALSE;
  *major = bh_wire_get16 (frame->payload);
  *minor = bh_wire_get16 (frame->payload + 2);
  return TRUE;
}

gboolean
bh_frame_get_spawned (const BhFrame *frame, int *pid, int *errsv, guint64 *accepted)
{
  if (frame->header.length < 16)
    return FALSE;
  *pid = (int) bh_wire_get32 (frame->payload);
  *errsv = (int) bh_wire_get32 (frame->payload + 4);
  *accepted = bh_wire_get64 (frame->payload + 8);
  return TRUE;
}

gboolean
bh_frame_get_exited (const BhFrame *frame, int *status, int *signum)
{
  if (frame->header.length < 8)
    return FALSE;
  *status = (int) bh_wire_get32 (frame->payload);
  *signum = (int) bh_wire_get32 (frame->payload + 4);
  return TRUE;
}

gboolean
bh_frame_get_stats (const BhFrame *frame, struct bh_wire_stats *stats)
{
  if (frame->header.length < BH_WIRE_STATS_SIZE)
    return FALSE;
  stats->cpu_us = bh_wire_get64 (frame->payload);
  stats->memory_bytes = bh_wire_get64 (frame->payload + 8);
  stats->processes = bh_wire_get64 (frame->payload + 16);
  stats->spool_bytes = bh_wire_get64 (frame->payload + 24);
  stats->up_us = bh_wire_get64 (frame->payload + 32);
  return TRUE;
}

gboolean
bh_frame_get_done (const BhFrame *frame, guint8 *type)
{
  if (frame->header.length < 1)
    return FALSE;
  *type = frame->payload[0];
  return TRUE;
}

GError *
bh_frame_get_error (const BhFrame *frame, guint8 *type, int *errsv)
{
  g_autofree char *text = NULL;

  if (frame->header.length < 5)
    return NULL;
  *errsv = (int) bh_wire_get32 (frame->payload);
  *type = frame->payload[4];
  text = g_utf8_make_valid ((const char *) frame->payload + 5, (gssize) frame->header.length - 5);
  return g_error_new_literal (G_IO_ERROR, (int) g_io_error_from_errno (*errsv),
                              *text != '\0' ? text : g_strerror (*errsv));
}
