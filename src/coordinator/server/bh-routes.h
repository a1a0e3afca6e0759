/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include "coordinator/server/bh-request.h"

G_BEGIN_DECLS

typedef struct
{
  const char *method;
  const char *path;  /* "{}" stands for one segment, which becomes an argument */
  const char *query; /* names that may occur, separated by spaces */
  gboolean local;    /* only over the Unix socket */
  BhRouteFunc func;
} BhRoute;

/* Fills in `arguments`. BH_ERROR_NOT_FOUND or BH_ERROR_METHOD_NOT_ALLOWED. */
const BhRoute *bh_routes_find (const char *method, const char *path, char *arguments[2], GError **error);
gboolean bh_routes_check_query (const BhRoute *route, GHashTable *query, GError **error);
/* Every route, ended by one without a method: for the test of the OpenAPI document. */
const BhRoute *bh_routes_all (void);

/* bh-routes-runs.c */
gboolean bh_route_create_run (BhRequest *request, GError **error);
gboolean bh_route_list_runs (BhRequest *request, GError **error);
gboolean bh_route_get_run (BhRequest *request, GError **error);
gboolean bh_route_rename_run (BhRequest *request, GError **error);
gboolean bh_route_delete_run (BhRequest *request, GError **error);
gboolean bh_route_stop_run (BhRequest *request, GError **error);
gboolean bh_route_post_message (BhRequest *request, GError **error);
gboolean bh_route_get_message (BhRequest *request, GError **error);
gboolean bh_route_withdraw_message (BhRequest *request, GError **error);
gboolean bh_route_questions (BhRequest *request, GError **error);
gboolean bh_route_answer (BhRequest *request, GError **error);
/* bh-routes-find.c */
gboolean bh_route_find_row (BhRequest *request, GError **error);

/* bh-routes-timeline.c */
gboolean bh_route_rows (BhRequest *request, GError **error);
gboolean bh_route_row_body (BhRequest *request, GError **error);
gboolean bh_route_run_events (BhRequest *request, GError **error);
gboolean bh_route_global_events (BhRequest *request, GError **error);
/* bh-routes-places.c */
gboolean bh_route_workers (BhRequest *request, GError **error);
gboolean bh_route_images (BhRequest *request, GError **error);
gboolean bh_route_engines (BhRequest *request, GError **error);
gboolean bh_route_boxes (BhRequest *request, GError **error);
gboolean bh_route_stop_box (BhRequest *request, GError **error);
gboolean bh_route_remove_box (BhRequest *request, GError **error);
gboolean bh_route_worker_socket (BhRequest *request, GError **error);
/* bh-routes-sign-ins.c */
gboolean bh_route_sign_ins (BhRequest *request, GError **error);
gboolean bh_route_set_sign_in (BhRequest *request, GError **error);
/* bh-terminal.c */
gboolean bh_route_terminal (BhRequest *request, GError **error);
/* bh-routes-admin.c */
gboolean bh_route_info (BhRequest *request, GError **error);
gboolean bh_route_health (BhRequest *request, GError **error);
gboolean bh_route_check (BhRequest *request, GError **error);
gboolean bh_route_openapi (BhRequest *request, GError **error);
gboolean bh_route_add_token (BhRequest *request, GError **error);
gboolean bh_route_tokens (BhRequest *request, GError **error);
gboolean bh_route_remove_token (BhRequest *request, GError **error);
/* bh-routes-keys.c */
gboolean bh_route_keys (BhRequest *request, GError **error);
gboolean bh_route_set_key (BhRequest *request, GError **error);
gboolean bh_route_remove_key (BhRequest *request, GError **error);

G_END_DECLS
