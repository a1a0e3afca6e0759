/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include <glib.h>

#include "wire/wire.h"

static void
test_integers (void)
{
  uint8_t bytes[8];

  bh_wire_put16 (bytes, 0xfedc);
  g_assert_cmpmem (bytes, 2, "\xdc\xfe", 2);
  g_assert_cmphex (bh_wire_get16 (bytes), ==, 0xfedc);
  bh_wire_put32 (bytes, 0xfedcba98);
  g_assert_cmpmem (bytes, 4, "\x98\xba\xdc\xfe", 4);
  g_assert_cmphex (bh_wire_get32 (bytes), ==, 0xfedcba98);
  bh_wire_put64 (bytes, 0xfedcba9876543210);
  g_assert_cmpmem (bytes, 8, "\x10\x32\x54\x76\x98\xba\xdc\xfe", 8);
  g_assert_cmphex (bh_wire_get64 (bytes), ==, 0xfedcba9876543210);
}

static void
test_header (void)
{
  struct bh_wire_header in = { 65536, BH_WIRE_DATA, BH_STREAM_STDERR, 0x80000001, 0x123456789abcdef0 }, out;
  uint8_t bytes[BH_WIRE_HEADER_SIZE];

  bh_wire_put_header (bytes, &in);
  g_assert_cmpmem (bytes, sizeof bytes,
                   "\x00\x00\x01\x00\x09\x02\x00\x00\x01\x00\x00\x80\xf0\xde\xbc\x9a\x78\x56\x34\x12", 20);
  g_assert_true (bh_wire_get_header (bytes, &out));
  g_assert_cmpuint (out.length, ==, in.length);
  g_assert_cmpuint (out.type, ==, in.type);
  g_assert_cmpuint (out.flags, ==, in.flags);
  g_assert_cmphex (out.id, ==, in.id);
  g_assert_cmphex (out.offset, ==, in.offset);
}

static bool
is_header (uint32_t length, uint8_t type, uint16_t zero)
{
  struct bh_wire_header header = { .length = length, .type = type };
  uint8_t bytes[BH_WIRE_HEADER_SIZE];

  bh_wire_put_header (bytes, &header);
  bh_wire_put16 (bytes + 6, zero);
  return bh_wire_get_header (bytes, &header);
}

static void
test_bad_headers (void)
{
  g_assert_true (is_header (0, BH_WIRE_HELLO, 0));
  g_assert_true (is_header (BH_WIRE_MAX_PAYLOAD, BH_WIRE_ERROR, 0));
  g_assert_false (is_header (BH_WIRE_MAX_PAYLOAD + 1, BH_WIRE_HELLO, 0));
  g_assert_false (is_header (UINT32_MAX, BH_WIRE_HELLO, 0));
  g_assert_false (is_header (0, 0, 0));
  g_assert_false (is_header (0, BH_WIRE_ERROR + 1, 0));
  g_assert_false (is_header (0, BH_WIRE_HELLO, 1));
  g_assert_false (is_header (0, BH_WIRE_HELLO, 0x100));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/integers", test_integers);
  g_test_add_func ("/wire/header", test_header);
  g_test_add_func ("/wire/bad-headers", test_bad_headers);
  return g_test_run ();
}
