/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include <string.h>

#include "coordinator/mcp/bh-mcp.h"
#include "protocol/bh-json.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Whatever is said to the client is one line of JSON. */
static void
on_send (gpointer user_data, const char *line)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = bh_json_parse (line, -1, &error);

  g_assert_no_error (error);
  g_assert_true (JSON_NODE_HOLDS_OBJECT (node));
  g_assert_null (strchr (line, '\n'));
  ++*(guint *) user_data;
}

static void
on_ask (gpointer user_data, const BhMcpCall *call, BhQuestionSet *set, const char *digest)
{
  g_autofree char *result = bh_mcp_result (call, "x", FALSE);
  g_autofree char *progress = bh_mcp_progress (call, 1, "Waiting");

  g_assert_cmpuint (set->questions->len, >, 0);
  g_assert_cmpuint (strlen (digest), ==, 64);
  on_send (user_data, result);
  if (progress != NULL)
    {
      guint other = 0;

      on_send (&other, progress);
    }
}

static void
on_report (gpointer user_data, BhRunState outcome, const char *summary)
{
  g_assert_true (outcome == BH_RUN_COMPLETED || outcome == BH_RUN_FAILED);
  g_assert_cmpuint (strlen (summary), >, 0);
}

static void
on_cancelled (gpointer user_data, const char *id)
{
  g_assert_cmpuint (strlen (id), >, 0);
}

static void
on_delegate (gpointer user_data, const BhMcpCall *call, const char *engine, const char *instructions)
{
  g_autofree char *result = bh_mcp_result (call, instructions, FALSE);

  g_assert_true (g_str_equal (engine, "codex") || g_str_equal (engine, "other"));
  on_send (user_data, result);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const BhMcpHost host = { on_send, on_ask, on_report, on_cancelled, on_delegate };
  static const char *const engines[] = { "codex Codex", "other", NULL };
  g_autoptr (GBytes) line = g_bytes_new (data, size);

  for (gboolean autonomous = FALSE; autonomous <= TRUE; autonomous++)
    {
      const BhMcpOffer offer = { .autonomous = autonomous, .engines = autonomous ? engines : NULL };
      guint answers = 0;

      bh_mcp_receive (&host, &answers, &offer, line);
      g_assert_cmpuint (answers, <=, 1);
    }
  return 0;
}
