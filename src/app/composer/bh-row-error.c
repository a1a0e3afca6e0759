/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/composer/bh-row-error.h"

static GQuark
error_quark (void)
{
  return g_quark_from_static_string ("bh-row-error");
}

/* What has the focus: the text within an entry row. */
static GtkAccessible *
spoken_part (GtkWidget *row)
{
  GtkEditable *text = GTK_IS_EDITABLE (row) ? gtk_editable_get_delegate (GTK_EDITABLE (row)) : NULL;

  return text != NULL ? GTK_ACCESSIBLE (text) : GTK_ACCESSIBLE (row);
}

static GtkLabel *
find_label (GtkWidget *row)
{
  return g_object_get_qdata (G_OBJECT (row), error_quark ());
}

static GtkLabel *
make_label (GtkWidget *row)
{
  GtkWidget *list = gtk_widget_get_ancestor (row, GTK_TYPE_LIST_BOX);
  GtkWidget *label = gtk_label_new (NULL), *below = gtk_list_box_row_new ();

  g_assert (GTK_IS_LIST_BOX (list));
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "error");
  gtk_widget_add_css_class (label, "caption");
  gtk_widget_set_margin_start (label, 12);
  gtk_widget_set_margin_end (label, 12);
  gtk_widget_set_margin_top (label, 6);
  gtk_widget_set_margin_bottom (label, 6);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (below), label);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (below), FALSE);
  gtk_list_box_row_set_selectable (GTK_LIST_BOX_ROW (below), FALSE);
  gtk_widget_set_focusable (below, FALSE);
  gtk_list_box_insert (GTK_LIST_BOX (list), below, gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (row)) + 1);
  g_object_set_qdata_full (G_OBJECT (row), error_quark (), g_object_ref (label), g_object_unref);
  return GTK_LABEL (label);
}

static void
drop_label (GtkWidget *row)
{
  GtkLabel *label = find_label (row);
  GtkWidget *below =
      label != NULL ? gtk_widget_get_ancestor (GTK_WIDGET (label), GTK_TYPE_LIST_BOX_ROW) : NULL;

  if (below != NULL)
    gtk_list_box_remove (GTK_LIST_BOX (gtk_widget_get_parent (below)), below);
  g_object_set_qdata (G_OBJECT (row), error_quark (), NULL);
}

void
bh_row_error_set (GtkWidget *row, const char *message)
{
  GtkLabel *label;

  g_return_if_fail (GTK_IS_LIST_BOX_ROW (row));
  if (g_strcmp0 (bh_row_error_get (row), message) == 0)
    return;
  if (message == NULL)
    {
      gtk_accessible_reset_state (spoken_part (row), GTK_ACCESSIBLE_STATE_INVALID);
      gtk_accessible_reset_relation (spoken_part (row), GTK_ACCESSIBLE_RELATION_ERROR_MESSAGE);
      gtk_widget_remove_css_class (row, "error");
      drop_label (row);
      return;
    }
  label = find_label (row);
  if (label == NULL)
    label = make_label (row);
  gtk_label_set_text (label, message);
  gtk_widget_add_css_class (row, "error");
  gtk_accessible_update_state (spoken_part (row), GTK_ACCESSIBLE_STATE_INVALID, GTK_ACCESSIBLE_INVALID_TRUE,
                               -1);
  gtk_accessible_update_relation (spoken_part (row), GTK_ACCESSIBLE_RELATION_ERROR_MESSAGE, label, NULL, -1);
}

const char *
bh_row_error_get (GtkWidget *row)
{
  GtkLabel *label = find_label (row);

  return label != NULL ? gtk_label_get_text (label) : NULL;
}
