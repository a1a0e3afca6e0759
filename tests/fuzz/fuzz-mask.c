/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/runs/bh-mask.h"

#include <string.h>

#define VALUES_MAX 4

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* The input: values, one a line, an empty line, and the output they may be in. Cut anywhere, it comes out the
 * same; offsets stay; and no value is left. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *head = g_strndup ((const char *) data, size);
  char *end = strstr (head, "\n\n");
  g_auto (GStrv) values = NULL;
  g_autoptr (BhMask) mask = NULL;
  g_autofree guint8 *whole = NULL;
  gsize begin, length;

  if (end == NULL)
    return 0;
  begin = (gsize) (end - head) + 2;
  length = size - begin;
  *end = '\0';
  values = g_strsplit (head, "\n", VALUES_MAX);
  mask = bh_mask_new ((const char *const *) values);
  if (mask == NULL || length == 0 || length > 4096)
    return 0;
  whole = g_memdup2 (data + begin, length);
  g_assert_cmpuint (bh_mask_apply (mask, whole, length, TRUE), ==, length);
  for (guint i = 0; values[i] != NULL; i++)
    if (strlen (values[i]) >= BH_MASK_LEAST && strchr (values[i], '*') == NULL)
      g_assert_null (memmem (whole, length, values[i], strlen (values[i])));
  for (gsize step = 1; step < MIN (length, 17); step++)
    {
      g_autofree guint8 *pieces = g_memdup2 (data + begin, length);
      gsize done = 0;

      for (gsize seen = MIN (step, length); done < length; seen = MIN (seen + step, length))
        done += bh_mask_apply (mask, pieces + done, seen - done, seen == length);
      g_assert_cmpmem (pieces, length, whole, length);
    }
  return 0;
}
