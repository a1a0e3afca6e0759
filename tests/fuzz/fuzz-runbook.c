/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/runbook/bh-runbook-parser.h"
#include "coordinator/engines/runbook/bh-token.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Every byte of what is scanned is output, end mark or undecided, and what is undecided is short. */
static void
scan (const guint8 *data, gsize size)
{
  BhTokenScan scan;

  bh_token_scan ("0123456789abcdef0123456789abcdef", data, size, &scan);
  g_assert_cmpuint (scan.output, <=, size);
  if (scan.found)
    g_assert_cmpuint (scan.end, <=, size);
  else
    g_assert_cmpuint (size - scan.output, <=, BH_TOKEN_UNDECIDED);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) sections = NULL;

  scan (data, size);
  sections = bh_runbook_parse (valid, &error);
  g_assert_true ((sections == NULL) == (error != NULL));
  for (guint i = 0; sections != NULL && i < sections->len; i++)
    {
      const BhSection *section = sections->pdata[i];
      g_autofree char *title = bh_section_title (section);

      g_assert_true (section->text != NULL && section->line >= 1);
      g_assert_true ((section->kind == BH_SECTION_ASK) == (section->questions != NULL));
      g_assert_null (strchr (title, '\n'));
    }
  return 0;
}
