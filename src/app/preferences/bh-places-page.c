/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gi18n.h>

#include "app/preferences/bh-boxes-group.h"
#include "app/preferences/bh-engines-group.h"
#include "app/preferences/bh-keys-group.h"
#include "app/preferences/bh-sign-ins-group.h"
#include "app/preferences/bh-places-page.h"
#include "app/preferences/bh-workers-group.h"

typedef AdwPreferencesGroup *(*MakeGroup) (BhConnection *connection);

struct _BhPlacesPage
{
  AdwPreferencesPage parent_instance;

  BhConnections *connections;
  const MakeGroup *makers; /* NULL-terminated */
  GPtrArray *groups;       /* AdwPreferencesGroup, of the page */
};

G_DEFINE_FINAL_TYPE (BhPlacesPage, bh_places_page, ADW_TYPE_PREFERENCES_PAGE)

/* With more than one connection the first group of each says whose it is. */
static void
add_groups (BhPlacesPage *self, BhConnection *connection)
{
  for (guint i = 0; self->makers[i] != NULL; i++)
    {
      AdwPreferencesGroup *group = self->makers[i](connection);

      if (bh_connections_get_n (self->connections) > 1)
        {
          g_autofree char *title = g_strdup_printf (
              /* TRANSLATORS: what is listed (“Workers”), and the name of the connection it belongs to */
              _ ("%s · %s"), adw_preferences_group_get_title (group), bh_connection_get_name (connection));
          g_autofree char *escaped = g_markup_escape_text (title, -1);

          adw_preferences_group_set_title (group, escaped);
        }
      adw_preferences_page_add (ADW_PREFERENCES_PAGE (self), group);
      g_ptr_array_add (self->groups, group);
    }
}

static void
fill (BhPlacesPage *self)
{
  for (guint i = 0; i < self->groups->len; i++)
    adw_preferences_page_remove (ADW_PREFERENCES_PAGE (self), g_ptr_array_index (self->groups, i));
  g_ptr_array_set_size (self->groups, 0);
  for (guint i = 0; i < bh_connections_get_n (self->connections); i++)
    add_groups (self, bh_connections_get (self->connections, i));
}

static void
bh_places_page_dispose (GObject *object)
{
  BhPlacesPage *self = BH_PLACES_PAGE (object);

  if (self->connections != NULL)
    g_signal_handlers_disconnect_by_data (self->connections, self);
  g_clear_object (&self->connections);
  g_clear_pointer (&self->groups, g_ptr_array_unref);
  G_OBJECT_CLASS (bh_places_page_parent_class)->dispose (object);
}

static void
bh_places_page_class_init (BhPlacesPageClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = bh_places_page_dispose;
}

static void
bh_places_page_init (BhPlacesPage *self)
{
  self->groups = g_ptr_array_new ();
}

static AdwPreferencesPage *
new_page (BhConnections *connections,
          const char *name,
          const char *title,
          const char *icon,
          const MakeGroup *makers)
{
  BhPlacesPage *self =
      g_object_new (BH_TYPE_PLACES_PAGE, "name", name, "title", title, "icon-name", icon, NULL);

  self->connections = g_object_ref (connections);
  self->makers = makers;
  g_signal_connect_swapped (connections, "items-changed", G_CALLBACK (fill), self);
  fill (self);
  return ADW_PREFERENCES_PAGE (self);
}

AdwPreferencesPage *
bh_places_page_new_workers (BhConnections *connections)
{
  static const MakeGroup makers[] = { bh_workers_group_new, bh_boxes_group_new, NULL };

  return new_page (connections, "workers", _ ("Workers"), "bh-devbox-symbolic", makers);
}

AdwPreferencesPage *
bh_places_page_new_engines (BhConnections *connections)
{
  static const MakeGroup makers[] = { bh_engines_group_new, bh_keys_group_new, bh_sign_ins_group_new, NULL };

  return new_page (connections, "engines", _ ("Engines"), "bh-engine-symbolic", makers);
}
