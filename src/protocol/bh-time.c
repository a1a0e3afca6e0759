/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol/bh-types.h"

/* Written out because every event carries a time: no time zone file, no GDateTime. The calendar is the
 * proleptic Gregorian one; the algorithm counts in eras of 400 years that begin on March 1st. */
#define DAYS_PER_ERA 146097
#define DAYS_TO_1970 719468
#define US_PER_DAY (G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC)

static gint64
floor_div (gint64 value, gint64 by)
{
  return value / by - (value % by < 0);
}

static void
date_of_day (gint64 days, int *year, guint *month, guint *day)
{
  gint64 z = days + DAYS_TO_1970;
  gint64 era = floor_div (z, DAYS_PER_ERA);
  guint doe = (guint) (z - era * DAYS_PER_ERA);
  guint yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  guint doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  guint mp = (5 * doy + 2) / 153;

  *day = doy - (153 * mp + 2) / 5 + 1;
  *month = mp < 10 ? mp + 3 : mp - 9;
  *year = (int) (yoe + era * 400) + (*month <= 2);
}

static gint64
day_of_date (int year, guint month, guint day)
{
  gint64 y = year - (month <= 2);
  gint64 era = floor_div (y, 400);
  guint yoe = (guint) (y - era * 400);
  guint doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  guint doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

  return era * DAYS_PER_ERA + doe - DAYS_TO_1970;
}

char *
bh_time_format (gint64 time_us)
{
  gint64 days = floor_div (time_us, US_PER_DAY);
  /* not time_us minus the days: the product overflows for the first day there is */
  gint64 rest = (time_us % US_PER_DAY + US_PER_DAY) % US_PER_DAY;
  guint seconds = (guint) (rest / G_USEC_PER_SEC);
  guint month, day;
  int year;

  if (time_us == 0)
    return NULL;
  date_of_day (days, &year, &month, &day);
  /* what RFC 3339 cannot say is no time of ours */
  if (year < 1 || year > 9999)
    return NULL;
  return g_strdup_printf ("%04d-%02u-%02uT%02u:%02u:%02u.%06uZ", year, month, day, seconds / 3600,
                          seconds / 60 % 60, seconds % 60, (guint) (rest % G_USEC_PER_SEC));
}

/* Exactly `digits` decimal digits. */
static gboolean
take_number (const char **text, guint digits, guint *value)
{
  *value = 0;
  for (; digits > 0; digits--, (*text)++)
    {
      if (!g_ascii_isdigit (**text))
        return FALSE;
      *value = *value * 10 + (guint) g_ascii_digit_value (**text);
    }
  return TRUE;
}

static gboolean
take_char (const char **text, char c)
{
  if (**text != c)
    return FALSE;
  (*text)++;
  return TRUE;
}

/* Any number of digits; beyond microseconds they are cut off. */
static gboolean
take_fraction (const char **text, guint *us)
{
  guint unit = 100000;

  *us = 0;
  if (!take_char (text, '.'))
    return TRUE;
  if (!g_ascii_isdigit (**text))
    return FALSE;
  for (; g_ascii_isdigit (**text); (*text)++, unit /= 10)
    *us += unit * (guint) g_ascii_digit_value (**text);
  return TRUE;
}

static gboolean
take_zone (const char **text, int *minutes)
{
  guint hours, rest;
  int sign = **text == '-' ? -1 : 1;

  *minutes = 0;
  if (take_char (text, 'Z') || take_char (text, 'z'))
    return TRUE;
  if (!take_char (text, sign < 0 ? '-' : '+') || !take_number (text, 2, &hours) || !take_char (text, ':') ||
      !take_number (text, 2, &rest) || hours > 23 || rest > 59)
    return FALSE;
  *minutes = sign * (int) (hours * 60 + rest);
  return TRUE;
}

gboolean
bh_time_parse (const char *text, gint64 *time_us)
{
  guint year, month, day, hour, minute, second, us;
  int zone;

  if (text == NULL)
    return FALSE;
  if (!take_number (&text, 4, &year) || !take_char (&text, '-') || !take_number (&text, 2, &month) ||
      !take_char (&text, '-') || !take_number (&text, 2, &day))
    return FALSE;
  if (!take_char (&text, 'T') && !take_char (&text, 't') && !take_char (&text, ' '))
    return FALSE;
  if (!take_number (&text, 2, &hour) || !take_char (&text, ':') || !take_number (&text, 2, &minute) ||
      !take_char (&text, ':') || !take_number (&text, 2, &second) || !take_fraction (&text, &us) ||
      !take_zone (&text, &zone) || *text != '\0')
    return FALSE;
  /* 60: a leap second, shown as the second after it */
  if (year < 1 || !g_date_valid_dmy ((GDateDay) day, (GDateMonth) month, (GDateYear) year) || hour > 23 ||
      minute > 59 || second > 60)
    return FALSE;
  if (time_us != NULL)
    *time_us = day_of_date ((int) year, month, day) * US_PER_DAY + us +
               ((gint64) hour * 3600 + minute * 60 + second - zone * 60) * G_USEC_PER_SEC;
  return TRUE;
}
