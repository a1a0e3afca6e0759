/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/bh-sign-ins.h"

#include "coordinator/engines/bh-engine-pick.h"

#include <string.h>

/* name of the setting: this and the engine's id */
#define SETTING "sign-in:"

struct _BhSignIns
{
  GObject parent_instance;

  BhStore *store;
  BhWorkers *workers;
  GHashTable *consents; /* id -> BhConsent, of those that are not asked about */
  DexPromise *changed;  /* to be resolved with the next change */
};

G_DEFINE_FINAL_TYPE (BhSignIns, bh_sign_ins, G_TYPE_OBJECT)

static const char *const names[] = { "ask", "always", "no" };

const char *
bh_consent_to_string (BhConsent consent)
{
  g_return_val_if_fail ((guint) consent < G_N_ELEMENTS (names), NULL);
  return names[consent];
}

gboolean
bh_consent_from_string (const char *text, BhConsent *consent)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_strcmp0 (text, names[i]) == 0)
      {
        *consent = (BhConsent) i;
        return TRUE;
      }
  return FALSE;
}

static void
bh_sign_ins_finalize (GObject *object)
{
  BhSignIns *self = BH_SIGN_INS (object);

  g_clear_object (&self->store);
  g_clear_object (&self->workers);
  g_hash_table_unref (self->consents);
  dex_clear (&self->changed);
  G_OBJECT_CLASS (bh_sign_ins_parent_class)->finalize (object);
}

static void
bh_sign_ins_class_init (BhSignInsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bh_sign_ins_finalize;
}

static void
bh_sign_ins_init (BhSignIns *self)
{
  self->consents = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->changed = dex_promise_new ();
}

BhSignIns *
bh_sign_ins_new (BhStore *store, BhWorkers *workers)
{
  BhSignIns *self = g_object_new (BH_TYPE_SIGN_INS, NULL);

  self->store = g_object_ref (store);
  self->workers = g_object_ref (workers);
  return self;
}

/* --- what was decided --- */

static DexFuture *
loaded_cb (DexFuture *future, gpointer data)
{
  BhSignIns *self = data;
  char **settings = g_value_get_boxed (dex_future_get_value (future, NULL));
  BhConsent consent;

  for (guint i = 0; settings[i] != NULL && settings[i + 1] != NULL; i += 2)
    if (g_str_has_prefix (settings[i], SETTING) && bh_consent_from_string (settings[i + 1], &consent))
      g_hash_table_replace (self->consents, g_strdup (settings[i] + strlen (SETTING)),
                            GINT_TO_POINTER (consent));
  return dex_future_new_true ();
}

DexFuture *
bh_sign_ins_load (BhSignIns *self)
{
  dex_return_error_if_fail (BH_IS_SIGN_INS (self));
  return dex_future_then (bh_store_settings (self->store), loaded_cb, g_object_ref (self), g_object_unref);
}

BhConsent
bh_sign_ins_get (BhSignIns *self, const char *engine)
{
  g_return_val_if_fail (BH_IS_SIGN_INS (self) && engine != NULL, BH_CONSENT_NO);
  return (BhConsent) GPOINTER_TO_INT (g_hash_table_lookup (self->consents, engine));
}

typedef struct
{
  BhSignIns *self;
  char *engine;
  BhConsent consent;
} Decision;

static void
decision_free (gpointer data)
{
  Decision *decision = data;

  g_object_unref (decision->self);
  g_free (decision->engine);
  g_free (decision);
}

static DexFuture *
stored_cb (DexFuture *future, gpointer data)
{
  Decision *decision = data;
  g_autoptr (DexPromise) changed = decision->self->changed;

  g_hash_table_replace (decision->self->consents, g_strdup (decision->engine),
                        GINT_TO_POINTER (decision->consent));
  decision->self->changed = dex_promise_new ();
  dex_promise_resolve_boolean (changed, TRUE);
  return dex_future_new_true ();
}

DexFuture *
bh_sign_ins_changed (BhSignIns *self)
{
  dex_return_error_if_fail (BH_IS_SIGN_INS (self));
  return dex_ref (DEX_FUTURE (self->changed));
}

DexFuture *
bh_sign_ins_set (BhSignIns *self, const char *engine, BhConsent consent)
{
  g_autofree char *name = NULL;
  Decision *decision;

  dex_return_error_if_fail (BH_IS_SIGN_INS (self) && engine != NULL);
  name = g_strconcat (SETTING, engine, NULL);
  decision = g_new0 (Decision, 1);
  decision->self = g_object_ref (self);
  decision->engine = g_strdup (engine);
  decision->consent = consent;
  return dex_future_then (bh_store_set_setting (self->store, name, bh_consent_to_string (consent)), stored_cb,
                          decision, decision_free);
}

/* --- what there is --- */

/* The first path is what says that somebody is signed in. */
void
bh_sign_ins_find (BhSignIns *self, const char *worker, GPtrArray *files, GPtrArray *founds)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) there = NULL;

  g_return_if_fail (BH_IS_SIGN_INS (self) && worker != NULL);
  for (guint i = 0; i < files->len; i++)
    {
      const BhEngineFile *file = files->pdata[i];
      const BhEngineFound *found = bh_engine_found_lookup (founds, file->id);

      if (file->sign_in_paths != NULL && found != NULL && found->path != NULL)
        g_ptr_array_add (paths, file->sign_in_paths[0]);
    }
  if (paths->len == 0)
    return;
  g_ptr_array_add (paths, NULL);
  there =
      dex_await_boxed (bh_workers_look_sign_ins (self->workers, worker, (const char *const *) paths->pdata),
                       &error);
  if (there == NULL)
    g_message ("The worker %s does not say who is signed in there: %s", worker, error->message);
  for (guint i = 0; there != NULL && i < files->len; i++)
    {
      const BhEngineFile *file = files->pdata[i];
      BhEngineFound *found = bh_engine_found_lookup (founds, file->id);

      if (found != NULL && file->sign_in_paths != NULL)
        found->home = g_strv_contains ((const char *const *) there, file->sign_in_paths[0]);
    }
}

void
bh_sign_ins_judge (BhSignIns *self, GPtrArray *founds, gboolean may_ask)
{
  g_return_if_fail (BH_IS_SIGN_INS (self));
  for (guint i = 0; i < founds->len; i++)
    {
      BhEngineFound *found = founds->pdata[i];
      BhConsent consent = bh_sign_ins_get (self, found->id);

      if (!found->home)
        found->let_in = BH_LET_IN_NOTHING;
      else if (consent == BH_CONSENT_ALWAYS)
        found->let_in = BH_LET_IN_ALLOWED;
      else if (consent == BH_CONSENT_NO)
        found->let_in = BH_LET_IN_REFUSED;
      else
        found->let_in = may_ask ? BH_LET_IN_ASK : BH_LET_IN_UNASKED;
    }
}
