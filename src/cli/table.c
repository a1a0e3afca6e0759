/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "cli/table.h"

#include "cli/text-fit.h"

#define CELL_MAX 48

typedef struct
{
  char **cells;
  guint styled;
  OutputStyle style;
} TableRow;

struct _Table
{
  guint n_columns;
  GPtrArray *rows; /* TableRow; the first is the headers */
};

static void
table_row_free (gpointer data)
{
  TableRow *self = data;

  g_strfreev (self->cells);
  g_free (self);
}

Table *
table_new (const char *const *headers)
{
  Table *self = g_new0 (Table, 1);

  self->n_columns = g_strv_length ((char **) headers);
  self->rows = g_ptr_array_new_with_free_func (table_row_free);
  table_add (self, G_MAXUINT, STYLE_PLAIN, headers);
  return self;
}

void
table_free (Table *self)
{
  g_ptr_array_unref (self->rows);
  g_free (self);
}

void
table_add (Table *self, guint styled, OutputStyle style, const char *const *cells)
{
  TableRow *row = g_new0 (TableRow, 1);

  row->cells = g_new0 (char *, self->n_columns + 1);
  row->styled = styled;
  row->style = style;
  for (guint i = 0; i < self->n_columns; i++)
    {
      g_autofree char *line = text_line (cells[i]);
      row->cells[i] = i + 1 < self->n_columns ? text_fit (line, CELL_MAX) : g_steal_pointer (&line);
    }
  g_ptr_array_add (self->rows, row);
}

/* What is wider is cut. The last column is to have room, too. */
static guint
cell_max (Output *out)
{
  return output_is_tty (out) ? CLAMP (output_get_columns (out) / 3, 19, CELL_MAX) : CELL_MAX;
}

static guint
column_width (Table *self, guint column)
{
  guint width = 0;

  for (guint i = 0; i < self->rows->len; i++)
    {
      TableRow *row = g_ptr_array_index (self->rows, i);
      width = MAX (width, text_width (row->cells[column]));
    }
  return width;
}

static void
print_row (Table *self, TableRow *row, const guint *widths, gboolean header, Output *out)
{
  guint used = 0;

  for (guint i = 0; i < self->n_columns; i++)
    {
      gboolean last = i + 1 == self->n_columns;
      guint columns = output_get_columns (out);
      guint room = !last ? widths[i] : output_is_tty (out) ? MAX (columns, used + 10) - used : G_MAXUINT;
      g_autofree char *cell = text_fit (row->cells[i], room);

      output_put (out, header ? STYLE_DIM : i == row->styled ? row->style : STYLE_PLAIN, cell);
      if (!last)
        output_printf (out, STYLE_PLAIN, "%*s", (int) (widths[i] - text_width (cell) + 2), "");
      used += widths[i] + 2;
    }
  output_put (out, STYLE_PLAIN, "\n");
}

void
table_print (Table *self, Output *out)
{
  g_autofree guint *widths = g_new0 (guint, self->n_columns);

  for (guint i = 0; i < self->n_columns; i++)
    widths[i] = MIN (column_width (self, i), cell_max (out));
  for (guint i = 0; i < self->rows->len; i++)
    print_row (self, g_ptr_array_index (self->rows, i), widths, i == 0, out);
}
