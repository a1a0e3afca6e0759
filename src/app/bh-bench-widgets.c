/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "app/bh-bench-widgets.h"

#include <string.h>

#define STAMP "stamp "
#define TAIL_CHARS 200
/* what a list may leave free above and below its rows */
#define EDGE 24.0

typedef gboolean (*Matches) (GtkWidget *widget, gpointer data);

/* The first in sight, parents first. */
static GtkWidget *
find (GtkWidget *widget, Matches matches, gpointer data)
{
  if (!gtk_widget_get_mapped (widget))
    return NULL;
  if (matches (widget, data))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find (child, matches, data);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static gboolean
is_list (GtkWidget *widget, gpointer style_class)
{
  return GTK_IS_LIST_VIEW (widget) && gtk_widget_has_css_class (widget, style_class);
}

GtkListView *
bh_bench_find_list (GtkWidget *window, const char *style_class)
{
  return GTK_LIST_VIEW (find (window, is_list, (gpointer) style_class));
}

static gboolean
is_button (GtkWidget *widget, gpointer label)
{
  const char *has = GTK_IS_BUTTON (widget) ? gtk_button_get_label (GTK_BUTTON (widget)) : NULL;

  return has != NULL && g_str_has_prefix (has, label);
}

GtkButton *
bh_bench_find_button (GtkWidget *window, const char *label)
{
  return GTK_BUTTON (find (window, is_button, (gpointer) label));
}

static gboolean
is_of_type (GtkWidget *widget, gpointer type)
{
  return G_TYPE_CHECK_INSTANCE_TYPE (widget, GPOINTER_TO_SIZE (type));
}

GtkWidget *
bh_bench_find_type (GtkWidget *window, GType type)
{
  return find (window, is_of_type, GSIZE_TO_POINTER (type));
}

guint
bh_bench_list_get_n_items (GtkListView *list)
{
  GListModel *model = G_LIST_MODEL (gtk_list_view_get_model (list));
  guint n = model != NULL ? g_list_model_get_n_items (model) : 0;
  g_autoptr (GObject) last = n > 0 ? g_list_model_get_item (model, n - 1) : NULL;

  /* a timeline may show only the last of its rows as yet */
  if (last != NULL && g_object_class_find_property (G_OBJECT_GET_CLASS (last), "position") != NULL)
    {
      g_object_get (last, "position", &n, NULL);
      n++;
    }
  return n;
}

GtkAdjustment *
bh_bench_list_get_adjustment (GtkListView *list)
{
  return gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (list));
}

/* A row that is not loaded, or one in sight of the list that shows nothing. */
static gboolean
is_missing (GtkWidget *widget, gpointer list)
{
  graphene_rect_t bounds;
  GtkWidget *child = gtk_widget_get_first_child (widget);

  if (strcmp (G_OBJECT_TYPE_NAME (widget), "BhPlaceholderRow") == 0)
    return TRUE;
  if (strcmp (G_OBJECT_TYPE_NAME (widget), "BhTimelineCell") != 0)
    return FALSE;
  while (child != NULL && !gtk_widget_get_mapped (child))
    child = gtk_widget_get_next_sibling (child);
  return child == NULL && gtk_widget_compute_bounds (widget, list, &bounds) &&
         bounds.origin.y + bounds.size.height > 0 && bounds.origin.y < (float) gtk_widget_get_height (list);
}

/* Rows from top to bottom: a list can be at a place that it has not made the rows of. */
static gboolean
is_covered (GtkListView *list)
{
  GtkAdjustment *adjustment = bh_bench_list_get_adjustment (list);
  double height = gtk_adjustment_get_page_size (adjustment);
  gboolean is_short = gtk_adjustment_get_upper (adjustment) <= height;
  double top = G_MAXDOUBLE, bottom = 0;
  graphene_rect_t bounds;

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (list)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (gtk_widget_get_mapped (child) && gtk_widget_compute_bounds (child, GTK_WIDGET (list), &bounds))
      {
        top = MIN (top, (double) bounds.origin.y);
        bottom = MAX (bottom, (double) (bounds.origin.y + bounds.size.height));
      }
  return top <= EDGE && bottom > 0 && (is_short || bottom >= height - EDGE);
}

gboolean
bh_bench_list_is_complete (GtkListView *list, gboolean at_end)
{
  GtkAdjustment *adjustment = bh_bench_list_get_adjustment (list);
  double end = gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment);

  return is_covered (list) && (!at_end || gtk_adjustment_get_value (adjustment) >= end - 2) &&
         find (GTK_WIDGET (list), is_missing, list) == NULL;
}

static gboolean
is_long_text (GtkWidget *widget, gpointer data)
{
  return GTK_IS_TEXT_VIEW (widget) &&
         gtk_text_buffer_get_char_count (gtk_text_view_get_buffer (GTK_TEXT_VIEW (widget))) >=
             GPOINTER_TO_INT (data);
}

gboolean
bh_bench_has_text (GtkWidget *window, int n_chars)
{
  return find (window, is_long_text, GINT_TO_POINTER (n_chars)) != NULL;
}

/* The last one that has all its digits; 0: none. */
static double
find_stamp (const char *text)
{
  const char *found = g_strrstr (text, STAMP);
  char *ended;
  double stamp;

  if (found == NULL)
    return 0;
  stamp = g_ascii_strtod (found + strlen (STAMP), &ended);
  return ended - found >= (ptrdiff_t) strlen (STAMP "1234567890.123456") ? stamp : 0;
}

static double
stamp_of (GtkTextBuffer *buffer)
{
  GtkTextIter start, end;
  g_autofree char *text = NULL;

  gtk_text_buffer_get_end_iter (buffer, &end);
  start = end;
  gtk_text_iter_backward_chars (&start, TAIL_CHARS);
  text = gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
  return find_stamp (text);
}

static gboolean
newest_stamp (GtkWidget *widget, gpointer data)
{
  double *newest = data;

  if (GTK_IS_LABEL (widget))
    *newest = MAX (*newest, find_stamp (gtk_label_get_text (GTK_LABEL (widget))));
  if (GTK_IS_TEXT_VIEW (widget))
    *newest = MAX (*newest, stamp_of (gtk_text_view_get_buffer (GTK_TEXT_VIEW (widget))));
  return FALSE;
}

double
bh_bench_get_stamp (GtkWidget *window)
{
  GtkListView *list = bh_bench_find_list (window, "timeline");
  double newest = 0;

  if (list != NULL)
    find (GTK_WIDGET (list), newest_stamp, &newest);
  return newest;
}
