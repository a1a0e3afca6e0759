/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* One keyfile that describes an engine, ID.engine. Groups and keys, of which only those of [Engine] must be
 * there, and Command for every protocol but runbook, which has no other group:
 *
 *   [Engine]       Name, Protocol (see below), Rank (smaller is tried first by `auto`)
 *   [Start]        Command, Resume (arguments appended when a session is resumed), EndsBySignal (true, false)
 *   [Environment]  NAME=value, one a line
 *   [Session]      Mode, Model, Auth, KeyAuth
 *   [Find]         Binary, Version (a command), Install (a command to show)
 *   [SignIn]       Paths, Holds, Check (a command), Hint, Keys, KeysNeed
 *
 * Commands are quoted as for a shell, but nothing of a shell happens; @MCP_JSON@, @MODEL@ and, in Resume,
 * @SESSION@ stand for what is only known then. Paths, Holds, Keys and KeysNeed are lists with “;”. Unknown
 * groups and keys and repeated ones are refused, so a typo is never silently ignored.
 * help/C/engine-files.page explains each. */

#include <glib.h>

G_BEGIN_DECLS

#define BH_PROTOCOL_ACP "acp"
#define BH_PROTOCOL_CLAUDE "claude-stream"
#define BH_PROTOCOL_CODEX "codex-app-server"
#define BH_PROTOCOL_RUNBOOK "runbook"

typedef struct
{
  char *id; /* the file's name: lower-case letters, digits and - */
  char *name;
  char *protocol; /* "acp", "claude-stream", "codex-app-server" or "runbook" */
  int rank;       /* `auto` tries smaller ones first */

  /* Starting it. In each argument @MCP_JSON@, @SESSION@ and @MODEL@ stand for what is only known then. */
  char **argv;             /* (nullable) NULL for runbook only */
  char **resume_argv;      /* (nullable) appended to argv when there is a session to resume */
  char **env;              /* (nullable) "NAME=value"; an empty value hides one of the Run's or the box's */
  gboolean ends_by_signal; /* it does not end when its stdin does */

  /* Its session. */
  char *mode;     /* (nullable) */
  char *model;    /* (nullable) */
  char *auth;     /* (nullable) method to authenticate with */
  char *key_auth; /* (nullable) the method instead where an API key signs it in */

  /* Finding it in a box. */
  char *binary;        /* what is looked for on PATH; argv[0] if the file says nothing; NULL for runbook */
  char **version_argv; /* (nullable) prints a version; NULL: its npm package says it, else BINARY --version */
  char *install;       /* (nullable) how to get it: a command to show */

  /* Its sign-in. */
  char **sign_in_paths; /* (nullable) files and folders below the home folder, "~/…" */
  char **sign_in_holds; /* (nullable) one of these texts is in the first of them if somebody is signed in */
  char **sign_in_argv;  /* (nullable) exits 0 in the box when it is signed in, which files alone do not
                           make it then; NULL: the first of the paths is there, or one of the keys */
  char *sign_in_hint;   /* (nullable) what a person does to sign in */
  char **keys;          /* (nullable) environment variables that hold API keys; any of them will do */
  char **keys_need;     /* (nullable) those without which no key will do; all of them */
} BhEngineFile;

void bh_engine_file_free (BhEngineFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhEngineFile, bh_engine_file_free)

/* Errors name the path, the group and key, and what is wrong with it. */
BhEngineFile *bh_engine_file_load (const char *path, GError **error);
/* The same of a text; errors name no path. */
BhEngineFile *bh_engine_file_parse (const char *id, const char *text, gsize length, GError **error);

/* TRUE for an id an engine can have. */
gboolean bh_engine_file_is_id (const char *id);
/* TRUE for what one of its sign-in paths can be: "~/…", below the home folder and not the home folder itself,
 * since it is let into DevBoxes. */
gboolean bh_engine_file_is_sign_in_path (const char *path);

G_END_DECLS
