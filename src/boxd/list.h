/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A doubly linked circular list whose links live in the things it holds. */

#include <stdbool.h>

struct list
{
  struct list *prev, *next;
};

static inline void
list_init (struct list *list)
{
  list->prev = list->next = list;
}

static inline bool
list_is_empty (const struct list *list)
{
  return list->next == list;
}

static inline void
list_append (struct list *list, struct list *link)
{
  link->prev = list->prev;
  link->next = list;
  list->prev->next = link;
  list->prev = link;
}

/* Harmless for a link that is in no list. */
static inline void
list_remove (struct list *link)
{
  link->prev->next = link->next;
  link->next->prev = link->prev;
  list_init (link);
}

/* The body may remove `link`, but no other. */
#define list_foreach(link, head)                                                                             \
  for (struct list *link = (head)->next, *link##_next = link->next; link != (head);                          \
       link = link##_next, link##_next = link->next)
