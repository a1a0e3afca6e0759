/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/bh-settings.h"

/* (transfer full) (nullable) */
static GSettingsSchemaSource *
find_source (void)
{
  const char *uninstalled = g_getenv ("BELLHOP_UNINSTALLED");
  GSettingsSchemaSource *installed = g_settings_schema_source_get_default ();
  g_autofree char *folder = NULL;
  g_autoptr (GError) error = NULL;
  GSettingsSchemaSource *source;

  if (uninstalled == NULL)
    return installed != NULL ? g_settings_schema_source_ref (installed) : NULL;
  folder = g_build_filename (uninstalled, "data", NULL);
  source = g_settings_schema_source_new_from_directory (folder, installed, FALSE, &error);
  if (source == NULL)
    g_error ("Settings: %s; build data/gschemas.compiled", error->message);
  return source;
}

GSettings *
bh_settings_new (void)
{
  g_autoptr (GSettingsSchemaSource) source = find_source ();
  g_autoptr (GSettingsSchema) schema =
      source != NULL ? g_settings_schema_source_lookup (source, BH_APP_ID, TRUE) : NULL;

  if (schema == NULL)
    g_error ("The settings schema %s is not installed", BH_APP_ID);
  return g_settings_new_full (schema, NULL, NULL);
}
