/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/run/bh-run-page.h"

struct _BhRunPage
{
  AdwNavigationPage parent_instance;

  BhRunItem *run; /* (nullable) */
};

G_DEFINE_FINAL_TYPE (BhRunPage, bh_run_page, ADW_TYPE_NAVIGATION_PAGE)

typedef enum
{
  PROP_RUN = 1,
} BhRunPageProp;

static GParamSpec *properties[PROP_RUN + 1];

static void
bh_run_page_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  switch ((BhRunPageProp) prop_id)
    {
    case PROP_RUN:
      g_value_set_object (value, BH_RUN_PAGE (object)->run);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
bh_run_page_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  switch ((BhRunPageProp) prop_id)
    {
    case PROP_RUN:
      bh_run_page_set_run (BH_RUN_PAGE (object), g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
bh_run_page_dispose (GObject *object)
{
  BhRunPage *self = BH_RUN_PAGE (object);

  g_clear_object (&self->run);
  gtk_widget_dispose_template (GTK_WIDGET (self), BH_TYPE_RUN_PAGE);
  G_OBJECT_CLASS (bh_run_page_parent_class)->dispose (object);
}

static void
bh_run_page_class_init (BhRunPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = bh_run_page_dispose;
  object_class->get_property = bh_run_page_get_property;
  object_class->set_property = bh_run_page_set_property;
  properties[PROP_RUN] =
      g_param_spec_object ("run", NULL, NULL, BH_TYPE_RUN_ITEM,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
  gtk_widget_class_set_template_from_resource (GTK_WIDGET_CLASS (klass),
                                               "/org/bellhop/Bellhop/ui/bh-run-page.ui");
}

static void
bh_run_page_init (BhRunPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
bh_run_page_set_run (BhRunPage *self, BhRunItem *run)
{
  g_return_if_fail (BH_IS_RUN_PAGE (self));
  g_return_if_fail (run == NULL || BH_IS_RUN_ITEM (run));
  if (g_set_object (&self->run, run))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUN]);
}

BhRunItem *
bh_run_page_get_run (BhRunPage *self)
{
  g_return_val_if_fail (BH_IS_RUN_PAGE (self), NULL);
  return self->run;
}

void
bh_run_page_show_row (BhRunPage *self, guint64 row)
{
  g_return_if_fail (BH_IS_RUN_PAGE (self));
}
