/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include <string.h>
#include <unistd.h>

#include "cli/line-reader.h"
#include "cli/prompt.h"
#include "cli/question-text.h"
#include "cli/text-fit.h"
#include "cli/verbs.h"

typedef struct
{
  char **options;
  char **texts;
  gboolean recommended;
  gboolean json;
} AnswerOptions;

static void
answer_options_clear (AnswerOptions *self)
{
  g_strfreev (self->options);
  g_strfreev (self->texts);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AnswerOptions, answer_options_clear)

/* --- which question ------------------------------------------------------------------------------------ */

/* The set named by `wanted` (an id, its beginning, or NULL for the only one). Answered ones too: that an
 * answer comes too late is for the coordinator to say. */
static BhQuestionSet *
find_set (Cli *cli, const char *run, const char *wanted, GError **error)
{
  g_autofree char *path = g_strdup_printf ("/v1/runs/%s/questions%s", run, wanted != NULL ? "?all=true" : "");
  g_autoptr (JsonArray) sets = cli_get_list (cli, path, "questions", error);
  g_autoptr (BhQuestionSet) found = NULL;
  guint n = 0;

  for (guint i = 0; sets != NULL && i < json_array_get_length (sets); i++)
    {
      g_autoptr (BhQuestionSet) set = bh_question_set_from_json (json_array_get_element (sets, i), error);
      if (set == NULL)
        return NULL;
      if (wanted != NULL && !g_str_has_prefix (set->id, wanted))
        continue;
      g_clear_pointer (&found, bh_question_set_unref);
      found = g_steal_pointer (&set);
      n++;
    }
  if (n == 1)
    return g_steal_pointer (&found);
  if (sets != NULL && n == 0 && wanted != NULL)
    bh_set_error (error, BH_ERROR_QUESTION_NOT_FOUND, NULL, "Run %s has no question “%s”", run, wanted);
  else if (sets != NULL && n == 0)
    g_set_error (error, CLI_ERROR, CLI_ERROR_REFUSED, "Run %s has no open question", run);
  else if (sets != NULL)
    g_set_error (error, CLI_ERROR, CLI_ERROR_REFUSED,
                 "Run %s has %u questions that this could mean. Say which: bellhopctl show %s lists them",
                 run, n, run);
  return NULL;
}

/* --- what is answered ---------------------------------------------------------------------------------- */

/* Splits "where=toolbar" when `set` has a question “where”; else it is for the only question. */
static const BhQuestion *
find_question (const BhQuestionSet *set, const char **value)
{
  const char *sign = strchr (*value, '=');

  for (guint i = 0; sign != NULL && i < set->questions->len; i++)
    {
      const BhQuestion *question = g_ptr_array_index (set->questions, i);
      if (strlen (question->id) == (gsize) (sign - *value) && g_str_has_prefix (*value, question->id))
        {
          *value = sign + 1;
          return question;
        }
    }
  return set->questions->len == 1 ? g_ptr_array_index (set->questions, 0) : NULL;
}

/* Ids stay, labels become ids; what is neither goes as it is and is refused by the coordinator. */
static const char *
option_id (const BhQuestion *question, const char *value)
{
  for (guint i = 0; question->options != NULL && i < question->options->len; i++)
    {
      const BhOption *option = g_ptr_array_index (question->options, i);
      if (strcmp (option->id, value) == 0)
        return option->id;
    }
  for (guint i = 0; question->options != NULL && i < question->options->len; i++)
    {
      const BhOption *option = g_ptr_array_index (question->options, i);
      if (g_ascii_strcasecmp (option->label, value) == 0)
        return option->id;
    }
  return value;
}

static BhChoice *
choice_for (GPtrArray *choices, const BhQuestion *question)
{
  BhChoice *choice;

  for (guint i = 0; i < choices->len; i++)
    {
      choice = g_ptr_array_index (choices, i);
      if (strcmp (choice->question, question->id) == 0)
        return choice;
    }
  choice = bh_choice_new ();
  choice->question = g_strdup (question->id);
  g_ptr_array_add (choices, choice);
  return choice;
}

static void
add_option (BhChoice *choice, const char *id)
{
  guint n = choice->options != NULL ? g_strv_length (choice->options) : 0;

  choice->options = g_renew (char *, choice->options, n + 2);
  choice->options[n] = g_strdup (id);
  choice->options[n + 1] = NULL;
}

static gboolean
add_values (const BhQuestionSet *set, char **values, gboolean text, GPtrArray *choices, GError **error)
{
  for (guint i = 0; values != NULL && values[i] != NULL; i++)
    {
      const char *value = values[i];
      const BhQuestion *question = find_question (set, &value);

      if (question == NULL)
        {
          g_set_error (error, CLI_ERROR, CLI_ERROR_REFUSED,
                       "There are %u questions: say which one “%s” answers, like QUESTION=%s",
                       set->questions->len, value, value);
          return FALSE;
        }
      if (!text)
        add_option (choice_for (choices, question), option_id (question, value));
      else
        {
          BhChoice *choice = choice_for (choices, question);
          g_free (choice->text);
          choice->text = g_strdup (value);
        }
    }
  return TRUE;
}

/* Asks at the terminal. */
static GPtrArray *
ask (Cli *cli, BhQuestionSet *set, GError **error)
{
  g_autoptr (Prompt) prompt = prompt_new (cli->out, set);
  g_autoptr (LineReader) lines = line_reader_new (STDIN_FILENO);

  for (;;)
    {
      g_autofree char *line = dex_await_string (line_reader_next (lines), NULL);
      if (line == NULL)
        {
          g_set_error (error, CLI_ERROR, CLI_ERROR_REFUSED, "Not answered; the Run goes on waiting");
          return NULL;
        }
      if (prompt_feed (prompt, line))
        return g_ptr_array_ref (prompt_get_choices (prompt));
    }
}

static GPtrArray *
get_choices (Cli *cli, BhQuestionSet *set, const AnswerOptions *options, GError **error)
{
  g_autoptr (GPtrArray) choices = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_choice_free);
  GPtrArray *recommended;

  if (options->recommended)
    {
      recommended = bh_question_set_recommended (set);
      if (recommended == NULL)
        g_set_error (error, CLI_ERROR, CLI_ERROR_REFUSED,
                     "The question has no recommended answer: give --option or --text");
      return recommended;
    }
  if (options->options == NULL && options->texts == NULL)
    {
      if (isatty (STDIN_FILENO) && !options->json)
        return ask (cli, set, error);
      for (guint i = 0; i < set->questions->len; i++)
        question_print (cli->err, g_ptr_array_index (set->questions, i));
      g_set_error (error, CLI_ERROR, CLI_ERROR_REFUSED,
                   "The answer is missing: give --option, --text or --recommended");
      return NULL;
    }
  if (!add_values (set, options->options, FALSE, choices, error) ||
      !add_values (set, options->texts, TRUE, choices, error))
    return NULL;
  return g_steal_pointer (&choices);
}

static BhQuestionSet *
send (Cli *cli,
      const char *run,
      BhQuestionSet *set,
      const AnswerOptions *options,
      JsonNode **answer,
      GError **error)
{
  g_autofree char *path = g_strdup_printf ("/v1/runs/%s/answers", run);
  g_autoptr (GPtrArray) choices = get_choices (cli, set, options, error);
  g_autoptr (JsonNode) body = NULL;

  if (choices == NULL)
    return NULL;
  body = question_answer_to_json (set, choices);
  if (!cli_request (cli, "POST", path, body, answer, error))
    return NULL;
  return bh_question_set_from_json (*answer, error);
}

static gboolean
parse_options (Cli *cli, AnswerOptions *options, char **args, char ***rest, int *status)
{
  const GOptionEntry entries[] = {
    { "option", 'o', 0, G_OPTION_ARG_FILENAME_ARRAY, &options->options, "An option, by its id or label",
      "[QUESTION=]OPTION" },
    { "text", 't', 0, G_OPTION_ARG_FILENAME_ARRAY, &options->texts, "An answer in your own words",
      "[QUESTION=]TEXT" },
    { "recommended", 0, 0, G_OPTION_ARG_NONE, &options->recommended, "What is recommended", NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options->json, "Print the answered question as JSON", NULL },
    { NULL },
  };

  return cli_parse (cli, entries, 1, 2, args, rest, status);
}

int
verb_answer (Cli *cli, char **args)
{
  g_auto (AnswerOptions) options = { 0 };
  g_auto (GStrv) rest = NULL;
  g_autofree char *id = NULL;
  g_autoptr (BhQuestionSet) set = NULL, answered = NULL;
  g_autoptr (JsonNode) answer = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  if (!parse_options (cli, &options, args, &rest, &status))
    return status;
  id = cli_find_run (cli, rest[0], &error);
  if (id != NULL)
    set = find_set (cli, id, rest[1], &error);
  if (set != NULL)
    answered = send (cli, id, set, &options, &answer, &error);
  if (answered == NULL)
    return cli_fail (cli, g_steal_pointer (&error));
  if (options.json)
    output_json (cli->out, answer);
  else
    question_print_answers (cli->out, answered);
  return CLI_COMPLETED;
}
