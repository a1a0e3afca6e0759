/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol-samples.h"

#include <string.h>

/* The codecs, without their types: what is true of every record is said once. */
typedef struct
{
  const char *name;
  gpointer (*sample) (void);
  gpointer (*empty) (void);
  gpointer (*copy) (gconstpointer self);
  JsonNode *(*to_json) (gconstpointer self);
  gpointer (*from_json) (JsonNode *node, GError **error);
  gpointer (*ref) (gpointer self);
  void (*unref) (gpointer self);
} Codec;

#define CODEC(prefix)                                                                                        \
  { #prefix,                                                                                                 \
    (gpointer (*) (void)) sample_##prefix,                                                                   \
    (gpointer (*) (void)) bh_##prefix##_new,                                                                 \
    (gpointer (*) (gconstpointer)) bh_##prefix##_copy,                                                       \
    (JsonNode * (*) (gconstpointer)) bh_##prefix##_to_json,                                                  \
    (gpointer (*) (JsonNode *, GError **)) bh_##prefix##_from_json,                                          \
    (gpointer (*) (gpointer)) bh_##prefix##_ref,                                                             \
    (void (*) (gpointer)) bh_##prefix##_unref }

static const Codec codecs[] = {
  CODEC (run),   CODEC (run_request), CODEC (row),        CODEC (question_set), CODEC (message),
  CODEC (event), CODEC (worker_info), CODEC (image_info), CODEC (box_info),     CODEC (engine_info),
};

static char *
text_of (const Codec *codec, gconstpointer record)
{
  g_autoptr (JsonNode) node = codec->to_json (record);

  return bh_json_to_text (node);
}

static void
assert_no_null (const char *name, JsonNode *node)
{
  g_autoptr (GList) members = json_object_get_members (json_node_get_object (node));

  for (GList *l = members; l != NULL; l = l->next)
    if (json_object_get_null_member (json_node_get_object (node), l->data))
      g_error ("The sample of %s does not fill “%s”, or its codec does not write it", name, (char *) l->data);
}

static void
test_round_trip (gconstpointer data)
{
  const Codec *codec = data;
  gpointer sample = codec->sample ();
  g_autofree char *text = text_of (codec, sample);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = bh_json_parse (text, -1, &error);
  g_autofree char *again = NULL;
  gpointer back;

  g_assert_no_error (error);
  assert_no_null (codec->name, node);
  back = codec->from_json (node, &error);
  g_assert_no_error (error);
  again = text_of (codec, back);
  /* a delta's text is what its bytes showed, so it comes back as it is */
  g_assert_cmpstr (again, ==, text);
  codec->unref (back);
  codec->unref (sample);
}

/* A copy is the same, and lives longer. */
static void
test_copy (gconstpointer data)
{
  const Codec *codec = data;
  gpointer sample = codec->sample ();
  g_autofree char *text = text_of (codec, sample);
  g_autofree char *copied = NULL;
  gpointer copy = codec->copy (sample);

  g_assert_true (codec->ref (sample) == sample);
  codec->unref (sample);
  codec->unref (sample);
  copied = text_of (codec, copy);
  g_assert_cmpstr (copied, ==, text);
  codec->unref (copy);
}

static void
test_empty (gconstpointer data)
{
  const Codec *codec = data;
  gpointer empty = codec->empty ();
  gpointer copy = codec->copy (empty);

  if (!g_str_equal (codec->name, "event"))
    {
      g_autofree char *text = text_of (codec, empty);
      g_autofree char *copied = text_of (codec, copy);

      g_assert_cmpstr (text, ==, copied);
    }
  codec->unref (copy);
  codec->unref (empty);
}

/* `value` (takes) instead of what the sample says. */
static void
decode_with (const Codec *codec, const char *sample, const char *member, JsonNode *value, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (JsonNode) node = NULL;
  gpointer record;

  json_parser_load_from_data (parser, sample, -1, NULL);
  node = json_parser_steal_root (parser);
  json_object_set_member (json_node_get_object (node), member, value);
  record = codec->from_json (node, error);
  g_clear_pointer (&record, codec->unref);
}

static void
assert_names_member (const GError *error, const char *member)
{
  g_assert_nonnull (error);
  g_assert_true (error->domain == BH_ERROR);
  g_assert_true (g_str_has_prefix (bh_error_field (error), member));
}

/* Every member of a wrong type is refused by its name; unknown ones do no harm in what a server says. */
static void
test_strict (gconstpointer data)
{
  const Codec *codec = data;
  gpointer sample = codec->sample ();
  g_autofree char *text = text_of (codec, sample);
  g_autoptr (JsonNode) node = codec->to_json (sample);
  g_autoptr (GList) members = json_object_get_members (json_node_get_object (node));
  g_autoptr (GError) error = NULL;

  for (GList *l = members; l != NULL; l = l->next)
    {
      const char *member = l->data;
      JsonNode *value = json_object_get_member (json_node_get_object (node), member);
      g_autoptr (GError) failure = NULL;
      gboolean is_string = JSON_NODE_HOLDS_VALUE (value) && json_node_get_value_type (value) == G_TYPE_STRING;

      decode_with (codec, text, member,
                   is_string ? json_node_init_int (json_node_alloc (), 5)
                             : json_node_init_string (json_node_alloc (), "no such value"),
                   &failure);
      assert_names_member (failure, member);
    }
  decode_with (codec, text, "of_tomorrow", json_node_init_int (json_node_alloc (), 1), &error);
  if (g_str_equal (codec->name, "run_request"))
    {
      g_assert_error (error, BH_ERROR, BH_ERROR_UNKNOWN_FIELD);
      g_assert_cmpstr (bh_error_field (error), ==, "of_tomorrow");
    }
  else
    g_assert_no_error (error);
  codec->unref (sample);
}

static void
test_no_object (gconstpointer data)
{
  const Codec *codec = data;
  static const char *const texts[] = { "[]", "1", "\"x\"", "null", "{}" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (JsonNode) node = bh_json_parse (texts[i], -1, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_null (codec->from_json (node, &error));
      g_assert_true (error != NULL && error->domain == BH_ERROR);
    }
  g_autoptr (GError) error = NULL;
  g_assert_null (codec->from_json (NULL, &error));
  g_assert_error (error, BH_ERROR, BH_ERROR_INVALID_FIELD);
}

static void
test_nulls (void)
{
  g_autoptr (BhRun) run = bh_run_new ();
  g_autoptr (BhRow) row = bh_row_new ();
  g_autoptr (JsonNode) run_node = bh_run_to_json (run);
  g_autoptr (JsonNode) row_node = bh_row_to_json (row);
  static const char *const of_run[] = { "instructions", "target", "position", "devbox",
                                        "started_at",   "reason", "usage" };
  static const char *const of_row[] = {
    "duration_us", "exit_status", "elided", "ended_at", "message", "tool"
  };

  g_assert_cmpstr (json_object_get_string_member (json_node_get_object (run_node), "network"), ==, "open");
  for (guint i = 0; i < G_N_ELEMENTS (of_run); i++)
    g_assert_true (json_object_get_null_member (json_node_get_object (run_node), of_run[i]));
  for (guint i = 0; i < G_N_ELEMENTS (of_row); i++)
    g_assert_true (json_object_get_null_member (json_node_get_object (row_node), of_row[i]));
  g_assert_cmpuint (json_array_get_length (
                        json_object_get_array_member (json_node_get_object (run_node), "env")),
                    ==, 0);

  row->exit_status = 0;
  row->duration_us = 0;
  g_autoptr (JsonNode) zero = bh_row_to_json (row);
  g_autoptr (BhRow) back = bh_row_from_json (zero, NULL);
  g_assert_cmpint (back->exit_status, ==, 0);
  g_assert_cmpint (back->duration_us, ==, 0);
}

static void
test_field_paths (void)
{
  static const struct
  {
    const char *text;
    const char *field;
  } cases[] = {
    { "{\"id\":\"r_1\",\"state\":\"queued\",\"target\":{\"worker\":1}}", "target.worker" },
    { "{\"id\":\"r_1\",\"state\":\"queued\",\"devbox\":{}}", "devbox.id" },
    { "{\"id\":\"r_1\",\"state\":\"asleep\"}", "state" },
    { "{\"id\":\"r_1\",\"state\":\"queued\",\"rows\":-1}", "rows" },
    { "{\"id\":\"r_1\",\"state\":\"queued\",\"turns\":4294967296}", "turns" },
    { "{\"id\":\"r_1\",\"state\":\"queued\",\"env\":[\"A\",1]}", "env" },
    { "{\"id\":\"r_1\",\"state\":\"queued\",\"created_at\":\"yesterday\"}", "created_at" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonNode) node = bh_json_parse (cases[i].text, -1, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_null (bh_run_from_json (node, &error));
      g_assert_error (error, BH_ERROR, BH_ERROR_INVALID_FIELD);
      g_assert_cmpstr (bh_error_field (error), ==, cases[i].field);
    }
}

static void
test_event_texts (void)
{
  g_autofree char *delta =
      bh_delta_event_text (7, G_GINT64_CONSTANT (1767268800000001), 3, BH_PART_TEXT, 10, 20);
  g_autofree char *sent = bh_delta_event_with_text (delta, "a \"b\"\n\\ü\x1b");
  g_autofree char *elided = bh_delta_event_with_text (delta, NULL);
  g_autoptr (JsonNode) record = bh_json_parse ("{\"id\":\"q_1\",\"list\":[1]}", -1, NULL);
  g_autofree char *question =
      bh_record_event_text (8, G_GINT64_CONSTANT (1767268800000001), "question", record);

  g_assert_cmpstr (delta, ==,
                   "{\"seq\":7,\"at\":\"2026-01-01T12:00:00.000001Z\",\"row\":3,\"part\":\"text\",\"offset\":"
                   "10,\"length\":20}");
  g_assert_cmpstr (sent, ==,
                   "{\"seq\":7,\"at\":\"2026-01-01T12:00:00.000001Z\",\"row\":3,\"part\":\"text\",\"offset\":"
                   "10,\"length\":20,"
                   "\"text\":\"a \\\"b\\\"\\n\\\\ü\\u001b\"}");
  g_assert_true (g_str_has_suffix (elided, ",\"length\":20,\"text\":null}"));
  g_assert_cmpstr (
      question, ==,
      "{\"seq\":8,\"at\":\"2026-01-01T12:00:00.000001Z\",\"question\":{\"id\":\"q_1\",\"list\":[1]}}");
}

static void
test_event_kinds (void)
{
  g_autoptr (BhRow) row = sample_row ();
  g_autoptr (JsonNode) record = bh_row_to_json (row);
  g_autofree char *text = bh_record_event_text (9, G_GINT64_CONSTANT (1767268800000001), "row", record);
  g_autoptr (JsonNode) node = bh_json_parse (text, -1, NULL);
  g_autoptr (JsonNode) unknown = bh_json_parse ("{\"seq\":1,\"at\":null,\"weather\":{}}", -1, NULL);
  g_autoptr (JsonNode) no_record = bh_json_parse ("{\"seq\":1,\"at\":null,\"run\":null}", -1, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (BhEvent) event = bh_event_from_json (node, &error);
  g_autoptr (BhEvent) elided = bh_event_new ();
  g_autoptr (JsonNode) elided_node = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (event->seq, ==, 9);
  g_assert_cmpstr (event->kind, ==, "row");
  g_assert_cmpstr (event->data, ==, text);
  g_assert_null (event->bytes);

  elided->kind = g_strdup ("delta");
  elided->data = bh_delta_event_text (1, 1, 1, BH_PART_RESULT, 0, 5);
  elided_node = bh_event_to_json (elided);
  g_assert_true (json_object_get_null_member (json_node_get_object (elided_node), "text"));

  g_assert_null (bh_event_from_json (unknown, &error));
  g_assert_error (error, BH_ERROR, BH_ERROR_INVALID_FIELD);
  g_clear_error (&error);
  g_assert_null (bh_event_from_json (no_record, &error));
  g_assert_error (error, BH_ERROR, BH_ERROR_INVALID_FIELD);
}

static void
test_boxed (void)
{
  g_autoptr (BhRun) run = sample_run ();
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, BH_TYPE_RUN);
  g_value_set_boxed (&value, run);
  g_assert_true (g_value_get_boxed (&value) == run);
}

static void
add (const char *what, const Codec *codec, GTestDataFunc func)
{
  g_autofree char *path = g_strdup_printf ("/protocol/records/%s/%s", codec->name, what);

  g_test_add_data_func (path, codec, func);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++)
    {
      add ("round-trip", &codecs[i], test_round_trip);
      add ("copy", &codecs[i], test_copy);
      add ("empty", &codecs[i], test_empty);
      add ("strict", &codecs[i], test_strict);
      add ("no-object", &codecs[i], test_no_object);
    }
  g_test_add_func ("/protocol/records/nulls", test_nulls);
  g_test_add_func ("/protocol/records/field-paths", test_field_paths);
  g_test_add_func ("/protocol/records/event-texts", test_event_texts);
  g_test_add_func ("/protocol/records/event-kinds", test_event_kinds);
  g_test_add_func ("/protocol/records/boxed", test_boxed);
  return g_test_run ();
}
