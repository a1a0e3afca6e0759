/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/preferences/bh-saved-connections.h"
#include "app/preferences/bh-secrets.h"
#include "app/widgets/bh-unsent.h"
#include "client/bh-future.h"

#define KEY "connections"
#define TYPE "a(ssss)"

/* One entry of the settings, and what a job on it needs. */
typedef struct
{
  BhConnections *connections;
  GSettings *settings;
  char *id;
  char *name;
  char *url;
  char *token;
  char *fingerprint;
} Entry;

static void
entry_free (Entry *self)
{
  g_clear_object (&self->connections);
  g_clear_object (&self->settings);
  g_free (self->id);
  g_free (self->name);
  g_free (self->url);
  g_free (self->token);
  g_free (self->fingerprint);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Entry, entry_free)

static Entry *
entry_new (BhConnections *connections, GSettings *settings)
{
  Entry *self = g_new0 (Entry, 1);

  self->connections = g_object_ref (connections);
  self->settings = g_object_ref (settings);
  return self;
}

/* --- what is kept with a connection -------------------------------------------------------------------- */

static GQuark
note_quark (void)
{
  return g_quark_from_static_string ("bh-saved-note");
}

/* only of a connection whose token is stored nowhere */
static GQuark
session_token_quark (void)
{
  return g_quark_from_static_string ("bh-saved-token");
}

const char *
bh_saved_connections_get_note (BhConnection *connection)
{
  g_return_val_if_fail (BH_IS_CONNECTION (connection), NULL);
  return g_object_get_qdata (G_OBJECT (connection), note_quark ());
}

/* Opens the connection of an entry. `problem` (nullable): why its token is not stored, or could not be read.
 */
static void
open_entry (const Entry *entry, const GError *problem)
{
  BhConnection *connection =
      bh_connections_add (entry->connections, entry->id, entry->name, entry->url, entry->token,
                          *entry->fingerprint != '\0' ? entry->fingerprint : NULL);
  char *note;

  if (problem == NULL)
    return;
  if (entry->token == NULL)
    note =
        g_strdup_printf (_ ("The token could not be read. %s. Unlock the password storage and start Bellhop "
                            "again, or remove this connection and add it anew."),
                         problem->message);
  else
    note = g_strdup_printf (_ ("The token is kept only until Bellhop quits. %s."), problem->message);
  g_object_set_qdata_full (G_OBJECT (connection), note_quark (), note, g_free);
  g_object_set_qdata_full (G_OBJECT (connection), session_token_quark (), g_strdup (entry->token), g_free);
}

/* --- settings ------------------------------------------------------------------------------------------ */

/* Writes the list anew: without the entry of that id, with `entry` (nullable) in its place. */
static void
write_entry (GSettings *settings, const char *id, const Entry *entry)
{
  g_autoptr (GVariant) old = g_settings_get_value (settings, KEY);
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE (TYPE));
  GVariantIter iter;
  const char *fields[4];
  gboolean done = entry == NULL;

  g_variant_iter_init (&iter, old);
  while (g_variant_iter_next (&iter, "(&s&s&s&s)", &fields[0], &fields[1], &fields[2], &fields[3]))
    {
      if (strcmp (fields[0], id) != 0)
        g_variant_builder_add (&builder, "(ssss)", fields[0], fields[1], fields[2], fields[3]);
      else if (!done)
        g_variant_builder_add (&builder, "(ssss)", id, entry->name, entry->url, entry->fingerprint);
      done = done || strcmp (fields[0], id) == 0;
    }
  if (!done)
    g_variant_builder_add (&builder, "(ssss)", id, entry->name, entry->url, entry->fingerprint);
  g_settings_set_value (settings, KEY, g_variant_builder_end (&builder));
}

/* What can be opened: settings may have been written by hand. */
static gboolean
is_sound (const char *id, const char *url)
{
  return *id != '\0' && strcmp (id, BH_CONNECTION_LOCAL_ID) != 0 && *url != '\0';
}

/* (transfer full): of Entry */
static GPtrArray *
read_entries (BhConnections *connections, GSettings *settings)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify) entry_free);
  g_autoptr (GVariant) value = g_settings_get_value (settings, KEY);
  GVariantIter iter;
  const char *id, *name, *url, *fingerprint;

  g_variant_iter_init (&iter, value);
  while (g_variant_iter_next (&iter, "(&s&s&s&s)", &id, &name, &url, &fingerprint))
    {
      Entry *entry;

      if (!is_sound (id, url))
        continue;
      entry = entry_new (connections, settings);
      entry->id = g_strdup (id);
      entry->name = g_strdup (*name != '\0' ? name : url);
      entry->url = g_strdup (url);
      entry->fingerprint = g_strdup (fingerprint);
      g_ptr_array_add (entries, entry);
    }
  return entries;
}

gboolean
bh_saved_connections_has_url (GSettings *settings, const char *url)
{
  g_autoptr (GVariant) value = NULL;
  GVariantIter iter;
  const char *saved;

  g_return_val_if_fail (G_IS_SETTINGS (settings) && url != NULL, FALSE);
  value = g_settings_get_value (settings, KEY);
  g_variant_iter_init (&iter, value);
  while (g_variant_iter_next (&iter, "(&s&s&s&s)", NULL, NULL, &saved, NULL))
    if (g_ascii_strcasecmp (saved, url) == 0)
      return TRUE;
  return FALSE;
}

/* --- jobs ---------------------------------------------------------------------------------------------- */

static DexFuture *
spawn (DexFiberFunc func, gpointer data, GDestroyNotify destroy)
{
  return bh_future_detached (dex_scheduler_spawn (NULL, 0, func, data, destroy));
}

static DexFuture *
load_fiber (gpointer data)
{
  GPtrArray *entries = data;
  g_autoptr (GPtrArray) tokens = g_ptr_array_new_with_free_func (dex_unref);

  /* all are asked for at once: the first may wait for the person to unlock something */
  for (guint i = 0; i < entries->len; i++)
    g_ptr_array_add (tokens, bh_secrets_lookup (((Entry *) g_ptr_array_index (entries, i))->id));
  for (guint i = 0; i < entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (entries, i);
      g_autoptr (GError) error = NULL;

      entry->token = dex_await_string (dex_ref (g_ptr_array_index (tokens, i)), &error);
      open_entry (entry, error);
    }
  return dex_future_new_true ();
}

DexFuture *
bh_saved_connections_load (BhConnections *connections, GSettings *settings)
{
  dex_return_error_if_fail (BH_IS_CONNECTIONS (connections));
  dex_return_error_if_fail (G_IS_SETTINGS (settings));
  return spawn (load_fiber, read_entries (connections, settings), (GDestroyNotify) g_ptr_array_unref);
}

static DexFuture *
add_fiber (gpointer data)
{
  Entry *entry = data;
  g_autoptr (GError) error = NULL;
  /* TRANSLATORS: what a password manager calls it; %s is a name that the person gave */
  g_autofree char *label = g_strdup_printf (_ ("Bellhop token for “%s”"), entry->name);

  if (entry->token != NULL)
    dex_await (bh_secrets_store (entry->id, label, entry->token), &error);
  write_entry (entry->settings, entry->id, entry);
  open_entry (entry, error);
  return dex_future_new_take_string (g_strdup (entry->id));
}

DexFuture *
bh_saved_connections_add (BhConnections *connections,
                          GSettings *settings,
                          const char *name,
                          const char *url,
                          const char *token,
                          const char *fingerprint)
{
  Entry *entry;

  dex_return_error_if_fail (BH_IS_CONNECTIONS (connections));
  dex_return_error_if_fail (G_IS_SETTINGS (settings));
  dex_return_error_if_fail (url != NULL && *url != '\0');
  entry = entry_new (connections, settings);
  entry->id = g_uuid_string_random ();
  entry->name = g_strdup (name != NULL && *name != '\0' ? name : url);
  entry->url = g_strdup (url);
  entry->token = token != NULL && *token != '\0' ? g_strdup (token) : NULL;
  entry->fingerprint = g_strdup (fingerprint != NULL ? fingerprint : "");
  return spawn (add_fiber, entry, (GDestroyNotify) entry_free);
}

static DexFuture *
remove_fiber (gpointer data)
{
  Entry *entry = data;
  g_autoptr (BhUnsent) unsent = bh_unsent_get ();
  g_autoptr (GError) error = NULL;

  bh_connections_remove (entry->connections, entry->id);
  bh_unsent_forget_connection (unsent, entry->id);
  write_entry (entry->settings, entry->id, NULL);
  if (!dex_await (bh_secrets_clear (entry->id), &error))
    g_info ("The token of %s stays in the password storage: %s", entry->id, error->message);
  return dex_future_new_true ();
}

DexFuture *
bh_saved_connections_remove (BhConnections *connections, GSettings *settings, const char *id)
{
  Entry *entry;

  dex_return_error_if_fail (BH_IS_CONNECTIONS (connections));
  dex_return_error_if_fail (G_IS_SETTINGS (settings));
  dex_return_error_if_fail (id != NULL);
  entry = entry_new (connections, settings);
  entry->id = g_strdup (id);
  return spawn (remove_fiber, entry, (GDestroyNotify) entry_free);
}

static DexFuture *
trust_fiber (gpointer data)
{
  Entry *entry = data;
  BhConnection *connection = bh_connections_lookup (entry->connections, entry->id);
  g_autoptr (GError) error = NULL;

  if (connection != NULL)
    entry->token = g_strdup (g_object_get_qdata (G_OBJECT (connection), session_token_quark ()));
  if (entry->token != NULL)
    error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, _ ("It could not be stored"));
  else
    entry->token = dex_await_string (bh_secrets_lookup (entry->id), &error);
  write_entry (entry->settings, entry->id, entry);
  open_entry (entry, error);
  return dex_future_new_true ();
}

DexFuture *
bh_saved_connections_trust (BhConnections *connections,
                            GSettings *settings,
                            const char *id,
                            const char *fingerprint)
{
  g_autoptr (GPtrArray) entries = NULL;

  dex_return_error_if_fail (BH_IS_CONNECTIONS (connections));
  dex_return_error_if_fail (G_IS_SETTINGS (settings));
  dex_return_error_if_fail (id != NULL && fingerprint != NULL);
  entries = read_entries (connections, settings);
  for (guint i = 0; i < entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (entries, i);

      if (strcmp (entry->id, id) != 0)
        continue;
      g_set_str (&entry->fingerprint, fingerprint);
      entry = g_ptr_array_steal_index (entries, i);
      return spawn (trust_fiber, entry, (GDestroyNotify) entry_free);
    }
  return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                                _ ("This connection is not saved any more"));
}
