/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol/bh-error.h"
#include "protocol/bh-json.h"

#include <gio/gio.h>

static void
test_table (void)
{
  g_autoptr (GHashTable) codes = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < BH_N_ERRORS; i++)
    {
      const char *code = bh_error_code ((BhError) i);
      guint status = bh_error_status ((BhError) i);
      BhError back;

      g_assert_nonnull (code);
      g_assert_true (g_regex_match_simple ("^[a-z]+(_[a-z]+)*$", code, 0, 0));
      g_assert_true (g_hash_table_add (codes, (gpointer) code));
      g_assert_cmpuint (status, >=, 400);
      g_assert_cmpuint (status, <, 600);
      g_assert_nonnull (bh_error_title ((BhError) i));
      g_assert_true (bh_error_from_code (code, &back));
      g_assert_cmpint (back, ==, i);
    }
  g_assert_false (bh_error_from_code ("no_such_code", NULL));
  g_assert_false (bh_error_from_code (NULL, NULL));
  g_assert_cmpstr (bh_error_code (BH_ERROR_RANGE), ==, "range_not_satisfiable");
  g_assert_cmpuint (bh_error_status (BH_ERROR_ALREADY_ANSWERED), ==, 409);
}

static void
test_extended (void)
{
  g_autoptr (GError) error = bh_error_new (BH_ERROR_INVALID_FIELD, "target.worker", "It is %d.", 7);
  g_autoptr (GError) copy = NULL;
  g_autoptr (GError) other = g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED, "other");

  bh_error_set_extra (error, "question", json_node_init_int (json_node_alloc (), 5));
  copy = g_error_copy (error);
  g_clear_error (&error);
  g_assert_error (copy, BH_ERROR, BH_ERROR_INVALID_FIELD);
  g_assert_cmpstr (copy->message, ==, "It is 7.");
  g_assert_cmpstr (bh_error_field (copy), ==, "target.worker");
  g_assert_cmpint (json_node_get_int (bh_error_get_extra (copy, "question")), ==, 5);
  g_assert_null (bh_error_get_extra (copy, "answer"));
  g_assert_null (bh_error_field (other));
  g_assert_null (bh_error_get_extra (other, "question"));
  /* nobody asked for it */
  bh_set_error (NULL, BH_ERROR_INTERNAL, NULL, "nothing");
}

static void
test_problem (void)
{
  g_autoptr (GError) error =
      bh_error_new (BH_ERROR_ALREADY_ANSWERED, "answers", "You said “Toolbar” \"before\".");
  g_autoptr (GError) back = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (JsonNode) again = NULL;
  g_autofree char *text = NULL;

  bh_error_set_extra (error, "question", bh_json_parse ("{\"id\":\"q_1\"}", -1, NULL));
  node = bh_problem_to_json (error);
  text = bh_json_to_text (node);
  g_assert_cmpstr (
      text, ==,
      "{\"type\":\"urn:bellhop:error:already_answered\",\"title\":\"The question is already answered\","
      "\"status\":409,\"detail\":\"You said “Toolbar” \\\"before\\\".\",\"code\":\"already_answered\","
      "\"field\":\"answers\",\"question\":{\"id\":\"q_1\"}}");
  again = bh_json_parse (text, -1, NULL);
  back = bh_problem_from_json (again, 409);
  g_assert_error (back, BH_ERROR, BH_ERROR_ALREADY_ANSWERED);
  g_assert_cmpstr (back->message, ==, error->message);
  g_assert_cmpstr (bh_error_field (back), ==, "answers");
  g_assert_true (
      json_node_equal (bh_error_get_extra (back, "question"), bh_error_get_extra (error, "question")));
}

static void
test_foreign (void)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "bad \xff byte");
  g_autoptr (JsonNode) node = bh_problem_to_json (error);
  JsonObject *object = json_node_get_object (node);

  g_assert_cmpstr (json_object_get_string_member (object, "code"), ==, "internal");
  g_assert_cmpint (json_object_get_int_member (object, "status"), ==, 500);
  g_assert_true (json_object_get_null_member (object, "field"));
  g_assert_true (g_utf8_validate (json_object_get_string_member (object, "detail"), -1, NULL));
}

static void
test_no_problem (void)
{
  static const char *const texts[] = { "[]", "{}", "\"no\"", "{\"code\":5}",
                                       "{\"code\":null,\"detail\":\"x\"}" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (JsonNode) node = bh_json_parse (texts[i], -1, NULL);
      g_autoptr (GError) error = bh_problem_from_json (node, 502);

      g_assert_error (error, BH_ERROR, BH_ERROR_INTERNAL);
      g_assert_nonnull (strstr (error->message, "502"));
    }
  g_autoptr (GError) none = bh_problem_from_json (NULL, 404);
  g_assert_error (none, BH_ERROR, BH_ERROR_INTERNAL);
  g_assert_nonnull (strstr (none->message, "404"));

  /* of a newer coordinator */
  g_autoptr (JsonNode) newer =
      bh_json_parse ("{\"code\":\"too_sunny\",\"detail\":\"Wait for rain.\"}", -1, NULL);
  g_autoptr (GError) error = bh_problem_from_json (newer, 418);
  g_assert_error (error, BH_ERROR, BH_ERROR_INTERNAL);
  g_assert_cmpstr (error->message, ==, "Wait for rain.");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/protocol/errors/table", test_table);
  g_test_add_func ("/protocol/errors/extended", test_extended);
  g_test_add_func ("/protocol/errors/problem", test_problem);
  g_test_add_func ("/protocol/errors/foreign", test_foreign);
  g_test_add_func ("/protocol/errors/no-problem", test_no_problem);
  return g_test_run ();
}
