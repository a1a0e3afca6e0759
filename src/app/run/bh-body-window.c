/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gi18n.h>

#include "app/run/bh-body-window.h"

#include "app/run/bh-step-body.h"
#include "app/widgets/bh-code-view.h"
#include "app/widgets/bh-status.h"

#define RANGE (256 * 1024)

struct _BhBodyWindow
{
  AdwWindow parent_instance;

  AdwWindowTitle *heading;
  GtkStack *stack;
  BhCodeView *text;
  AdwStatusPage *problem;

  BhConnection *connection;
  char *run_id;
  guint64 row;
  BhPart part;
  guint64 from, total;
  guint number; /* of the request whose answer is waited for */
};

G_DEFINE_FINAL_TYPE (BhBodyWindow, bh_body_window, ADW_TYPE_WINDOW)

static void load (BhBodyWindow *self, guint64 from);

static void
update_actions (BhBodyWindow *self)
{
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "body.earlier", self->from > 0);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "body.later", self->from + RANGE < self->total);
}

static void
show_text (BhBodyWindow *self, const BhBodyText *body)
{
  g_autofree char *from = bh_format_bytes (body->from), *to = bh_format_bytes (body->from + body->bytes),
                  *total = bh_format_bytes (body->total), *subtitle = NULL;

  self->total = body->total;
  /* Translators: amounts: which part of an output is shown, and how much there is: "1.2 MB – 1.4 MB of 8 MB"
   */
  subtitle = body->from == 0 && body->bytes >= body->total
                 ? g_steal_pointer (&total)
                 : g_strdup_printf (_ ("%s – %s of %s"), from, to, total);
  adw_window_title_set_subtitle (self->heading, subtitle);
  g_object_set (self->text, "language", bh_step_result_language (body->text), NULL);
  bh_code_view_set_text (self->text, body->text, -1);
  gtk_stack_set_visible_child_name (self->stack, "text");
  update_actions (self);
}

typedef struct
{
  GWeakRef window;
  guint number;
} Load;

static void
load_free (gpointer data)
{
  g_weak_ref_clear (&((Load *) data)->window);
  g_free (data);
}

static DexFuture *
loaded_cb (DexFuture *future, gpointer data)
{
  Load *asked = data;
  g_autoptr (BhBodyWindow) self = g_weak_ref_get (&asked->window);
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (self == NULL || self->stack == NULL || asked->number != self->number)
    return dex_future_new_true ();
  if (value != NULL)
    {
      show_text (self, g_value_get_boxed (value));
      return dex_future_new_true ();
    }
  adw_status_page_set_description (self->problem, NULL);
  adw_status_page_set_title (self->problem, error->message);
  gtk_stack_set_visible_child_name (self->stack, "problem");
  return dex_future_new_true ();
}

static void
load (BhBodyWindow *self, guint64 from)
{
  Load *asked = g_new0 (Load, 1);

  self->from = from;
  g_weak_ref_init (&asked->window, self);
  asked->number = ++self->number;
  update_actions (self);
  dex_future_disown (dex_future_finally (bh_connection_row_body (self->connection, self->run_id, self->row,
                                                                 self->part, from, RANGE),
                                         loaded_cb, asked, load_free));
}

static void
earlier_action (GtkWidget *widget, const char *name, GVariant *target)
{
  BhBodyWindow *self = BH_BODY_WINDOW (widget);

  load (self, self->from > RANGE ? self->from - RANGE : 0);
}

static void
later_action (GtkWidget *widget, const char *name, GVariant *target)
{
  BhBodyWindow *self = BH_BODY_WINDOW (widget);

  load (self, self->from + RANGE);
}

static void
retry_action (GtkWidget *widget, const char *name, GVariant *target)
{
  load (BH_BODY_WINDOW (widget), BH_BODY_WINDOW (widget)->from);
}

static void
bh_body_window_dispose (GObject *object)
{
  BhBodyWindow *self = BH_BODY_WINDOW (object);

  g_clear_object (&self->connection);
  gtk_widget_dispose_template (GTK_WIDGET (self), BH_TYPE_BODY_WINDOW);
  G_OBJECT_CLASS (bh_body_window_parent_class)->dispose (object);
}

static void
bh_body_window_finalize (GObject *object)
{
  g_free (BH_BODY_WINDOW (object)->run_id);
  G_OBJECT_CLASS (bh_body_window_parent_class)->finalize (object);
}

static void
bh_body_window_class_init (BhBodyWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = bh_body_window_dispose;
  G_OBJECT_CLASS (klass)->finalize = bh_body_window_finalize;
  g_type_ensure (BH_TYPE_CODE_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/bellhop/Bellhop/ui/bh-body-window.ui");
  gtk_widget_class_bind_template_child (widget_class, BhBodyWindow, heading);
  gtk_widget_class_bind_template_child (widget_class, BhBodyWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, BhBodyWindow, text);
  gtk_widget_class_bind_template_child (widget_class, BhBodyWindow, problem);
  gtk_widget_class_install_action (widget_class, "body.earlier", NULL, earlier_action);
  gtk_widget_class_install_action (widget_class, "body.later", NULL, later_action);
  gtk_widget_class_install_action (widget_class, "body.retry", NULL, retry_action);
}

static const char *
name_of (BhPart part)
{
  switch (part)
    {
    case BH_PART_CALL:
      return C_ ("step", "Call");
    case BH_PART_RESULT:
      return C_ ("step", "Result");
    case BH_PART_TEXT:
    default:
      return _ ("Message");
    }
}

static void
bh_body_window_init (BhBodyWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

BhBodyWindow *
bh_body_window_new (
    BhConnection *connection, const char *run_id, guint64 row, BhPart part, const char *title, guint64 total)
{
  BhBodyWindow *self = g_object_new (BH_TYPE_BODY_WINDOW, "title", title, NULL);

  g_return_val_if_fail (BH_IS_CONNECTION (connection), self);
  g_return_val_if_fail (run_id != NULL, self);
  self->connection = g_object_ref (connection);
  self->run_id = g_strdup (run_id);
  self->row = row;
  self->part = part;
  self->total = total;
  adw_window_title_set_title (self->heading, title);
  g_object_set (self->text, "title", name_of (part), NULL);
  /* of an output the end is what matters */
  load (self, part == BH_PART_RESULT && total > RANGE ? total - RANGE : 0);
  return self;
}
