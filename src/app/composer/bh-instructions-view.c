/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/composer/bh-instructions-view.h"

#include <glib/gi18n.h>
#include <gtksourceview/gtksource.h>
#include <string.h>

#include "app/widgets/bh-text-layout.h"
#include "protocol/bh-records.h"

/* from here on the size is shown */
#define NEAR (BH_INSTRUCTIONS_MAX / 10 * 8)
#define HEIGHT_MIN 128
#define HEIGHT_MAX 300

struct _BhInstructionsView
{
  AdwBin parent_instance;

  GtkScrolledWindow *frame;
  GtkWidget *hint;
  GtkSourceView *view;
  GtkSourceBuffer *buffer;
  GtkLabel *error_label;
  GtkLabel *size_label;
  guint grow_source; /* a tick callback; ends with the widget */
  guint grow_frames;
};

G_DEFINE_FINAL_TYPE (BhInstructionsView, bh_instructions_view, ADW_TYPE_BIN)

typedef enum
{
  PROP_TEXT = 1,
  PROP_ERROR,
  N_PROPS,
} BhInstructionsViewProp;

static GParamSpec *properties[N_PROPS];

static gsize
count_bytes (GtkTextBuffer *buffer)
{
  GtkTextIter start, end;
  g_autofree char *text = NULL;

  /* a character is one byte at least and four at most: mostly the number of them is enough */
  if (gtk_text_buffer_get_char_count (buffer) < NEAR / 4)
    return (gsize) gtk_text_buffer_get_char_count (buffer);
  gtk_text_buffer_get_bounds (buffer, &start, &end);
  text = gtk_text_buffer_get_text (buffer, &start, &end, TRUE);
  return strlen (text);
}

static void
update_size (BhInstructionsView *self)
{
  gsize bytes = count_bytes (GTK_TEXT_BUFFER (self->buffer));
  gboolean is_over = bytes > BH_INSTRUCTIONS_MAX;

  gtk_widget_set_visible (GTK_WIDGET (self->size_label), bytes >= NEAR);
  if (bytes >= NEAR)
    {
      /* Translators: the size of a text and how large it may be, in KiB */
      g_autofree char *text =
          g_strdup_printf (_ ("%.1f of %d KiB"), (double) bytes / 1024, BH_INSTRUCTIONS_MAX / 1024);

      gtk_label_set_text (self->size_label, text);
    }
  if (is_over)
    gtk_widget_add_css_class (GTK_WIDGET (self->size_label), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->size_label), "error");
}

/* What scrolls around this gives its children no more than they need at least: so it needs more as it fills.
 * The text is laid out after the callbacks of a frame. */
static gboolean
grow_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  BhInstructionsView *self = BH_INSTRUCTIONS_VIEW (widget);
  int height = 0;

  if (self->grow_frames-- > 0)
    return G_SOURCE_CONTINUE;
  self->grow_source = 0;
  gtk_widget_measure (GTK_WIDGET (self->view), GTK_ORIENTATION_VERTICAL,
                      gtk_widget_get_width (GTK_WIDGET (self->view)), NULL, &height, NULL, NULL);
  gtk_scrolled_window_set_min_content_height (self->frame, CLAMP (height, HEIGHT_MIN, HEIGHT_MAX));
  /* no bar, and nothing to make room for, while all of it is seen */
  gtk_scrolled_window_set_policy (self->frame, GTK_POLICY_NEVER,
                                  height > HEIGHT_MAX ? GTK_POLICY_AUTOMATIC : GTK_POLICY_EXTERNAL);
  return G_SOURCE_REMOVE;
}

static void
grow (BhInstructionsView *self)
{
  self->grow_frames = 2;
  if (self->grow_source == 0)
    self->grow_source = gtk_widget_add_tick_callback (GTK_WIDGET (self), grow_cb, NULL, NULL);
}

static void
changed_cb (GtkTextBuffer *buffer, BhInstructionsView *self)
{
  grow (self);
  gtk_widget_set_visible (self->hint, gtk_text_buffer_get_char_count (buffer) == 0);
  update_size (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TEXT]);
}

static void
dark_cb (BhInstructionsView *self)
{
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());

  gtk_source_buffer_set_style_scheme (self->buffer, gtk_source_style_scheme_manager_get_scheme (
                                                        gtk_source_style_scheme_manager_get_default (),
                                                        dark ? "Adwaita-dark" : "Adwaita"));
}

static gboolean
bh_instructions_view_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (BH_INSTRUCTIONS_VIEW (widget)->view));
}

static void
bh_instructions_view_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BhInstructionsView *self = BH_INSTRUCTIONS_VIEW (object);

  switch ((BhInstructionsViewProp) prop_id)
    {
    case PROP_TEXT:
      g_value_take_string (value, bh_instructions_view_get_text (self));
      break;
    case PROP_ERROR:
      g_value_set_string (value, bh_instructions_view_get_error (self));
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
bh_instructions_view_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  BhInstructionsView *self = BH_INSTRUCTIONS_VIEW (object);

  switch ((BhInstructionsViewProp) prop_id)
    {
    case PROP_TEXT:
      bh_instructions_view_set_text (self, g_value_get_string (value));
      break;
    case PROP_ERROR:
      bh_instructions_view_set_error (self, g_value_get_string (value));
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
bh_instructions_view_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), BH_TYPE_INSTRUCTIONS_VIEW);
  G_OBJECT_CLASS (bh_instructions_view_parent_class)->dispose (object);
}

static void
bh_instructions_view_class_init (BhInstructionsViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = bh_instructions_view_dispose;
  object_class->get_property = bh_instructions_view_get_property;
  object_class->set_property = bh_instructions_view_set_property;
  widget_class->grab_focus = bh_instructions_view_grab_focus;
  properties[PROP_TEXT] =
      g_param_spec_string ("text", NULL, NULL, "",
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_ERROR] =
      g_param_spec_string ("error", NULL, NULL, NULL,
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  g_type_ensure (GTK_SOURCE_TYPE_VIEW);
  g_type_ensure (GTK_SOURCE_TYPE_BUFFER);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/bellhop/Bellhop/ui/bh-instructions-view.ui");
  gtk_widget_class_bind_template_child (widget_class, BhInstructionsView, frame);
  gtk_widget_class_bind_template_child (widget_class, BhInstructionsView, hint);
  gtk_widget_class_bind_template_child (widget_class, BhInstructionsView, view);
  gtk_widget_class_bind_template_child (widget_class, BhInstructionsView, buffer);
  gtk_widget_class_bind_template_child (widget_class, BhInstructionsView, error_label);
  gtk_widget_class_bind_template_child (widget_class, BhInstructionsView, size_label);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
}

static void
bh_instructions_view_init (BhInstructionsView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_source_buffer_set_language (self->buffer, gtk_source_language_manager_get_language (
                                                    gtk_source_language_manager_get_default (), "markdown"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_PLACEHOLDER,
                                  gtk_label_get_text (GTK_LABEL (self->hint)), -1);
  bh_text_layout_before_drawing (GTK_TEXT_VIEW (self->view));
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (dark_cb), self,
                           G_CONNECT_SWAPPED);
  dark_cb (self);
}

char *
bh_instructions_view_get_text (BhInstructionsView *self)
{
  GtkTextIter start, end;

  g_return_val_if_fail (BH_IS_INSTRUCTIONS_VIEW (self), NULL);
  gtk_text_buffer_get_bounds (GTK_TEXT_BUFFER (self->buffer), &start, &end);
  return gtk_text_buffer_get_text (GTK_TEXT_BUFFER (self->buffer), &start, &end, TRUE);
}

void
bh_instructions_view_set_text (BhInstructionsView *self, const char *text)
{
  GtkTextIter start;

  g_return_if_fail (BH_IS_INSTRUCTIONS_VIEW (self));
  gtk_text_buffer_set_text (GTK_TEXT_BUFFER (self->buffer), text != NULL ? text : "", -1);
  gtk_text_buffer_get_start_iter (GTK_TEXT_BUFFER (self->buffer), &start);
  gtk_text_buffer_place_cursor (GTK_TEXT_BUFFER (self->buffer), &start);
}

const char *
bh_instructions_view_get_error (BhInstructionsView *self)
{
  g_return_val_if_fail (BH_IS_INSTRUCTIONS_VIEW (self), NULL);
  return gtk_widget_get_visible (GTK_WIDGET (self->error_label)) ? gtk_label_get_text (self->error_label)
                                                                 : NULL;
}

void
bh_instructions_view_set_error (BhInstructionsView *self, const char *error)
{
  GtkAccessible *view;

  g_return_if_fail (BH_IS_INSTRUCTIONS_VIEW (self));
  view = GTK_ACCESSIBLE (self->view);
  gtk_label_set_text (self->error_label, error != NULL ? error : "");
  gtk_widget_set_visible (GTK_WIDGET (self->error_label), error != NULL);
  if (error != NULL)
    {
      gtk_widget_add_css_class (GTK_WIDGET (self->frame), "error");
      gtk_accessible_update_state (view, GTK_ACCESSIBLE_STATE_INVALID, GTK_ACCESSIBLE_INVALID_TRUE, -1);
      gtk_accessible_update_relation (view, GTK_ACCESSIBLE_RELATION_ERROR_MESSAGE, self->error_label, NULL,
                                      -1);
    }
  else
    {
      gtk_widget_remove_css_class (GTK_WIDGET (self->frame), "error");
      gtk_accessible_reset_state (view, GTK_ACCESSIBLE_STATE_INVALID);
      gtk_accessible_reset_relation (view, GTK_ACCESSIBLE_RELATION_ERROR_MESSAGE);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR]);
}
