/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gi18n.h>

#include "app/preferences/bh-worker-row.h"

struct _BhWorkerRow
{
  AdwExpanderRow parent_instance;

  GtkImage *icon;
  AdwActionRow *hostname;
  AdwActionRow *version;
  AdwActionRow *load;
  AdwActionRow *memory;
  AdwActionRow *disk;
  AdwActionRow *images;

  BhConnection *connection;
  BhInfoItem *worker; /* with a BhWorkerInfo */
  gboolean asking;    /* for the images */
};

G_DEFINE_FINAL_TYPE (BhWorkerRow, bh_worker_row, ADW_TYPE_EXPANDER_ROW)

/* --- what is shown ------------------------------------------------------------------------------------- */

static char *
describe (const BhWorkerInfo *info)
{
  g_autofree char *boxes = NULL;

  if (!info->online)
    return g_strdup (_ ("Offline"));
  /* TRANSLATORS: how many DevBoxes run on a worker, and how many may */
  boxes = g_strdup_printf (ngettext ("%u of %u DevBox", "%u of %u DevBoxes", info->max_boxes), info->boxes,
                           info->max_boxes);
  /* TRANSLATORS: %s is like “2 of 8 DevBoxes” */
  return g_strdup_printf (_ ("Online · %s"), boxes);
}

static void
show_amount (AdwActionRow *row, guint64 available, guint64 total)
{
  g_autofree char *free_size = g_format_size (available);
  g_autofree char *size = g_format_size (total);
  /* TRANSLATORS: like “5.2 GB of 16 GB” */
  g_autofree char *text = g_strdup_printf (_ ("%s of %s"), free_size, size);

  gtk_widget_set_visible (GTK_WIDGET (row), total > 0);
  adw_action_row_set_subtitle (row, text);
}

static void
show_text (AdwActionRow *row, const char *text)
{
  gtk_widget_set_visible (GTK_WIDGET (row), text != NULL && *text != '\0');
  adw_action_row_set_subtitle (row, text != NULL ? text : "");
}

static void
update (BhWorkerRow *self)
{
  const BhWorkerInfo *info = bh_info_item_get (self->worker);
  g_autofree char *state = describe (info);
  /* TRANSLATORS: how busy a machine's processors are */
  g_autofree char *load = g_strdup_printf (_ ("%.0f %%"), CLAMP (info->cpu_load, 0, 1) * 100);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), info->name);
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (self), state);
  gtk_image_set_from_icon_name (self->icon,
                                info->online ? "object-select-symbolic" : "network-offline-symbolic");
  gtk_widget_remove_css_class (GTK_WIDGET (self->icon), info->online ? "warning" : "success");
  gtk_widget_add_css_class (GTK_WIDGET (self->icon), info->online ? "success" : "warning");
  show_text (self->hostname, info->hostname);
  show_text (self->version, info->version);
  show_text (self->load, info->online ? load : NULL);
  show_amount (self->memory, info->memory_available, info->online ? info->memory_total : 0);
  show_amount (self->disk, info->disk_available, info->online ? info->disk_total : 0);
}

/* --- images -------------------------------------------------------------------------------------------- */

static char *
image_names (GPtrArray *images)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < images->len; i++)
    {
      const BhImageInfo *image = g_ptr_array_index (images, i);

      if (text->len > 0)
        g_string_append_c (text, '\n');
      if (image->description != NULL && *image->description != '\0')
        g_string_append_printf (text, "%s – %s", image->id, image->description);
      else
        g_string_append (text, image->id);
    }
  return g_strdup (text->len > 0 ? text->str : C_ ("images", "None"));
}

static DexFuture *
images_fiber (gpointer data)
{
  BhWorkerRow *self = data;
  g_autoptr (GError) error = NULL;
  const BhWorkerInfo *info = bh_info_item_get (self->worker);
  g_autoptr (GPtrArray) images =
      dex_await_boxed (bh_connection_images (self->connection, info->name), &error);
  g_autofree char *text = images != NULL ? image_names (images) : g_strdup (error->message);

  self->asking = FALSE;
  if (self->worker != NULL)
    adw_action_row_set_subtitle (self->images, text);
  return dex_future_new_true ();
}

static void
expanded_cb (BhWorkerRow *self)
{
  const BhWorkerInfo *info = self->worker != NULL ? bh_info_item_get (self->worker) : NULL;

  if (info == NULL || self->asking || !adw_expander_row_get_expanded (ADW_EXPANDER_ROW (self)))
    return;
  gtk_widget_set_visible (GTK_WIDGET (self->images), info->online);
  if (!info->online)
    return;
  self->asking = TRUE;
  adw_action_row_set_subtitle (self->images, _ ("Asking…"));
  dex_future_disown (dex_scheduler_spawn (NULL, 0, images_fiber, g_object_ref (self), g_object_unref));
}

/* --- the row ------------------------------------------------------------------------------------------- */

static void
bh_worker_row_dispose (GObject *object)
{
  BhWorkerRow *self = BH_WORKER_ROW (object);

  if (self->worker != NULL)
    g_signal_handlers_disconnect_by_data (self->worker, self);
  g_clear_object (&self->worker);
  g_clear_object (&self->connection);
  gtk_widget_dispose_template (GTK_WIDGET (object), BH_TYPE_WORKER_ROW);
  G_OBJECT_CLASS (bh_worker_row_parent_class)->dispose (object);
}

static void
bh_worker_row_class_init (BhWorkerRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = bh_worker_row_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/bellhop/Bellhop/ui/bh-worker-row.ui");
  gtk_widget_class_bind_template_child (widget_class, BhWorkerRow, icon);
  gtk_widget_class_bind_template_child (widget_class, BhWorkerRow, hostname);
  gtk_widget_class_bind_template_child (widget_class, BhWorkerRow, version);
  gtk_widget_class_bind_template_child (widget_class, BhWorkerRow, load);
  gtk_widget_class_bind_template_child (widget_class, BhWorkerRow, memory);
  gtk_widget_class_bind_template_child (widget_class, BhWorkerRow, disk);
  gtk_widget_class_bind_template_child (widget_class, BhWorkerRow, images);
  gtk_widget_class_bind_template_callback (widget_class, expanded_cb);
}

static void
bh_worker_row_init (BhWorkerRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
bh_worker_row_new (BhConnection *connection, BhInfoItem *worker)
{
  BhWorkerRow *self = g_object_new (BH_TYPE_WORKER_ROW, NULL);

  self->connection = g_object_ref (connection);
  self->worker = g_object_ref (worker);
  g_signal_connect_swapped (worker, "notify", G_CALLBACK (update), self);
  update (self);
  return GTK_WIDGET (self);
}
