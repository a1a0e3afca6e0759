/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/runbook/bh-token.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#define STATUS_DIGITS 3

typedef enum
{
  MATCH_NO,
  MATCH_MAYBE,
  MATCH_YES
} Match;

char *
bh_token_new (void)
{
  guint8 random[BH_TOKEN_DIGITS / 2];
  char *token = g_malloc (BH_TOKEN_DIGITS + 1);
  ssize_t n;

  do
    n = getrandom (random, sizeof random, 0);
  while (n < 0 && errno == EINTR);
  if (n != sizeof random)
    g_error ("The system gives no random numbers: %s", g_strerror (errno));
  for (gsize i = 0; i < sizeof random; i++)
    g_snprintf (token + 2 * i, 3, "%02x", random[i]);
  return token;
}

/* Behind the digits of the token: ":", one to three digits, a newline. */
static Match
match_status (const char *at, gsize length, gsize *used, int *status)
{
  gsize i = 1;

  if (length == 0)
    return MATCH_MAYBE;
  if (at[0] != ':')
    return MATCH_NO;
  *status = 0;
  for (; i < length && i <= STATUS_DIGITS && g_ascii_isdigit (at[i]); i++)
    *status = *status * 10 + (at[i] - '0');
  if (i == length)
    return MATCH_MAYBE;
  if (i == 1 || at[i] != '\n')
    return MATCH_NO;
  *used = i + 1;
  return MATCH_YES;
}

/* `at` is at a mark. */
static Match
match (const char *token, const char *at, gsize length, gsize *used, int *status)
{
  gsize compared = MIN (length - 1, BH_TOKEN_DIGITS);
  Match rest;

  if (memcmp (at + 1, token, compared) != 0)
    return MATCH_NO;
  if (compared < BH_TOKEN_DIGITS)
    return MATCH_MAYBE;
  rest = match_status (at + 1 + BH_TOKEN_DIGITS, length - 1 - BH_TOKEN_DIGITS, used, status);
  *used += 1 + BH_TOKEN_DIGITS;
  return rest;
}

void
bh_token_scan (const char *token, const void *bytes, gsize length, BhTokenScan *scan)
{
  /* of no bytes there may be no address */
  const char *data = length > 0 ? bytes : "";
  const char *at = data;
  const char *end = data + length;

  *scan = (BhTokenScan) { .output = length };
  while (at < end && (at = memchr (at, BH_TOKEN_MARK, (gsize) (end - at))) != NULL)
    {
      gsize used = 0;
      int status = 0;
      Match result = match (token, at, (gsize) (end - at), &used, &status);

      if (result != MATCH_NO)
        {
          scan->output = (gsize) (at - data);
          scan->found = result == MATCH_YES;
          scan->end = scan->found ? scan->output + used : 0;
          scan->status = scan->found ? status : 0;
          return;
        }
      at++;
    }
}
