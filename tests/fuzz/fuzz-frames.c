/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
/* What boxd makes of foreign frames, up to where something would be done. */

#include <stdlib.h>
#include <string.h>

#include "boxd/file.h"
#include "boxd/request.h"
#include "boxd/spawn.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check (int condition)
{
  if (!condition)
    abort ();
}

static void
try_spawn (const uint8_t *payload, size_t length)
{
  struct spawn_request request;
  char **candidates;
  size_t strings = 0;

  if (spawn_parse (&request, payload, length) != 0)
    return;
  for (char **p = request.argv; *p != NULL; p++)
    strings += strlen (*p) + 1;
  for (char **p = request.env; *p != NULL; p++)
    strings += strlen (*p) + 1;
  check (BH_WIRE_SPAWN_FIXED + strlen (request.cwd) + 1 + strings == length);
  candidates = spawn_candidates (&request);
  check (candidates != NULL && candidates[0] != NULL);
  for (char **p = candidates; *p != NULL; p++)
    check (strchr (*p, '/') != NULL);
  free (candidates);
  spawn_clear (&request);
}

static void
try_file (const struct bh_wire_header *header, const uint8_t *payload)
{
  struct file_put put;
  struct file_get get;

  if (header->type == BH_WIRE_PUT && file_parse_put (&put, payload, header->length))
    check (put.length + strlen (put.path) + 8 == header->length);
  if (header->type == BH_WIRE_GET && file_parse_get (&get, payload, header->length))
    check (get.most <= BH_WIRE_MAX_PAYLOAD && strlen (get.path) + 4 == header->length);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  struct bh_wire_header header;
  uint8_t again[BH_WIRE_HEADER_SIZE];
  bool greeted = false;

  while (size >= BH_WIRE_HEADER_SIZE && bh_wire_get_header (data, &header))
    {
      bh_wire_put_header (again, &header);
      check (memcmp (again, data, sizeof again) == 0);
      if (!request_is_valid (&header, greeted) || header.length > size - BH_WIRE_HEADER_SIZE)
        break;
      greeted = true;
      if (header.type == BH_WIRE_SPAWN)
        try_spawn (data + BH_WIRE_HEADER_SIZE, header.length);
      try_file (&header, data + BH_WIRE_HEADER_SIZE);
      data += BH_WIRE_HEADER_SIZE + header.length;
      size -= BH_WIRE_HEADER_SIZE + header.length;
    }
  return 0;
}
