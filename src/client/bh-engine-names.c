/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "client/bh-engine-names.h"

#include <string.h>

#include "protocol/bh-records.h"
#include "protocol/bh-text.h"

/* a coordinator says how many there are, and forgets none here */
#define ENGINES_MAX 256
/* between a name and its variant */
#define VARIANT " – "

struct _BhEngineNames
{
  GObject parent_instance;

  GMutex lock;
  GHashTable *names; /* id → name; under the lock */
};

G_DEFINE_FINAL_TYPE (BhEngineNames, bh_engine_names, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* There is one, for as long as the process lives. */
static void
bh_engine_names_class_init (BhEngineNamesClass *klass)
{
  signals[CHANGED] =
      g_signal_new ("changed", BH_TYPE_ENGINE_NAMES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
bh_engine_names_init (BhEngineNames *self)
{
  g_mutex_init (&self->lock);
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

static gpointer
make_cb (gpointer data)
{
  return g_object_new (BH_TYPE_ENGINE_NAMES, NULL);
}

BhEngineNames *
bh_engine_names_get (void)
{
  static GOnce once = G_ONCE_INIT;

  return g_once (&once, make_cb, NULL);
}

/* TRUE: that is something else than before. */
static gboolean
learn (GHashTable *names, const BhEngineInfo *info)
{
  g_autofree char *name = info->name != NULL ? bh_text_one_line (info->name, BH_ENGINE_NAME_MAX) : NULL;

  if (info->id == NULL || strlen (info->id) > BH_ENGINE_NAME_MAX || name == NULL ||
      *g_strstrip (name) == '\0' || g_strcmp0 (g_hash_table_lookup (names, info->id), name) == 0)
    return FALSE;
  if (g_hash_table_size (names) >= ENGINES_MAX && !g_hash_table_contains (names, info->id))
    return FALSE;
  g_hash_table_replace (names, g_strdup (info->id), g_steal_pointer (&name));
  return TRUE;
}

void
bh_engine_names_learn (GPtrArray *infos)
{
  BhEngineNames *self = bh_engine_names_get ();
  gboolean changed = FALSE;

  g_return_if_fail (infos != NULL);
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < infos->len; i++)
    changed = learn (self->names, g_ptr_array_index (infos, i)) || changed;
  g_mutex_unlock (&self->lock);
  if (changed)
    g_signal_emit (self, signals[CHANGED], 0);
}

char *
bh_engine_names_lookup (const char *id)
{
  BhEngineNames *self = bh_engine_names_get ();
  char *name;

  if (id == NULL)
    return NULL;
  g_mutex_lock (&self->lock);
  name = g_strdup (g_hash_table_lookup (self->names, id));
  g_mutex_unlock (&self->lock);
  return name;
}

char *
bh_engine_names_lookup_author (const char *id)
{
  char *name = bh_engine_names_lookup (id);
  char *variant = name != NULL ? strstr (name, VARIANT) : NULL;

  if (variant != NULL && variant != name)
    *variant = '\0';
  return name;
}
