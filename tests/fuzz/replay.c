/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
/* Without libFuzzer a fuzz target only replays what is given to it: files, or folders of files. */

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static int replay (const char *path);

static int
replay_file (const char *path, size_t size)
{
  uint8_t *data = malloc (size + 1);
  FILE *file = fopen (path, "rb");
  int failed = data == NULL || file == NULL || fread (data, 1, size, file) != size;

  if (!failed)
    {
      /* a block of exactly that size, so that reading beyond it is seen */
      uint8_t *exact = malloc (size > 0 ? size : 1);

      if (exact == NULL)
        abort ();
      memcpy (exact, data, size);
      LLVMFuzzerTestOneInput (exact, size);
      free (exact);
      printf ("replayed %s\n", path);
    }
  else
    perror (path);
  if (file != NULL)
    fclose (file);
  free (data);
  return failed;
}

static int
replay_folder (const char *path)
{
  DIR *folder = opendir (path);
  struct dirent *item;
  int failed = 0;

  if (folder == NULL)
    {
      perror (path);
      return 1;
    }
  while ((item = readdir (folder)) != NULL)
    {
      char file[4096];

      if (item->d_name[0] == '.')
        continue;
      snprintf (file, sizeof file, "%s/%s", path, item->d_name);
      failed |= replay (file);
    }
  closedir (folder);
  return failed;
}

static int
replay (const char *path)
{
  struct stat info;

  if (stat (path, &info) < 0)
    {
      perror (path);
      return 1;
    }
  return S_ISDIR (info.st_mode) ? replay_folder (path) : replay_file (path, (size_t) info.st_size);
}

int
main (int argc, char **argv)
{
  int failed = argc < 2;

  if (argc < 2)
    fprintf (stderr, "usage: %s FILE|FOLDER...\n", argv[0]);
  for (int i = 1; i < argc; i++)
    failed |= replay (argv[i]);
  return failed;
}
