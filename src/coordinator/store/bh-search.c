/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/store/bh-queries.h"

/* more than anybody types; keeps what SQLite has to parse small */
#define WORDS_MAX 32
#define WORD_BYTES_MAX 256

/* A phrase without a single letter or digit would match nothing. */
static gboolean
has_token (const char *word)
{
  for (; *word != '\0'; word = g_utf8_next_char (word))
    if (g_unichar_isalnum (g_utf8_get_char (word)))
      return TRUE;
  return FALSE;
}

/* Within quotation marks FTS5 knows no syntax but the mark itself, which is doubled. */
static void
append_phrase (GString *fts, const char *word)
{
  g_string_append (fts, fts->len > 0 ? " \"" : "\"");
  for (; *word != '\0'; word++)
    {
      if (*word == '"')
        g_string_append_c (fts, '"');
      g_string_append_c (fts, *word);
    }
  g_string_append_c (fts, '"');
}

char *
bh_search_to_fts (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_auto (GStrv) words = g_strsplit_set (valid, " \t\r\n\v\f", -1);
  g_autoptr (GString) fts = g_string_new (NULL);
  guint count = 0;

  for (char **word = words; *word != NULL && count < WORDS_MAX; word++)
    if (strlen (*word) <= WORD_BYTES_MAX && has_token (*word))
      {
        append_phrase (fts, *word);
        count++;
      }
  if (count == 0)
    return NULL;
  g_string_append_c (fts, '*');
  return g_string_free (g_steal_pointer (&fts), FALSE);
}
