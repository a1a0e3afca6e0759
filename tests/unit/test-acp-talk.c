/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "test-acp-talk.h"

#include "coordinator/engines/agent/bh-acp.h"

Talk *
acp_talk_new (void)
{
  return talk_new (bh_acp_new);
}

void
acp_start (Talk *talk, const BhSessionSpec *spec, const char *capabilities)
{
  g_autofree char *result =
      g_strdup_printf ("\"result\":{\"protocolVersion\":1,\"agentCapabilities\":%s}", capabilities);

  talk_start (talk, spec);
  acp_reply (talk, result);
}

void
acp_start_session (Talk *talk)
{
  acp_start (talk, &(BhSessionSpec) { .cwd = "/work" }, "{}");
  acp_reply (talk, "\"result\":{\"sessionId\":\"s\"}");
}

void
acp_reply (Talk *talk, const char *what)
{
  talk_hear (talk, "{\"id\":%" G_GINT64_FORMAT ",%s}", talk->last_id, what);
}

void
acp_update (Talk *talk, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  talk_hear (talk, "{\"method\":\"session/update\",\"params\":{\"sessionId\":\"s\",\"update\":{%s}}}", text);
}

void
acp_ask_and_permit (Talk *talk, guint number)
{
  talk_hear (talk,
             "{\"id\":%u,\"method\":\"elicitation/create\",\"params\":{\"message\":\"Why?\","
             "\"requestedSchema\":{\"properties\":{\"a\":{\"type\":\"string\"}}}}}",
             number);
  talk_hear (talk,
             "{\"id\":\"p%u\",\"method\":\"session/request_permission\",\"params\":{\"toolCall\":"
             "{\"toolCallId\":\"%u\",\"title\":\"Delete it\"},\"options\":[]}}",
             number, number);
}
