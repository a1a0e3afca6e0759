/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "boxd/spawn.h"

#include <stdlib.h>
#include <string.h>

#include "wire/wire.h"

#define DEFAULT_PATH "/usr/local/bin:/usr/bin:/bin"

/* Takes the next NUL-terminated string; NULL when there is none. */
static char *
next_string (const uint8_t **at, const uint8_t *end)
{
  const uint8_t *begin = *at;
  const uint8_t *nul = begin < end ? memchr (begin, 0, (size_t) (end - begin)) : NULL;

  if (nul == NULL)
    return NULL;
  *at = nul + 1;
  return (char *) (uintptr_t) begin;
}

static bool
take_strings (const uint8_t **at, const uint8_t *end, char **strings, uint32_t count, bool variables)
{
  for (uint32_t i = 0; i < count; i++)
    {
      const char *equals;

      strings[i] = next_string (at, end);
      if (strings[i] == NULL)
        return false;
      equals = variables ? strchr (strings[i], '=') : NULL;
      if (variables && (equals == NULL || equals == strings[i]))
        return false;
    }
  return true;
}

int
spawn_parse (struct spawn_request *self, const uint8_t *payload, size_t length)
{
  const uint8_t *at = payload + BH_WIRE_SPAWN_FIXED, *end = payload + length;
  uint32_t argc, envc;

  memset (self, 0, sizeof *self);
  if (length < BH_WIRE_SPAWN_FIXED)
    return EINVAL;
  self->flags = bh_wire_get32 (payload);
  self->rows = bh_wire_get16 (payload + 4);
  self->columns = bh_wire_get16 (payload + 6);
  argc = bh_wire_get32 (payload + 8);
  envc = bh_wire_get32 (payload + 12);
  /* each string takes a byte at least, so the counts are bounded by what is there */
  if (self->flags & ~(uint32_t) (BH_SPAWN_PTY | BH_SPAWN_MERGED) || argc == 0 ||
      (uint64_t) argc + envc + 1 > (uint64_t) (end - at))
    return EINVAL;
  self->cwd = next_string (&at, end);
  self->strings = calloc ((size_t) argc + envc + 2, sizeof *self->strings);
  if (self->strings == NULL)
    return ENOMEM;
  self->argv = self->strings;
  self->env = self->strings + argc + 1;
  if (self->cwd == NULL || !take_strings (&at, end, self->argv, argc, false) ||
      !take_strings (&at, end, self->env, envc, true) || at != end || self->argv[0][0] == '\0')
    {
      spawn_clear (self);
      return EINVAL;
    }
  return 0;
}

void
spawn_clear (struct spawn_request *self)
{
  free (self->strings);
  self->strings = self->argv = self->env = NULL;
}

static const char *
search_path (const struct spawn_request *self)
{
  for (char **variable = self->env; *variable != NULL; variable++)
    if (strncmp (*variable, "PATH=", 5) == 0)
      return *variable + 5;
  return DEFAULT_PATH;
}

char **
spawn_candidates (const struct spawn_request *self)
{
  const char *name = self->argv[0];
  bool search = strchr (name, '/') == NULL;
  const char *path = search ? search_path (self) : "";
  size_t name_size = strlen (name) + 1, folders = 1, bytes;
  char **candidates;
  char *at;

  for (const char *p = path; *p != '\0'; p++)
    folders += *p == ':';
  /* an empty folder of PATH is the current one: "./" is longer by two than what stands there */
  bytes = strlen (path) + folders * (name_size + 2);
  candidates = malloc ((folders + 1) * sizeof *candidates + bytes);
  if (candidates == NULL)
    return NULL;
  at = (char *) (candidates + folders + 1);
  for (size_t i = 0; i < folders; i++)
    {
      size_t length = strcspn (path, ":");

      candidates[i] = at;
      if (search)
        {
          memcpy (at, length > 0 ? path : ".", MAX_OF (length, (size_t) 1));
          at += MAX_OF (length, (size_t) 1);
          *at++ = '/';
        }
      memcpy (at, name, name_size);
      at += name_size;
      path += length + 1;
    }
  candidates[folders] = NULL;
  return candidates;
}
