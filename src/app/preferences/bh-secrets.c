/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gi18n.h>
#include <libsecret/secret.h>

#include "app/preferences/bh-secrets.h"

static const SecretSchema schema = {
  .name = "org.bellhop.Coordinator",
  .flags = SECRET_SCHEMA_NONE,
  .attributes = { { "id", SECRET_SCHEMA_ATTRIBUTE_STRING } },
};

static GHashTable *
attributes_of (const char *id)
{
  return secret_attributes_build (&schema, "id", id, NULL);
}

/* Takes `error`. */
static void
reject (DexPromise *promise, GError *error)
{
  g_prefix_error (&error, "%s: ", _ ("The password storage of this computer did not answer"));
  dex_promise_reject (promise, error);
}

static void
stored_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (DexPromise) promise = data;
  GError *error = NULL;

  if (secret_password_store_finish (result, &error))
    dex_promise_resolve_boolean (promise, TRUE);
  else
    reject (promise, error);
}

DexFuture *
bh_secrets_store (const char *id, const char *label, const char *token)
{
  g_autoptr (GHashTable) attributes = NULL;
  DexPromise *promise;

  dex_return_error_if_fail (id != NULL && label != NULL && token != NULL);
  attributes = attributes_of (id);
  promise = dex_promise_new ();
  secret_password_storev (&schema, attributes, SECRET_COLLECTION_DEFAULT, label, token, NULL, stored_cb,
                          dex_ref (promise));
  return DEX_FUTURE (promise);
}

static void
found_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (DexPromise) promise = data;
  GError *error = NULL;
  char *token = secret_password_lookup_finish (result, &error);

  if (error != NULL)
    reject (promise, error);
  else
    dex_promise_resolve_string (promise, g_strdup (token));
  secret_password_free (token);
}

DexFuture *
bh_secrets_lookup (const char *id)
{
  g_autoptr (GHashTable) attributes = NULL;
  DexPromise *promise;

  dex_return_error_if_fail (id != NULL);
  attributes = attributes_of (id);
  promise = dex_promise_new ();
  secret_password_lookupv (&schema, attributes, NULL, found_cb, dex_ref (promise));
  return DEX_FUTURE (promise);
}

static void
cleared_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (DexPromise) promise = data;
  GError *error = NULL;

  secret_password_clear_finish (result, &error);
  if (error != NULL)
    reject (promise, error);
  else
    dex_promise_resolve_boolean (promise, TRUE);
}

DexFuture *
bh_secrets_clear (const char *id)
{
  g_autoptr (GHashTable) attributes = NULL;
  DexPromise *promise;

  dex_return_error_if_fail (id != NULL);
  attributes = attributes_of (id);
  promise = dex_promise_new ();
  secret_password_clearv (&schema, attributes, NULL, cleared_cb, dex_ref (promise));
  return DEX_FUTURE (promise);
}
