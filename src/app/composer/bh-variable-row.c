/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/composer/bh-variable-row.h"

struct _BhVariableRow
{
  AdwPreferencesRow parent_instance;

  GtkWidget *name_entry;
  char *name;
  char *value;
};

G_DEFINE_FINAL_TYPE (BhVariableRow, bh_variable_row, ADW_TYPE_PREFERENCES_ROW)

/* “variable”, for GtkWidget has a “name” already */
typedef enum
{
  PROP_VARIABLE = 1,
  PROP_VALUE,
  N_PROPS,
} BhVariableRowProp;

static GParamSpec *properties[N_PROPS];
static guint remove_signal;

static void
remove_cb (GtkButton *button, BhVariableRow *self)
{
  g_signal_emit (self, remove_signal, 0);
}

static gboolean
bh_variable_row_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (BH_VARIABLE_ROW (widget)->name_entry);
}

/* A row tries grab_focus() when the keyboard leaves it backwards, which would bring it back for ever. */
static gboolean
bh_variable_row_focus (GtkWidget *widget, GtkDirectionType direction)
{
  return gtk_widget_child_focus (gtk_list_box_row_get_child (GTK_LIST_BOX_ROW (widget)), direction);
}

static void
bh_variable_row_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BhVariableRow *self = BH_VARIABLE_ROW (object);

  switch ((BhVariableRowProp) prop_id)
    {
    case PROP_VARIABLE:
      g_value_set_string (value, self->name);
      break;
    case PROP_VALUE:
      g_value_set_string (value, self->value);
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
bh_variable_row_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  BhVariableRow *self = BH_VARIABLE_ROW (object);
  const char *text = g_value_get_string (value);

  switch ((BhVariableRowProp) prop_id)
    {
    case PROP_VARIABLE:
      if (g_set_str (&self->name, text != NULL ? text : ""))
        g_object_notify_by_pspec (object, pspec);
      break;
    case PROP_VALUE:
      if (g_set_str (&self->value, text != NULL ? text : ""))
        g_object_notify_by_pspec (object, pspec);
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
bh_variable_row_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), BH_TYPE_VARIABLE_ROW);
  G_OBJECT_CLASS (bh_variable_row_parent_class)->dispose (object);
}

static void
bh_variable_row_finalize (GObject *object)
{
  g_free (BH_VARIABLE_ROW (object)->name);
  g_free (BH_VARIABLE_ROW (object)->value);
  G_OBJECT_CLASS (bh_variable_row_parent_class)->finalize (object);
}

static GParamSpec *
string_spec (const char *name)
{
  return g_param_spec_string (name, NULL, NULL, "",
                              G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
}

static void
bh_variable_row_class_init (BhVariableRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = bh_variable_row_dispose;
  object_class->finalize = bh_variable_row_finalize;
  object_class->get_property = bh_variable_row_get_property;
  object_class->set_property = bh_variable_row_set_property;
  widget_class->focus = bh_variable_row_focus;
  widget_class->grab_focus = bh_variable_row_grab_focus;
  properties[PROP_VARIABLE] = string_spec ("variable");
  properties[PROP_VALUE] = string_spec ("value");
  g_object_class_install_properties (object_class, N_PROPS, properties);
  remove_signal =
      g_signal_new ("remove", BH_TYPE_VARIABLE_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/bellhop/Bellhop/ui/bh-variable-row.ui");
  gtk_widget_class_bind_template_child (widget_class, BhVariableRow, name_entry);
  gtk_widget_class_bind_template_callback (widget_class, remove_cb);
}

static void
bh_variable_row_init (BhVariableRow *self)
{
  self->name = g_strdup ("");
  self->value = g_strdup ("");
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
bh_variable_row_new (const char *name, const char *value)
{
  return g_object_new (BH_TYPE_VARIABLE_ROW, "variable", name, "value", value, NULL);
}

const char *
bh_variable_row_get_name (BhVariableRow *self)
{
  g_return_val_if_fail (BH_IS_VARIABLE_ROW (self), NULL);
  return self->name;
}

const char *
bh_variable_row_get_value (BhVariableRow *self)
{
  g_return_val_if_fail (BH_IS_VARIABLE_ROW (self), NULL);
  return self->value;
}
