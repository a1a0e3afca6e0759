/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/mcp/bh-mcp-tools.h"

#include <string.h>

#include "protocol/bh-json.h"

#define INSTRUCTIONS_ASK                                                                                     \
  "A person gave you this job and can be asked. Call ask_human when a decision is theirs to make: a choice " \
  "that the instructions leave open and that matters, something only they know, or leave to do what cannot " \
  "be undone. Do not ask what you can find out, or what has one sensible answer. Ask everything that you "   \
  "need "                                                                                                    \
  "at one time, give options where you can, and mark the one you recommend. If you are told that the "       \
  "question "                                                                                                \
  "was sent, end your turn at once: you will be resumed with the answer. Never guess an answer. "
#define INSTRUCTIONS_ALONE                                                                                   \
  "This job runs without anybody who could be asked: decide for yourself, and say in your report what you "  \
  "decided. "
#define INSTRUCTIONS_DELEGATE                                                                                \
  "Where the instructions name another engine for a part of the job, give it that part with delegate. It "   \
  "works in the same place, one engine at a time. If you are told that it is still at work, end your turn "  \
  "at once: you will be resumed with its report. "
#define INSTRUCTIONS_REPORT                                                                                  \
  "When the job is done, or cannot be done, call report_result exactly once, as the last thing that you "    \
  "do, "                                                                                                     \
  "and end your turn."

#define META "\"_meta\":{\"anthropic/alwaysLoad\":true}"
#define OPTION_SCHEMA                                                                                        \
  "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"object\",\"properties\":{"                                  \
  "\"label\":{\"type\":\"string\",\"description\":\"A few words\"},"                                         \
  "\"description\":{\"type\":\"string\",\"description\":\"What choosing it means\"},"                        \
  "\"recommended\":{\"type\":\"boolean\",\"description\":\"Whether you recommend it\"}},"                    \
  "\"required\":[\"label\"]}]}"
#define QUESTION_PROPERTIES                                                                                  \
  "\"question\":{\"type\":\"string\",\"description\":\"The question, with what the person must know to "     \
  "answer it\"},"                                                                                            \
  "\"header\":{\"type\":\"string\",\"description\":\"A title of one to three words\"},"                      \
  "\"kind\":{\"type\":\"string\",\"enum\":[\"single\",\"multiple\",\"text\",\"confirm\"],\"description\":"   \
  "\"single: one option; multiple: any number of options; text: free text; confirm: yes or no. Left out: "   \
  "single if there are options, else text\"},"                                                               \
  "\"options\":{\"type\":\"array\",\"items\":" OPTION_SCHEMA ",\"description\":\"Suggested answers\"},"      \
  "\"allow_other\":{\"type\":\"boolean\",\"description\":\"Whether the person may answer in their own "      \
  "words "                                                                                                   \
  "instead; they may unless this is false\"}"
#define ASK_TOOL                                                                                             \
  "{\"name\":\"ask_human\",\"title\":\"Ask the person\",\"description\":\"Ask the person who gave you this " \
  "job, and wait for the answer. For one question give “question” and maybe “options”; for several at once " \
  "give “questions”. If the person does not answer at once you are told to end your turn, and are resumed "  \
  "with the answer later.\",\"inputSchema\":{\"type\":\"object\",\"properties\":{" QUESTION_PROPERTIES       \
  ",\"questions\":{\"type\":\"array\",\"description\":\"Several questions at once, in place of the members " \
  "above\",\"items\":{\"type\":\"object\",\"properties\":{" QUESTION_PROPERTIES                              \
  "},\"required\":[\"question\"]}}}}," META "}"
#define REPORT_TOOL                                                                                          \
  "{\"name\":\"report_result\",\"title\":\"Report the result\",\"description\":\"Report how the job ended. " \
  "Call this once, as the last thing that you do, and then end your turn.\",\"inputSchema\":{\"type\":"      \
  "\"object\",\"properties\":{\"outcome\":{\"type\":\"string\",\"enum\":[\"completed\",\"failed\"]},"        \
  "\"summary\":{\"type\":\"string\",\"description\":\"One paragraph: what was done, or why it could not "    \
  "be\"}},\"required\":[\"outcome\",\"summary\"]}," META "}"

#define DELEGATE_TOOL_BEGIN                                                                                  \
  ",{\"name\":\"delegate\",\"title\":\"Give a part of the job to another engine\",\"description\":\"Give a " \
  "part "                                                                                                    \
  "of the job to another engine, which works in the same folder, and wait for its report. It knows nothing " \
  "of the job but what you write. It keeps its session: what you give it later goes on from there. One "     \
  "engine at a time. If it is not done at once you are told to end your turn, and are resumed with its "     \
  "report later.\",\"inputSchema\":{\"type\":\"object\",\"properties\":{\"engine\":{\"type\":\"string\","    \
  "\"enum\":["
#define DELEGATE_TOOL_END                                                                                    \
  "},\"instructions\":{\"type\":\"string\",\"description\":\"What it is to do, with all that it has to "     \
  "know\"}},\"required\":[\"engine\",\"instructions\"]}," META "}"

gboolean
bh_mcp_offers_engines (const BhMcpOffer *offer)
{
  return offer->engines != NULL && offer->engines[0] != NULL;
}

char *
bh_mcp_instructions (const BhMcpOffer *offer)
{
  g_return_val_if_fail (offer != NULL, NULL);

  return g_strconcat (offer->autonomous ? INSTRUCTIONS_ALONE : INSTRUCTIONS_ASK,
                      bh_mcp_offers_engines (offer) ? INSTRUCTIONS_DELEGATE : "", INSTRUCTIONS_REPORT, NULL);
}

/* ,{…} */
static void
append_delegate_tool (GString *text, const BhMcpOffer *offer)
{
  g_autoptr (GString) names = g_string_new ("Which engine:");

  g_string_append (text, DELEGATE_TOOL_BEGIN);
  for (guint i = 0; offer->engines[i] != NULL; i++)
    {
      const char *engine = offer->engines[i];
      gsize length = strcspn (engine, " ");
      g_autofree char *id = g_strndup (engine, length);

      if (i > 0)
        g_string_append_c (text, ',');
      bh_json_append_string (text, id);
      g_string_append_printf (names, "%s %s (%s)", i > 0 ? "," : "", id,
                              engine[length] != '\0' ? engine + length + 1 : id);
    }
  g_string_append (text, "],\"description\":");
  bh_json_append_string (text, names->str);
  g_string_append (text, DELEGATE_TOOL_END);
}

char *
bh_mcp_tools (const BhMcpOffer *offer)
{
  g_autoptr (GString) text = NULL;

  g_return_val_if_fail (offer != NULL, NULL);

  text = g_string_new (offer->autonomous ? "[" REPORT_TOOL : "[" ASK_TOOL "," REPORT_TOOL);
  if (bh_mcp_offers_engines (offer))
    append_delegate_tool (text, offer);
  g_string_append_c (text, ']');
  return g_string_free (g_steal_pointer (&text), FALSE);
}
