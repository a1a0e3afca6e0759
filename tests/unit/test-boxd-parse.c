/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include <glib.h>
#include <string.h>

#include "boxd/file.h"
#include "boxd/json.h"
#include "boxd/question.h"
#include "boxd/request.h"
#include "boxd/spawn.h"
#include "boxd/stats.h"
#include "boxd/tree.h"
#include "wire/wire.h"

/* ---- SPAWN ---- */

static GByteArray *
spawn_payload (guint32 flags, guint32 argc, guint32 envc, const char *strings, gsize length)
{
  GByteArray *payload = g_byte_array_new ();
  guint8 fixed[BH_WIRE_SPAWN_FIXED];

  bh_wire_put32 (fixed, flags);
  bh_wire_put16 (fixed + 4, 24);
  bh_wire_put16 (fixed + 6, 80);
  bh_wire_put32 (fixed + 8, argc);
  bh_wire_put32 (fixed + 12, envc);
  g_byte_array_append (payload, fixed, sizeof fixed);
  return g_byte_array_append (payload, (const guint8 *) strings, (guint) length);
}

/* `strings` is a literal: its own NUL ends the last string */
#define ASSERT_SPAWN(error, flags, argc, envc, strings)                                                      \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    g_autoptr (GByteArray) payload = spawn_payload (flags, argc, envc, strings, sizeof (strings));           \
    struct spawn_request request;                                                                            \
                                                                                                             \
    g_assert_cmpint (spawn_parse (&request, payload->data, payload->len), ==, error);                        \
    spawn_clear (&request);                                                                                  \
  }                                                                                                          \
  G_STMT_END

static void
test_spawn (void)
{
  static const char strings[] = "/work\0sh\0-c\0\0PATH=/a:/b\0EMPTY=";
  g_autoptr (GByteArray) payload = spawn_payload (BH_SPAWN_PTY, 3, 2, strings, sizeof strings);
  struct spawn_request request;

  g_assert_cmpint (spawn_parse (&request, payload->data, payload->len), ==, 0);
  g_assert_cmpuint (request.flags, ==, BH_SPAWN_PTY);
  g_assert_cmpuint (request.rows, ==, 24);
  g_assert_cmpuint (request.columns, ==, 80);
  g_assert_cmpstr (request.cwd, ==, "/work");
  g_assert_cmpstr (request.argv[0], ==, "sh");
  g_assert_cmpstr (request.argv[2], ==, "");
  g_assert_null (request.argv[3]);
  g_assert_cmpstr (request.env[1], ==, "EMPTY=");
  g_assert_null (request.env[2]);
  spawn_clear (&request);
  /* whatever is cut off at the end, it is not a request */
  for (guint n = 0; n < payload->len; n++)
    {
      g_autofree guint8 *cut = g_memdup2 (payload->data, n + 1);

      g_assert_cmpint (spawn_parse (&request, cut, n), ==, EINVAL);
    }
}

static void
test_bad_spawns (void)
{
  ASSERT_SPAWN (0, 0, 1, 0, "\0true");
  ASSERT_SPAWN (0, BH_SPAWN_MERGED, 1, 1, "/\0true\0A==");
  ASSERT_SPAWN (EINVAL, 0, 0, 0, "/");
  ASSERT_SPAWN (EINVAL, 0, 1, 0, "/");
  ASSERT_SPAWN (EINVAL, 0, 1, 0, "/\0");
  ASSERT_SPAWN (EINVAL, 0, 1, 0, "/\0true\0more");
  ASSERT_SPAWN (EINVAL, 0, 1, 1, "/\0true\0NOVALUE");
  ASSERT_SPAWN (EINVAL, 0, 1, 1, "/\0true\0=noname");
  ASSERT_SPAWN (EINVAL, 4, 1, 0, "/\0true");
  ASSERT_SPAWN (EINVAL, 0, G_MAXUINT32, 0, "/\0true");
  ASSERT_SPAWN (EINVAL, 0, 1, G_MAXUINT32, "/\0true");
  ASSERT_SPAWN (EINVAL, 0, G_MAXUINT32, G_MAXUINT32, "/\0true");
}

static void
check_candidates (const char *name, const char *variable, const char *expected)
{
  char *argv[] = { (char *) name, NULL }, *env[] = { (char *) variable, NULL };
  struct spawn_request request = { .argv = argv, .env = env };
  cleanup_free char **candidates = spawn_candidates (&request);
  g_autofree char *joined = g_strjoinv (" ", candidates);

  g_assert_cmpstr (joined, ==, expected);
}

static void
test_candidates (void)
{
  check_candidates ("sh", "PATH=/bin:/usr/bin", "/bin/sh /usr/bin/sh");
  check_candidates ("sh", "PATH=", "./sh");
  check_candidates ("sh", "PATH=:/bin:", "./sh /bin/sh ./sh");
  check_candidates ("./sh", "PATH=/bin", "./sh");
  check_candidates ("/bin/sh", "PATH=/bin", "/bin/sh");
  check_candidates ("sh", "OTHER=1", "/usr/local/bin/sh /usr/bin/sh /bin/sh");
}

/* ---- other requests ---- */

static bool
is_valid (uint8_t type, uint32_t length, uint32_t id)
{
  struct bh_wire_header header = { .length = length, .type = type, .id = id };

  return request_is_valid (&header, true);
}

static void
test_requests (void)
{
  static const struct bh_wire_header hello = { .length = BH_WIRE_HELLO_SIZE, .type = BH_WIRE_HELLO };
  static const uint8_t ours[] = { BH_WIRE_SPAWNED,
                                  BH_WIRE_STDIN_ACK,
                                  BH_WIRE_DATA,
                                  BH_WIRE_EOF,
                                  BH_WIRE_EXITED,
                                  BH_WIRE_FILE,
                                  BH_WIRE_DONE,
                                  BH_WIRE_CHANNEL,
                                  BH_WIRE_ERROR,
                                  0,
                                  255 };

  g_assert_true (request_is_valid (&hello, false));
  g_assert_false (request_is_valid (&hello, true));
  for (guint type = BH_WIRE_SPAWN; type <= BH_WIRE_ERROR; type++)
    for (guint length = 0; length < 64; length++)
      g_assert_false (
          request_is_valid (&(struct bh_wire_header) { .type = (uint8_t) type, .length = length }, false));
  for (gsize i = 0; i < G_N_ELEMENTS (ours); i++)
    for (guint length = 0; length < 64; length++)
      g_assert_false (is_valid (ours[i], length, 1));
  g_assert_true (is_valid (BH_WIRE_SPAWN, 100, BH_WIRE_FIRST_CHANNEL - 1));
  g_assert_false (is_valid (BH_WIRE_SPAWN, 100, BH_WIRE_FIRST_CHANNEL));
  g_assert_false (is_valid (BH_WIRE_SPAWN, 100, BH_WIRE_ID_ALL));
  g_assert_true (is_valid (BH_WIRE_SIGNAL, 4, BH_WIRE_ID_ALL));
  g_assert_false (is_valid (BH_WIRE_SIGNAL, 3, 1));
  g_assert_true (is_valid (BH_WIRE_STDIN, BH_WIRE_MAX_PAYLOAD, UINT32_MAX));
  g_assert_false (is_valid (BH_WIRE_STDIN, 1, BH_WIRE_ID_ALL));
}

static void
test_files (void)
{
  static const uint8_t payload[] = "\xa4\x01\0\0\x04\0\0\0/a/bdata";
  static const uint8_t past_end[] = "\xa4\x01\0\0\x05\0\0\0/a/b";
  static const uint8_t huge[] = "\xa4\x01\0\0\xff\xff\xff\xff/a/b";
  static const uint8_t with_nul[] = "\xa4\x01\0\0\x04\0\0\0/a\0b";
  static const uint8_t bad_mode[] = "\xa4\x11\0\0\x04\0\0\0/a/b";
  struct file_put put;
  struct file_get get;

  g_assert_true (file_parse_put (&put, payload, sizeof payload - 1));
  g_assert_cmpuint (put.mode, ==, 0644);
  g_assert_cmpstr (put.path, ==, "/a/b");
  g_assert_cmpmem (put.data, put.length, "data", 4);
  g_assert_false (file_parse_put (&put, payload, 7));
  g_assert_false (file_parse_put (&put, payload, 11));
  g_assert_false (file_parse_put (&put, past_end, sizeof past_end - 1));
  g_assert_false (file_parse_put (&put, huge, sizeof huge - 1));
  g_assert_false (file_parse_put (&put, with_nul, sizeof with_nul - 1));
  g_assert_false (file_parse_put (&put, bad_mode, sizeof bad_mode - 1));
  g_assert_true (file_parse_get (&get, (const uint8_t *) "\xff\xff\xff\xff/x", 6));
  g_assert_cmpuint (get.most, ==, BH_WIRE_MAX_PAYLOAD);
  g_assert_cmpstr (get.path, ==, "/x");
  g_assert_false (file_parse_get (&get, (const uint8_t *) "\xff\xff\xff\xff", 4));
}

/* ---- /proc ---- */

static void
test_proc (void)
{
  struct tree_entry entry;

  g_assert_true (
      tree_parse_stat ("42 (a) b (\n1 2) S 7 8 9 0 -1 4194304 1 2 3 4 10 20 30 40 20 0 1 0 555 1000 66 1\n",
                       &entry));
  g_assert_cmpint (entry.pid, ==, 42);
  g_assert_cmpint (entry.parent, ==, 7);
  g_assert_cmpint (entry.session, ==, 9);
  g_assert_cmpuint (entry.cpu_ticks, ==, 100);
  g_assert_cmpuint (entry.started, ==, 555);
  g_assert_cmpuint (entry.resident, ==, 66);
  g_assert_false (tree_parse_stat ("", &entry));
  g_assert_false (tree_parse_stat ("42 (sh", &entry));
  g_assert_false (tree_parse_stat ("42 (sh) S 7 8", &entry));
  g_assert_cmpuint (stats_parse_rollup ("5-7 ---p\nRss: 9 kB\nPss:     12 kB\nPss_Anon: 1 kB\n"), ==, 12288);
  g_assert_cmpuint (stats_parse_rollup ("Rss: 9 kB\n"), ==, UINT64_MAX);
}

/* ---- JSON ---- */

static void
check_json (const char *text, const char *expected)
{
  struct buffer out = { 0 };

  g_assert_true (json_append_string (&out, text));
  g_assert_cmpmem (buffer_bytes (&out), out.length, expected, strlen (expected));
  g_assert_true (g_utf8_validate_len ((const char *) buffer_bytes (&out), out.length, NULL));
  buffer_clear (&out);
}

#define BAD "\xef\xbf\xbd"

static void
test_json (void)
{
  check_json ("", "\"\"");
  check_json ("a\"b\\c/", "\"a\\\"b\\\\c/\"");
  check_json ("\n\t\x01\x1f\x7f", "\"\\u000a\\u0009\\u0001\\u001f\\u007f\"");
  check_json ("\u00e9\u20ac\U0001f600", "\"\u00e9\u20ac\U0001f600\"");
  check_json ("\xff\xfe", "\"" BAD BAD "\"");
  check_json ("\xc3", "\"" BAD "\"");
  check_json ("\xc3(", "\"" BAD "(\"");
  check_json ("\xc0\x80", "\"" BAD BAD "\"");
  check_json ("\xed\xa0\x80", "\"" BAD BAD BAD "\"");
  check_json ("\xf4\x90\x80\x80", "\"" BAD BAD BAD BAD "\"");
  check_json ("\xf0\x9f\x98", "\"" BAD BAD BAD "\"");
}

/* Every sequence of two bytes, and of three with some third ones, as GLib sees it. */
static void
test_utf8 (void)
{
  for (guint a = 1; a < 256; a++)
    for (guint b = 1; b < 256; b++)
      for (guint c = 0x40; c < 256; c += 0x40)
        {
          char text[] = { (char) a, (char) b, (char) c, (char) 0x80, 0 };
          gunichar point = g_utf8_get_char_validated (text, 4);
          gsize expected = point >= (gunichar) -2 ? 0 : (gsize) (g_utf8_next_char (text) - text);

          g_assert_cmpuint (json_utf8_length ((const uint8_t *) text, 4), ==, expected);
        }
}

static void
test_questions (void)
{
  struct question_set set = { 0 };
  struct buffer out = { 0 };
  static const char expected[] =
      "{\"questions\":[{\"kind\":\"single\",\"text\":\"A?\",\"header\":\"H\",\"options\":[{\"label\":\"x\","
      "\"description\":\"y=z\"},{\"label\":\"w\",\"recommended\":true}],\"allow_other\":false},"
      "{\"kind\":\"text\",\"text\":\"B?\",\"header\":\"I\"}]}";

  g_assert_nonnull (question_finish (&set));
  g_assert_nonnull (question_option (&set, "x"));
  g_assert_nonnull (question_recommend (&set, "x"));
  g_assert_nonnull (question_no_other (&set));
  g_assert_null (question_header (&set, "H"));
  g_assert_nonnull (question_header (&set, "H"));
  g_assert_nonnull (question_begin (&set, "single", ""));
  g_assert_null (question_begin (&set, "single", "A?"));
  g_assert_nonnull (question_begin (&set, "text", "too early: no option yet"));
  g_assert_nonnull (question_option (&set, "=y"));
  g_assert_null (question_option (&set, "x=y=z"));
  g_assert_null (question_option (&set, "w="));
  g_assert_nonnull (question_recommend (&set, "x=y=z"));
  g_assert_null (question_recommend (&set, "w"));
  g_assert_null (question_no_other (&set));
  g_assert_null (question_begin (&set, "text", "B?"));
  g_assert_nonnull (question_option (&set, "text has none"));
  g_assert_null (question_header (&set, "I"));
  g_assert_null (question_finish (&set));
  g_assert_true (question_to_json (&set, &out));
  g_assert_cmpmem (buffer_bytes (&out), out.length, expected, strlen (expected));
  buffer_clear (&out);
  for (guint i = 2; i < QUESTIONS_MAX; i++)
    g_assert_null (question_begin (&set, "text", "C?"));
  g_assert_nonnull (question_begin (&set, "text", "one too many"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/boxd/spawn", test_spawn);
  g_test_add_func ("/boxd/bad-spawns", test_bad_spawns);
  g_test_add_func ("/boxd/candidates", test_candidates);
  g_test_add_func ("/boxd/requests", test_requests);
  g_test_add_func ("/boxd/files", test_files);
  g_test_add_func ("/boxd/proc", test_proc);
  g_test_add_func ("/boxd/json", test_json);
  g_test_add_func ("/boxd/utf8", test_utf8);
  g_test_add_func ("/boxd/questions", test_questions);
  return g_test_run ();
}
