/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol/bh-types.h"

#include <errno.h>
#include <sys/random.h>

#define ID_LENGTH 16

/* Crockford's: no i, l, o, u, so an id can be read out loud */
static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

static void
random_bytes (guint8 *bytes, gsize length)
{
  while (length > 0)
    {
      ssize_t n = getrandom (bytes, length, 0);

      if (n < 0 && errno != EINTR)
        g_error ("The kernel gives no random numbers: %s", g_strerror (errno));
      if (n > 0)
        {
          bytes += n;
          length -= (gsize) n;
        }
    }
}

char *
bh_id_new (char letter)
{
  guint8 random[ID_LENGTH];
  char *id = g_new (char, ID_LENGTH + 3);

  random_bytes (random, sizeof random);
  id[0] = letter;
  id[1] = '_';
  for (guint i = 0; i < ID_LENGTH; i++)
    id[2 + i] = alphabet[random[i] & 31];
  id[2 + ID_LENGTH] = '\0';
  return id;
}

gboolean
bh_id_is_valid (const char *id, char letter)
{
  if (id == NULL || id[0] != letter || id[0] == '\0' || id[1] != '_')
    return FALSE;
  return strspn (id + 2, alphabet) == ID_LENGTH && id[2 + ID_LENGTH] == '\0';
}

gboolean
bh_is_env_name (const char *name)
{
  if (name == NULL || !(g_ascii_isalpha (*name) || *name == '_'))
    return FALSE;
  for (; *name != '\0'; name++)
    if (!g_ascii_isalnum (*name) && *name != '_')
      return FALSE;
  return TRUE;
}
