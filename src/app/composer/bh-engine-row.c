/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/composer/bh-engine-row.h"

#include <glib/gi18n.h>

#include "client/bh-info-item.h"

#define AUTO "auto"
#define RUNBOOK "runbook"

struct _BhEngineRow
{
  BhChoiceRow parent_instance;

  BhConnection *connection;
  GSignalGroup *signals;
};

G_DEFINE_FINAL_TYPE (BhEngineRow, bh_engine_row, BH_TYPE_CHOICE_ROW)

/* Why not, which version; else what is known of it anyway. */
static char *
describe_engine (const BhEngineInfo *info)
{
  if (info->why_not != NULL)
    return g_strdup (info->why_not);
  if (g_strcmp0 (info->protocol, RUNBOOK) == 0)
    return g_strdup (_ ("Built in: runs the code blocks of the instructions in order, without an AI"));
  if (info->version != NULL)
    return g_strdup_printf (_ ("Version %s"), info->version);
  return g_strdup (_ ("Looked for in the DevBox when the Run starts"));
}

/* (nullable) */
static const BhEngineInfo *
find_engine (BhEngineRow *self, const char *id)
{
  GListModel *engines = self->connection != NULL ? bh_connection_get_engines (self->connection) : NULL;
  guint n = engines != NULL ? g_list_model_get_n_items (engines) : 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (BhInfoItem) item = g_list_model_get_item (engines, i);
      const BhEngineInfo *info = bh_info_item_get (item);

      if (g_strcmp0 (info->id, id) == 0)
        return info;
    }
  return NULL;
}

/* One that is not there is shown with the reason, and cannot be chosen. */
static void
bh_engine_row_fill (BhChoiceRow *row, BhChoicePage *page)
{
  BhEngineRow *self = BH_ENGINE_ROW (row);
  GListModel *engines = self->connection != NULL ? bh_connection_get_engines (self->connection) : NULL;
  guint n = engines != NULL ? g_list_model_get_n_items (engines) : 0;

  bh_choice_page_add_group (page, NULL, _ ("What does the work in the DevBox"));
  bh_choice_page_add (page, AUTO, _ ("Auto-detect"), _ ("The best engine that is found in the DevBox"));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (BhInfoItem) item = g_list_model_get_item (engines, i);
      const BhEngineInfo *info = bh_info_item_get (item);
      g_autofree char *text = describe_engine (info);

      bh_choice_page_add (page, info->why_not == NULL ? info->id : NULL, info->name, text);
    }
}

static char *
bh_engine_row_describe (BhChoiceRow *row)
{
  const char *id = bh_choice_row_get_selected (row);
  const BhEngineInfo *info;

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
}

static void
bh_engine_row_dispose (GObject *object)
{
  BhEngineRow *self = BH_ENGINE_ROW (object);

  g_clear_object (&self->signals);
  g_clear_object (&self->connection);
  G_OBJECT_CLASS (bh_engine_row_parent_class)->dispose (object);
}

static void
bh_engine_row_class_init (BhEngineRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = bh_engine_row_dispose;
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
  bh_choice_row_set_selected (BH_CHOICE_ROW (self), AUTO);
}

void
bh_engine_row_set_connection (BhEngineRow *self, BhConnection *connection)
{
  g_return_if_fail (BH_IS_ENGINE_ROW (self));

  if (!g_set_object (&self->connection, connection))
    return;
  g_signal_group_set_target (self->signals, connection);
  bh_choice_row_refresh (BH_CHOICE_ROW (self));
}

char *
bh_engine_row_get_problem (BhEngineRow *self)
{
  const char *id;
  const BhEngineInfo *info;

  g_return_val_if_fail (BH_IS_ENGINE_ROW (self), NULL);
  id = bh_choice_row_get_selected (BH_CHOICE_ROW (self));
  if (id == NULL || g_str_equal (id, AUTO) || self->connection == NULL ||
      bh_connection_get_state (self->connection) != BH_CONNECTION_CONNECTED)
    return NULL;
  info = find_engine (self, id);
  if (info == NULL)
    return g_strdup_printf (_ ("There is no engine “%s”. Choose another one"), id);
  return g_strdup (info->why_not);
}
