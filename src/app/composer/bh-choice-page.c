/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/composer/bh-choice-page.h"

#include "app/widgets/bh-accessible.h"

struct _BhChoicePage
{
  AdwNavigationPage parent_instance;

  AdwPreferencesPage *page;
  GPtrArray *groups;     /* AdwPreferencesGroup, borrowed */
  GtkCheckButton *radio; /* borrowed: one of the group of all radio buttons */
  char *selected;
};

G_DEFINE_FINAL_TYPE (BhChoicePage, bh_choice_page, ADW_TYPE_NAVIGATION_PAGE)

static guint chosen_signal;

static GQuark
id_quark (void)
{
  return g_quark_from_static_string ("bh-choice-id");
}

static void
bh_choice_page_dispose (GObject *object)
{
  g_ptr_array_set_size (BH_CHOICE_PAGE (object)->groups, 0);
  gtk_widget_dispose_template (GTK_WIDGET (object), BH_TYPE_CHOICE_PAGE);
  G_OBJECT_CLASS (bh_choice_page_parent_class)->dispose (object);
}

static void
bh_choice_page_finalize (GObject *object)
{
  BhChoicePage *self = BH_CHOICE_PAGE (object);

  g_ptr_array_unref (self->groups);
  g_free (self->selected);
  G_OBJECT_CLASS (bh_choice_page_parent_class)->finalize (object);
}

static void
bh_choice_page_class_init (BhChoicePageClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = bh_choice_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = bh_choice_page_finalize;
  chosen_signal = g_signal_new ("chosen", BH_TYPE_CHOICE_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_template_from_resource (GTK_WIDGET_CLASS (klass),
                                               "/org/bellhop/Bellhop/ui/bh-choice-page.ui");
  gtk_widget_class_bind_template_child (GTK_WIDGET_CLASS (klass), BhChoicePage, page);
}

static void
bh_choice_page_init (BhChoicePage *self)
{
  self->groups = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

BhChoicePage *
bh_choice_page_new (const char *title)
{
  return g_object_new (BH_TYPE_CHOICE_PAGE, "title", title, NULL);
}

void
bh_choice_page_clear (BhChoicePage *self, const char *selected)
{
  g_return_if_fail (BH_IS_CHOICE_PAGE (self));

  self->radio = NULL;
  g_set_str (&self->selected, selected);
  for (guint i = 0; i < self->groups->len; i++)
    adw_preferences_page_remove (self->page, self->groups->pdata[i]);
  g_ptr_array_set_size (self->groups, 0);
}

void
bh_choice_page_add_group (BhChoicePage *self, const char *title, const char *description)
{
  /* both are markup there */
  g_autofree char *escaped = g_markup_escape_text (title != NULL ? title : "", -1);
  g_autofree char *more = description != NULL ? g_markup_escape_text (description, -1) : NULL;
  GtkWidget *group = adw_preferences_group_new ();

  g_return_if_fail (BH_IS_CHOICE_PAGE (self));

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), escaped);
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (group), more);
  adw_preferences_page_add (self->page, ADW_PREFERENCES_GROUP (group));
  g_ptr_array_add (self->groups, group);
}

static void
toggled_cb (GtkCheckButton *radio, BhChoicePage *self)
{
  const char *id = g_object_get_qdata (G_OBJECT (radio), id_quark ());

  if (gtk_check_button_get_active (radio))
    g_signal_emit (self, chosen_signal, 0, id);
}

/* A click on what is chosen already is a choice, too. */
static void
activated_cb (AdwActionRow *row, BhChoicePage *self)
{
  GtkCheckButton *radio = GTK_CHECK_BUTTON (adw_action_row_get_activatable_widget (row));

  if (g_strcmp0 (g_object_get_qdata (G_OBJECT (radio), id_quark ()), self->selected) == 0)
    g_signal_emit (self, chosen_signal, 0, self->selected);
}

static void
add_radio (BhChoicePage *self, AdwActionRow *row, const char *id)
{
  GtkWidget *radio =
      g_object_new (GTK_TYPE_CHECK_BUTTON, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);

  gtk_check_button_set_group (GTK_CHECK_BUTTON (radio), self->radio);
  self->radio = GTK_CHECK_BUTTON (radio);
  gtk_widget_set_valign (radio, GTK_ALIGN_CENTER);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (radio), g_strcmp0 (id, self->selected) == 0);
  g_object_set_qdata_full (G_OBJECT (radio), id_quark (), g_strdup (id), g_free);
  g_signal_connect_object (radio, "toggled", G_CALLBACK (toggled_cb), self, 0);
  g_signal_connect_object (row, "activated", G_CALLBACK (activated_cb), self, 0);
  adw_action_row_add_prefix (row, radio);
  adw_action_row_set_activatable_widget (row, radio);
  /* the arrow keys move among the rows, and choose nothing */
  bh_accessible_follow_check (GTK_WIDGET (row), GTK_CHECK_BUTTON (radio));
}

void
bh_choice_page_add (BhChoicePage *self, const char *id, const char *title, const char *subtitle)
{
  GtkAccessibleRole role = id != NULL ? GTK_ACCESSIBLE_ROLE_RADIO : GTK_ACCESSIBLE_ROLE_LIST_ITEM;
  AdwActionRow *row = g_object_new (ADW_TYPE_ACTION_ROW, "accessible-role", role, NULL);

  g_return_if_fail (BH_IS_CHOICE_PAGE (self) && self->groups->len > 0);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (row, subtitle != NULL ? subtitle : "");
  if (id != NULL)
    add_radio (self, row, id);
  else
    gtk_widget_set_sensitive (GTK_WIDGET (row), FALSE);
  adw_preferences_group_add (self->groups->pdata[self->groups->len - 1], GTK_WIDGET (row));
}
