/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/runs/bh-run-mask.h"

#include <string.h>

#include "protocol/bh-json.h"

/* of the digest of a value */
#define DIGITS 8

struct _BhRunMask
{
  GPtrArray *values; /* the newest last */
  BhMask *mask;      /* (nullable) */
};

BhRunMask *
bh_run_mask_new (void)
{
  BhRunMask *self = g_new0 (BhRunMask, 1);

  self->values = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_mask_wipe);
  return self;
}

void
bh_run_mask_free (BhRunMask *self)
{
  g_clear_pointer (&self->mask, bh_mask_unref);
  g_ptr_array_unref (self->values);
  g_free (self);
}

/* Says whether a value is the one of before, and nothing else of it. (transfer full) */
static char *
digest_of (const char *value)
{
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, value, -1);

  return g_strndup (digest, DIGITS);
}

/* (nullable) */
static const char *
find_digest (BhRunMask *self, const char *wanted)
{
  for (guint i = 0; i < self->values->len; i++)
    {
      g_autofree char *digest = digest_of (self->values->pdata[i]);

      if (g_str_equal (digest, wanted))
        return self->values->pdata[i];
    }
  return NULL;
}

static void
make_mask (BhRunMask *self)
{
  g_autofree const char **values = g_new0 (const char *, self->values->len + 1);

  for (guint i = 0; i < self->values->len; i++)
    values[i] = self->values->pdata[i];
  g_clear_pointer (&self->mask, bh_mask_unref);
  self->mask = bh_mask_new (values);
}

void
bh_run_mask_add (BhRunMask *self, const char *value)
{
  g_autoptr (GString) quoted = NULL;

  g_return_if_fail (self != NULL && value != NULL);
  if (g_ptr_array_find_with_equal_func (self->values, value, g_str_equal, NULL))
    return;
  g_ptr_array_add (self->values, g_strdup (value));
  quoted = g_string_new (NULL);
  bh_json_append_string (quoted, value);
  if (quoted->len != strlen (value) + 2)
    g_ptr_array_add (self->values, g_strndup (quoted->str + 1, quoted->len - 2));
  memset (quoted->str, 0, quoted->len);
  make_mask (self);
}

const BhMask *
bh_run_mask_get (BhRunMask *self)
{
  return self != NULL ? self->mask : NULL;
}

char *
bh_run_mask_describe (BhRunMask *self, const guint8 *bytes, gsize length, gsize before)
{
  g_return_val_if_fail (self != NULL, NULL);
  for (guint i = self->values->len; length > 0 && i > 0; i--)
    {
      const char *value = self->values->pdata[i - 1];

      if (strlen (value) > length && memcmp (value, bytes, length) == 0)
        {
          g_autofree char *digest = digest_of (value);
          g_autofree char *text = before > 0 ? g_base64_encode (bytes - before, before) : NULL;

          return g_strdup_printf ("%" G_GSIZE_FORMAT " %s%s%s", length, digest, text != NULL ? " " : "",
                                  text != NULL ? text : "");
        }
    }
  return NULL;
}

static void
append_before (GByteArray *bytes, const char *text)
{
  gsize size;
  g_autofree guint8 *before = g_base64_decode (text, &size);

  g_byte_array_append (bytes, before, (guint) size);
}

GByteArray *
bh_run_mask_recall (BhRunMask *self, const char *description)
{
  GByteArray *bytes = g_byte_array_new ();
  g_auto (GStrv) words = g_strsplit (description != NULL ? description : "", " ", -1);
  char **last = words;
  const char *value;
  guint64 length;

  g_return_val_if_fail (self != NULL, bytes);
  /* as it was stored before: after the name of the value */
  if (words[0] != NULL && !g_ascii_isdigit (words[0][0]))
    last++;
  if (*last == NULL || !g_ascii_string_to_unsigned (*last, 10, 1, BH_MASK_MOST, &length, NULL))
    return bytes;
  if (last[1] != NULL && last[2] != NULL)
    append_before (bytes, last[2]);
  value = last[1] != NULL ? find_digest (self, last[1]) : NULL;
  if (value != NULL && strlen (value) > length)
    {
      g_byte_array_append (bytes, (const guint8 *) value, (guint) length);
      return bytes;
    }
  for (guint64 i = 0; i < length; i++)
    g_byte_array_append (bytes, (const guint8 *) "*", 1);
  return bytes;
}
