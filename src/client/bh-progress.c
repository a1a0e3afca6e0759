/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "client/bh-progress.h"

#include <gio/gio.h>

struct _BhProgress
{
  GObject parent_instance;

  guint percent;
  gboolean cancelled;
  guint source; /* tells of the percent */
};

G_DEFINE_FINAL_TYPE (BhProgress, bh_progress, G_TYPE_OBJECT)

enum
{
  PROP_FRACTION = 1,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
bh_progress_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_FRACTION)
    g_value_set_double (value, bh_progress_get_fraction (BH_PROGRESS (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
bh_progress_dispose (GObject *object)
{
  g_clear_handle_id (&BH_PROGRESS (object)->source, g_source_remove);
  G_OBJECT_CLASS (bh_progress_parent_class)->dispose (object);
}

static void
bh_progress_class_init (BhProgressClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = bh_progress_dispose;
  G_OBJECT_CLASS (klass)->get_property = bh_progress_get_property;
  properties[PROP_FRACTION] =
      g_param_spec_double ("fraction", NULL, NULL, 0, 1, 0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, properties);
}

static void
bh_progress_init (BhProgress *self)
{
}

BhProgress *
bh_progress_new (void)
{
  return g_object_new (BH_TYPE_PROGRESS, NULL);
}

double
bh_progress_get_fraction (BhProgress *self)
{
  g_return_val_if_fail (BH_IS_PROGRESS (self), 0);
  return self->percent / 100.0;
}

void
bh_progress_cancel (BhProgress *self)
{
  g_return_if_fail (BH_IS_PROGRESS (self));
  self->cancelled = TRUE;
}

static gboolean
tell_cb (gpointer data)
{
  BhProgress *self = data;

  self->source = 0;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FRACTION]);
  return G_SOURCE_REMOVE;
}

gboolean
bh_progress_go_on (BhProgress *self, guint64 done, guint64 total, GError **error)
{
  guint percent = total > 0 ? (guint) ((double) MIN (done, total) * 100 / (double) total) : 0;

  if (self == NULL)
    return TRUE;
  g_return_val_if_fail (BH_IS_PROGRESS (self), FALSE);
  if (self->cancelled)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled");
      return FALSE;
    }
  /* not here: whoever works may be a fiber, whose stack is small */
  if (percent != self->percent && self->source == 0)
    self->source = g_idle_add (tell_cb, self);
  self->percent = percent;
  return TRUE;
}
