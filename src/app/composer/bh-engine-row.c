/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/composer/bh-engine-row.h"

#include <glib/gi18n.h>

#include "app/composer/bh-asked.h"
#include "app/widgets/bh-engine-text.h"
#include "app/widgets/bh-why-not.h"
#include "client/bh-info-item.h"

#define AUTO "auto"

struct _BhEngineRow
{
  BhChoiceRow parent_instance;

  BhConnection *connection;
  GSignalGroup *signals;
  char *worker; /* (nullable) where the Run is to work, if that is known */
  char *image;
  GPtrArray *found; /* (nullable) BhEngineInfo: what was found there */
  gboolean is_looking;
  gboolean is_new; /* the connection is newer than what was last asked */
};

G_DEFINE_FINAL_TYPE (BhEngineRow, bh_engine_row, BH_TYPE_CHOICE_ROW)

/* --- what is found where the Run is to work --------------------------------------------------------------
 */

static void look (BhEngineRow *self);

static gboolean
is_connected (BhEngineRow *self)
{
  return self->connection != NULL && bh_connection_get_state (self->connection) == BH_CONNECTION_CONNECTED;
}

/* Why it could not be looked is said by the row of the target. */
static DexFuture *
found_cb (DexFuture *future, gpointer data)
{
  BhAsked *asked = data;
  g_autoptr (BhEngineRow) self = g_weak_ref_get (&asked->row);
  const GValue *value = dex_future_get_value (future, NULL);

  if (self == NULL || self->connection != asked->connection || g_strcmp0 (self->worker, asked->worker) != 0 ||
      g_strcmp0 (self->image, asked->image) != 0)
    return dex_future_new_true ();
  self->is_looking = FALSE;
  if (value != NULL)
    {
      g_clear_pointer (&self->found, g_ptr_array_unref);
      self->found = g_value_dup_boxed (value);
    }
  else if (self->is_new && is_connected (self))
    look (self);
  bh_choice_row_refresh (BH_CHOICE_ROW (self));
  bh_choice_row_changed (BH_CHOICE_ROW (self));
  return dex_future_new_true ();
}

/* The coordinator makes a DevBox for it, unless that was done less than a minute ago. */
static void
look (BhEngineRow *self)
{
  if (self->connection == NULL || self->worker == NULL || self->image == NULL || self->is_looking)
    return;
  self->is_looking = TRUE;
  self->is_new = FALSE;
  dex_future_disown (dex_future_finally (
      bh_connection_find_engines (self->connection, self->worker, self->image, FALSE), found_cb,
      bh_asked_new (BH_CHOICE_ROW (self), self->connection, self->worker, self->image), bh_asked_free));
}

/* What could not be asked before is asked now. */
static void
state_changed_cb (BhEngineRow *self)
{
  if (!is_connected (self))
    return;
  self->is_new = TRUE;
  if (self->found == NULL)
    look (self);
}

/* (transfer full): BhEngineInfo, those of the place if they are known, else of the coordinator */
static GPtrArray *
get_engines (BhEngineRow *self)
{
  GListModel *engines = self->connection != NULL ? bh_connection_get_engines (self->connection) : NULL;
  guint n = engines != NULL ? g_list_model_get_n_items (engines) : 0;
  GPtrArray *infos;

  if (self->found != NULL)
    return g_ptr_array_ref (self->found);
  infos = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_engine_info_unref);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (BhInfoItem) item = g_list_model_get_item (engines, i);

      g_ptr_array_add (infos, bh_engine_info_ref (bh_info_item_get (item)));
    }
  return infos;
}

/* --- choosing --------------------------------------------------------------------------------------------
 */

/* (transfer full) (nullable) */
static BhEngineInfo *
find_engine (BhEngineRow *self, const char *id)
{
  g_autoptr (GPtrArray) infos = get_engines (self);

  for (guint i = 0; i < infos->len; i++)
    if (g_strcmp0 (((BhEngineInfo *) infos->pdata[i])->id, id) == 0)
      return bh_engine_info_ref (infos->pdata[i]);
  return NULL;
}

/* One that is not there is shown with the reason, and cannot be chosen. */
static void
bh_engine_row_fill (BhChoiceRow *row, BhChoicePage *page)
{
  BhEngineRow *self = BH_ENGINE_ROW (row);
  g_autoptr (GPtrArray) infos = get_engines (self);

  bh_choice_page_add_group (page, NULL, _ ("What does the work in the DevBox"));
  bh_choice_page_add (page, AUTO, _ ("Auto-detect"), _ ("The best engine that is found in the DevBox"));
  for (guint i = 0; i < infos->len; i++)
    {
      const BhEngineInfo *info = infos->pdata[i];
      g_autofree char *text = bh_engine_text (info, self->is_looking);

      bh_choice_page_add (page, info->why_not == NULL ? info->id : NULL, info->name, text);
    }
}

static char *
bh_engine_row_describe (BhChoiceRow *row)
{
  const char *id = bh_choice_row_get_selected (row);
  g_autoptr (BhEngineInfo) info = NULL;

  if (id == NULL || g_str_equal (id, AUTO))
    return g_strdup (_ ("Auto-detect"));
  info = find_engine (BH_ENGINE_ROW (row), id);
  return g_strdup (info != NULL ? info->name : id);
}

static void
bh_engine_row_opening (BhChoiceRow *row)
{
  BhEngineRow *self = BH_ENGINE_ROW (row);

  if (self->connection != NULL)
    bh_connection_refresh_engines (self->connection);
  look (self);
}

static void
bh_engine_row_dispose (GObject *object)
{
  BhEngineRow *self = BH_ENGINE_ROW (object);

  g_clear_object (&self->signals);
  g_clear_object (&self->connection);
  g_clear_pointer (&self->found, g_ptr_array_unref);
  G_OBJECT_CLASS (bh_engine_row_parent_class)->dispose (object);
}

static void
bh_engine_row_finalize (GObject *object)
{
  BhEngineRow *self = BH_ENGINE_ROW (object);

  g_free (self->worker);
  g_free (self->image);
  G_OBJECT_CLASS (bh_engine_row_parent_class)->finalize (object);
}

static void
bh_engine_row_class_init (BhEngineRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = bh_engine_row_dispose;
  G_OBJECT_CLASS (klass)->finalize = bh_engine_row_finalize;
  BH_CHOICE_ROW_CLASS (klass)->fill = bh_engine_row_fill;
  BH_CHOICE_ROW_CLASS (klass)->opening = bh_engine_row_opening;
  BH_CHOICE_ROW_CLASS (klass)->describe = bh_engine_row_describe;
}

/* What is known of an engine has changed, and with it whether it can be chosen. */
static void
engines_changed_cb (BhEngineRow *self)
{
  bh_choice_row_refresh (BH_CHOICE_ROW (self));
  bh_choice_row_changed (BH_CHOICE_ROW (self));
}

static void
bh_engine_row_init (BhEngineRow *self)
{
  self->signals = g_signal_group_new (BH_TYPE_CONNECTION);
  g_signal_group_connect_object (self->signals, "engines-listed", G_CALLBACK (engines_changed_cb), self,
                                 G_CONNECT_SWAPPED);
  g_signal_group_connect_object (self->signals, "notify::state", G_CALLBACK (state_changed_cb), self,
                                 G_CONNECT_SWAPPED);
  bh_choice_row_set_selected (BH_CHOICE_ROW (self), AUTO);
}

void
bh_engine_row_set_connection (BhEngineRow *self, BhConnection *connection)
{
  g_return_if_fail (BH_IS_ENGINE_ROW (self));

  if (!g_set_object (&self->connection, connection))
    return;
  g_signal_group_set_target (self->signals, connection);
  bh_engine_row_set_target (self, NULL, NULL);
  bh_choice_row_refresh (BH_CHOICE_ROW (self));
}

void
bh_engine_row_set_target (BhEngineRow *self, const char *worker, const char *image)
{
  gboolean changed;

  g_return_if_fail (BH_IS_ENGINE_ROW (self));

  changed = g_set_str (&self->worker, worker);
  changed = g_set_str (&self->image, image) || changed;
  if (!changed)
    return;
  g_clear_pointer (&self->found, g_ptr_array_unref);
  self->is_looking = FALSE;
  look (self);
  bh_choice_row_refresh (BH_CHOICE_ROW (self));
}

char *
bh_engine_row_get_problem (BhEngineRow *self)
{
  const char *id;
  g_autoptr (BhEngineInfo) info = NULL;

  g_return_val_if_fail (BH_IS_ENGINE_ROW (self), NULL);
  id = bh_choice_row_get_selected (BH_CHOICE_ROW (self));
  if (id == NULL || g_str_equal (id, AUTO) || self->connection == NULL ||
      bh_connection_get_state (self->connection) != BH_CONNECTION_CONNECTED)
    return NULL;
  info = find_engine (self, id);
  if (info == NULL)
    return g_strdup_printf (_ ("There is no engine “%s”. Choose another one"), id);
  return bh_why_not_text (info);
}
