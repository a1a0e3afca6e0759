/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "talk.h"

static void
saw_sent (gpointer data, JsonObject *line)
{
  if (json_object_has_member (line, "method") && json_object_has_member (line, "id"))
    ((Talk *) data)->last_id = json_object_get_int_member (line, "id");
  else if (json_object_has_member (line, "request_id"))
    g_set_str (&((Talk *) data)->last_request, json_object_get_string_member (line, "request_id"));
}

static void
saw_ask (gpointer data, const char *request, BhQuestionSet *set)
{
  ((Talk *) data)->asks++;
  g_set_str (&((Talk *) data)->request, request);
}

static void
saw_permit (gpointer data, const char *request)
{
  ((Talk *) data)->permits++;
  g_set_str (&((Talk *) data)->request, request);
}

static void
saw_withdrawn (gpointer data, const char *request)
{
  ((Talk *) data)->withdrawn++;
}

static void
saw_session (gpointer data, const char *id)
{
  ((Talk *) data)->sessions++;
}

static void
saw_failed (gpointer data)
{
  ((Talk *) data)->failures++;
}

static void
saw_turn_ended (gpointer data)
{
  ((Talk *) data)->turns++;
}

Talk *
talk_new (BhDialect *(*make) (void) )
{
  static const RecorderWatch watch = {
    .sent = saw_sent,
    .session = saw_session,
    .failed = saw_failed,
    .ask = saw_ask,
    .permit = saw_permit,
    .withdrawn = saw_withdrawn,
    .turn_ended = saw_turn_ended,
  };
  Talk *self = g_new0 (Talk, 1);

  self->recorder = recorder_new ();
  recorder_watch (self->recorder, &watch, self);
  self->dialect = make ();
  return self;
}

void
talk_free (Talk *self)
{
  g_assert_finalize_object (self->dialect);
  g_assert_finalize_object (self->recorder);
  g_free (self->request);
  g_free (self->last_request);
  g_free (self);
}

void
talk_start (Talk *self, const BhSessionSpec *spec)
{
  bh_dialect_start (self->dialect, BH_DIALECT_SINK (self->recorder), spec);
}

void
talk_prompt (Talk *self)
{
  bh_dialect_prompt (self->dialect, BH_DIALECT_SINK (self->recorder), "Go.");
}

void
talk_hear (Talk *self, const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  node = bh_json_parse (text, -1, &error);
  g_assert_no_error (error);
  bh_dialect_receive (self->dialect, BH_DIALECT_SINK (self->recorder), json_node_get_object (node));
}

char *
talk_told (Talk *self)
{
  return recorder_take (self->recorder);
}

char *
talk_permit_title (Talk *self)
{
  static const char member[] = " title=\"";
  g_autofree char *told = talk_told (self);
  const char *title = strstr (told, "permit ");

  title = title != NULL ? strstr (title, member) : NULL;
  g_assert_nonnull (title);
  title += strlen (member);
  return g_strndup (title, strcspn (title, "\""));
}

char *
talk_permit (Talk *self, BhPermit permit)
{
  g_assert_nonnull (self->request);
  g_free (talk_told (self));
  bh_dialect_permit (self->dialect, BH_DIALECT_SINK (self->recorder), self->request, permit);
  return talk_told (self);
}
