/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gi18n.h>

#include "app/widgets/bh-status.h"

#include "client/bh-engine-names.h"

typedef struct
{
  const char *label; /* with its context before the bar, as C_() has it */
  const char *icon;
  const char *css_class;
} Look;

static const Look run_looks[] = {
  [BH_RUN_QUEUED] = { NC_ ("run state", "Queued"), "document-open-recent-symbolic", "dim-label" },
  [BH_RUN_LAUNCHING] = { NC_ ("run state", "Launching"), "content-loading-symbolic", "accent" },
  [BH_RUN_RUNNING] = { NC_ ("run state", "Running"), "media-playback-start-symbolic", "accent" },
  [BH_RUN_NEEDS_YOU] = { NC_ ("run state", "Needs you"), "dialog-question-symbolic", "warning" },
  [BH_RUN_COMPLETED] = { NC_ ("run state", "Completed"), "object-select-symbolic", "success" },
  [BH_RUN_FAILED] = { NC_ ("run state", "Failed"), "dialog-error-symbolic", "error" },
  [BH_RUN_STOPPED] = { NC_ ("run state", "Stopped"), "media-playback-stop-symbolic", "dim-label" },
};

static const Look row_looks[] = {
  [BH_ROW_OPEN] = { NC_ ("timeline row state", "In progress"), "content-loading-symbolic", "accent" },
  [BH_ROW_DONE] = { NC_ ("timeline row state", "Done"), "object-select-symbolic", "success" },
  [BH_ROW_FAILED] = { NC_ ("timeline row state", "Failed"), "dialog-error-symbolic", "error" },
  [BH_ROW_STOPPED] = { NC_ ("timeline row state", "Stopped"), "media-playback-stop-symbolic", "dim-label" },
  [BH_ROW_QUEUED] = { NC_ ("timeline row state", "Queued"), "document-open-recent-symbolic", "dim-label" },
  [BH_ROW_DELIVERED] = { NC_ ("timeline row state", "Delivered"), "mail-read-symbolic", "dim-label" },
  [BH_ROW_TAKEN_UP] = { NC_ ("timeline row state", "Taken up"), "object-select-symbolic", "success" },
  [BH_ROW_WITHDRAWN] = { NC_ ("timeline row state", "Withdrawn"), "edit-undo-symbolic", "dim-label" },
  [BH_ROW_ANSWERED] = { NC_ ("timeline row state", "Answered"), "object-select-symbolic", "success" },
};

/* What a newer coordinator may say. */
static const Look unknown_look = { NC_ ("run state", "Unknown"), "dialog-question-symbolic", "dim-label" };

static const struct
{
  const char *tool;
  const char *icon;
} tool_icons[] = {
  { "launch DevBox", "computer-symbolic" },
  { "exec in DevBox", "utilities-terminal-symbolic" },
  { "report job result", "x-office-document-symbolic" },
  /* kinds of the Agent Client Protocol, and tools of engines */
  { "execute", "utilities-terminal-symbolic" },
  { "bash", "utilities-terminal-symbolic" },
  { "shell", "utilities-terminal-symbolic" },
  { "read", "text-x-generic-symbolic" },
  { "edit", "document-edit-symbolic" },
  { "multiedit", "document-edit-symbolic" },
  { "apply_patch", "document-edit-symbolic" },
  { "write", "document-new-symbolic" },
  { "move", "document-send-symbolic" },
  { "delete", "user-trash-symbolic" },
  { "search", "system-search-symbolic" },
  { "grep", "system-search-symbolic" },
  { "glob", "system-search-symbolic" },
  { "fetch", "web-browser-symbolic" },
  { "webfetch", "web-browser-symbolic" },
  { "websearch", "web-browser-symbolic" },
  { "think", "view-more-horizontal-symbolic" },
  { "todowrite", "view-list-bullet-symbolic" },
  { "task", "system-users-symbolic" },
};

static const Look *
run_look (BhRunState state)
{
  return (guint) state < G_N_ELEMENTS (run_looks) ? &run_looks[state] : &unknown_look;
}

static const Look *
row_look (BhRowState state)
{
  return (guint) state < G_N_ELEMENTS (row_looks) ? &row_looks[state] : &unknown_look;
}

const char *
bh_run_state_label (BhRunState state)
{
  return g_dpgettext2 (NULL, "run state", run_look (state)->label);
}

const char *
bh_run_state_icon (BhRunState state)
{
  return run_look (state)->icon;
}

const char *
bh_run_state_css_class (BhRunState state)
{
  return run_look (state)->css_class;
}

const char *
bh_row_state_label (BhRowState state)
{
  const Look *look = row_look (state);

  return g_dpgettext2 (NULL, look == &unknown_look ? "run state" : "timeline row state", look->label);
}

const char *
bh_row_state_icon (BhRowState state)
{
  return row_look (state)->icon;
}

const char *
bh_row_state_css_class (BhRowState state)
{
  return row_look (state)->css_class;
}

const char *
bh_tool_icon (const char *tool)
{
  for (gsize i = 0; tool != NULL && i < G_N_ELEMENTS (tool_icons); i++)
    if (g_ascii_strcasecmp (tool, tool_icons[i].tool) == 0)
      return tool_icons[i].icon;
  return "applications-engineering-symbolic";
}

char *
bh_format_duration (gint64 microseconds)
{
  double seconds = MAX (microseconds, 0) / (double) G_USEC_PER_SEC;
  gint64 whole = MAX (microseconds, 0) / G_USEC_PER_SEC;

  /* each limit is where the printed number would round up to the next unit */
  if (seconds < 0.995)
    /* Translators: a duration of less than a second */
    return g_strdup_printf (_ ("%.2f s"), seconds);
  if (seconds < 9.95)
    /* Translators: a duration of a few seconds */
    return g_strdup_printf (_ ("%.1f s"), seconds);
  if (whole < 60)
    return g_strdup_printf (_ ("%d s"), (int) whole);
  if (whole < 60 * 60)
    return g_strdup_printf (_ ("%d min %d s"), (int) (whole / 60), (int) (whole % 60));
  return g_strdup_printf (_ ("%d h %d min"), (int) MIN (whole / 3600, G_MAXINT), (int) (whole / 60 % 60));
}

/* Whether the desktop's clock has twelve hours. */
static gboolean
has_twelve_hours (void)
{
  static GSettings *interface;
  static gsize ready;

  if (g_once_init_enter (&ready))
    {
      GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
      g_autoptr (GSettingsSchema) schema =
          source != NULL ? g_settings_schema_source_lookup (source, "org.gnome.desktop.interface", TRUE)
                         : NULL;

      if (schema != NULL && g_settings_schema_has_key (schema, "clock-format"))
        interface = g_settings_new_full (schema, NULL, NULL);
      g_once_init_leave (&ready, 1);
    }
  if (interface == NULL)
    return FALSE;
  g_autofree char *format = g_settings_get_string (interface, "clock-format");
  return g_str_equal (format, "12h");
}

static int
days_between (GDateTime *earlier, GDateTime *later)
{
  GDate from, to;

  g_date_clear (&from, 1);
  g_date_clear (&to, 1);
  g_date_set_dmy (&from, g_date_time_get_day_of_month (earlier), g_date_time_get_month (earlier),
                  g_date_time_get_year (earlier));
  g_date_set_dmy (&to, g_date_time_get_day_of_month (later), g_date_time_get_month (later),
                  g_date_time_get_year (later));
  return g_date_days_between (&from, &to);
}

/* Looked up once a second: each time GLib reads the zone's file anew, and every row that comes into sight has
 * a time. (transfer none) */
static GDateTime *
get_now (void)
{
  static GDateTime *now;
  static gint64 looked_at;
  gint64 seconds = g_get_real_time () / G_USEC_PER_SEC;

  if (now == NULL || seconds != looked_at)
    {
      g_clear_pointer (&now, g_date_time_unref);
      now = g_date_time_new_now_local ();
      looked_at = seconds;
    }
  return now;
}

char *
bh_format_time (gint64 time_us)
{
  GDateTime *now = get_now ();
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc_usec (time_us);
  g_autoptr (GDateTime) time =
      utc != NULL ? g_date_time_to_timezone (utc, g_date_time_get_timezone (now)) : NULL;

  if (time == NULL || time_us <= 0)
    return g_strdup ("");
  /* Translators: times for g_date_time_format(); xgettext:no-c-format */
  g_autofree char *clock = g_date_time_format (time, has_twelve_hours () ? _ ("%l:%M %p") : _ ("%H:%M"));
  g_strstrip (clock);
  int days = days_between (time, now);
  if (days == 0)
    return g_steal_pointer (&clock);
  if (days == 1)
    return g_strdup_printf (_ ("Yesterday %s"), clock);
  g_autofree char *date = g_date_time_format (
      time, g_date_time_get_year (time) == g_date_time_get_year (now)
                /* Translators: a day of this year, for g_date_time_format(); xgettext:no-c-format */
                ? _ ("%-d %b")
                /* Translators: a day of another year, for g_date_time_format(); xgettext:no-c-format */
                : _ ("%-d %b %Y"));
  /* Translators: a day and a time, as in “3 Nov 14:05” */
  return g_strdup_printf (C_ ("day and time", "%s %s"), date, clock);
}

char *
bh_format_bytes (guint64 bytes)
{
  return g_format_size (bytes);
}

char *
bh_author_label (const char *author)
{
  g_autofree char *first = NULL;
  char *name;

  if (author == NULL || *author == '\0' || g_str_equal (author, "bellhop"))
    return g_strdup (_ ("Bellhop"));
  if (g_str_equal (author, "you"))
    return g_strdup (C_ ("author", "You"));
  if (g_str_equal (author, "runbook"))
    return g_strdup (C_ ("author", "Runbook"));
  if (g_str_equal (author, "script"))
    return g_strdup (C_ ("author", "A script"));
  if (g_str_equal (author, "thought"))
    return g_strdup (C_ ("author", "Thought"));
  name = bh_engine_names_lookup_author (author);
  if (name != NULL)
    return name;
  if (!g_ascii_islower (author[0]))
    return g_strdup (author);
  first = g_ascii_strup (author, 1);
  return g_strconcat (first, author + 1, NULL);
}

char *
bh_engine_label (const char *engine)
{
  char *name = g_strcmp0 (engine, "runbook") != 0 ? bh_engine_names_lookup (engine) : NULL;

  return name != NULL ? name : bh_author_label (engine);
}

char *
bh_question_end_label (const BhQuestionSet *set)
{
  g_autofree char *by = NULL;

  if (set == NULL || set->state != BH_SET_ANSWERED)
    return g_strdup (_ ("The question needs no answer any more."));
  if (set->answered_by == NULL || g_str_equal (set->answered_by, "you"))
    return g_strdup (_ ("It was answered by you in another place."));
  by = bh_author_label (set->answered_by);
  return g_strdup_printf (_ ("It was answered by “%s”."), by);
}
