/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/widgets/bh-status.h"

struct _BhStatusIcon
{
  GtkWidget parent_instance;
  GtkWidget *image;
  BhRunState state;
};

enum
{
  PROP_STATE = 1,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (BhStatusIcon, bh_status_icon, GTK_TYPE_WIDGET)

static void
show_state (BhStatusIcon *self)
{
  const char *const classes[] = { bh_run_state_css_class (self->state), NULL };
  const char *label = bh_run_state_label (self->state);

  gtk_image_set_from_icon_name (GTK_IMAGE (self->image), bh_run_state_icon (self->state));
  gtk_widget_set_css_classes (self->image, (const char **) classes);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

/* Not a tooltip text: for each that is set GTK asks the display where the pointer is, and waits for the
 * answer, which is a millisecond for every row that is bound. */
static gboolean
bh_status_icon_query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
  gtk_tooltip_set_text (tooltip, bh_run_state_label (BH_STATUS_ICON (widget)->state));
  return TRUE;
}

static void
bh_status_icon_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_STATE)
    g_value_set_enum (value, BH_STATUS_ICON (object)->state);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
bh_status_icon_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  BhStatusIcon *self = BH_STATUS_ICON (object);

  if (prop_id != PROP_STATE)
    {
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      return;
    }
  if (self->state == (BhRunState) g_value_get_enum (value))
    return;
  self->state = g_value_get_enum (value);
  show_state (self);
  g_object_notify_by_pspec (object, pspec);
}

static void
bh_status_icon_dispose (GObject *object)
{
  g_clear_pointer (&BH_STATUS_ICON (object)->image, gtk_widget_unparent);
  G_OBJECT_CLASS (bh_status_icon_parent_class)->dispose (object);
}

static void
bh_status_icon_class_init (BhStatusIconClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = bh_status_icon_get_property;
  object_class->set_property = bh_status_icon_set_property;
  object_class->dispose = bh_status_icon_dispose;
  widget_class->query_tooltip = bh_status_icon_query_tooltip;
  properties[PROP_STATE] =
      g_param_spec_enum ("state", NULL, NULL, BH_TYPE_RUN_STATE, BH_RUN_QUEUED,
                         G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "status-icon");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
bh_status_icon_init (BhStatusIcon *self)
{
  /* the icon says nothing that the widget around it does not */
  self->image = g_object_new (GTK_TYPE_IMAGE, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);
  gtk_widget_set_parent (self->image, GTK_WIDGET (self));
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  show_state (self);
}

GtkWidget *
bh_status_icon_new (void)
{
  return g_object_new (BH_TYPE_STATUS_ICON, NULL);
}
