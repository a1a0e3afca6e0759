/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/widgets/bh-focus.h"

GtkWidget *
bh_focus_leave (GtkWidget *widget, GtkWidget *to)
{
  GtkRoot *root;
  GtkWidget *focus;

  g_return_val_if_fail (GTK_IS_WIDGET (widget), NULL);
  g_return_val_if_fail (GTK_IS_WIDGET (to), NULL);
  root = gtk_widget_get_root (widget);
  focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  if (focus == NULL || !gtk_widget_is_ancestor (focus, widget))
    return NULL;
  gtk_root_set_focus (root, to);
  return focus;
}

typedef struct
{
  GtkWidget *had; /* (nullable) (weak) */
} Return;

static void
remember_cb (Return *self, GtkWidget *popover)
{
  GtkRoot *root = gtk_widget_get_root (popover);

  g_set_weak_pointer (&self->had, root != NULL ? gtk_root_get_focus (root) : NULL);
}

static void
return_cb (Return *self, GtkWidget *popover)
{
  GtkRoot *root = gtk_widget_get_root (popover);
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  GtkWidget *had = self->had;

  g_clear_weak_pointer (&self->had);
  /* what was chosen may have taken it along */
  if (had != NULL && gtk_widget_get_mapped (had) && focus != NULL && gtk_widget_is_ancestor (focus, popover))
    gtk_widget_grab_focus (had);
}

static void
free_return (gpointer data, GClosure *closure)
{
  Return *self = data;

  g_clear_weak_pointer (&self->had);
  g_free (self);
}

void
bh_focus_return_from (GtkPopover *popover)
{
  Return *self;

  g_return_if_fail (GTK_IS_POPOVER (popover));
  self = g_new0 (Return, 1);
  g_signal_connect_swapped (popover, "closed", G_CALLBACK (return_cb), self);
  g_signal_connect_data (popover, "map", G_CALLBACK (remember_cb), self, free_return, G_CONNECT_SWAPPED);
}
