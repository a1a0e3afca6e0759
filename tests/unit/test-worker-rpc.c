/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol/bh-error.h"
#include "worker/bh-rpc.h"

static char *sent;

static void
keep (const char *text, gsize length, gpointer data)
{
  g_free (sent);
  sent = g_strndup (text, length);
}

static JsonNode *
echo (JsonObject *params, gpointer data, GError **error)
{
  const char *text = bh_rpc_get_string (params, "text", error);

  return text != NULL ? json_node_init_string (json_node_alloc (), text) : NULL;
}

static const char *
answer_to (BhRpc *rpc, const char *text)
{
  g_clear_pointer (&sent, g_free);
  bh_rpc_receive (rpc, text, strlen (text));
  while (sent == NULL)
    g_main_context_iteration (NULL, TRUE);
  return sent;
}

static void
test_answers (void)
{
  g_autoptr (BhRpc) rpc = bh_rpc_new (keep, NULL);

  bh_rpc_add_method (rpc, "echo", echo, NULL);
  g_assert_cmpstr (
      answer_to (rpc, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\",\"params\":{\"text\":\"hi\"}}"), ==,
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"hi\"}");
  g_assert_nonnull (
      strstr (answer_to (rpc, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\"}"), "invalid_field"));
  g_assert_nonnull (strstr (answer_to (rpc, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\"}"), "-32601"));
  g_assert_nonnull (strstr (answer_to (rpc, "{"), "-32700"));
  g_assert_nonnull (strstr (answer_to (rpc, "[]"), "-32600"));
  g_assert_nonnull (strstr (answer_to (rpc, "\xff"), "-32700"));
}

static void
test_calls (void)
{
  g_autoptr (BhRpc) rpc = bh_rpc_new (keep, NULL);
  g_autoptr (GError) gone = bh_error_new (BH_ERROR_UNREACHABLE, NULL, "gone");
  g_autoptr (GError) error = NULL;
  g_autoptr (DexFuture) first = bh_rpc_call (rpc, "a", NULL);
  g_autoptr (DexFuture) second = bh_rpc_call (rpc, "b", NULL);
  static const char refusal[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32000,\"message\":\"no\","
                                "\"data\":{\"code\":\"name_taken\"}}}";

  g_assert_cmpstr (sent, ==, "{\"jsonrpc\":\"2.0\",\"method\":\"b\",\"params\":{},\"id\":2}");
  bh_rpc_receive (rpc, refusal, strlen (refusal));
  g_assert_null (dex_future_get_value (first, &error));
  g_assert_error (error, BH_ERROR, BH_ERROR_NAME_TAKEN);
  g_clear_error (&error);
  bh_rpc_reset (rpc, gone);
  g_assert_null (dex_future_get_value (second, &error));
  g_assert_error (error, BH_ERROR, BH_ERROR_UNREACHABLE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_test_add_func ("/worker/rpc/answers", test_answers);
  g_test_add_func ("/worker/rpc/calls", test_calls);
  return g_test_run ();
}
