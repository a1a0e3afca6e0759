# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""Trouble with the disk, the database, the clock and with second processes: clear errors, nothing acknowledged that
is not stored, no crash loop."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
from bellhop import Bellhop, Problem, block, program, wait_for  # noqa: E402
import tap  # noqa: E402


class Storage(unittest.TestCase):
    def start_fails(self, bellhop, status, *words):
        process = subprocess.run([program('bellhop-coordinator'), '--no-worker'], env=bellhop.environment,
                                 capture_output=True, text=True, timeout=30)
        self.assertEqual(process.returncode, status, process.stderr)
        for word in words:
            self.assertIn(word, process.stderr)

    def with_data(self):
        """A Bellhop that ran once, and is down now."""
        bellhop = Bellhop('--no-worker')
        run = bellhop.create(block('true'), name='Kept')
        bellhop.process.terminate()
        bellhop.process.wait(10)
        return bellhop, run['id']

    def test_corrupt_database(self):
        bellhop, _ = self.with_data()
        with bellhop:
            database = bellhop.data / 'coordinator.db'
            for content in (b'garbage' * 1000, database.read_bytes()[:1000]):
                database.write_bytes(content)
                self.start_fails(bellhop, 1, str(database))
                self.assertEqual(database.read_bytes(), content)

    def test_locked_database(self):
        bellhop, _ = self.with_data()
        with bellhop:
            holder = sqlite3.connect(bellhop.data / 'coordinator.db', isolation_level=None)
            holder.execute('PRAGMA locking_mode=EXCLUSIVE')
            holder.execute('BEGIN EXCLUSIVE')
            self.start_fails(bellhop, 1, 'coordinator.db', 'lock')
            holder.close()
            bellhop.start()

    def test_newer_database(self):
        bellhop, _ = self.with_data()
        with bellhop:
            with contextlib.closing(sqlite3.connect(bellhop.data / 'coordinator.db')) as database:
                database.execute('PRAGMA user_version=9999')
            self.start_fails(bellhop, 1, 'newer')

    def test_second_coordinator(self):
        with Bellhop('--no-worker') as bellhop:
            self.start_fails(bellhop, 2, str(bellhop.process.pid))
            bellhop.get('/v1/info')

    def test_second_worker_of_the_same_name(self):
        with Bellhop() as bellhop:
            pid = bellhop.processes('bellhop-worker')[0]
            second = subprocess.run([program('bellhop-worker')], env=bellhop.environment, capture_output=True,
                                    text=True, timeout=30)
            self.assertEqual(second.returncode, 2)
            self.assertIn(str(pid), second.stderr)
            # the same name from another state folder: refused by the coordinator
            environment = dict(bellhop.environment, XDG_STATE_HOME=str(bellhop.root / 'other'))
            third = subprocess.run([program('bellhop-worker')], env=environment, capture_output=True, text=True, timeout=30)
            self.assertEqual(third.returncode, 2, third.stderr)
            self.assertIn(str(pid), third.stderr)
            self.assertEqual(len([w for w in bellhop.get('/v1/workers')['workers'] if w['online']]), 1)

    def test_disk_full(self):
        """The data folder is a tiny tmpfs, which a Run's output fills."""
        bellhop = Bellhop(start=False)
        bellhop.data.mkdir(parents=True)
        wrapper = f'mount -t tmpfs -o size=12m,mode=700 tmpfs "{bellhop.data}" && exec "$@"'
        unshare = ['unshare', '--mount'] + ([] if os.geteuid() == 0 else ['--map-root-user'])
        with bellhop:
            bellhop.process = subprocess.Popen(
                [*unshare, 'sh', '-c', wrapper, 'sh', program('bellhop-coordinator')], env=bellhop.environment,
                stdin=subprocess.DEVNULL, stdout=bellhop.log, stderr=bellhop.log)
            bellhop.wait_ready()
            data = f'/proc/{bellhop.process.pid}/root{bellhop.data}'
            first = bellhop.create(block('true'), name='Before')
            bellhop.wait_end(first['id'])
            flood = bellhop.create(block('head -c 30000000 /dev/urandom | base64'), name='Flood')

            def full():
                try:
                    bellhop.create(block('true'), name='Full')
                    return False
                except Problem as problem:
                    self.assertEqual((problem.status, problem.code), (507, 'storage_full'))
                    return True
            acknowledged = 0
            for _ in range(2000):
                if full():
                    break
                acknowledged += 1
            else:
                self.fail('the disk was never full')
            # what was acknowledged is there, what was refused is not; reading goes on
            self.assertEqual(len(bellhop.get('/v1/runs?q=full&limit=200')['runs']), min(acknowledged, 200))
            self.assertEqual(bellhop.run(first['id'])['state'], 'completed')
            self.assertIsNone(bellhop.process.poll())
            # room again: everything goes on by itself, and the flood is whole
            subprocess.run(['nsenter', '-t', str(bellhop.process.pid), '-m', '-U' if os.geteuid() else '-m', 'mount', '-o',
                            'remount,size=200m', str(bellhop.data)], check=True)
            self.assertEqual(bellhop.wait_end(flood['id'], 120)['state'], 'completed')
            step = bellhop.steps(flood['id'])[0]
            self.assertEqual(len(bellhop.body(flood['id'], step['n'])), step['bytes']['result'])
            self.assertGreater(step['bytes']['result'], 40000000)
            bellhop.create(block('true'), name='After')
            self.assertTrue(os.path.exists(data))

    def test_clock_jumping_back(self):
        """libfaketime is not needed: a database from the future is the same thing."""
        bellhop, run_id = self.with_data()
        with bellhop:
            with contextlib.closing(sqlite3.connect(bellhop.data / 'coordinator.db')) as database:
                future = '2099-01-01T00:00:00.000000Z'
                database.execute("UPDATE runs SET record = json_set(record, '$.created_at', ?)", (future,))
                database.commit()
            bellhop.arguments = []
            bellhop.start()
            self.assertEqual(bellhop.wait_end(run_id)['state'], 'completed')
            later = bellhop.create(block('true'), name='Later')
            bellhop.wait_end(later['id'])
            # newest first by creation, whatever the clock said
            self.assertEqual([run['id'] for run in bellhop.get('/v1/runs')['runs']], [later['id'], run_id])

    def test_idle_exit(self):
        with Bellhop('--auto-start', '--idle-seconds', '2') as bellhop:
            self.assertEqual(bellhop.process.wait(30), 0)
            self.assertFalse(os.path.exists(bellhop.path))
            wait_for(lambda: not bellhop.processes('bellhop-worker'), 'the worker to end')

    def test_active_run_keeps_it(self):
        with Bellhop('--auto-start', '--idle-seconds', '1') as bellhop:
            run = bellhop.create(block('sleep 4; echo awake'))
            with self.assertRaises(subprocess.TimeoutExpired):
                bellhop.process.wait(3)
            bellhop.process.wait(30)
            bellhop.arguments = []
            bellhop.start()
            self.assertEqual(bellhop.outputs(run['id']), ['awake\n'])

    def test_database_is_private(self):
        with Bellhop('--no-worker') as bellhop:
            self.assertEqual(os.stat(bellhop.data).st_mode & 0o777, 0o700)
            self.assertEqual(os.stat(bellhop.path).st_mode & 0o777, 0o600)
            self.assertIsNotNone(shutil.which('bwrap'))


if __name__ == '__main__':
    tap.main()
