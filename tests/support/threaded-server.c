/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "support/threaded-server.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>

struct _ThreadedServer
{
  char *folder;
  char *socket;
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
  SoupServerCallback serve;
  GFunc finish;
  gpointer data;
  int listens; /* atomic */
};

static gpointer
server_thread (gpointer data)
{
  ThreadedServer *self = data;
  g_autoptr (SoupServer) server = NULL;
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (self->socket);
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GError) error = NULL;

  g_main_context_push_thread_default (self->context);
  server = soup_server_new (NULL, NULL);
  soup_server_add_handler (server, NULL, self->serve, self->data, NULL);
  socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0, &error);
  g_assert_no_error (error);
  g_assert_true (g_socket_bind (socket, address, FALSE, &error));
  g_assert_true (g_socket_listen (socket, &error));
  g_assert_true (soup_server_listen_socket (server, socket, 0, &error));
  g_atomic_int_set (&self->listens, TRUE);
  g_main_loop_run (self->loop);
  if (self->finish != NULL)
    self->finish (self->data, self);
  soup_server_disconnect (server);
  g_clear_object (&server);
  while (g_main_context_iteration (self->context, FALSE))
    ;
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

ThreadedServer *
threaded_server_new (SoupServerCallback serve, GFunc finish, gpointer data)
{
  ThreadedServer *self = g_new0 (ThreadedServer, 1);

  self->folder = g_dir_make_tmp ("bellhop-server-XXXXXX", NULL);
  self->socket = g_build_filename (self->folder, "socket", NULL);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->serve = serve;
  self->finish = finish;
  self->data = data;
  self->thread = g_thread_new ("server", server_thread, self);
  /* its file is there before anybody listens */
  while (!g_atomic_int_get (&self->listens))
    g_thread_yield ();
  return self;
}

void
threaded_server_invoke (ThreadedServer *self, GSourceFunc func, gpointer data, GDestroyNotify destroy)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, data, destroy);
  g_source_attach (source, self->context);
}

static gboolean
quit_cb (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

void
threaded_server_free (ThreadedServer *self)
{
  threaded_server_invoke (self, quit_cb, self->loop, NULL);
  g_thread_join (self->thread);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_unlink (self->socket);
  g_rmdir (self->folder);
  g_free (self->folder);
  g_free (self->socket);
  g_free (self);
}

const char *
threaded_server_get_socket (ThreadedServer *self)
{
  return self->socket;
}
