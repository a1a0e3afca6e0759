# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""A large database, made by SQL: what a heavy user has after years."""

import contextlib
import json
import os
import sqlite3
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))

# see bh_key() in store/bh-db.h: the Run's number above, the ordinal or seq in the lower 36 bits
SHIFT = 36
AT = 1700000000000000


def record(i, events, rows):
    return {'id': 'r_%016d' % i, 'name': f'Run {i}: update the CI matrix', 'instructions': None, 'ticket_url': None,
            'workspace': None, 'target': None, 'engine': 'auto', 'engine_used': 'runbook', 'engine_why': 'Runbook',
            'mode': 'interactive', 'keep': 'keep', 'env': [], 'state': 'completed', 'reason': None, 'position': None,
            'summary': f'Ran 4 blocks of Run {i}: all exited 0.', 'current': f'Ran 4 blocks of Run {i}',
            'created_at': '2025-01-01T00:00:00.000000Z', 'started_at': '2025-01-01T00:00:00.000000Z',
            'completed_at': '2025-01-01T00:00:10.000000Z', 'turns': 1, 'rows': rows, 'last_seq': events, 'devbox': None,
            'can_continue': False}


def row(n):
    return {'n': n, 'kind': 'message', 'state': 'done', 'author': 'runbook', 'tool': None, 'title': None, 'head': f'Message {n}',
            'started_at': '2025-01-01T00:00:00.000000Z', 'ended_at': '2025-01-01T00:00:01.000000Z', 'duration_us': 1000,
            'exit_status': None, 'bytes': {'text': 0, 'call': 0, 'result': 0}, 'elided': None, 'message': None, 'question': None}


def make_database(path, runs, events):
    """Fills the (made, but unused) database at `path` with `runs` Runs and `events` events in all."""
    each, rows = events // runs, 20
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute('PRAGMA journal_mode=WAL')
        database.execute('PRAGMA synchronous=OFF')
        database.execute('BEGIN')
        for i in range(1, runs + 1):
            base = i << SHIFT
            text = record(i, each, rows)
            database.execute('INSERT INTO runs (num, id, state, name, summary, record, instructions) VALUES (?, ?, 4, ?, ?, ?, ?)',
                             (i, text['id'], text['name'], text['summary'], json.dumps(text), 'Do it.\n```sh\ntrue\n```\n'))
            database.executemany('INSERT INTO rows (id, live, data) VALUES (?, 0, ?)',
                                 ((base + n, json.dumps(row(n))) for n in range(rows)))
            database.executemany('INSERT INTO events (id, kind, data) VALUES (?, 1, ?)',
                                 ((base + seq, json.dumps({'seq': seq, 'at': '2025-01-01T00:00:00.000000Z', 'row': row(seq % rows)}))
                                  for seq in range(1, each + 1)))
        database.execute("INSERT INTO runs_fts (runs_fts) VALUES ('rebuild')")
        database.execute('COMMIT')
        database.execute('PRAGMA wal_checkpoint(TRUNCATE)')
