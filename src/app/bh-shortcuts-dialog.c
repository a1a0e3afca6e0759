/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/bh-shortcuts-dialog.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/widgets/bh-accessible.h"

struct _BhShortcutsDialog
{
  AdwDialog parent_instance;

  AdwPreferencesPage *page;
};

G_DEFINE_FINAL_TYPE (BhShortcutsDialog, bh_shortcuts_dialog, ADW_TYPE_DIALOG)

typedef struct
{
  const char *title;
  const char *keys; /* accelerators, a space between those that do the same; or the action that has them */
} Shortcut;

static const Shortcut general[] = {
  { NC_ ("shortcuts", "New Run"), "app.new-run" },
  { NC_ ("shortcuts", "Start the New Run"), "<Control>Return" },
  { NC_ ("shortcuts", "Search Runs"), "win.search" },
  { NC_ ("shortcuts", "Main Menu"), "F10" },
  { NC_ ("shortcuts", "Preferences"), "app.preferences" },
  { NC_ ("shortcuts", "Keyboard Shortcuts"), "app.shortcuts" },
  { NC_ ("shortcuts", "Help"), "app.help" },
  { NC_ ("shortcuts", "Close the Window"), "window.close" },
  { NC_ ("shortcuts", "Quit"), "app.quit" },
};
static const Shortcut list[] = {
  { NC_ ("shortcuts", "Menu of the Run"), "Menu <Shift>F10" },
  { NC_ ("shortcuts", "Rename"), "F2" },
  { NC_ ("shortcuts", "Delete"), "Delete" },
};
static const Shortcut run[] = {
  { NC_ ("shortcuts", "Expand or Collapse a Step"), "Return space" },
  { NC_ ("shortcuts", "Menu of the Row"), "Menu <Shift>F10" },
  { NC_ ("shortcuts", "Find in the Timeline"), "<Control>g" },
  { NC_ ("shortcuts", "Send the Message"), "<Control>Return" },
  { NC_ ("shortcuts", "Details"), "F9" },
};
static const Shortcut questions[] = {
  { NC_ ("shortcuts", "Choose an Option"), "1...9" },
  { NC_ ("shortcuts", "Next Question, or Answer"), "Return" },
};

/* --- keys ---------------------------------------------------------------------------------------------- */

static char *
get_label (const char *accelerator)
{
  GdkModifierType modifiers;
  guint key;

  if (g_str_equal (accelerator, "1...9"))
    return g_strdup ("1…9");
  if (!gtk_accelerator_parse (accelerator, &key, &modifiers))
    return g_strdup (accelerator);
  return gtk_accelerator_get_label (key, modifiers);
}

static char *
get_labels (GtkApplication *application, const char *keys)
{
  g_auto (GStrv) accelerators = strchr (keys, '.') != NULL && !g_str_has_prefix (keys, "1")
                                    ? gtk_application_get_accels_for_action (application, keys)
                                    : g_strsplit (keys, " ", -1);

  for (guint i = 0; accelerators[i] != NULL; i++)
    {
      char *label = get_label (accelerators[i]);

      g_free (accelerators[i]);
      accelerators[i] = label;
    }
  return g_strjoinv (" / ", accelerators);
}

/* --- rows ---------------------------------------------------------------------------------------------- */

static GtkWidget *
new_row (const Shortcut *shortcut, GtkApplication *application)
{
  const char *title = g_dpgettext2 (NULL, "shortcuts", shortcut->title);
  g_autofree char *keys = get_labels (application, shortcut->keys);
  GtkWidget *row = adw_action_row_new ();
  /* the row itself says it */
  GtkWidget *label =
      g_object_new (GTK_TYPE_LABEL, "label", keys, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);

  gtk_widget_add_css_class (label, "dim-label");
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), label);
  bh_accessible_describe_row (row, keys);
  return row;
}

static void
add_group (BhShortcutsDialog *self,
           GtkApplication *application,
           const char *title,
           const Shortcut *shortcuts,
           gsize n)
{
  AdwPreferencesGroup *group = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());

  adw_preferences_group_set_title (group, title);
  for (gsize i = 0; i < n; i++)
    adw_preferences_group_add (group, new_row (&shortcuts[i], application));
  adw_preferences_page_add (self->page, group);
}

/* --- the dialog ---------------------------------------------------------------------------------------- */

static void
bh_shortcuts_dialog_class_init (BhShortcutsDialogClass *klass)
{
}

static void
bh_shortcuts_dialog_init (BhShortcutsDialog *self)
{
  GtkWidget *view = adw_toolbar_view_new ();

  self->page = ADW_PREFERENCES_PAGE (adw_preferences_page_new ());
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), GTK_WIDGET (self->page));
  adw_dialog_set_child (ADW_DIALOG (self), view);
  adw_dialog_set_title (ADW_DIALOG (self), C_ ("shortcuts", "Keyboard Shortcuts"));
  adw_dialog_set_content_width (ADW_DIALOG (self), 460);
  adw_dialog_set_content_height (ADW_DIALOG (self), 640);
}

BhShortcutsDialog *
bh_shortcuts_dialog_new (GtkApplication *application)
{
  BhShortcutsDialog *self;

  g_return_val_if_fail (GTK_IS_APPLICATION (application), NULL);
  self = g_object_new (BH_TYPE_SHORTCUTS_DIALOG, NULL);
  add_group (self, application, C_ ("shortcuts", "General"), general, G_N_ELEMENTS (general));
  add_group (self, application, C_ ("shortcuts", "List of Runs"), list, G_N_ELEMENTS (list));
  add_group (self, application, C_ ("shortcuts", "A Run"), run, G_N_ELEMENTS (run));
  add_group (self, application, C_ ("shortcuts", "Questions"), questions, G_N_ELEMENTS (questions));
  return self;
}
