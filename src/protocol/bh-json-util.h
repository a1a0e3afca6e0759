/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* For codecs: typed access to the members of JSON objects. */

#include "protocol/bh-error.h"
#include "protocol/bh-json.h"
#include "protocol/bh-types.h"

G_BEGIN_DECLS

/* Reads members, and remembers the first thing that was wrong, so that a decoder is a plain list of its
 * members and looks at the outcome once. An absent member and a null are the same. After a failure everything
 * reads as absent.
 *
 * Lives on the stack: g_auto (BhReader) reader; bh_reader_init (&reader, node); … bh_reader_finish (&reader,
 * error). Children borrow their parent and hold nothing that has to be freed. */
typedef struct _BhReader BhReader;
struct _BhReader
{
  JsonObject *object;     /* (nullable): absent */
  const BhReader *parent; /* for the paths in errors */
  const char *member;
  int index;        /* in the parent's array, or -1 */
  GError **failure; /* shared by a reader and its children */
  GError *own_failure;
};

/* `node` (nullable) has to be an object. */
void bh_reader_init (BhReader *self, JsonNode *node);
void bh_reader_clear (BhReader *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BhReader, bh_reader_clear)
gboolean bh_reader_ok (const BhReader *self);
/* FALSE with the first failure. */
gboolean bh_reader_finish (BhReader *self, GError **error);
/* Remembers a failure about `member` (NULL: the object itself), unless there is one already. */
void bh_reader_fail (BhReader *self, BhError code, const char *member, const char *format, ...)
    G_GNUC_PRINTF (4, 5);
/* "questions[0].text"; NULL for the root itself. (transfer full) */
char *bh_reader_path (const BhReader *self, const char *member);

/* Refuses members that are not in the NULL-terminated list (BH_ERROR_UNKNOWN_FIELD). */
void bh_reader_only (BhReader *self, const char *const *members);

/* FALSE and an empty `child` when the member is absent or no object. */
gboolean bh_reader_child (BhReader *self, const char *member, BhReader *child);
/* (nullable) the array; absent: NULL */
JsonArray *bh_reader_array (BhReader *self, const char *member);
/* The array's element, which has to be an object. */
void bh_reader_element (BhReader *self, const char *member, JsonArray *array, guint index, BhReader *child);

/* (transfer none) (nullable); lives as long as the node */
const char *bh_reader_peek_string (BhReader *self, const char *member);
char *bh_reader_string (BhReader *self, const char *member);
/* Absent is a failure. */
char *bh_reader_need_string (BhReader *self, const char *member);
/* (nullable): absent. An array of strings. */
char **bh_reader_strv (BhReader *self, const char *member);
gboolean bh_reader_boolean (BhReader *self, const char *member, gboolean fallback);
gint64 bh_reader_int (BhReader *self, const char *member, gint64 min, gint64 max, gint64 fallback);
/* From 0; JSON-GLib's integers are signed, so up to G_MAXINT64. Absent: 0. */
guint64 bh_reader_uint64 (BhReader *self, const char *member);
guint bh_reader_uint (BhReader *self, const char *member);
double bh_reader_double (BhReader *self, const char *member);
/* RFC 3339; absent: 0. */
gint64 bh_reader_time (BhReader *self, const char *member);
/* A value of a registered enumeration by its nick. Absent: `fallback`; BH_NEEDED: that is a failure. */
#define BH_NEEDED G_MININT
int bh_reader_enum (BhReader *self, const char *member, GType type, int fallback);

/* Writing. NULL and 0 become null where the name says so. */
void bh_json_set_string (JsonObject *object, const char *member, const char *value); /* NULL: null */
void bh_json_set_time (JsonObject *object, const char *member, gint64 time_us);      /* 0: null */
void bh_json_set_enum (JsonObject *object, const char *member, GType type, int value);
void bh_json_set_double (JsonObject *object, const char *member, double value);      /* not finite: 0 */
void bh_json_set_strv (JsonObject *object, const char *member, char *const *value);  /* NULL: [] */
void bh_json_set_object (JsonObject *object, const char *member, JsonObject *value); /* takes; NULL: null */
JsonNode *bh_json_take_object (JsonObject *object);

/* The extra member of an error and its name. (nullable) */
const char *bh_error_peek_extra (const GError *error, JsonNode **value);

/* A record's bytes in a new counted box: its pointers are still those of the original. */
gpointer bh_record_dup (gconstpointer record, gsize size);
/* The strings of a record, by their offsets: one list for copying and freeing alike. */
void bh_strings_dup (gpointer record, const gsize *offsets, gsize n_offsets);
void bh_strings_free (gpointer record, const gsize *offsets, gsize n_offsets);

/* What all records have in common; wants a static void prefix##_clear (Type *). */
#define BH_DEFINE_RECORD(Type, prefix)                                                                       \
  static void prefix##_clear (Type *self);                                                                   \
  Type *prefix##_ref (Type *self)                                                                            \
  {                                                                                                          \
    g_return_val_if_fail (self != NULL, NULL);                                                               \
    return g_atomic_rc_box_acquire (self);                                                                   \
  }                                                                                                          \
  void prefix##_unref (Type *self)                                                                           \
  {                                                                                                          \
    g_return_if_fail (self != NULL);                                                                         \
    g_atomic_rc_box_release_full (self, (GDestroyNotify) prefix##_clear);                                    \
  }                                                                                                          \
  G_DEFINE_BOXED_TYPE (Type, prefix, prefix##_ref, prefix##_unref)

G_END_DECLS
