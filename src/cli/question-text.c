/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "cli/question-text.h"

#include <string.h>

#include "cli/text-fit.h"

static void
print_option (Output *out, guint number, const BhOption *option)
{
  g_autofree char *label = text_line (option->label);
  g_autofree char *description = text_line (option->description);

  output_printf (out, STYLE_PLAIN, "    %u. %s", number, label);
  if (option->recommended)
    output_put (out, STYLE_GOOD, "  (recommended)");
  if (*description != '\0')
    output_printf (out, STYLE_DIM, "  %s", description);
  output_put (out, STYLE_PLAIN, "\n");
}

void
question_print (Output *out, const BhQuestion *question)
{
  g_autofree char *text = text_shown (question->text), *header = text_line (question->header);
  g_auto (GStrv) lines = g_strsplit (g_strchomp (text), "\n", -1);

  output_printf (out, STYLE_ASKS, "%s ", output_mark (out, MARK_ASKS));
  for (guint i = 0; lines[i] != NULL; i++)
    {
      output_printf (out, STYLE_BOLD, "%s%s", i > 0 ? "  " : "", lines[i]);
      if (i == 0 && *header != '\0')
        output_printf (out, STYLE_DIM, "  (%s)", header);
      output_put (out, STYLE_PLAIN, "\n");
    }
  for (guint i = 0; question->options != NULL && i < question->options->len; i++)
    print_option (out, i + 1, g_ptr_array_index (question->options, i));
}

static const BhQuestion *
find_question (const BhQuestionSet *set, const char *id)
{
  for (guint i = 0; i < set->questions->len; i++)
    {
      BhQuestion *question = g_ptr_array_index (set->questions, i);
      if (g_strcmp0 (question->id, id) == 0)
        return question;
    }
  return NULL;
}

void
question_print_answers (Output *out, const BhQuestionSet *set)
{
  for (guint i = 0; set->answers != NULL && i < set->answers->len; i++)
    {
      BhChoice *choice = g_ptr_array_index (set->answers, i);
      const BhQuestion *question = find_question (set, choice->question);
      g_autofree char *text = question != NULL ? bh_choice_to_text (question, choice) : NULL;
      g_autofree char *line = text_line (text);

      output_printf (out, STYLE_GOOD, "  %s %s", output_mark (out, MARK_ANSWER), line);
      if (set->answered_by != NULL && strcmp (set->answered_by, "you") != 0)
        {
          g_autofree char *by = text_line (set->answered_by);
          output_printf (out, STYLE_DIM, "  (answered by %s)", by);
        }
      output_put (out, STYLE_PLAIN, "\n");
    }
}

static void
add_choice (JsonBuilder *builder, const BhChoice *choice)
{
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "question");
  json_builder_add_string_value (builder, choice->question);
  json_builder_set_member_name (builder, "options");
  json_builder_begin_array (builder);
  for (guint i = 0; choice->options != NULL && choice->options[i] != NULL; i++)
    json_builder_add_string_value (builder, choice->options[i]);
  json_builder_end_array (builder);
  if (choice->text != NULL)
    {
      json_builder_set_member_name (builder, "text");
      json_builder_add_string_value (builder, choice->text);
    }
  json_builder_end_object (builder);
}

JsonNode *
question_answer_to_json (const BhQuestionSet *set, GPtrArray *choices)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "question");
  json_builder_add_string_value (builder, set->id);
  json_builder_set_member_name (builder, "answers");
  json_builder_begin_array (builder);
  for (guint i = 0; i < choices->len; i++)
    add_choice (builder, g_ptr_array_index (choices, i));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}
