/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/run/bh-links.h"

#include <string.h>

gboolean
bh_is_web_link (const char *text)
{
  g_autoptr (GUri) uri = text != NULL ? g_uri_parse (text, G_URI_FLAGS_NONE, NULL) : NULL;
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : NULL;

  return scheme != NULL && (g_str_equal (scheme, "http") || g_str_equal (scheme, "https")) &&
         g_uri_get_host (uri) != NULL && *g_uri_get_host (uri) != '\0';
}

static gsize
link_length (const char *text)
{
  gsize length = strcspn (text, " \t\r\n<>\"`|()[]{}\\");

  while (length > 0 && strchr (".,;:!?'*_", text[length - 1]) != NULL)
    length--;
  return length;
}

GStrv
bh_find_links (const char *text, guint max)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (const char *at = text; at != NULL && g_hash_table_size (seen) < max;)
    {
      g_autofree char *uri = NULL;
      gsize length;

      at = strstr (at, "http");
      if (at == NULL)
        break;
      length = link_length (at);
      uri = g_strndup (at, length);
      at += MAX (length, 4);
      if (strlen (uri) > 2000 || !bh_is_web_link (uri) || g_hash_table_contains (seen, uri))
        continue;
      g_strv_builder_add (builder, uri);
      g_hash_table_add (seen, g_steal_pointer (&uri));
    }
  return g_strv_builder_end (builder);
}
