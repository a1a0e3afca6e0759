/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/widgets/bh-code-language.h"

#include <string.h>

/* our own, in which they are not obeyed */
#define SPECS "resource:///org/bellhop/Bellhop/language-specs"

/* no language's name is longer, and foreign text may be anything */
#define NAME_MAX_BYTES 128

/* what fences are called that are neither an id nor a file name's ending */
static const struct
{
  const char *name;
  const char *id;
} aliases[] = {
  { "bash", "sh" },
  { "shell", "sh" },
  { "zsh", "sh" },
  { "console", "sh" },
  { "shell-session", "sh" },
  { "sh-session", "sh" },
  { "python", "python3" },
  { "py", "python3" },
  { "javascript", "js" },
  { "jsx", "jsx" },
  { "node", "js" },
  { "tsx", "typescript-jsx" },
  { "c++", "cpp" },
  { "cxx", "cpp" },
  { "c#", "c-sharp" },
  { "csharp", "c-sharp" },
  { "cs", "c-sharp" },
  { "f#", "fsharp" },
  { "golang", "go" },
  { "rs", "rust" },
  { "rb", "ruby" },
  { "yml", "yaml" },
  { "md", "markdown" },
  { "patch", "diff" },
  { "udiff", "diff" },
  { "dockerfile", "docker" },
  { "make", "makefile" },
  { "objective-c", "objc" },
  { "powershell", "powershell" },
  { "tex", "latex" },
  { "kt", "kotlin" },
  { "hs", "haskell" },
  { "jsonc", "json" },
  { "json5", "json" },
  { "conf", "ini" },
  { "htm", "html" },
};

/* Languages of GtkSourceView with here-documents at which it warns: "Invalid group". Instead there is another
 * one, or none. */
static const struct
{
  const char *id;
  const char *instead; /* (nullable) */
} warning[] = {
  { "sh", "bellhop-sh" }, { "perl", NULL },   { "fish", NULL },     { "m4", NULL },
  { "makefile", NULL },   { "dpatch", NULL }, { "automake", NULL },
};

static gboolean
ends_name (char c)
{
  return c == '\0' || strchr (" \t\r\n,;{}", c) != NULL;
}

/* The first word of an info string in lower case, without what encloses it. NULL if there is none. */
static char *
first_word (const char *name)
{
  gsize start = strspn (name, " \t{.");
  gsize length = 0;

  while (!ends_name (name[start + length]))
    length++;
  if (length == 0 || length > NAME_MAX_BYTES)
    return NULL;
  return g_ascii_strdown (name + start, length);
}

static const char *
aliased (const char *word)
{
  for (gsize i = 0; i < G_N_ELEMENTS (aliases); i++)
    if (g_str_equal (word, aliases[i].name))
      return aliases[i].id;
  return word;
}

static GtkSourceLanguageManager *
get_manager (void)
{
  static gsize added = 0;
  GtkSourceLanguageManager *manager = gtk_source_language_manager_get_default ();

  if (g_once_init_enter (&added))
    {
      gtk_source_language_manager_append_search_path (manager, SPECS);
      g_once_init_leave (&added, 1);
    }
  return manager;
}

static GtkSourceLanguage *
without_warnings (GtkSourceLanguageManager *manager, GtkSourceLanguage *language)
{
  for (gsize i = 0; language != NULL && i < G_N_ELEMENTS (warning); i++)
    if (g_str_equal (gtk_source_language_get_id (language), warning[i].id))
      return warning[i].instead != NULL
                 ? gtk_source_language_manager_get_language (manager, warning[i].instead)
                 : NULL;
  return language;
}

GtkSourceLanguage *
bh_code_language_find (const char *name)
{
  GtkSourceLanguageManager *manager = get_manager ();
  g_autofree char *word = name != NULL ? first_word (name) : NULL;

  if (word == NULL)
    return NULL;
  GtkSourceLanguage *language = gtk_source_language_manager_get_language (manager, aliased (word));
  if (language == NULL)
    {
      g_autofree char *as_ending = g_strconcat ("file.", word, NULL);
      language = gtk_source_language_manager_guess_language (manager, as_ending, NULL);
    }
  if (language == NULL && strlen (name) <= NAME_MAX_BYTES)
    language = gtk_source_language_manager_guess_language (manager, name, NULL);
  return without_warnings (manager, language);
}
