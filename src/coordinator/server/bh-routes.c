/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/server/bh-routes.h"

static const BhRoute routes[] = {
  { "GET", "/v1/info", "", FALSE, bh_route_info },
  { "GET", "/v1/health", "", FALSE, bh_route_health },
  { "GET", "/v1/check", "", FALSE, bh_route_check },
  { "GET", "/v1/openapi.json", "", FALSE, bh_route_openapi },
  { "POST", "/v1/runs", "", FALSE, bh_route_create_run },
  { "GET", "/v1/runs", "status q limit before", FALSE, bh_route_list_runs },
  { "GET", "/v1/runs/{}", "", FALSE, bh_route_get_run },
  { "PATCH", "/v1/runs/{}", "", FALSE, bh_route_rename_run },
  { "DELETE", "/v1/runs/{}", "", FALSE, bh_route_delete_run },
  { "POST", "/v1/runs/{}/stop", "", FALSE, bh_route_stop_run },
  { "GET", "/v1/runs/{}/rows", "from count", FALSE, bh_route_rows },
  { "GET", "/v1/runs/{}/find", "text from count backwards", FALSE, bh_route_find_row },
  { "GET", "/v1/runs/{}/rows/{}/body", "part from length", FALSE, bh_route_row_body },
  { "GET", "/v1/runs/{}/events", "after limit", FALSE, bh_route_run_events },
  { "POST", "/v1/runs/{}/messages", "", FALSE, bh_route_post_message },
  { "GET", "/v1/runs/{}/messages/{}", "", FALSE, bh_route_get_message },
  { "DELETE", "/v1/runs/{}/messages/{}", "", FALSE, bh_route_withdraw_message },
  { "GET", "/v1/runs/{}/questions", "all", FALSE, bh_route_questions },
  { "POST", "/v1/runs/{}/answers", "", FALSE, bh_route_answer },
  { "GET", "/v1/events", "", FALSE, bh_route_global_events },
  { "GET", "/v1/workers", "", FALSE, bh_route_workers },
  { "GET", "/v1/workers/{}/images", "", FALSE, bh_route_images },
  { "GET", "/v1/worker", "", FALSE, bh_route_worker_socket },
  { "GET", "/v1/engines", "worker image fresh", FALSE, bh_route_engines },
  { "GET", "/v1/devboxes", "", FALSE, bh_route_boxes },
  { "POST", "/v1/devboxes/{}/stop", "", FALSE, bh_route_stop_box },
  { "DELETE", "/v1/devboxes/{}", "", FALSE, bh_route_remove_box },
  { "GET", "/v1/devboxes/{}/terminal", "rows columns command", FALSE, bh_route_terminal },
  { "GET", "/v1/sign-ins", "", FALSE, bh_route_sign_ins },
  { "PUT", "/v1/sign-ins/{}", "", FALSE, bh_route_set_sign_in },
  { "POST", "/v1/tokens", "", TRUE, bh_route_add_token },
  { "GET", "/v1/tokens", "", TRUE, bh_route_tokens },
  { "DELETE", "/v1/tokens/{}", "", TRUE, bh_route_remove_token },
  { "GET", "/v1/keys", "", TRUE, bh_route_keys },
  { "PUT", "/v1/keys/{}", "", TRUE, bh_route_set_key },
  { "DELETE", "/v1/keys/{}", "", TRUE, bh_route_remove_key },
  { NULL },
};

const BhRoute *
bh_routes_all (void)
{
  return routes;
}

static gboolean
route_matches (const BhRoute *route, char **path, char *arguments[2])
{
  g_auto (GStrv) pattern = g_strsplit (route->path, "/", -1);
  guint n = 0;

  if (g_strv_length (pattern) != g_strv_length (path))
    return FALSE;
  for (guint i = 0; pattern[i] != NULL; i++)
    if (!g_str_equal (pattern[i], "{}") ? !g_str_equal (pattern[i], path[i]) : *path[i] == '\0')
      return FALSE;
  for (guint i = 0; pattern[i] != NULL; i++)
    if (g_str_equal (pattern[i], "{}"))
      {
        g_free (arguments[n]);
        arguments[n++] = g_strdup (path[i]);
      }
  return TRUE;
}

const BhRoute *
bh_routes_find (const char *method, const char *path, char *arguments[2], GError **error)
{
  g_auto (GStrv) segments = g_strsplit (path, "/", 16);
  gboolean found = FALSE;

  for (const BhRoute *route = routes; route->method != NULL; route++)
    if (route_matches (route, segments, arguments))
      {
        found = TRUE;
        if (g_str_equal (route->method, method))
          return route;
      }
  if (found)
    bh_set_error (error, BH_ERROR_METHOD_NOT_ALLOWED, NULL, "%s is not for this path; see /v1/openapi.json",
                  method);
  else
    bh_set_error (error, BH_ERROR_NOT_FOUND, NULL, "There is no such path; see /v1/openapi.json");
  return NULL;
}

gboolean
bh_routes_check_query (const BhRoute *route, GHashTable *query, GError **error)
{
  g_auto (GStrv) known = g_strsplit (route->query, " ", -1);
  GHashTableIter iter;
  gpointer name;

  if (query == NULL)
    return TRUE;
  g_hash_table_iter_init (&iter, query);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!g_strv_contains ((const char *const *) known, name))
      {
        bh_set_error (error, BH_ERROR_UNKNOWN_FIELD, name,
                      "There is no query parameter “%s” here; known are: %s", (const char *) name,
                      *route->query != '\0' ? route->query : "none");
        return FALSE;
      }
  return TRUE;
}
