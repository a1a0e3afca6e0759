/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gi18n.h>

#include "app/run/bh-find-bar.h"

#include "app/run/bh-row-view.h"

/* most is found sooner, and what comes and goes at each key only moves the entry */
#define SPIN_AFTER_MS 300

struct _BhFindBar
{
  GtkWidget parent_instance;

  GtkSearchBar *bar;
  GtkEditable *entry;
  GtkLabel *note;
  GtkWidget *spinner;

  BhTimelineView *view; /* borrowed */
  BhTimeline *timeline; /* (nullable) */
  guint found;          /* GTK_INVALID_LIST_POSITION: nothing yet */
  guint number;         /* of the search whose result is waited for */
  guint spin_source;
};

G_DEFINE_FINAL_TYPE (BhFindBar, bh_find_bar, GTK_TYPE_WIDGET)

static void
show_note (BhFindBar *self, const char *note)
{
  gtk_label_set_text (self->note, note);
  gtk_widget_set_visible (GTK_WIDGET (self->note), *note != '\0');
  if (*note != '\0')
    gtk_accessible_announce (GTK_ACCESSIBLE (self), note, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

static void
spin_cb (gpointer data)
{
  BhFindBar *self = data;

  self->spin_source = 0;
  gtk_widget_set_visible (self->spinner, TRUE);
}

/* What was asked before is not waited for any more. */
static void
end_finding (BhFindBar *self)
{
  self->number++;
  g_clear_handle_id (&self->spin_source, g_source_remove);
  gtk_widget_set_visible (self->spinner, FALSE);
}

/* A long Run takes a while. */
static void
begin_finding (BhFindBar *self)
{
  self->number++;
  if (self->spin_source == 0 && !gtk_widget_get_visible (self->spinner))
    self->spin_source = g_timeout_add_once (SPIN_AFTER_MS, spin_cb, self);
}

typedef struct
{
  GWeakRef bar;
  guint number;
} Asked;

static Asked *
asked_new (BhFindBar *self)
{
  Asked *asked = g_new0 (Asked, 1);

  g_weak_ref_init (&asked->bar, self);
  asked->number = self->number;
  return asked;
}

static void
asked_free (gpointer data)
{
  g_weak_ref_clear (&((Asked *) data)->bar);
  g_free (data);
}

static void
forget (BhFindBar *self)
{
  end_finding (self);
  if (self->timeline != NULL)
    bh_timeline_cancel_find (self->timeline);
  self->found = GTK_INVALID_LIST_POSITION;
  show_note (self, "");
  if (self->view != NULL)
    bh_timeline_view_clear_mark (self->view);
}

static DexFuture *
found_cb (DexFuture *future, gpointer data)
{
  Asked *asked = data;
  g_autoptr (BhFindBar) self = g_weak_ref_get (&asked->bar);
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (self == NULL || self->note == NULL || asked->number != self->number)
    return dex_future_new_true ();
  end_finding (self);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return dex_future_new_true ();
  if (value == NULL)
    {
      forget (self);
      show_note (self, g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ? _ ("Not found")
                                                                                 : error->message);
      return dex_future_new_true ();
    }
  self->found = g_value_get_uint (value);
  show_note (self, "");
  bh_timeline_view_show_row (self->view, self->found, TRUE);
  return dex_future_new_true ();
}

/* Without a place to start from: the last match, as the end is what is mostly in sight. */
static void
find (BhFindBar *self, gboolean backwards)
{
  const char *text = gtk_editable_get_text (self->entry);
  guint n = self->timeline != NULL ? g_list_model_get_n_items (G_LIST_MODEL (self->timeline)) : 0;
  gboolean first = self->found >= n;

  if (*text == '\0' || n == 0)
    {
      forget (self);
      return;
    }
  begin_finding (self);
  dex_future_disown (dex_future_finally (bh_timeline_find (self->timeline, text, first ? 0 : self->found,
                                                           first || backwards),
                                         found_cb, asked_new (self), asked_free));
}

static void
search_changed_cb (BhFindBar *self)
{
  /* the bar empties the entry as it closes */
  if (!gtk_search_bar_get_search_mode (self->bar))
    return;
  self->found = GTK_INVALID_LIST_POSITION;
  find (self, TRUE);
}

static void
next_cb (BhFindBar *self)
{
  find (self, FALSE);
}

static void
previous_cb (BhFindBar *self)
{
  find (self, TRUE);
}

static void
close_cb (BhFindBar *self)
{
  gtk_search_bar_set_search_mode (self->bar, FALSE);
}

static void
mode_changed_cb (BhFindBar *self)
{
  guint found = self->found;

  if (gtk_search_bar_get_search_mode (self->bar))
    return;
  forget (self);
  /* who has found something reads on there */
  if (found != GTK_INVALID_LIST_POSITION && gtk_widget_get_focus_child (GTK_WIDGET (self)) != NULL)
    {
      bh_timeline_view_show_row (self->view, found, FALSE);
      gtk_widget_child_focus (GTK_WIDGET (self->view), GTK_DIR_DOWN);
    }
}

static void
next_action (GtkWidget *widget, const char *name, GVariant *target)
{
  find (BH_FIND_BAR (widget), FALSE);
}

static void
previous_action (GtkWidget *widget, const char *name, GVariant *target)
{
  find (BH_FIND_BAR (widget), TRUE);
}

static void
bh_find_bar_dispose (GObject *object)
{
  BhFindBar *self = BH_FIND_BAR (object);

  self->view = NULL;
  g_clear_handle_id (&self->spin_source, g_source_remove);
  g_clear_object (&self->timeline);
  gtk_widget_dispose_template (GTK_WIDGET (self), BH_TYPE_FIND_BAR);
  bh_unparent_children (GTK_WIDGET (self));
  G_OBJECT_CLASS (bh_find_bar_parent_class)->dispose (object);
}

static void
bh_find_bar_class_init (BhFindBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = bh_find_bar_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/bellhop/Bellhop/ui/bh-find-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, BhFindBar, bar);
  gtk_widget_class_bind_template_child (widget_class, BhFindBar, entry);
  gtk_widget_class_bind_template_child (widget_class, BhFindBar, note);
  gtk_widget_class_bind_template_child (widget_class, BhFindBar, spinner);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, next_cb);
  gtk_widget_class_bind_template_callback (widget_class, previous_cb);
  gtk_widget_class_bind_template_callback (widget_class, close_cb);
  gtk_widget_class_bind_template_callback (widget_class, mode_changed_cb);
  gtk_widget_class_install_action (widget_class, "find.next", NULL, next_action);
  gtk_widget_class_install_action (widget_class, "find.previous", NULL, previous_action);
}

static void
bh_find_bar_init (BhFindBar *self)
{
  self->found = GTK_INVALID_LIST_POSITION;
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_search_bar_connect_entry (self->bar, self->entry);
}

void
bh_find_bar_set_view (BhFindBar *self, BhTimelineView *view)
{
  g_return_if_fail (BH_IS_FIND_BAR (self));
  self->view = view;
}

void
bh_find_bar_set_timeline (BhFindBar *self, BhTimeline *timeline)
{
  g_return_if_fail (BH_IS_FIND_BAR (self));
  if (self->timeline == timeline)
    return;
  forget (self);
  g_set_object (&self->timeline, timeline);
  gtk_search_bar_set_search_mode (self->bar, FALSE);
}

void
bh_find_bar_begin (BhFindBar *self)
{
  g_return_if_fail (BH_IS_FIND_BAR (self));
  gtk_search_bar_set_search_mode (self->bar, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->entry));
  gtk_editable_select_region (self->entry, 0, -1);
}
