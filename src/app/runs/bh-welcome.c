/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/runs/bh-welcome.h"

#include "app/runs/bh-recipe.h"
#include "client/bh-future.h"

struct _BhWelcome
{
  AdwBin parent_instance;

  AdwPreferencesGroup *recipes;
};

G_DEFINE_FINAL_TYPE (BhWelcome, bh_welcome, ADW_TYPE_BIN)

static guint recipe_signal;

/* A row and the recipe it stands for. */
typedef struct
{
  BhWelcome *welcome; /* its ancestor */
  char *path;
} Choice;

static void
choice_free (gpointer data, GClosure *closure)
{
  g_free (((Choice *) data)->path);
  g_free (data);
}

static void
activated_cb (Choice *choice)
{
  g_signal_emit (choice->welcome, recipe_signal, 0, choice->path);
}

static void
add_recipe (BhWelcome *self, const BhRecipe *recipe)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *arrow = g_object_new (GTK_TYPE_IMAGE, "icon-name", "go-next-symbolic", "accessible-role",
                                   GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);
  Choice *choice = g_new0 (Choice, 1);

  choice->welcome = self;
  choice->path = g_strdup (recipe->path);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), recipe->title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), recipe->description);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 3);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), arrow);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  g_signal_connect_data (row, "activated", G_CALLBACK (activated_cb), choice, choice_free, G_CONNECT_SWAPPED);
  adw_preferences_group_add (self->recipes, row);
}

static DexFuture *
loaded_cb (DexFuture *future, gpointer data)
{
  g_autoptr (BhWelcome) self = g_weak_ref_get (data);
  GPtrArray *recipes = g_value_get_boxed (dex_future_get_value (future, NULL));

  if (self == NULL || self->recipes == NULL)
    return dex_future_new_true ();
  for (guint i = 0; i < recipes->len; i++)
    add_recipe (self, g_ptr_array_index (recipes, i));
  gtk_widget_set_visible (GTK_WIDGET (self->recipes), recipes->len > 0);
  return dex_future_new_true ();
}

/* Only who has no Runs sees them. */
static void
bh_welcome_map (GtkWidget *widget)
{
  BhWelcome *self = BH_WELCOME (widget);

  GTK_WIDGET_CLASS (bh_welcome_parent_class)->map (widget);
  if (gtk_widget_get_visible (GTK_WIDGET (self->recipes)))
    return;
  dex_future_disown (
      dex_future_then (bh_recipes_load (), loaded_cb, bh_weak_ref_new (self), bh_weak_ref_free));
}

static void
bh_welcome_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), BH_TYPE_WELCOME);
  G_OBJECT_CLASS (bh_welcome_parent_class)->dispose (object);
}

static void
bh_welcome_class_init (BhWelcomeClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = bh_welcome_dispose;
  widget_class->map = bh_welcome_map;
  recipe_signal = g_signal_new ("recipe", BH_TYPE_WELCOME, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/bellhop/Bellhop/ui/bh-welcome.ui");
  gtk_widget_class_bind_template_child (widget_class, BhWelcome, recipes);
}

static void
bh_welcome_init (BhWelcome *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
