/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/runbook/bh-shell-command.h"

/* One line of stdin a block:
 *
 *   { trap 'exit 130' INT; export …; . FILE </dev/null 2>&1; } 1>&2 2>/dev/null;
 *   { set -- "$?" "$@"; trap '' INT; command printf '\036%s%s:%d\n' HALF HALF "$1"; shift; set +v; }
 * 2>/dev/null
 *
 * stdout and stderr are one pipe (BH_SPAWN_MERGED). Why each piece is as it is:
 * - The commands come through stdin. While a block runs, `. FILE </dev/null` has put stdin aside to a
 * descriptor that is closed on exec, so neither the block nor its children can read or close the commands.
 * - The redirections of `.` and of the first group are undone at its end, whatever `exec >file` the block
 * did: the end mark and the next block find the pipe again.
 * - 2>/dev/null around our own words hides them from `set -x`; `set +v` ends `set -v` before it could echo
 * our next line. The token is in two halves, so that not even an echo of this line looks like an end mark.
 * - `command printf`: a block may have defined a function printf.
 * - $? is kept in "$1" without touching the shell's own arguments; in quotes, since a block may set IFS to a
 * digit.
 * - SIGINT ends the shell while a block runs (the rest of an interrupted block must not run, and neither
 * shell can leave a sourced file otherwise), and is ignored between blocks, where it would hit the wrong one.
 * The EXIT trap of the block still runs. A block that says `exit`, or fails under `set -e`, ends the shell:
 * no mark comes, the process exits. */
static const char first_group[] = "; . %s </dev/null 2>&1; } 1>&2 2>/dev/null; ";
static const char second_group[] =
    "{ set -- \"$?\" \"$@\"; trap '' INT; command printf '\\036%%s%%s:%%d\\n' %.*s %s \"$1\"; "
    "shift; set +v; } 2>/dev/null\n";

const char *const bh_shell_argv[] = {
  "sh",
  "-c",
  "command -v bash >/dev/null 2>&1 && exec bash --norc --noprofile -s; exec sh -s",
  NULL,
};

GBytes *
bh_shell_command (const char *path, const char *token, const char *const *names, GHashTable *vars)
{
  GString *line = g_string_new ("{ trap 'exit 130' INT");
  g_autofree char *quoted_path = g_shell_quote (path);
  gsize half = strlen (token) / 2;

  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    {
      const char *value = g_hash_table_lookup (vars, names[i]);
      g_autofree char *quoted = g_shell_quote (value != NULL ? value : "");

      g_string_append_printf (line, "; export %s=%s", names[i], quoted);
    }
  g_string_append_printf (line, first_group, quoted_path);
  g_string_append_printf (line, second_group, (int) half, token, token + half);
  return g_string_free_to_bytes (line);
}
