/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <gtksourceview/gtksource.h>
#include <string.h>

#include "app/widgets/bh-code-feed.h"
#include "app/widgets/bh-code-language.h"
#include "app/widgets/bh-code-view.h"
#include "app/widgets/bh-text-layout.h"

/* bytes put into the buffer at once, and then for each turn of the main loop */
#define FIRST_PIECE (128 * 1024)
#define PIECE (64 * 1024)
/* above the text: under a title, and as much as below it */
#define MARGIN_TITLED 3
#define MARGIN_UNTITLED 9
/* how long Copy says that it has copied */
#define COPIED_MS 2000

struct _BhCodeView
{
  GtkWidget parent_instance;

  GtkWidget *header;
  GtkWidget *heading;
  GtkBox *actions;
  GtkButton *copy;
  GtkScrolledWindow *scroller;
  GtkSourceView *view;
  GtkSourceBuffer *buffer;

  char *title;
  char *language;
  BhCodeFeed feed;
  int max_height;
  gboolean shows_end;
  gboolean follows; /* its end is in sight, or is to be */
  guint pump_source;
  guint copied_source;
  guint colours_source;
};

typedef enum
{
  PROP_TITLE = 1,
  PROP_LANGUAGE,
  PROP_TEXT,
  PROP_MAX_HEIGHT,
  PROP_SHOWS_END,
} BhCodeViewProp;

static GParamSpec *properties[PROP_SHOWS_END + 1];

G_DEFINE_FINAL_TYPE (BhCodeView, bh_code_view, GTK_TYPE_WIDGET)

static int
line_height (BhCodeView *self)
{
  PangoContext *context = gtk_widget_get_pango_context (GTK_WIDGET (self->view));
  PangoFontMetrics *metrics = pango_context_get_metrics (context, NULL, NULL);
  int height = PANGO_PIXELS_CEIL (pango_font_metrics_get_height (metrics));

  pango_font_metrics_unref (metrics);
  return height;
}

/* A text view learns its height line by line, and would make what is around it jump: its height is told to
 * it. */
static void
update_height (BhCodeView *self)
{
  GtkTextView *view = GTK_TEXT_VIEW (self->view);
  gint64 lines = gtk_text_buffer_get_line_count (GTK_TEXT_BUFFER (self->buffer));
  gint64 margins = gtk_text_view_get_top_margin (view) + gtk_text_view_get_bottom_margin (view);
  gint64 height = MIN (lines * line_height (self) + margins, G_MAXINT / 2);
  gboolean scrolls = self->max_height >= 0 && height > self->max_height;

  gtk_widget_set_size_request (GTK_WIDGET (view), -1, scrolls ? -1 : (int) height);
  gtk_scrolled_window_set_policy (self->scroller, GTK_POLICY_AUTOMATIC,
                                  scrolls ? GTK_POLICY_AUTOMATIC : GTK_POLICY_NEVER);
  gtk_widget_set_size_request (GTK_WIDGET (self->scroller), -1, scrolls ? self->max_height : -1);
}

static void
set_colours (gpointer user_data)
{
  BhCodeView *self = user_data;
  gboolean small = self->feed.text->len <= BH_CODE_VIEW_COLOURED_MAX;
  GtkSourceLanguage *language = small ? bh_code_language_find (self->language) : NULL;

  self->colours_source = 0;
  gtk_source_buffer_set_language (self->buffer, language);
  gtk_source_buffer_set_highlight_syntax (self->buffer, language != NULL);
}

/* The first text of a language takes as long as some frames, as its definition is read: the text comes first.
 */
static void
update_colours (BhCodeView *self)
{
  gboolean coloured = self->language != NULL && self->feed.text->len <= BH_CODE_VIEW_COLOURED_MAX;

  g_clear_handle_id (&self->colours_source, g_source_remove);
  if (coloured)
    self->colours_source = g_idle_add_once (set_colours, self);
  else
    set_colours (self);
}

static void
update_scheme (BhCodeView *self)
{
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  GtkSourceStyleSchemeManager *manager = gtk_source_style_scheme_manager_get_default ();

  gtk_source_buffer_set_style_scheme (
      self->buffer, gtk_source_style_scheme_manager_get_scheme (manager, dark ? "Adwaita-dark" : "Adwaita"));
}

static gboolean
pump_more (gpointer user_data)
{
  BhCodeView *self = user_data;
  gboolean more = bh_code_feed_pump (&self->feed, PIECE);

  update_height (self);
  if (!more)
    self->pump_source = 0;
  return more ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
show_text (BhCodeView *self)
{
  if (self->pump_source == 0 && bh_code_feed_pump (&self->feed, FIRST_PIECE))
    self->pump_source = g_idle_add (pump_more, self);
  if (self->feed.text->len > BH_CODE_VIEW_COLOURED_MAX &&
      (self->colours_source != 0 || gtk_source_buffer_get_language (self->buffer) != NULL))
    update_colours (self);
  update_height (self);
}

void
bh_code_view_set_text (BhCodeView *self, const char *text, gssize length)
{
  g_return_if_fail (BH_IS_CODE_VIEW (self));

  if (text == NULL)
    text = "";
  gboolean had_colours = self->feed.text->len <= BH_CODE_VIEW_COLOURED_MAX;
  if (!bh_code_feed_set (&self->feed, text, length < 0 ? strlen (text) : (gsize) length))
    return;
  self->follows = self->shows_end;
  if (!had_colours && self->feed.text->len <= BH_CODE_VIEW_COLOURED_MAX)
    update_colours (self);
  show_text (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TEXT]);
}

const char *
bh_code_view_get_text (BhCodeView *self)
{
  g_return_val_if_fail (BH_IS_CODE_VIEW (self), NULL);

  return self->feed.text->str;
}

void
bh_code_view_append (BhCodeView *self, const char *text, gsize keep)
{
  g_return_if_fail (BH_IS_CODE_VIEW (self));
  g_return_if_fail (text != NULL);

  if (*text == '\0')
    return;
  bh_code_feed_append (&self->feed, text, keep);
  show_text (self);
}

void
bh_code_view_set_language (BhCodeView *self, const char *language)
{
  g_return_if_fail (BH_IS_CODE_VIEW (self));

  if (!g_set_str (&self->language, language))
    return;
  update_colours (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LANGUAGE]);
}

void
bh_code_view_add_action (BhCodeView *self, GtkWidget *button)
{
  g_return_if_fail (BH_IS_CODE_VIEW (self));
  g_return_if_fail (GTK_IS_WIDGET (button));

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_box_append (self->actions, button);
}

static void
show_copied (BhCodeView *self, gboolean copied)
{
  const char *label = copied ? _ ("Copied") : _ ("Copy");

  gtk_button_set_icon_name (self->copy, copied ? "object-select-symbolic" : "edit-copy-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->copy), label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->copy), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
on_copied_long_ago (gpointer user_data)
{
  BhCodeView *self = user_data;

  self->copied_source = 0;
  show_copied (self, FALSE);
}

static void
on_copy (BhCodeView *self)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), self->feed.text->str);
  show_copied (self, TRUE);
  gtk_accessible_announce (GTK_ACCESSIBLE (self), _ ("Copied"), GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
  g_clear_handle_id (&self->copied_source, g_source_remove);
  self->copied_source = g_timeout_add_once (COPIED_MS, on_copied_long_ago, self);
}

static void
on_scrolled (BhCodeView *self, GtkAdjustment *adjustment)
{
  double end = gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment);

  self->follows = gtk_adjustment_get_value (adjustment) >= end - 1;
}

/* It has grown, or what can be seen of it has. */
static void
on_size_changed (BhCodeView *self, GtkAdjustment *adjustment)
{
  if (self->follows)
    gtk_adjustment_set_value (adjustment, gtk_adjustment_get_upper (adjustment) -
                                              gtk_adjustment_get_page_size (adjustment));
}

/* Without a title there is nothing to have a row of its own for: the buttons stand beside the text, which
 * they never cover, wherever it begins. */
static void
place_header (BhCodeView *self)
{
  gboolean titled = self->title != NULL && *self->title != '\0';
  GtkLayoutManager *layout = gtk_widget_get_layout_manager (GTK_WIDGET (self));
  GtkLayoutChild *place = gtk_layout_manager_get_layout_child (layout, self->header);

  gtk_widget_set_visible (self->heading, titled);
  g_object_set (place, "row", titled ? 0 : 1, "column", titled ? 0 : 1, "column-span", titled ? 2 : 1, NULL);
  gtk_widget_set_valign (self->header, titled ? GTK_ALIGN_FILL : GTK_ALIGN_START);
  if (titled)
    gtk_widget_remove_css_class (self->header, "beside");
  else
    gtk_widget_add_css_class (self->header, "beside");
  gtk_text_view_set_top_margin (GTK_TEXT_VIEW (self->view), titled ? MARGIN_TITLED : MARGIN_UNTITLED);
  update_height (self);
}

static void
set_title (BhCodeView *self, const char *title)
{
  if (!g_set_str (&self->title, title))
    return;
  place_header (self);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  title != NULL && *title != '\0' ? title : _ ("Code"), -1);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TITLE]);
}

static void
bh_code_view_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BhCodeView *self = BH_CODE_VIEW (object);

  switch ((BhCodeViewProp) prop_id)
    {
    case PROP_TITLE:
      g_value_set_string (value, self->title);
      break;
    case PROP_LANGUAGE:
      g_value_set_string (value, self->language);
      break;
    case PROP_TEXT:
      g_value_set_string (value, self->feed.text->str);
      break;
    case PROP_MAX_HEIGHT:
      g_value_set_int (value, self->max_height);
      break;
    case PROP_SHOWS_END:
      g_value_set_boolean (value, self->shows_end);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
bh_code_view_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  BhCodeView *self = BH_CODE_VIEW (object);

  switch ((BhCodeViewProp) prop_id)
    {
    case PROP_TITLE:
      set_title (self, g_value_get_string (value));
      break;
    case PROP_LANGUAGE:
      bh_code_view_set_language (self, g_value_get_string (value));
      break;
    case PROP_TEXT:
      bh_code_view_set_text (self, g_value_get_string (value), -1);
      break;
    case PROP_MAX_HEIGHT:
      self->max_height = g_value_get_int (value);
      update_height (self);
      break;
    case PROP_SHOWS_END:
      self->shows_end = g_value_get_boolean (value);
      self->follows = self->shows_end;
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

/* The font may be another one now. */
static void
bh_code_view_root (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (bh_code_view_parent_class)->root (widget);
  update_height (BH_CODE_VIEW (widget));
}

static void
bh_code_view_dispose (GObject *object)
{
  BhCodeView *self = BH_CODE_VIEW (object);

  g_clear_handle_id (&self->pump_source, g_source_remove);
  g_clear_handle_id (&self->copied_source, g_source_remove);
  g_clear_handle_id (&self->colours_source, g_source_remove);
  gtk_widget_dispose_template (GTK_WIDGET (self), BH_TYPE_CODE_VIEW);
  G_OBJECT_CLASS (bh_code_view_parent_class)->dispose (object);
}

static void
bh_code_view_finalize (GObject *object)
{
  BhCodeView *self = BH_CODE_VIEW (object);

  bh_code_feed_clear (&self->feed);
  g_clear_pointer (&self->title, g_free);
  g_clear_pointer (&self->language, g_free);
  G_OBJECT_CLASS (bh_code_view_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *object_class)
{
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  properties[PROP_LANGUAGE] = g_param_spec_string ("language", NULL, NULL, NULL, flags);
  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, "", flags);
  properties[PROP_MAX_HEIGHT] = g_param_spec_int ("max-height", NULL, NULL, -1, G_MAXINT, -1, flags);
  properties[PROP_SHOWS_END] = g_param_spec_boolean ("shows-end", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
bh_code_view_class_init (BhCodeViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = bh_code_view_get_property;
  object_class->set_property = bh_code_view_set_property;
  object_class->dispose = bh_code_view_dispose;
  object_class->finalize = bh_code_view_finalize;
  widget_class->root = bh_code_view_root;
  install_properties (object_class);
  g_type_ensure (GTK_SOURCE_TYPE_VIEW);
  g_type_ensure (GTK_SOURCE_TYPE_BUFFER);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/bellhop/Bellhop/ui/bh-code-view.ui");
  gtk_widget_class_bind_template_child (widget_class, BhCodeView, header);
  gtk_widget_class_bind_template_child (widget_class, BhCodeView, heading);
  gtk_widget_class_bind_template_child (widget_class, BhCodeView, actions);
  gtk_widget_class_bind_template_child (widget_class, BhCodeView, copy);
  gtk_widget_class_bind_template_child (widget_class, BhCodeView, scroller);
  gtk_widget_class_bind_template_child (widget_class, BhCodeView, view);
  gtk_widget_class_bind_template_child (widget_class, BhCodeView, buffer);
  gtk_widget_class_bind_template_callback (widget_class, on_copy);
  gtk_widget_class_set_css_name (widget_class, "codeview");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
bh_code_view_init (BhCodeView *self)
{
  self->max_height = -1;
  gtk_widget_init_template (GTK_WIDGET (self));
  bh_code_feed_init (&self->feed, GTK_TEXT_BUFFER (self->buffer), BH_CODE_VIEW_LINE_MAX);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Code"), -1);
  bh_text_layout_before_drawing (GTK_TEXT_VIEW (self->view));
  GtkAdjustment *vertical = gtk_scrolled_window_get_vadjustment (self->scroller);
  g_signal_connect_object (vertical, "value-changed", G_CALLBACK (on_scrolled), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (vertical, "changed", G_CALLBACK (on_size_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (update_scheme), self,
                           G_CONNECT_SWAPPED);
  update_scheme (self);
  place_header (self);
}

GtkWidget *
bh_code_view_new (void)
{
  return g_object_new (BH_TYPE_CODE_VIEW, NULL);
}
