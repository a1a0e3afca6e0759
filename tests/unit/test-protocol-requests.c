/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol/bh-records.h"

#include <string.h>

static BhRunRequest *
decode (const char *text, GError **error)
{
  g_autoptr (GError) bad = NULL;
  g_autoptr (JsonNode) node = bh_json_parse (text, -1, &bad);

  g_assert_no_error (bad);
  return bh_run_request_from_json (node, error);
}

static void
test_smallest (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BhRunRequest) request = decode ("{\"instructions\":\"Do it.\"}", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (request->instructions, ==, "Do it.");
  g_assert_cmpstr (request->engine, ==, "auto");
  g_assert_cmpstr (request->network, ==, "open");
  g_assert_cmpint (request->permissions, ==, BH_PERMISSIONS_ALLOW);
  g_assert_cmpint (request->mode, ==, BH_MODE_INTERACTIVE);
  g_assert_false (request->has_keep);
  g_assert_cmpint (request->keep, ==, BH_KEEP_KEEP);
  g_assert_null (request->name);
  g_assert_null (request->target_worker);
  g_assert_cmpuint (g_hash_table_size (request->env), ==, 0);
}

static void
test_full (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BhRunRequest) request =
      decode ("{\"instructions\":\" Do\\nit. "
              "\",\"name\":\"Ün\",\"ticket_url\":\"http://example.org/1?a=b\",\"workspace\":\"/w\","
              "\"target\":{\"worker\":\"desk\"},\"engine\":\"runbook\",\"mode\":\"autonomous\",\"env\":{\"_"
              "A1\":\"\"},"
              "\"keep\":null,\"network\":\"offline\"}",
              &error);

  g_assert_no_error (error);
  g_assert_cmpstr (request->instructions, ==, " Do\nit. ");
  g_assert_cmpstr (request->name, ==, "Ün");
  g_assert_cmpstr (request->target_worker, ==, "desk");
  g_assert_null (request->target_image);
  g_assert_cmpint (request->mode, ==, BH_MODE_AUTONOMOUS);
  g_assert_cmpint (request->keep, ==, BH_KEEP_STOP);
  g_assert_cmpstr (request->network, ==, "offline");
  g_assert_cmpstr (g_hash_table_lookup (request->env, "_A1"), ==, "");
}

#define OK "\"instructions\":\"x\","

static const struct
{
  const char *text;
  BhError code;
  const char *field;
} refused[] = {
  { "{}", BH_ERROR_INSTRUCTIONS_REQUIRED, "instructions" },
  { "{\"instructions\":null}", BH_ERROR_INSTRUCTIONS_REQUIRED, "instructions" },
  { "{\"instructions\":\"\"}", BH_ERROR_INSTRUCTIONS_REQUIRED, "instructions" },
  { "{\"instructions\":\" \\n\\t\\u00a0\\u2003\"}", BH_ERROR_INSTRUCTIONS_REQUIRED, "instructions" },
  { "{\"instructions\":5}", BH_ERROR_INVALID_FIELD, "instructions" },
  { "{\"instructions\":[\"x\"]}", BH_ERROR_INVALID_FIELD, "instructions" },
  { "[]", BH_ERROR_INVALID_FIELD, NULL },
  { "{" OK "\"instruction\":\"x\"}", BH_ERROR_UNKNOWN_FIELD, "instruction" },
  { "{\"promt\":\"x\"}", BH_ERROR_UNKNOWN_FIELD, "promt" },
  { "{" OK "\"target\":{\"worker\":\"a\",\"host\":\"b\"}}", BH_ERROR_UNKNOWN_FIELD, "target.host" },
  { "{" OK "\"target\":{}}", BH_ERROR_INVALID_FIELD, "target.worker" },
  { "{" OK "\"target\":{\"image\":\"host\"}}", BH_ERROR_INVALID_FIELD, "target.worker" },
  { "{" OK "\"target\":{\"worker\":5}}", BH_ERROR_INVALID_FIELD, "target.worker" },
  { "{" OK "\"target\":{\"worker\":\"\"}}", BH_ERROR_INVALID_FIELD, "target.worker" },
  { "{" OK "\"target\":{\"worker\":\"a\",\"image\":\"a\\nb\"}}", BH_ERROR_INVALID_FIELD, "target.image" },
  { "{" OK "\"target\":\"desk\"}", BH_ERROR_INVALID_FIELD, "target" },
  { "{" OK "\"mode\":\"autonomous\"}", BH_ERROR_TARGET_REQUIRED, "target" },
  { "{" OK "\"mode\":\"autonomous\",\"target\":null}", BH_ERROR_TARGET_REQUIRED, "target" },
  { "{" OK "\"mode\":\"Autonomous\"}", BH_ERROR_INVALID_FIELD, "mode" },
  { "{" OK "\"mode\":1}", BH_ERROR_INVALID_FIELD, "mode" },
  { "{" OK "\"keep\":\"forever\"}", BH_ERROR_INVALID_FIELD, "keep" },
  { "{" OK "\"network\":\"none\"}", BH_ERROR_INVALID_FIELD, "network" },
  { "{" OK "\"network\":true}", BH_ERROR_INVALID_FIELD, "network" },
  { "{" OK "\"permissions\":\"deny\"}", BH_ERROR_INVALID_FIELD, "permissions" },
  { "{" OK "\"permissions\":1}", BH_ERROR_INVALID_FIELD, "permissions" },
  { "{" OK "\"permissions\":\"ask\",\"mode\":\"autonomous\",\"target\":{\"worker\":\"w\"}}",
    BH_ERROR_INVALID_FIELD, "permissions" },
  { "{" OK "\"name\":\"a\\nb\"}", BH_ERROR_INVALID_FIELD, "name" },
  { "{" OK "\"name\":\"a\\u001bb\"}", BH_ERROR_INVALID_FIELD, "name" },
  { "{" OK "\"name\":\"\"}", BH_ERROR_INVALID_FIELD, "name" },
  { "{" OK "\"engine\":\"\"}", BH_ERROR_INVALID_FIELD, "engine" },
  { "{" OK "\"engine\":7}", BH_ERROR_INVALID_FIELD, "engine" },
  { "{" OK "\"ticket_url\":\"ftp://example.org/\"}", BH_ERROR_INVALID_FIELD, "ticket_url" },
  { "{" OK "\"ticket_url\":\"javascript:alert(1)\"}", BH_ERROR_INVALID_FIELD, "ticket_url" },
  { "{" OK "\"ticket_url\":\"https://\"}", BH_ERROR_INVALID_FIELD, "ticket_url" },
  { "{" OK "\"ticket_url\":\"example.org/1\"}", BH_ERROR_INVALID_FIELD, "ticket_url" },
  { "{" OK "\"env\":[\"A=B\"]}", BH_ERROR_INVALID_FIELD, "env" },
  { "{" OK "\"env\":{\"1A\":\"x\"}}", BH_ERROR_INVALID_FIELD, "env.1A" },
  { "{" OK "\"env\":{\"A-B\":\"x\"}}", BH_ERROR_INVALID_FIELD, "env.A-B" },
  { "{" OK "\"env\":{\"\":\"x\"}}", BH_ERROR_INVALID_FIELD, "env." },
  { "{" OK "\"env\":{\"A\":5}}", BH_ERROR_INVALID_FIELD, "env.A" },
  { "{" OK "\"env\":{\"A\":null}}", BH_ERROR_INVALID_FIELD, "env.A" },
};

static void
test_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (BhRunRequest) request = decode (refused[i].text, &error);

      g_test_message ("%s: %s", refused[i].text, error != NULL ? error->message : "accepted");
      g_assert_null (request);
      g_assert_error (error, BH_ERROR, (int) refused[i].code);
      g_assert_cmpstr (bh_error_field (error), ==, refused[i].field);
      g_assert_cmpint (strlen (error->message), >, 10);
    }
}

/* {"MEMBER": "aaa…"} of that many bytes, and the instructions if they are not it. */
static void
check_length (const char *member, gsize length, int code)
{
  g_autofree char *filler = g_strnfill (length, 'a');
  g_autofree char *text = g_str_equal (member, "instructions")
                              ? g_strdup_printf ("{\"instructions\":\"%s\"}", filler)
                              : g_strdup_printf ("{\"instructions\":\"x\",\"%s\":\"%s\"}", member, filler);
  g_autoptr (GError) error = NULL;
  g_autoptr (BhRunRequest) request = decode (text, &error);

  if (code < 0)
    g_assert_no_error (error);
  else
    {
      g_assert_error (error, BH_ERROR, code);
      g_assert_cmpstr (bh_error_field (error), ==, member);
    }
}

static void
test_lengths (void)
{
  check_length ("instructions", BH_INSTRUCTIONS_MAX, -1);
  check_length ("instructions", BH_INSTRUCTIONS_MAX + 1, BH_ERROR_INSTRUCTIONS_TOO_LONG);
  check_length ("name", 200, -1);
  check_length ("name", 201, BH_ERROR_INVALID_FIELD);
  check_length ("workspace", 4096, -1);
  check_length ("workspace", 4097, BH_ERROR_INVALID_FIELD);
}

static void
test_env_limits (void)
{
  g_autoptr (GString) many = g_string_new ("{\"instructions\":\"x\",\"env\":{");
  g_autofree char *filler = g_strnfill (128 * 1024, 'a');
  g_autofree char *large = g_strdup_printf ("{\"instructions\":\"x\",\"env\":{\"A\":\"%s\"}}", filler);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 257; i++)
    g_string_append_printf (many, "%s\"V%u\":\"\"", i > 0 ? "," : "", i);
  g_string_append (many, "}}");
  g_assert_null (decode (many->str, &error));
  g_assert_error (error, BH_ERROR, BH_ERROR_INVALID_FIELD);
  g_assert_cmpstr (bh_error_field (error), ==, "env");
  g_clear_error (&error);
  g_assert_null (decode (large, &error));
  g_assert_cmpstr (bh_error_field (error), ==, "env.A");
}

/* Idempotency compares digests of the text. */
static void
test_same_text (void)
{
  g_autoptr (BhRunRequest) one = decode ("{" OK "\"env\":{\"A\":\"1\",\"B\":\"2\",\"C\":\"3\"}}", NULL);
  g_autoptr (BhRunRequest) two =
      decode ("{\"env\":{\"C\":\"3\",\"B\":\"2\",\"A\":\"1\"}," OK "\"engine\":\"auto\"}", NULL);
  g_autoptr (JsonNode) one_node = bh_run_request_to_json (one);
  g_autoptr (JsonNode) two_node = bh_run_request_to_json (two);
  g_autofree char *one_text = bh_json_to_text (one_node);
  g_autofree char *two_text = bh_json_to_text (two_node);

  g_assert_cmpstr (one_text, ==, two_text);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/protocol/run-request/smallest", test_smallest);
  g_test_add_func ("/protocol/run-request/full", test_full);
  g_test_add_func ("/protocol/run-request/refused", test_refused);
  g_test_add_func ("/protocol/run-request/lengths", test_lengths);
  g_test_add_func ("/protocol/run-request/env-limits", test_env_limits);
  g_test_add_func ("/protocol/run-request/same-text", test_same_text);
  return g_test_run ();
}
