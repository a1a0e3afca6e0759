/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/runbook/bh-runbook-parser.h"

#include <string.h>

#include "coordinator/engines/runbook/bh-runbook-ask.h"
#include "protocol/bh-text.h"

#define TAB_WIDTH 4
#define TITLE_MAX 120

typedef struct
{
  const char *start; /* without its line end */
  gsize length;
  guint number;
} Line;

typedef struct
{
  char mark;    /* ` or ~ */
  gsize run;    /* how many of them */
  gsize indent; /* columns, taken off each line inside */
  guint line;   /* of the opening fence */
  BhSectionKind kind;
  gboolean continue_on_error;
  GString *text;
} Fence;

typedef struct
{
  const char *at;
  guint number;
  gsize list_indent; /* columns that the list item under way sets its content in by; 0 = no list */
  gboolean in_comment;
  Fence fence; /* open while fence.mark is set */
  GString *prose;
  guint prose_line;
  GPtrArray *sections;
} Parser;

void
bh_section_free (BhSection *self)
{
  g_clear_pointer (&self->questions, bh_question_set_unref);
  g_free (self->text);
  g_free (self);
}

static gboolean
next_line (Parser *self, Line *line)
{
  const char *end;

  if (*self->at == '\0')
    return FALSE;
  end = strchrnul (self->at, '\n');
  line->start = self->at;
  line->length = (gsize) (end - self->at);
  line->number = ++self->number;
  if (line->length > 0 && line->start[line->length - 1] == '\r')
    line->length--;
  self->at = *end != '\0' ? end + 1 : end;
  return TRUE;
}

static gboolean
is_blank (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isspace (text[i]))
      return FALSE;
  return TRUE;
}

/* Columns of white space from `*at` on, which is moved behind them. */
static gsize
skip_indent (const Line *line, gsize *at)
{
  gsize columns = 0;

  for (; *at < line->length && (line->start[*at] == ' ' || line->start[*at] == '\t'); (*at)++)
    columns += line->start[*at] == '\t' ? TAB_WIDTH - columns % TAB_WIDTH : 1;
  return columns;
}

static gsize
run_length (const Line *line, gsize at, char mark)
{
  gsize n = 0;

  while (at + n < line->length && line->start[at + n] == mark)
    n++;
  return n;
}

/* Length of the list marker at `at` with the one space behind it, or 0. */
static gsize
list_marker (const Line *line, gsize at)
{
  gsize i = at;

  if (i < line->length && strchr ("-*+", line->start[i]) != NULL)
    i++;
  else
    {
      while (i < line->length && i - at < 9 && g_ascii_isdigit (line->start[i]))
        i++;
      if (i == at || i >= line->length || (line->start[i] != '.' && line->start[i] != ')'))
        return 0;
      i++;
    }
  if (i < line->length && line->start[i] != ' ' && line->start[i] != '\t')
    return 0;
  return i + 1 - at;
}

static void
end_prose (Parser *self)
{
  if (!is_blank (self->prose->str, self->prose->len))
    {
      BhSection *section = g_new0 (BhSection, 1);

      section->kind = BH_SECTION_PROSE;
      section->line = self->prose_line;
      section->text = g_strndup (self->prose->str, self->prose->len);
      g_strchomp (section->text);
      g_ptr_array_add (self->sections, section);
    }
  g_string_truncate (self->prose, 0);
}

static void
add_prose (Parser *self, const Line *line)
{
  /* blank lines before the first words are not shown */
  if (self->prose->len == 0 && is_blank (line->start, line->length))
    return;
  if (self->prose->len == 0)
    self->prose_line = line->number;
  g_string_append_len (self->prose, line->start, (gssize) line->length);
  g_string_append_c (self->prose, '\n');
}

/* Reads "bash continue-on-error" or "sh {continue-on-error}" behind the fence. */
static void
read_info (Fence *fence, const char *info, gsize length)
{
  g_autofree char *text = g_strndup (info, length);
  g_auto (GStrv) words = g_strsplit_set (text, " \t,{}", -1);
  gboolean first = TRUE;

  fence->kind = BH_SECTION_PROSE;
  for (guint i = 0; words[i] != NULL; i++)
    {
      static const char *const shells[] = { "sh", "bash", "shell", NULL };
      g_autofree char *word = g_ascii_strdown (words[i], -1);

      if (*word == '\0')
        continue;
      if (first && g_strv_contains (shells, word))
        fence->kind = BH_SECTION_BLOCK;
      else if (first && strcmp (word, "ask") == 0)
        fence->kind = BH_SECTION_ASK;
      else if (strcmp (word, "continue-on-error") == 0)
        fence->continue_on_error = TRUE;
      first = FALSE;
    }
}

/* A fence may stand behind list markers on the same line. */
static gboolean
open_fence (Parser *self, const Line *line)
{
  gsize at = 0;
  gsize column = skip_indent (line, &at);
  gsize limit = self->list_indent + 3;
  gsize marker;
  gsize run;

  while (column <= limit && (marker = list_marker (line, at)) > 0 && at + marker < line->length)
    {
      at += marker;
      column += marker + skip_indent (line, &at);
      self->list_indent = column;
      limit = column + 3;
    }
  if (column > limit || at >= line->length || (line->start[at] != '`' && line->start[at] != '~'))
    return FALSE;
  run = run_length (line, at, line->start[at]);
  if (run < 3 ||
      (line->start[at] == '`' && memchr (line->start + at + run, '`', line->length - at - run) != NULL))
    return FALSE;
  self->fence.mark = line->start[at];
  self->fence.run = run;
  self->fence.indent = column;
  self->fence.line = line->number;
  self->fence.continue_on_error = FALSE;
  read_info (&self->fence, line->start + at + run, line->length - at - run);
  return TRUE;
}

static gboolean
closes_fence (Parser *self, const Line *line)
{
  const Fence *fence = &self->fence;
  gsize at = 0;
  gsize column = skip_indent (line, &at);
  gsize run = run_length (line, at, fence->mark);

  return column <= MAX (fence->indent, self->list_indent) + 3 && run >= fence->run &&
         is_blank (line->start + at + run, line->length - at - run);
}

static void
add_fenced (Fence *fence, const Line *line)
{
  gsize skip = 0;

  while (skip < fence->indent && skip < line->length && line->start[skip] == ' ')
    skip++;
  g_string_append_len (fence->text, line->start + skip, (gssize) (line->length - skip));
  g_string_append_c (fence->text, '\n');
}

static gboolean
end_fence (Parser *self, GError **error)
{
  Fence *fence = &self->fence;
  g_autoptr (BhSection) section = NULL;

  fence->mark = 0;
  if (fence->kind == BH_SECTION_PROSE ||
      (fence->kind == BH_SECTION_BLOCK && is_blank (fence->text->str, fence->text->len)))
    {
      g_string_truncate (fence->text, 0);
      return TRUE;
    }
  section = g_new0 (BhSection, 1);
  section->kind = fence->kind;
  section->line = fence->line + 1;
  section->continue_on_error = fence->continue_on_error;
  section->text = g_strndup (fence->text->str, fence->text->len);
  g_string_truncate (fence->text, 0);
  if (section->kind == BH_SECTION_ASK)
    section->questions = bh_runbook_ask_parse (section->text, section->line, error);
  if (section->kind == BH_SECTION_ASK && section->questions == NULL)
    return FALSE;
  g_ptr_array_add (self->sections, g_steal_pointer (&section));
  return TRUE;
}

/* A list ends with the first line that is set in less than its items. */
static void
follow_list (Parser *self, const Line *line)
{
  gsize at = 0;
  gsize column;
  gsize marker;

  if (is_blank (line->start, line->length))
    return;
  column = skip_indent (line, &at);
  if (column < self->list_indent)
    self->list_indent = 0;
  marker = list_marker (line, at);
  if (marker > 0 && column <= self->list_indent + 3)
    self->list_indent = column + marker;
}

/* TRUE when the line belongs to an HTML comment that begins a line. */
static gboolean
follow_comment (Parser *self, const Line *line)
{
  gsize at = 0;
  gsize column = skip_indent (line, &at);

  if (!self->in_comment &&
      (column > 3 || line->length - at < 4 || strncmp (line->start + at, "<!--", 4) != 0))
    return FALSE;
  self->in_comment = memmem (line->start, line->length, "-->", 3) == NULL;
  return TRUE;
}

static gboolean
take_line (Parser *self, const Line *line, GError **error)
{
  if (self->fence.mark != 0)
    {
      if (self->fence.kind == BH_SECTION_PROSE)
        add_prose (self, line);
      if (closes_fence (self, line))
        return end_fence (self, error);
      if (self->fence.kind != BH_SECTION_PROSE)
        add_fenced (&self->fence, line);
      return TRUE;
    }
  if (follow_comment (self, line))
    return TRUE;
  if (!is_blank (line->start, line->length))
    follow_list (self, line);
  if (!open_fence (self, line))
    add_prose (self, line);
  else if (self->fence.kind == BH_SECTION_PROSE)
    add_prose (self, line);
  else
    end_prose (self);
  return TRUE;
}

GPtrArray *
bh_runbook_parse (const char *markdown, GError **error)
{
  g_autoptr (GPtrArray) sections = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_section_free);
  g_autoptr (GString) prose = g_string_new (NULL);
  g_autoptr (GString) fenced = g_string_new (NULL);
  Parser self = { .at = markdown, .prose = prose, .sections = sections, .fence.text = fenced };
  Line line;

  g_return_val_if_fail (markdown != NULL, NULL);

  if (g_str_has_prefix (markdown, "\xef\xbb\xbf"))
    self.at += 3;
  while (next_line (&self, &line))
    if (!take_line (&self, &line, error))
      return NULL;
  if (self.fence.mark != 0 && !end_fence (&self, error))
    return NULL;
  end_prose (&self);
  return g_steal_pointer (&sections);
}

guint
bh_runbook_count_blocks (GPtrArray *sections)
{
  guint n = 0;

  for (guint i = 0; i < sections->len; i++)
    n += ((const BhSection *) sections->pdata[i])->kind == BH_SECTION_BLOCK ? 1 : 0;
  return n;
}

char *
bh_section_title (const BhSection *self)
{
  const char *best = NULL;
  const char *end;
  g_autofree char *line = NULL;

  for (const char *at = self->text; *at != '\0'; at = *end != '\0' ? end + 1 : end)
    {
      const char *word = at + strspn (at, " \t\r");

      end = strchrnul (at, '\n');
      if (word >= end)
        continue;
      if (best == NULL || *word != '#')
        best = word;
      if (*word != '#')
        break;
    }
  if (best == NULL)
    return g_strdup ("");
  line = g_strndup (best, (gsize) (strchrnul (best, '\n') - best));
  g_strchomp (line);
  return bh_text_one_line (line, TITLE_MAX);
}
