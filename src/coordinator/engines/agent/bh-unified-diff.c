/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/agent/bh-unified-diff.h"

#include <string.h>

#define CONTEXT 3
/* Beyond so many changed lines all between the first and the last change is shown as changed: Myers' way
 * takes time and memory by their square. */
#define CHANGES_MAX 600

typedef struct
{
  const char *text; /* borrowed */
  gsize length;     /* with its newline */
  gboolean changed;
} Line;

typedef struct
{
  Line *lines;
  int n;
} Side;

static Side
split (const char *text)
{
  GArray *lines = g_array_new (FALSE, FALSE, sizeof (Line));
  Side side;

  while (text != NULL && *text != '\0')
    {
      const char *end = strchr (text, '\n');
      Line line = { .text = text, .length = end != NULL ? (gsize) (end - text) + 1 : strlen (text) };

      g_array_append_val (lines, line);
      text += line.length;
    }
  side.n = (int) lines->len;
  side.lines = (Line *) (gpointer) g_array_free (lines, FALSE);
  return side;
}

static gboolean
same (const Line *one, const Line *other)
{
  return one->length == other->length && memcmp (one->text, other->text, one->length) == 0;
}

static void
mark (Side *side, int from, int to)
{
  for (int i = from; i < to; i++)
    side->lines[i].changed = TRUE;
}

/* Myers: the furthest reaching path for each number of changes. `trace`: a copy of `reach` for each. Returns
 * the number of changes, -1 if there are too many. */
static int
search (const Line *a, int n, const Line *b, int m, GPtrArray *trace)
{
  int most = MIN (n + m, CHANGES_MAX);
  g_autofree int *buffer = g_new0 (int, 2 * (gsize) most + 3);
  int *reach = buffer + most + 1;

  for (int d = 0; d <= most; d++)
    {
      g_ptr_array_add (trace, g_memdup2 (reach - d - 1, (2 * (gsize) d + 3) * sizeof (int)));
      for (int k = -d; k <= d; k += 2)
        {
          gboolean down = k == -d || (k != d && reach[k - 1] < reach[k + 1]);
          int x = down ? reach[k + 1] : reach[k - 1] + 1;

          while (x < n && x - k < m && x - k >= 0 && same (&a[x], &b[x - k]))
            x++;
          reach[k] = x;
          if (x >= n && x - k >= m)
            return d;
        }
    }
  return -1;
}

/* Walks the path back, and marks what it changes. */
static void
walk_back (Line *a, int n, Line *b, int m, GPtrArray *trace, int changes)
{
  int x = n, y = m;

  for (int d = changes; d > 0; d--)
    {
      const int *reach = (const int *) trace->pdata[d] + d + 1;
      int k = x - y;
      gboolean down = k == -d || (k != d && reach[k - 1] < reach[k + 1]);
      int before = down ? k + 1 : k - 1;
      int x_before = reach[before], y_before = x_before - before;

      if (down && y_before >= 0 && y_before < m)
        b[y_before].changed = TRUE;
      else if (!down && x_before >= 0 && x_before < n)
        a[x_before].changed = TRUE;
      x = x_before;
      y = y_before;
    }
}

static void
compare (Side *a, Side *b)
{
  g_autoptr (GPtrArray) trace = g_ptr_array_new_with_free_func (g_free);
  int begin = 0, end_a = a->n, end_b = b->n;
  int changes;

  while (begin < end_a && begin < end_b && same (&a->lines[begin], &b->lines[begin]))
    begin++;
  while (end_a > begin && end_b > begin && same (&a->lines[end_a - 1], &b->lines[end_b - 1]))
    {
      end_a--;
      end_b--;
    }
  if (begin == end_a || begin == end_b)
    changes = -1;
  else
    changes = search (a->lines + begin, end_a - begin, b->lines + begin, end_b - begin, trace);
  if (changes >= 0)
    {
      walk_back (a->lines + begin, end_a - begin, b->lines + begin, end_b - begin, trace, changes);
      return;
    }
  mark (a, begin, end_a);
  mark (b, begin, end_b);
}

static void
append_line (GString *text, char sign, const Line *line)
{
  g_string_append_c (text, sign);
  g_string_append_len (text, line->text, (gssize) line->length);
  if (line->text[line->length - 1] != '\n')
    g_string_append (text, "\n\\ No newline at end of file\n");
}

/* Where the hunk that begins with the change at (i, j) ends: the unchanged lines after it are too many to
 * go on, or there are no more. */
static void
find_end (const Side *a, const Side *b, int *i, int *j)
{
  int unchanged = 0;

  while (unchanged <= 2 * CONTEXT && (*i < a->n || *j < b->n))
    if (*i < a->n && a->lines[*i].changed)
      {
        (*i)++;
        unchanged = 0;
      }
    else if (*j < b->n && b->lines[*j].changed)
      {
        (*j)++;
        unchanged = 0;
      }
    else
      {
        (*i)++;
        (*j)++;
        unchanged++;
      }
  *i -= MAX (unchanged - CONTEXT, 0);
  *j -= MAX (unchanged - CONTEXT, 0);
}

static void
append_hunk (GString *text, const Side *a, const Side *b, int from_a, int to_a, int from_b, int to_b)
{
  int i = from_a, j = from_b;

  /* an empty side is named by the line before it */
  g_string_append_printf (text, "@@ -%d,%d +%d,%d @@\n", to_a > from_a ? from_a + 1 : from_a, to_a - from_a,
                          to_b > from_b ? from_b + 1 : from_b, to_b - from_b);
  while (i < to_a || j < to_b)
    if (i < to_a && a->lines[i].changed)
      append_line (text, '-', &a->lines[i++]);
    else if (j < to_b && b->lines[j].changed)
      append_line (text, '+', &b->lines[j++]);
    else
      {
        append_line (text, ' ', &a->lines[i++]);
        j++;
      }
}

static void
append_hunks (GString *text, const Side *a, const Side *b)
{
  int i = 0, j = 0;

  while (i < a->n || j < b->n)
    {
      int back, from_a, from_b;

      if (!(i < a->n && a->lines[i].changed) && !(j < b->n && b->lines[j].changed))
        {
          i++;
          j++;
          continue;
        }
      back = MIN (CONTEXT, MIN (i, j));
      from_a = i - back;
      from_b = j - back;
      find_end (a, b, &i, &j);
      append_hunk (text, a, b, from_a, i, from_b, j);
    }
}

char *
bh_unified_diff (const char *path, const char *before, const char *after)
{
  GString *text = g_string_new (NULL);
  Side a, b;

  g_return_val_if_fail (path != NULL && after != NULL, NULL);
  a = split (before);
  b = split (after);
  compare (&a, &b);
  append_hunks (text, &a, &b);
  if (text->len > 0)
    {
      g_autofree char *head = g_strdup_printf ("--- %s\n+++ %s\n", before != NULL ? path : "/dev/null", path);

      g_string_prepend (text, head);
    }
  g_free (a.lines);
  g_free (b.lines);
  return g_string_free (text, FALSE);
}
