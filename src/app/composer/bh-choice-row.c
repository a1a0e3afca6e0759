/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/composer/bh-choice-row.h"

typedef struct
{
  char *selected;
  BhChoicePage *page; /* weak: while it is open */
} BhChoiceRowPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (BhChoiceRow, bh_choice_row, ADW_TYPE_ACTION_ROW)

static guint changed_signal;

static BhChoiceRowPrivate *
get (BhChoiceRow *self)
{
  return bh_choice_row_get_instance_private (self);
}

static void
fill (BhChoiceRow *self)
{
  BhChoiceRowPrivate *priv = get (self);

  bh_choice_page_clear (priv->page, priv->selected);
  BH_CHOICE_ROW_GET_CLASS (self)->fill (self, priv->page);
}

static void
chosen_cb (BhChoicePage *page, const char *id, BhChoiceRow *self)
{
  GtkWidget *view = gtk_widget_get_ancestor (GTK_WIDGET (page), ADW_TYPE_NAVIGATION_VIEW);

  g_set_weak_pointer (&get (self)->page, NULL);
  bh_choice_row_set_selected (self, id);
  if (view != NULL)
    adw_navigation_view_pop (ADW_NAVIGATION_VIEW (view));
}

static void
bh_choice_row_activate (AdwActionRow *row)
{
  BhChoiceRow *self = BH_CHOICE_ROW (row);
  BhChoiceRowPrivate *priv = get (self);
  GtkWidget *view = gtk_widget_get_ancestor (GTK_WIDGET (row), ADW_TYPE_NAVIGATION_VIEW);

  if (view == NULL)
    return;
  if (BH_CHOICE_ROW_GET_CLASS (self)->opening != NULL)
    BH_CHOICE_ROW_GET_CLASS (self)->opening (self);
  g_set_weak_pointer (&priv->page,
                      bh_choice_page_new (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row))));
  g_signal_connect_object (priv->page, "chosen", G_CALLBACK (chosen_cb), self, 0);
  fill (self);
  adw_navigation_view_push (ADW_NAVIGATION_VIEW (view), ADW_NAVIGATION_PAGE (priv->page));
}

static void
bh_choice_row_dispose (GObject *object)
{
  g_set_weak_pointer (&get (BH_CHOICE_ROW (object))->page, NULL);
  G_OBJECT_CLASS (bh_choice_row_parent_class)->dispose (object);
}

static void
bh_choice_row_finalize (GObject *object)
{
  g_free (get (BH_CHOICE_ROW (object))->selected);
  G_OBJECT_CLASS (bh_choice_row_parent_class)->finalize (object);
}

static void
bh_choice_row_class_init (BhChoiceRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = bh_choice_row_dispose;
  G_OBJECT_CLASS (klass)->finalize = bh_choice_row_finalize;
  ADW_ACTION_ROW_CLASS (klass)->activate = bh_choice_row_activate;
  changed_signal =
      g_signal_new ("changed", BH_TYPE_CHOICE_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
bh_choice_row_init (BhChoiceRow *self)
{
  GtkWidget *arrow = g_object_new (GTK_TYPE_IMAGE, "icon-name", "go-next-symbolic", "accessible-role",
                                   GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);

  adw_action_row_add_suffix (ADW_ACTION_ROW (self), arrow);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), TRUE);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
  gtk_widget_add_css_class (GTK_WIDGET (self), "property");
}

const char *
bh_choice_row_get_selected (BhChoiceRow *self)
{
  g_return_val_if_fail (BH_IS_CHOICE_ROW (self), NULL);
  return get (self)->selected;
}

void
bh_choice_row_set_selected (BhChoiceRow *self, const char *id)
{
  gboolean changed;

  g_return_if_fail (BH_IS_CHOICE_ROW (self));
  changed = g_set_str (&get (self)->selected, id);
  bh_choice_row_refresh (self);
  if (changed)
    g_signal_emit (self, changed_signal, 0);
}

void
bh_choice_row_refresh (BhChoiceRow *self)
{
  g_autofree char *text = NULL;

  g_return_if_fail (BH_IS_CHOICE_ROW (self));
  text = BH_CHOICE_ROW_GET_CLASS (self)->describe (self);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), text);
  if (get (self)->page != NULL)
    fill (self);
}

void
bh_choice_row_changed (BhChoiceRow *self)
{
  g_return_if_fail (BH_IS_CHOICE_ROW (self));
  g_signal_emit (self, changed_signal, 0);
}
