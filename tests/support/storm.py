# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""kill -9 of coordinator and worker at random points, again and again: a Run's timeline must be, byte for byte, that of a
Run that nobody disturbed."""

import contextlib
import http.client
import os
import random
import threading
import time

from bellhop import TERMINAL, Bellhop, Problem, wait_for

KILLS = int(os.environ.get('BELLHOP_STORM', '200' if os.environ.get('BELLHOP_TEST_SETUP', 'gcc') == 'gcc' else '40'))


class Follower(threading.Thread):
    """Watches the Run over SSE as a client would, resuming from the last id seen, and keeps what it was told."""

    def __init__(self, bellhop, run_id):
        super().__init__(daemon=True)
        self.bellhop, self.run_id = bellhop, run_id
        self.after = 0
        self.wrong = []
        self.text = {}
        self.done = threading.Event()
        self.connections = 0

    def take(self, event):
        seq, data = int(event['id']), event['data']
        if seq != self.after + 1:
            self.wrong.append(f'event {seq} after {self.after}')
        self.after = seq
        if event['event'] == 'delta':
            old = self.text.get((data['row'], data['part']), '')
            if len(old.encode()) != data['offset']:
                self.wrong.append(f'row {data["row"]}: offset {data["offset"]} after {len(old)} bytes')
            self.text[data['row'], data['part']] = old + data['text']

    def run(self):
        while not self.done.is_set():
            with contextlib.suppress(OSError, http.client.HTTPException, Problem, ValueError):
                with self.bellhop.stream(f'/v1/runs/{self.run_id}/events', after=self.after, timeout=5) as stream:
                    self.connections += 1
                    for event in stream:
                        self.take(event)
                        if self.done.is_set():
                            return
            time.sleep(0.02)


class Storm:
    """Mixed into a TestCase, which says instructions() and, if it is not the runbook, prepare() and fields()."""

    kills = KILLS

    def prepare(self, bellhop):
        """Before the coordinator is started."""

    def fields(self):
        return {}

    def before_answer(self, bellhop, run_id, question):
        """A question is open, so the engine waits: what is done now comes at the same place of every timeline. May be called again."""

    def may_answer(self, bellhop, run_id, question):
        """Whether it is time to. Is asked again."""
        return True

    def answer_if_asked(self, bellhop, run_id):
        with contextlib.suppress(OSError, http.client.HTTPException, Problem, ValueError):
            for question in bellhop.get(f'/v1/runs/{run_id}/questions', timeout=5)['questions']:
                if not self.may_answer(bellhop, run_id, question):
                    continue
                self.before_answer(bellhop, run_id, question)
                option = question['questions'][0]['options'][0]['id']
                bellhop.post(f'/v1/runs/{run_id}/answers', {'question': question['id'], 'options': [option]}, timeout=5)

    def state(self, bellhop, run_id):
        with contextlib.suppress(OSError, http.client.HTTPException, Problem, ValueError):
            return bellhop.get(f'/v1/runs/{run_id}', timeout=5)['state']
        return None

    def is_over(self, bellhop, run_id):
        """May be called again after that."""
        return self.state(bellhop, run_id) in TERMINAL

    def make_fast(self, bellhop, run_id):
        """From here on the blocks do not sleep: what they print is the same."""
        box = bellhop.run(run_id)['devbox']['id']
        (bellhop.boxes / box / 'workspace' / 'fast').touch()

    def finish(self, bellhop, run_id):
        def ended():
            self.answer_if_asked(bellhop, run_id)
            return self.is_over(bellhop, run_id)
        wait_for(ended, 'the Run to end', 300)
        return bellhop.run(run_id)

    def bellhop(self):
        bellhop = Bellhop(start=False)
        self.prepare(bellhop)
        return bellhop.start()

    def undisturbed(self):
        with self.bellhop() as bellhop:
            run = bellhop.create(self.instructions(), **self.fields())
            bellhop.wait_state(run['id'], 'running', 'needs_you')
            self.make_fast(bellhop, run['id'])
            self.assertEqual(self.finish(bellhop, run['id'])['state'], 'completed')
            return bellhop.timeline(run['id'])

    def storm(self, bellhop, run_id, dice):
        kills = 0
        while kills < self.kills and not self.is_over(bellhop, run_id):
            time.sleep(dice.uniform(0, 0.25))
            self.answer_if_asked(bellhop, run_id)
            what = dice.random()
            if what < 0.6:
                bellhop.kill()
            if what > 0.4:
                bellhop.kill_worker()
            kills += (what < 0.6) + (what > 0.4)
            if what < 0.6:
                time.sleep(dice.choice([0, 0, 0.05]))
                bellhop.start(ready=False)
        return kills

    def test_timeline_survives(self):
        seed = int(os.environ.get('BELLHOP_SEED', time.time()))
        print(f'# seed {seed}, {self.kills} kills', flush=True)
        expected = self.undisturbed()
        with self.bellhop() as bellhop:
            run = bellhop.create(self.instructions(), **self.fields())
            follower = Follower(bellhop, run['id'])
            follower.start()
            kills = self.storm(bellhop, run['id'], random.Random(seed))
            bellhop.wait_ready()
            self.make_fast(bellhop, run['id'])
            end = self.finish(bellhop, run['id'])
            self.assertEqual(end['state'], 'completed', end)
            self.assertGreaterEqual(kills, self.kills)
            self.assertEqual(bellhop.timeline(run['id']), expected)
            wait_for(lambda: follower.after >= bellhop.run(run['id'])['last_seq'], 'the follower to see the end')
            follower.done.set()
            self.assertEqual(follower.wrong, [])
            for (row, part), text in follower.text.items():
                self.assertEqual(text, bellhop.text(run['id'], row, part), (row, part))
            print(f'# {kills} kills, {follower.connections} connections of the follower, {len(expected)} rows', flush=True)
