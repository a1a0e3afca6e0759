/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gi18n.h>

#include "app/run/bh-run-details.h"

#include "app/run/bh-links.h"
#include "app/run/bh-row-view.h"
#include "app/widgets/bh-accessible.h"
#include "app/widgets/bh-markdown.h"
#include "app/widgets/bh-open-link.h"
#include "app/widgets/bh-status.h"
#include "client/bh-engine-names.h"
#include "client/bh-future.h"

#define LINKS_MAX 8

struct _BhRunDetails
{
  GtkWidget parent_instance;

  AdwActionRow *status;
  GtkImage *status_icon;
  AdwActionRow *mode;
  AdwActionRow *permissions;
  AdwActionRow *engine;
  AdwActionRow *target;
  AdwActionRow *ticket;
  GtkWidget *box_group;
  AdwActionRow *box;
  GtkWidget *stop_box;
  GtkWidget *remove_box;
  GtkLabel *box_error;
  AdwActionRow *created;
  AdwActionRow *started;
  AdwActionRow *completed;
  AdwActionRow *duration;
  AdwActionRow *turns;
  AdwActionRow *tokens;
  AdwActionRow *cost;
  GtkWidget *summary_group;
  BhMarkdown *summary;
  AdwPreferencesGroup *links_group;
  AdwActionRow *id;

  BhTimeline *timeline; /* (nullable) */
  GPtrArray *links;     /* of the rows of links_group; borrowed */
  char *shown_summary;
  guint tick;
};

G_DEFINE_FINAL_TYPE (BhRunDetails, bh_run_details, GTK_TYPE_WIDGET)

static BhRun *
get_run (BhRunDetails *self)
{
  return self->timeline != NULL ? bh_timeline_get_run (self->timeline) : NULL;
}

/* A row without a value is not there. */
static void
set_value (AdwActionRow *row, const char *value)
{
  adw_action_row_set_subtitle (row, value != NULL ? value : "");
  gtk_widget_set_visible (GTK_WIDGET (row), value != NULL && *value != '\0');
}

static void
set_time (AdwActionRow *row, gint64 time)
{
  g_autofree char *text = time > 0 ? bh_format_time (time) : NULL;

  set_value (row, text);
}

/* --- links --------------------------------------------------------------------------------------------- */

static void
link_activated_cb (AdwActionRow *row, BhRunDetails *self)
{
  bh_open_link (GTK_WIDGET (self), adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)));
}

static GtkWidget *
make_link (BhRunDetails *self, const char *uri)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *icon = g_object_new (GTK_TYPE_IMAGE, "icon-name", "adw-external-link-symbolic",
                                  "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), uri);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 2);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), icon);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  bh_accessible_describe_row (row, _ ("Opens in the browser"));
  g_signal_connect (row, "activated", G_CALLBACK (link_activated_cb), self);
  return row;
}

static void
show_links (BhRunDetails *self, const char *summary)
{
  g_auto (GStrv) links = bh_find_links (summary, LINKS_MAX);

  for (guint i = 0; i < self->links->len; i++)
    adw_preferences_group_remove (self->links_group, g_ptr_array_index (self->links, i));
  g_ptr_array_set_size (self->links, 0);
  for (guint i = 0; links[i] != NULL; i++)
    {
      GtkWidget *row = make_link (self, links[i]);

      adw_preferences_group_add (self->links_group, row);
      g_ptr_array_add (self->links, row);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->links_group), links[0] != NULL);
}

/* --- what is shown ------------------------------------------------------------------------------------- */

static void
show_status (BhRunDetails *self, const BhRun *run)
{
  BhRunItem *item = bh_connection_lookup_run (bh_timeline_get_connection (self->timeline), run->id);
  const char *unknown = item != NULL ? bh_run_item_get_unknown_state (item) : NULL;
  g_autoptr (GString) text = g_string_new (unknown != NULL ? unknown : bh_run_state_label (run->state));

  if (run->position > 0)
    g_string_append_printf (text, _ (", number %u in the queue"), run->position);
  if (run->reason != NULL && *run->reason != '\0')
    g_string_append_printf (text, "\n%s", run->reason);
  set_value (self->status, text->str);
  gtk_image_set_from_icon_name (self->status_icon, bh_run_state_icon (run->state));
}

static void
show_engine (BhRunDetails *self, const BhRun *run)
{
  gboolean found = run->engine_used != NULL;
  g_autofree char *name = bh_engine_label (found ? run->engine_used : run->engine);
  g_autofree char *text = NULL;

  if (!found && (run->engine == NULL || g_str_equal (run->engine, "auto")))
    text = g_strdup (_ ("Found when it starts"));
  /* mostly it begins with the name itself */
  else if (run->engine_why != NULL && g_str_has_prefix (run->engine_why, name))
    text = g_strdup (run->engine_why);
  else if (run->engine_why != NULL && *run->engine_why != '\0')
    text = g_strdup_printf ("%s\n%s", name, run->engine_why);
  else
    text = g_steal_pointer (&name);
  set_value (self->engine, text);
}

static char *
get_place (const char *worker, const char *image)
{
  /* Translators: worker, image: "desk · host" */
  return worker != NULL && image != NULL ? g_strdup_printf (_ ("%s · %s"), worker, image)
                                         : g_strdup (worker != NULL ? worker : image);
}

static void
show_target (BhRunDetails *self, const BhRun *run)
{
  gboolean given = run->target_worker != NULL || run->target_image != NULL;
  g_autofree char *place =
      given ? get_place (run->target_worker, run->target_image) : get_place (run->box_worker, run->box_image);

  set_value (self->target, place != NULL ? place : _ ("Asked for when it is needed"));
}

static const char *
get_box_state (const char *state)
{
  if (g_strcmp0 (state, "launching") == 0)
    return C_ ("DevBox", "Starting");
  if (g_strcmp0 (state, "running") == 0)
    return C_ ("DevBox", "Running");
  if (g_strcmp0 (state, "stopped") == 0)
    return C_ ("DevBox", "Stopped");
  if (g_strcmp0 (state, "gone") == 0)
    return C_ ("DevBox", "Removed");
  return state != NULL ? state : "";
}

static void
show_box (BhRunDetails *self, const BhRun *run)
{
  g_autofree char *place = get_place (run->box_worker, run->box_image);
  g_autofree char *title = NULL;
  gboolean over = bh_run_state_is_terminal (run->state);
  gboolean there = run->box_id != NULL && g_strcmp0 (run->box_state, "gone") != 0;
  gboolean runs = there && g_strcmp0 (run->box_state, "running") == 0;

  gtk_widget_set_visible (self->box_group, run->box_id != NULL);
  if (run->box_id == NULL)
    return;
  /* Translators: state of a DevBox, where it is: "Running, desk · host" */
  title = place != NULL ? g_strdup_printf (_ ("%s, %s"), get_box_state (run->box_state), place)
                        : g_strdup (get_box_state (run->box_state));
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->box), title);
  set_value (self->box, run->box_id);
  gtk_widget_set_visible (self->stop_box, runs);
  gtk_widget_set_visible (self->remove_box, there);
  /* while the Run is at work, it is the Run that is stopped */
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "details.stop-box", runs && over);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "details.remove-box", there && over);
}

static void
show_duration (BhRunDetails *self, const BhRun *run)
{
  gint64 end = run->completed_at > 0 ? run->completed_at : g_get_real_time ();
  g_autofree char *text = NULL;

  if (run->started_at > 0 && end >= run->started_at)
    text = bh_format_duration (run->completed_at > 0
                                   ? end - run->started_at
                                   : (end - run->started_at) / G_USEC_PER_SEC * G_USEC_PER_SEC);
  set_value (self->duration, text);
}

static void
show_summary (BhRunDetails *self, const BhRun *run)
{
  const char *summary = run->summary != NULL ? run->summary : "";

  gtk_widget_set_visible (self->summary_group, *summary != '\0');
  if (!g_set_str (&self->shown_summary, summary))
    return;
  bh_markdown_set_text (self->summary, summary);
  show_links (self, summary);
}

/* (transfer full): with groups of digits, as the person writes them */
static char *
format_count (gint64 count)
{
  return g_strdup_printf ("%'" G_GINT64_FORMAT, count);
}

/* Each part only if the engine says it. */
static char *
describe_tokens (const BhRun *run)
{
  g_autofree char *read = format_count (run->input_tokens), *written = format_count (run->output_tokens);
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);

  if (run->input_tokens >= 0)
    /* Translators: tokens that a model was given: "12,345 read" */
    g_ptr_array_add (parts, g_strdup_printf (_ ("%s read"), read));
  if (run->output_tokens >= 0)
    g_ptr_array_add (parts, g_strdup_printf (_ ("%s written"), written));
  if (run->context_used >= 0 && run->context_size > 0)
    g_ptr_array_add (parts, g_strdup_printf (_ ("%d%% of the context in use"),
                                             (int) (100.0 * (double) run->context_used /
                                                    (double) run->context_size)));
  g_ptr_array_add (parts, NULL);
  return g_strjoinv ("\n", (char **) parts->pdata);
}

static void
show_usage (BhRunDetails *self, const BhRun *run)
{
  g_autofree char *tokens = run->has_usage ? describe_tokens (run) : NULL, *cost = NULL;

  if (run->has_usage && run->currency != NULL)
    /* Translators: an amount of money and its currency: "0.42 USD" */
    cost = g_strdup_printf (_ ("%.2f %s"), run->cost, run->currency);
  set_value (self->tokens, tokens);
  set_value (self->cost, cost);
}

static gboolean
tick_cb (gpointer data)
{
  BhRunDetails *self = data;
  BhRun *run = get_run (self);

  if (run != NULL)
    show_duration (self, run);
  return G_SOURCE_CONTINUE;
}

static void
update_tick (BhRunDetails *self)
{
  BhRun *run = get_run (self);
  gboolean runs = run != NULL && run->started_at > 0 && run->completed_at == 0 &&
                  gtk_widget_get_mapped (GTK_WIDGET (self));

  if (runs == (self->tick != 0))
    return;
  if (runs)
    self->tick = g_timeout_add_seconds (1, tick_cb, self);
  else
    g_clear_handle_id (&self->tick, g_source_remove);
}

static void
update (BhRunDetails *self)
{
  BhRun *run = get_run (self);
  g_autofree char *turns = NULL;

  update_tick (self);
  if (run == NULL)
    return;
  turns = run->turns > 0 ? g_strdup_printf ("%u", run->turns) : NULL;
  show_status (self, run);
  set_value (self->mode, run->mode == BH_MODE_AUTONOMOUS ? _ ("Autonomous: never asks")
                                                         : _ ("Interactive: may pause and ask"));
  /* the other is what nobody has to be told of */
  set_value (self->permissions, run->permissions == BH_PERMISSIONS_ASK ? _ ("The engine asks you") : NULL);
  show_engine (self, run);
  show_target (self, run);
  set_value (self->ticket, run->ticket_url);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "details.open-ticket", bh_is_web_link (run->ticket_url));
  show_box (self, run);
  set_time (self->created, run->created_at);
  set_time (self->started, run->started_at);
  set_time (self->completed, run->completed_at);
  show_duration (self, run);
  set_value (self->turns, turns);
  show_usage (self, run);
  show_summary (self, run);
  set_value (self->id, run->id);
}

/* --- what a person does -------------------------------------------------------------------------------- */

static void
copy_id_action (GtkWidget *widget, const char *name, GVariant *target)
{
  BhRun *run = get_run (BH_RUN_DETAILS (widget));

  if (run != NULL)
    gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), run->id);
}

static void
open_ticket_action (GtkWidget *widget, const char *name, GVariant *target)
{
  BhRun *run = get_run (BH_RUN_DETAILS (widget));

  if (run != NULL && bh_is_web_link (run->ticket_url))
    bh_open_link (widget, run->ticket_url);
}

static void
show_box_error (BhRunDetails *self, const char *error)
{
  gtk_label_set_text (self->box_error, error != NULL ? error : "");
  gtk_widget_set_visible (GTK_WIDGET (self->box_error), error != NULL);
}

static DexFuture *
box_done_cb (DexFuture *future, gpointer data)
{
  g_autoptr (BhRunDetails) self = g_weak_ref_get (data);
  g_autoptr (GError) error = NULL;

  if (dex_future_get_value (future, &error) == NULL && self != NULL && self->box_error != NULL)
    show_box_error (self, error->message);
  return dex_future_new_true ();
}

/* Takes `future`. */
static void
watch_box_call (BhRunDetails *self, DexFuture *future)
{
  show_box_error (self, NULL);
  dex_future_disown (dex_future_finally (future, box_done_cb, bh_weak_ref_new (self), bh_weak_ref_free));
}

static void
stop_box_action (GtkWidget *widget, const char *name, GVariant *target)
{
  BhRunDetails *self = BH_RUN_DETAILS (widget);
  BhRun *run = get_run (self);

  if (run != NULL && run->box_id != NULL)
    watch_box_call (self, bh_connection_stop_box (bh_timeline_get_connection (self->timeline), run->box_id));
}

static void
remove_chosen_cb (BhRunDetails *self, const char *response, AdwAlertDialog *dialog)
{
  const char *box = g_object_get_data (G_OBJECT (dialog), "box");

  if (self->timeline != NULL)
    watch_box_call (self, bh_connection_remove_box (bh_timeline_get_connection (self->timeline), box));
}

static void
remove_box_action (GtkWidget *widget, const char *name, GVariant *target)
{
  BhRun *run = get_run (BH_RUN_DETAILS (widget));
  AdwDialog *dialog;

  if (run == NULL || run->box_id == NULL)
    return;
  dialog =
      adw_alert_dialog_new (_ ("Remove This DevBox?"),
                            _ ("Its files are deleted, and this Run can not be continued. The timeline is "
                               "kept."));
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _ ("_Cancel"), "remove", _ ("_Remove"),
                                  NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "remove", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "cancel");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "cancel");
  g_object_set_data_full (G_OBJECT (dialog), "box", g_strdup (run->box_id), g_free);
  g_signal_connect_object (dialog, "response::remove", G_CALLBACK (remove_chosen_cb), widget,
                           G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, widget);
}

/* --- the widget ---------------------------------------------------------------------------------------- */

void
bh_run_details_set_timeline (BhRunDetails *self, BhTimeline *timeline)
{
  g_return_if_fail (BH_IS_RUN_DETAILS (self));
  if (self->timeline == timeline)
    return;
  if (self->timeline != NULL)
    g_signal_handlers_disconnect_by_data (self->timeline, self);
  g_set_object (&self->timeline, timeline);
  if (timeline != NULL)
    g_signal_connect_swapped (timeline, "notify::run", G_CALLBACK (update), self);
  show_box_error (self, NULL);
  update (self);
}

static void
bh_run_details_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (bh_run_details_parent_class)->map (widget);
  update (BH_RUN_DETAILS (widget));
}

static void
bh_run_details_unmap (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (bh_run_details_parent_class)->unmap (widget);
  update_tick (BH_RUN_DETAILS (widget));
}

static void
bh_run_details_dispose (GObject *object)
{
  BhRunDetails *self = BH_RUN_DETAILS (object);

  g_clear_handle_id (&self->tick, g_source_remove);
  if (self->timeline != NULL)
    g_signal_handlers_disconnect_by_data (self->timeline, self);
  g_clear_object (&self->timeline);
  gtk_widget_dispose_template (GTK_WIDGET (self), BH_TYPE_RUN_DETAILS);
  bh_unparent_children (GTK_WIDGET (self));
  G_OBJECT_CLASS (bh_run_details_parent_class)->dispose (object);
}

static void
bh_run_details_finalize (GObject *object)
{
  BhRunDetails *self = BH_RUN_DETAILS (object);

  g_ptr_array_unref (self->links);
  g_free (self->shown_summary);
  G_OBJECT_CLASS (bh_run_details_parent_class)->finalize (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, BhRunDetails, status);
  gtk_widget_class_bind_template_child (widget_class, BhRunDetails, status_icon);
  gtk_widget_class_bind_template_child (widget_class, BhRunDetails, mode);
  gtk_widget_class_bind_template_child (widget_class, BhRunDetails, permissions);
  gtk_widget_class_bind_template_child (widget_class, BhRunDetails, engine);
  gtk_widget_class_bind_template_child (widget_class, BhRunDetails, target);
  gtk_widget_class_bind_template_child (widget_class, BhRunDetails, ticket);
  gtk_widget_class_bind_template_child (widget_class, BhRunDetails, box_group);
  gtk_widget_class_bind_template_child (widget_class, BhRunDetails, box);
  gtk_widget_class_bind_template_child (widget_class, BhRunDetails, stop_box);
  gtk_widget_class_bind_template_child (widget_class, BhRunDetails, remove_box);
  gtk_widget_class_bind_template_child (widget_class, BhRunDetails, box_error);
  gtk_widget_class_bind_template_child (widget_class, BhRunDetails, created);
  gtk_widget_class_bind_template_child (widget_class, BhRunDetails, started);
  gtk_widget_class_bind_template_child (widget_class, BhRunDetails, completed);
  gtk_widget_class_bind_template_child (widget_class, BhRunDetails, duration);
  gtk_widget_class_bind_template_child (widget_class, BhRunDetails, turns);
  gtk_widget_class_bind_template_child (widget_class, BhRunDetails, cost);
  gtk_widget_class_bind_template_child (widget_class, BhRunDetails, tokens);
  gtk_widget_class_bind_template_child (widget_class, BhRunDetails, summary_group);
  gtk_widget_class_bind_template_child (widget_class, BhRunDetails, summary);
  gtk_widget_class_bind_template_child (widget_class, BhRunDetails, links_group);
  gtk_widget_class_bind_template_child (widget_class, BhRunDetails, id);
}

static void
bh_run_details_class_init (BhRunDetailsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = bh_run_details_dispose;
  object_class->finalize = bh_run_details_finalize;
  widget_class->map = bh_run_details_map;
  widget_class->unmap = bh_run_details_unmap;
  g_type_ensure (BH_TYPE_MARKDOWN);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/bellhop/Bellhop/ui/bh-run-details.ui");
  bind_children (widget_class);
  gtk_widget_class_install_action (widget_class, "details.copy-id", NULL, copy_id_action);
  gtk_widget_class_install_action (widget_class, "details.open-ticket", NULL, open_ticket_action);
  gtk_widget_class_install_action (widget_class, "details.stop-box", NULL, stop_box_action);
  gtk_widget_class_install_action (widget_class, "details.remove-box", NULL, remove_box_action);
}

static void
bh_run_details_init (BhRunDetails *self)
{
  self->links = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (bh_engine_names_get (), "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
}
