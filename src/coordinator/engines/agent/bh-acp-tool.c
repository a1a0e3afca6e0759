/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/agent/bh-acp-private.h"

#include "protocol/bh-text.h"

/* Updates of tool calls are upserts: any of them may be the first, each may say anything again. What was told
 * already of a call under way is remembered in a small table, so that nothing is told twice:
 *   own: which of our own tools it is     name, title, state: what was told last
 *   announced, called: its call, its whole call    located: its locations
 *   result: anything of the result, diff: a hash of the diffs
 *   output, hash: how much of an output that grows, and a hash of that much
 * An entry goes when its call ends, and all go with the turn. BH_ACP_TOOLS lists them, one id a line. */
#define ENTRY "acp.tool."
#define TOOLS_MAX 64
#define ID_MAX 200
#define TOOL_NAME_MAX 80
#define TITLE_MAX 300

typedef struct
{
  BhToolUpdate update;
  BhDialectSink *sink; /* borrowed */
  JsonObject *tool;    /* borrowed */
  JsonObject *known;   /* borrowed: its entry */
  BhAcpWord word;
  gboolean is_first;
  char *name, *title, *call, *result, *output, *detail; /* owned: of `update` */
} Word;

static void
word_clear (Word *word)
{
  g_free (word->name);
  g_free (word->title);
  g_free (word->call);
  g_free (word->result);
  g_free (word->output);
  g_free (word->detail);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Word, word_clear)

/* --- what is called --- */

/* The name of a tool as engines give it: by the protocol; claude-agent-acp; Goose; Qwen. (transfer none)
 * (nullable) */
static const char *
given_name (JsonObject *tool)
{
  JsonObject *meta = bh_dialect_object (tool, "_meta");
  const char *names[] = {
    bh_dialect_string (tool, "name"),
    bh_dialect_string (bh_dialect_object (meta, "claudeCode"), "toolName"),
    bh_dialect_string (bh_dialect_object (bh_dialect_object (meta, "goose"), "toolCall"), "toolName"),
    bh_dialect_string (meta, "toolName"),
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (names[i] != NULL && *names[i] != '\0')
      return names[i];
  return NULL;
}

static gboolean
is_identifier (const char *text)
{
  for (const char *p = text; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("_.-/:", *p) == NULL)
      return FALSE;
  return *text != '\0' && strlen (text) <= TOOL_NAME_MAX;
}

/* Gemini and Qwen: "run_shell_command__call_0003". (transfer full) (nullable) */
static char *
name_in_id (const char *id)
{
  const char *end = g_strrstr (id, "__");
  g_autofree char *name = end != NULL ? g_strndup (id, (gsize) (end - id)) : NULL;

  return name != NULL && is_identifier (name) ? g_steal_pointer (&name) : NULL;
}

/* Which of our own tools is called. Such a call needs nobody's leave, so only what an engine says of its
 * tools counts, and not what a model may have written: a title may be a command. (nullable) */
static const char *
own_tool (JsonObject *tool, const char *id)
{
  JsonObject *input = bh_dialect_object (tool, "rawInput");
  const char *kind = bh_dialect_string (tool, "kind");
  const char *title = bh_dialect_string (tool, "title");
  const char *name = given_name (tool);
  g_autofree char *in_id = NULL;

  if (name != NULL)
    return bh_dialect_own_call (name);
  /* codex-acp */
  if (bh_dialect_is_true (bh_dialect_object (tool, "_meta"), "is_mcp_tool_call"))
    return g_strcmp0 (bh_dialect_string (input, "server"), BH_MCP_SERVER_NAME) == 0
               ? bh_dialect_own_tool (bh_dialect_string (input, "tool"))
               : NULL;
  if (g_strcmp0 (kind, "other") != 0)
    return NULL;
  in_id = name_in_id (id);
  if (in_id != NULL)
    return bh_dialect_own_call (in_id);
  return title != NULL && is_identifier (title) ? bh_dialect_own_call (title) : NULL;
}

/* Forgets `*text` if it was told last; else it is. */
static void
keep_news (Word *word, const char *member, char **text)
{
  if (*text != NULL && g_strcmp0 (bh_dialect_string (word->known, member), *text) == 0)
    g_clear_pointer (text, g_free);
  else if (*text != NULL)
    json_object_set_string_member (word->known, member, *text);
}

static void
find_name (Word *word, const char *id)
{
  const char *name = given_name (word->tool);
  const char *title = bh_dialect_string (word->tool, "title");
  const char *kind = bh_dialect_string (word->tool, "kind");

  if (name == NULL && json_object_has_member (word->known, "name"))
    return;
  if (name != NULL)
    word->name = bh_dialect_line (word->sink, name, TOOL_NAME_MAX);
  else
    word->name = name_in_id (id);
  /* opencode announces a call by the tool's name, and tells its title later */
  if (word->name == NULL && word->word == BH_ACP_ANNOUNCED && title != NULL && is_identifier (title))
    word->name = g_strdup (title);
  if (word->name == NULL && word->is_first && kind != NULL && strcmp (kind, "other") != 0)
    word->name = bh_dialect_line (word->sink, kind, TOOL_NAME_MAX);
  keep_news (word, "name", &word->name);
}

/* --- what is new --- */

static BhToolState
find_state (const Word *word)
{
  static const struct
  {
    const char *status;
    BhToolState state;
  } states[] = {
    { "pending", BH_TOOL_PENDING },
    { "in_progress", BH_TOOL_RUNNING },
    { "completed", BH_TOOL_COMPLETED },
    { "failed", BH_TOOL_FAILED },
  };
  const char *status = bh_dialect_string (word->tool, "status");

  /* of a call that is under way it only says that it waits for leave */
  if (word->word == BH_ACP_TO_BE_PERMITTED && !word->is_first)
    return BH_TOOL_UNCHANGED;
  for (guint i = 0; status != NULL && i < G_N_ELEMENTS (states); i++)
    if (strcmp (status, states[i].status) == 0)
      return states[i].state;
  return BH_TOOL_UNCHANGED;
}

static gboolean
has_ended (const Word *word)
{
  return word->update.state == BH_TOOL_COMPLETED || word->update.state == BH_TOOL_FAILED;
}

static void
find_call (Word *word)
{
  const char *kind = bh_dialect_string (word->tool, "kind");

  if (json_object_has_member (word->known, "called"))
    return;
  word->call = bh_acp_tool_call_text (word->tool);
  /* Gemini gives no input: the title of a command is the command */
  if (word->call == NULL && word->is_first && g_strcmp0 (kind, "execute") == 0 &&
      word->word != BH_ACP_ANNOUNCED && !json_object_has_member (word->tool, "rawInput"))
    word->call = g_strdup (bh_dialect_string (word->tool, "title"));
  /* Copilot asks for leave in other words than it announced the call with */
  if (word->word == BH_ACP_TO_BE_PERMITTED && json_object_has_member (word->known, "announced") &&
      word->call != NULL && *word->call == '{')
    g_clear_pointer (&word->call, g_free);
  if (word->call != NULL)
    json_object_set_boolean_member (word->known,
                                    word->update.state == BH_TOOL_PENDING ? "announced" : "called", TRUE);
}

static guint32
hash_of (const char *text, gsize length)
{
  guint32 hash = 2166136261u;

  for (gsize i = 0; i < length; i++)
    hash = (hash ^ (guchar) text[i]) * 16777619u;
  return hash;
}

/* What `text` says more than what was told of an output that grows. FALSE: it is another one. */
static gboolean
find_growth (Word *word, const char *text, const char **more)
{
  gint64 told = bh_dialect_int (word->known, "output", 0);
  gsize length = strlen (text);

  if (told < 0 || (gsize) told > length ||
      (told > 0 && hash_of (text, (gsize) told) != bh_dialect_int (word->known, "hash", -1)))
    return FALSE;
  *more = text + told;
  json_object_set_int_member (word->known, "output", (gint64) length);
  json_object_set_int_member (word->known, "hash", hash_of (text, length));
  return TRUE;
}

/* A piece of output that comes by the way, or the whole that is told again and again while it grows. */
static void
find_output (Word *word)
{
  JsonObject *meta = bh_dialect_object (word->tool, "_meta");
  const char *piece = bh_dialect_string (bh_dialect_object (meta, "terminal_output_delta"), "data");
  const char *more = NULL;
  g_autofree char *whole = NULL;

  if (piece != NULL && *piece != '\0')
    {
      word->output = g_strdup (piece);
      return;
    }
  if (word->word != BH_ACP_UPDATED || word->update.state != BH_TOOL_RUNNING)
    return;
  whole = bh_acp_tool_content_text (word->tool);
  if (whole != NULL && find_growth (word, whole, &more) && *more != '\0')
    word->output = g_strdup (more);
}

/* The result is told once, and whole. If something was told before it, be it output or a diff, it is appended
 * as far as it is new. */
static void
find_result (Word *word)
{
  gboolean told = json_object_has_member (word->known, "result");
  g_autofree char *text = NULL;
  const char *more = NULL;

  if (!has_ended (word))
    return;
  text = bh_acp_tool_result_text (word->tool);
  if (text == NULL || *text == '\0' || word->output != NULL)
    return;
  if (!told)
    word->result = g_steal_pointer (&text);
  else if (!json_object_has_member (word->known, "output"))
    word->output = g_strconcat ("\n", text, NULL);
  else if (!find_growth (word, text, &more))
    word->output = g_strconcat ("\n\n", text, NULL);
  else if (*more != '\0')
    word->output = g_strdup (more);
}

/* The diffs as often as they change, the locations once. Where a command runs is no news, nor is a file that
 * the call names; and what leave is asked for is a diff that was told, if perhaps with another path. */
static void
find_detail (Word *word)
{
  gboolean is_command = g_strcmp0 (bh_dialect_string (word->tool, "kind"), "execute") == 0;
  gboolean was_called = word->call == NULL && json_object_has_member (word->known, "called");
  gboolean was_shown = word->word == BH_ACP_TO_BE_PERMITTED && json_object_has_member (word->known, "diff");
  g_autofree char *diff = was_shown ? NULL : bh_acp_tool_diff_text (word->tool);
  g_autofree char *locations = NULL;

  if (diff != NULL && bh_dialect_int (word->known, "diff", -1) == hash_of (diff, strlen (diff)))
    g_clear_pointer (&diff, g_free);
  else if (diff != NULL)
    json_object_set_int_member (word->known, "diff", hash_of (diff, strlen (diff)));
  if (!is_command && !was_called && !json_object_has_member (word->known, "located") &&
      (word->is_first || !json_object_has_member (word->known, "diff")))
    locations = bh_acp_tool_location_text (word->tool, word->call);
  if (locations != NULL)
    json_object_set_boolean_member (word->known, "located", TRUE);
  if (diff != NULL || locations != NULL)
    word->detail = g_strconcat (diff != NULL ? diff : "", locations, NULL);
}

/* What leave is asked for by is told with that request; the call keeps the better title it has. */
static void
find_title (Word *word)
{
  const char *title = bh_dialect_string (word->tool, "title");
  const char *known = bh_dialect_string (word->known, "title");
  gboolean is_named = g_strcmp0 (known, bh_dialect_string (word->known, "name")) != 0;

  if (title == NULL || *title == '\0' || (word->word == BH_ACP_TO_BE_PERMITTED && known != NULL && is_named))
    return;
  word->title = bh_dialect_line (word->sink, title, TITLE_MAX);
  keep_news (word, "title", &word->title);
}

static gboolean
says_anything (const Word *word)
{
  return word->name != NULL || word->title != NULL || word->call != NULL || word->result != NULL ||
         word->output != NULL || word->detail != NULL;
}

/* FALSE: there was nothing to tell. */
static gboolean
tell (BhDialectSink *sink, Word *word)
{
  BhToolUpdate update = word->update;

  if (bh_dialect_int (word->known, "state", BH_TOOL_UNCHANGED) == (gint64) update.state)
    update.state = BH_TOOL_UNCHANGED;
  /* a late word about a call that has ended is not the first about another one */
  if (!says_anything (word) && (word->is_first || update.state == BH_TOOL_UNCHANGED))
    return FALSE;
  update.tool = word->name;
  update.title = word->title;
  update.call = word->call;
  update.result = word->result;
  update.output = word->output;
  update.detail = word->detail;
  update.exit_status = bh_acp_tool_exit_status (word->tool);
  if (update.state != BH_TOOL_UNCHANGED)
    json_object_set_int_member (word->known, "state", update.state);
  if (word->result != NULL || word->output != NULL || word->detail != NULL)
    json_object_set_boolean_member (word->known, "result", TRUE);
  bh_dialect_sink_tool (sink, &update);
  return TRUE;
}

/* The question or the report is on the timeline already: a call of our own tools is shown only if it fails.
 */
static gboolean
tell_own (BhDialectSink *sink, Word *word, const char *own)
{
  json_object_set_string_member (word->known, "own", own);
  if (word->update.state != BH_TOOL_FAILED)
    return TRUE;
  word->name = g_strdup (own);
  word->title = g_strdup (own);
  word->call = bh_acp_tool_call_text (word->tool);
  word->result = bh_acp_tool_result_text (word->tool);
  return tell (sink, word);
}

/* --- the entries --- */

static void
put_entry (BhDialectSink *sink, const char *id, JsonObject *known)
{
  g_autofree char *key = g_strconcat (ENTRY, id, NULL);
  g_autoptr (JsonNode) node = known != NULL ? json_node_init_object (json_node_alloc (), known) : NULL;
  g_autofree char *text = node != NULL ? bh_json_to_text (node) : NULL;

  if (g_strcmp0 (text, bh_dialect_sink_get_state (sink, key)) != 0)
    bh_dialect_sink_set_json (sink, key, text);
}

/* (transfer full) the ids that have an entry */
static GStrv
list_entries (BhDialectSink *sink)
{
  const char *list = bh_dialect_sink_get_state (sink, BH_ACP_TOOLS);

  return g_strsplit (list != NULL ? list : "", "\n", -1);
}

/* There are few of them, whatever an engine announces and never ends: the oldest is forgotten. */
static void
list_entry (BhDialectSink *sink, const char *id)
{
  g_auto (GStrv) ids = list_entries (sink);
  guint from = g_strv_length (ids) >= TOOLS_MAX ? 1 : 0;
  g_autofree char *rest = g_strjoinv ("\n", ids + from);
  g_autofree char *list = *rest != '\0' ? g_strconcat (rest, "\n", id, NULL) : g_strdup (id);

  if (from > 0)
    put_entry (sink, ids[0], NULL);
  bh_dialect_sink_set_state (sink, BH_ACP_TOOLS, list);
}

static void
forget_entry (BhDialectSink *sink, const char *id)
{
  g_auto (GStrv) ids = list_entries (sink);
  g_autoptr (GString) list = g_string_new (NULL);

  put_entry (sink, id, NULL);
  for (guint i = 0; ids[i] != NULL; i++)
    if (strcmp (ids[i], id) != 0)
      g_string_append_printf (list, "%s%s", list->len > 0 ? "\n" : "", ids[i]);
  bh_dialect_sink_set_state (sink, BH_ACP_TOOLS, list->len > 0 ? list->str : NULL);
}

void
bh_acp_tools_forget (BhDialectSink *sink)
{
  g_auto (GStrv) ids = list_entries (sink);

  for (guint i = 0; ids[i] != NULL; i++)
    put_entry (sink, ids[i], NULL);
  bh_dialect_sink_set_state (sink, BH_ACP_TOOLS, NULL);
}

/* An id as it can be part of a key. (transfer full) */
static char *
safe_id (const char *id)
{
  gboolean is_safe = strlen (id) <= ID_MAX;

  for (const char *p = id; is_safe && *p != '\0'; p++)
    is_safe = (guchar) *p >= 0x20;
  return is_safe ? g_strdup (id) : g_compute_checksum_for_string (G_CHECKSUM_SHA256, id, -1);
}

/* What is told of a call that is not one of our own tools. */
static gboolean
tell_other (BhDialectSink *sink, Word *word, const char *id)
{
  find_name (word, id);
  find_title (word);
  find_call (word);
  find_output (word);
  find_result (word);
  find_detail (word);
  return tell (sink, word);
}

char *
bh_acp_tool_title (BhDialectSink *sink, JsonObject *tool)
{
  const char *given = bh_dialect_string (tool, "toolCallId");
  const char *title = bh_dialect_string (tool, "title");
  g_autofree char *id = given != NULL ? safe_id (given) : NULL;
  g_autofree char *key = g_strconcat (ENTRY, id, NULL);
  g_autoptr (JsonObject) known = bh_dialect_load (sink, key);

  if (title == NULL || *title == '\0')
    title = bh_dialect_string (known, "title");
  return bh_dialect_line (sink, title != NULL ? title : "Use a tool", TITLE_MAX);
}

const char *
bh_acp_tool (BhDialectSink *sink, JsonObject *tool, BhAcpWord kind_of_word)
{
  const char *given = bh_dialect_string (tool, "toolCallId");
  g_autofree char *id = given != NULL && *given != '\0' ? safe_id (given) : NULL;
  g_autofree char *key = g_strconcat (ENTRY, id, NULL);
  g_autoptr (JsonObject) known = NULL;
  g_auto (Word) word = { .update = BH_TOOL_UPDATE_INIT, .sink = sink, .tool = tool, .word = kind_of_word };
  gboolean told;
  const char *own;

  if (id == NULL)
    return NULL;
  word.is_first = bh_dialect_sink_get_state (sink, key) == NULL;
  known = bh_dialect_load (sink, key);
  word.known = known;
  word.update.id = id;
  word.update.state = find_state (&word);
  own = bh_dialect_own_tool (bh_dialect_string (known, "own"));
  if (own == NULL)
    own = own_tool (tool, given);
  told = own != NULL ? tell_own (sink, &word, own) : tell_other (sink, &word, given);
  if (has_ended (&word) && !word.is_first)
    forget_entry (sink, id);
  else if (!has_ended (&word) && (told || !word.is_first))
    {
      put_entry (sink, id, known);
      if (word.is_first)
        list_entry (sink, id);
    }
  return own;
}
