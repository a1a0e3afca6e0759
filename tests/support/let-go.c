/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "support/let-go.h"

#include <gtk/gtk.h>

#include "support/wait.h"

typedef struct
{
  GWeakRef object;
  const char *type;
} Watched;

struct _LetGo
{
  GPtrArray *watched;
};

static void
watched_free (gpointer data)
{
  Watched *self = data;

  g_weak_ref_clear (&self->object);
  g_free (self);
}

LetGo *
let_go_new (void)
{
  LetGo *self = g_new0 (LetGo, 1);

  self->watched = g_ptr_array_new_with_free_func (watched_free);
  return self;
}

void
let_go_free (LetGo *self)
{
  g_ptr_array_unref (self->watched);
  g_free (self);
}

void
let_go_add (LetGo *self, gpointer object)
{
  Watched *watched = g_new0 (Watched, 1);

  g_weak_ref_init (&watched->object, object);
  watched->type = G_OBJECT_TYPE_NAME (object);
  g_ptr_array_add (self->watched, watched);
}

void
let_go_add_ours (LetGo *self, gpointer widget)
{
  if (g_str_has_prefix (G_OBJECT_TYPE_NAME (widget), "Bh"))
    let_go_add (self, widget);
  for (GtkWidget *at = gtk_widget_get_first_child (widget); at != NULL; at = gtk_widget_get_next_sibling (at))
    let_go_add_ours (self, at);
}

guint
let_go_count (LetGo *self)
{
  guint n = 0;

  for (guint i = 0; i < self->watched->len; i++)
    {
      Watched *watched = g_ptr_array_index (self->watched, i);
      g_autoptr (GObject) object = g_weak_ref_get (&watched->object);

      n += object != NULL;
    }
  return n;
}

static char *
describe (LetGo *self)
{
  GString *text = g_string_new ("these to be let go of, with so many references:");

  for (guint i = 0; i < self->watched->len; i++)
    {
      Watched *watched = g_ptr_array_index (self->watched, i);
      g_autoptr (GObject) object = g_weak_ref_get (&watched->object);

      /* but for ours */
      if (object != NULL)
        g_string_append_printf (text, " %s (%u)", watched->type, object->ref_count - 1);
    }
  return g_string_free (text, FALSE);
}

void
let_go_wait (LetGo *self)
{
  WAIT_UNTIL (let_go_count (self) == 0, describe (self));
}

void
let_go_of_connections (BhConnections **connections)
{
  g_autoptr (LetGo) clients = let_go_new ();

  for (guint i = 0; i < bh_connections_get_n (*connections); i++)
    let_go_add (clients, bh_connection_get_client (bh_connections_get (*connections, i)));
  g_object_run_dispose (G_OBJECT (*connections));
  g_clear_object (connections);
  let_go_wait (clients);
}

void
let_go_of_connection (BhConnection **connection)
{
  g_autoptr (LetGo) client = let_go_new ();

  let_go_add (client, bh_connection_get_client (*connection));
  bh_connection_close (*connection);
  g_clear_object (connection);
  let_go_wait (client);
}
