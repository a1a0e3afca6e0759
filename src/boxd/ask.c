/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "boxd/ask.h"

#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "boxd/join.h"
#include "boxd/paths.h"
#include "boxd/question.h"

#define JSON_MAX (1u << 20)
#define VERDICT_MAX 32

enum exit_status
{
  EXIT_ANSWERED,
  EXIT_ERROR,
  EXIT_USAGE,
  EXIT_UNAVAILABLE,
  EXIT_DECLINED
};

static const char usage[] =
    "usage: bellhop-ask [--header HEADER] (--choice | --multiple | --text | --confirm) TEXT\n"
    "                   [--option LABEL[=DESCRIPTION]]... [--recommended LABEL] [--no-other]\n"
    "                   ... [--format text|json]\n"
    "       bellhop-ask --json FILE|- [--format text|json]\n"
    "\n"
    "Asks the person who started this Run, waits for the answer however long it takes, and prints it.\n"
    "Each --choice, --multiple, --text or --confirm begins another question of the same set.\n"
    "\n"
    "  --header HEADER       a word or two above the question\n"
    "  --choice TEXT         choose one of the options\n"
    "  --multiple TEXT       choose any of the options\n"
    "  --text TEXT           answer in free text\n"
    "  --confirm TEXT        yes or no\n"
    "  --option LABEL[=DESCRIPTION]\n"
    "  --recommended LABEL   the option you would choose\n"
    "  --no-other            the answer must be one of the options\n"
    "  --json FILE           a whole question set as JSON; - reads standard input\n"
    "  --format text|json    how the answer is printed; text is the default\n"
    "\n"
    "Exit status: 0 answered, 1 error, 2 usage, 3 nobody can be asked (an autonomous Run), 4 declined.\n";

struct ask
{
  struct question_set set;
  const char *json; /* a file, or "-" */
  const char *format;
};

static void __attribute__ ((noreturn))
fail (int status, const char *what, const char *why)
{
  fprintf (stderr, "bellhop-ask: %s%s%s\n", what, why != NULL ? ": " : "", why != NULL ? why : "");
  exit (status);
}

static const char *
take_option (struct ask *ask, int c)
{
  switch (c)
    {
    case 'c':
      return question_begin (&ask->set, "single", optarg);
    case 'm':
      return question_begin (&ask->set, "multiple", optarg);
    case 't':
      return question_begin (&ask->set, "text", optarg);
    case 'y':
      return question_begin (&ask->set, "confirm", optarg);
    case 'H':
      return question_header (&ask->set, optarg);
    case 'o':
      return question_option (&ask->set, optarg);
    case 'r':
      return question_recommend (&ask->set, optarg);
    case 'n':
      return question_no_other (&ask->set);
    case 'j':
      ask->json = optarg;
      return NULL;
    case 'f':
      ask->format = optarg;
      return strcmp (optarg, "text") != 0 && strcmp (optarg, "json") != 0 ? "--format is text or json" : NULL;
    case 'h':
      fputs (usage, stdout);
      exit (EXIT_ANSWERED);
    default:
      /* getopt has said what is wrong */
      fputs (usage, stderr);
      exit (EXIT_USAGE);
    }
}

static void
parse (struct ask *ask, int argc, char **argv)
{
  static const struct option known[] = {
    { "choice", required_argument, NULL, 'c' },
    { "multiple", required_argument, NULL, 'm' },
    { "text", required_argument, NULL, 't' },
    { "confirm", required_argument, NULL, 'y' },
    { "header", required_argument, NULL, 'H' },
    { "option", required_argument, NULL, 'o' },
    { "recommended", required_argument, NULL, 'r' },
    { "no-other", no_argument, NULL, 'n' },
    { "json", required_argument, NULL, 'j' },
    { "format", required_argument, NULL, 'f' },
    { "help", no_argument, NULL, 'h' },
    { 0 },
  };
  const char *wrong = NULL;
  int c;

  ask->format = "text";
  while (wrong == NULL && (c = getopt_long (argc, argv, "h", known, NULL)) != -1)
    wrong = take_option (ask, c);
  if (wrong == NULL && optind < argc)
    wrong = "what is asked goes after --choice, --multiple, --text or --confirm, in quotes";
  if (wrong == NULL && ask->json != NULL && ask->set.n > 0)
    wrong = "--json is a whole question set: leave out the other questions";
  if (wrong == NULL && ask->json == NULL)
    wrong = question_finish (&ask->set);
  if (wrong != NULL)
    fail (EXIT_USAGE, wrong, "see bellhop-ask --help");
}

/* The file as one line: a newline in JSON can only be between tokens, where a blank does as well. */
static void
append_json_file (struct buffer *out, const char *name)
{
  cleanup_close int fd = strcmp (name, "-") == 0 ? dup (STDIN_FILENO) : open (name, O_RDONLY | O_CLOEXEC);
  uint8_t *text = buffer_reserve (out, JSON_MAX + 1);
  size_t length = 0;
  ssize_t n = 1;

  if (fd < 0)
    fail (EXIT_USAGE, name, strerror (errno));
  if (text == NULL)
    fail (EXIT_ERROR, "there is no memory for the question", NULL);
  while (n > 0 && length <= JSON_MAX)
    {
      n = TEMP_FAILURE_RETRY (read (fd, text + length, JSON_MAX + 1 - length));
      length += n > 0 ? (size_t) n : 0;
    }
  if (n < 0)
    fail (EXIT_USAGE, name, strerror (errno));
  if (length > JSON_MAX)
    fail (EXIT_USAGE, name, "a question set has at most 1 MiB");
  if (length == 0 || memchr (text, 0, length) != NULL)
    fail (EXIT_USAGE, name, "this is not JSON");
  for (size_t i = 0; i < length; i++)
    if (text[i] == '\n' || text[i] == '\r')
      text[i] = ' ';
  buffer_added (out, length);
}

static void
append (struct buffer *out, const char *text)
{
  if (!buffer_append (out, text, strlen (text)))
    fail (EXIT_ERROR, "there is no memory for the question", NULL);
}

static void
compose (struct ask *ask, struct buffer *out)
{
  append (out, "{\"kind\":\"ask\",\"set\":");
  if (ask->json != NULL)
    append_json_file (out, ask->json);
  else if (!question_to_json (&ask->set, out))
    fail (EXIT_ERROR, "there is no memory for the question", NULL);
  append (out, ",\"format\":\"");
  append (out, ask->format);
  append (out, "\"}\n");
}

/* ---- the answer ---- */

/* Reads the first line; false when the connection ended before it was whole. */
static bool
read_verdict (int fd, char verdict[VERDICT_MAX])
{
  for (size_t i = 0; i < VERDICT_MAX; i++)
    {
      if (TEMP_FAILURE_RETRY (read (fd, &verdict[i], 1)) != 1)
        return false;
      if (verdict[i] == '\n')
        {
          verdict[i] = '\0';
          return true;
        }
    }
  return false;
}

static int
verdict_status (const char *verdict)
{
  static const struct
  {
    const char *verdict;
    int status;
  } known[] = {
    { "answered", EXIT_ANSWERED },
    { "declined", EXIT_DECLINED },
    { "unavailable", EXIT_UNAVAILABLE },
  };

  for (size_t i = 0; i < N_ELEMENTS (known); i++)
    if (strcmp (verdict, known[i].verdict) == 0)
      return known[i].status;
  return EXIT_ERROR;
}

static int
print_answer (int fd)
{
  char verdict[VERDICT_MAX], text[4096];
  int status;
  ssize_t n;

  if (!read_verdict (fd, verdict))
    fail (EXIT_ERROR, "the DevBox hung up without an answer", "ask again");
  status = verdict_status (verdict);
  /* an answer is output; why there is none is not, or scripts would take it for one */
  while ((n = TEMP_FAILURE_RETRY (read (fd, text, sizeof text))) > 0)
    if (util_write_all (status == EXIT_ANSWERED ? STDOUT_FILENO : STDERR_FILENO, text, (size_t) n) < 0)
      fail (EXIT_ERROR, "printing the answer", strerror (errno));
  return status;
}

int
ask_run (int argc, char **argv)
{
  static struct ask ask;
  struct buffer line = { 0 };
  cleanup_close int fd = -1;

  parse (&ask, argc, argv);
  compose (&ask, &line);
  signal (SIGPIPE, SIG_IGN);
  fd = join_programs ();
  if (fd < 0)
    fail (EXIT_ERROR, "there is no DevBox to ask from", strerror (errno));
  if (util_write_all (fd, buffer_bytes (&line), line.length) < 0)
    fail (EXIT_ERROR, "sending the question", strerror (errno));
  buffer_clear (&line);
  return print_answer (fd);
}
