/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/widgets/bh-markdown.h"

struct _BhMarkdown
{
  GtkWidget parent_instance;
  GtkWidget *label;
  GString *text;
  gboolean plain;
};

typedef enum
{
  PROP_TEXT = 1,
  PROP_PLAIN,
} BhMarkdownProp;

static GParamSpec *properties[PROP_PLAIN + 1];

G_DEFINE_FINAL_TYPE (BhMarkdown, bh_markdown, GTK_TYPE_WIDGET)

void
bh_markdown_set_text (BhMarkdown *self, const char *text)
{
  g_return_if_fail (BH_IS_MARKDOWN (self));

  g_string_assign (self->text, text != NULL ? text : "");
  gtk_label_set_text (GTK_LABEL (self->label), self->text->str);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TEXT]);
}

const char *
bh_markdown_get_text (BhMarkdown *self)
{
  g_return_val_if_fail (BH_IS_MARKDOWN (self), NULL);

  return self->text->str;
}

void
bh_markdown_append (BhMarkdown *self, const char *text)
{
  g_return_if_fail (BH_IS_MARKDOWN (self));

  g_string_append (self->text, text);
  gtk_label_set_text (GTK_LABEL (self->label), self->text->str);
}

static void
bh_markdown_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BhMarkdown *self = BH_MARKDOWN (object);

  switch ((BhMarkdownProp) prop_id)
    {
    case PROP_TEXT:
      g_value_set_string (value, self->text->str);
      break;
    case PROP_PLAIN:
      g_value_set_boolean (value, self->plain);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
bh_markdown_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  BhMarkdown *self = BH_MARKDOWN (object);

  switch ((BhMarkdownProp) prop_id)
    {
    case PROP_TEXT:
      bh_markdown_set_text (self, g_value_get_string (value));
      break;
    case PROP_PLAIN:
      self->plain = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
bh_markdown_dispose (GObject *object)
{
  g_clear_pointer (&BH_MARKDOWN (object)->label, gtk_widget_unparent);
  G_OBJECT_CLASS (bh_markdown_parent_class)->dispose (object);
}

static void
bh_markdown_finalize (GObject *object)
{
  g_string_free (g_steal_pointer (&BH_MARKDOWN (object)->text), TRUE);
  G_OBJECT_CLASS (bh_markdown_parent_class)->finalize (object);
}

static void
bh_markdown_class_init (BhMarkdownClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = bh_markdown_get_property;
  object_class->set_property = bh_markdown_set_property;
  object_class->dispose = bh_markdown_dispose;
  object_class->finalize = bh_markdown_finalize;
  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, "", flags);
  properties[PROP_PLAIN] = g_param_spec_boolean ("plain", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
  g_signal_new ("link", BH_TYPE_MARKDOWN, G_SIGNAL_RUN_LAST, 0, g_signal_accumulator_true_handled, NULL, NULL,
                G_TYPE_BOOLEAN, 1, G_TYPE_STRING);
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "markdown");
}

static void
bh_markdown_init (BhMarkdown *self)
{
  self->text = g_string_new (NULL);
  self->label = g_object_new (GTK_TYPE_LABEL, "wrap", TRUE, "wrap-mode", PANGO_WRAP_WORD_CHAR, "xalign", 0.0,
                              "selectable", TRUE, NULL);
  gtk_widget_set_parent (self->label, GTK_WIDGET (self));
}

GtkWidget *
bh_markdown_new (void)
{
  return g_object_new (BH_TYPE_MARKDOWN, NULL);
}
