/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "cli/doctor.h"

#include "cli/text-fit.h"

struct _Doctor
{
  Cli *cli;
  gboolean json;
  guint failures;
  JsonObject *measured; /* (nullable) milliseconds by name */
  GString *measured_text;
};

Doctor *
doctor_new (Cli *cli, gboolean json)
{
  Doctor *self = g_new0 (Doctor, 1);

  self->cli = cli;
  self->json = json;
  self->measured_text = g_string_new (NULL);
  return self;
}

void
doctor_free (Doctor *self)
{
  g_clear_pointer (&self->measured, json_object_unref);
  g_string_free (self->measured_text, TRUE);
  g_free (self);
}

Cli *
doctor_get_cli (Doctor *self)
{
  return self->cli;
}

guint
doctor_get_failures (Doctor *self)
{
  return self->failures;
}

void
doctor_measure (Doctor *self, const char *name, gint64 duration_us)
{
  g_autofree char *duration = text_duration (duration_us);

  if (self->measured == NULL)
    self->measured = json_object_new ();
  json_object_set_double_member (self->measured, name, (double) duration_us / 1000.0);
  g_string_append_printf (self->measured_text, "%s%s %s", self->measured_text->len > 0 ? ", " : "", name,
                          duration);
}

static void
print_json (Doctor *self, const char *check, const char *result, const char *detail, const char *fix)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "check", check);
  json_object_set_string_member (object, "result", result);
  json_object_set_string_member (object, "detail", detail);
  if (fix != NULL)
    json_object_set_string_member (object, "fix", fix);
  if (self->measured != NULL)
    json_object_set_object_member (object, "milliseconds", g_steal_pointer (&self->measured));
  json_node_take_object (node, object);
  output_json (self->cli->out, node);
}

static void
print_text (
    Doctor *self, const char *check, OutputMark mark, OutputStyle style, const char *detail, const char *fix)
{
  Output *out = self->cli->out;

  output_put (out, style, output_mark (out, mark));
  output_printf (out, STYLE_BOLD, " %-16s", check);
  output_printf (out, STYLE_PLAIN, " %s", detail);
  if (self->measured_text->len > 0)
    output_printf (out, STYLE_DIM, "  (%s)", self->measured_text->str);
  output_put (out, STYLE_PLAIN, "\n");
  if (fix != NULL)
    output_printf (out, STYLE_ASKS, "  %s %s\n", output_mark (out, MARK_ANSWER), fix);
}

static void
report (Doctor *self,
        const char *check,
        const char *result,
        OutputMark mark,
        OutputStyle style,
        const char *detail,
        const char *fix)
{
  g_autofree char *shown = text_line (detail), *shown_fix = fix != NULL ? text_line (fix) : NULL;

  if (self->json)
    print_json (self, check, result, shown, shown_fix);
  else
    print_text (self, check, mark, style, shown, shown_fix);
  g_clear_pointer (&self->measured, json_object_unref);
  g_string_truncate (self->measured_text, 0);
  output_flush (self->cli->out);
}

#define TAKE_FORMAT(detail, format)                                                                          \
  g_autofree char *detail = NULL;                                                                            \
  va_list args;                                                                                              \
  va_start (args, format);                                                                                   \
  detail = g_strdup_vprintf (format, args);                                                                  \
  va_end (args)

void
doctor_good (Doctor *self, const char *check, const char *format, ...)
{
  TAKE_FORMAT (detail, format);
  report (self, check, "ok", MARK_DONE, STYLE_GOOD, detail, NULL);
}

void
doctor_info (Doctor *self, const char *check, const char *format, ...)
{
  TAKE_FORMAT (detail, format);
  report (self, check, "info", MARK_NOTE, STYLE_DIM, detail, NULL);
}

void
doctor_bad (Doctor *self, const char *check, const char *fix, const char *format, ...)
{
  TAKE_FORMAT (detail, format);
  self->failures++;
  report (self, check, "failed", MARK_FAILED, STYLE_BAD, detail, fix);
}
