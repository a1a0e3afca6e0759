#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""Where a Run works, and when: two workers, the question which of them, and the queue of one that is full."""

import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
from bellhop import Bellhop, Problem, block, program, wait_for  # noqa: E402
import tap  # noqa: E402


class Second:
    """A second worker, as another machine would have it: with a state folder of its own."""

    def __init__(self, bellhop, name='two', **environment):
        self.bellhop, self.name = bellhop, name
        self.environment = dict(bellhop.environment, XDG_STATE_HOME=str(bellhop.root / f'state-{name}'), **environment)
        self.start()

    def start(self):
        self.process = subprocess.Popen([program('bellhop-worker'), '--name', self.name], env=self.environment,
                                        stdin=subprocess.DEVNULL, stdout=self.bellhop.log, stderr=self.bellhop.log)
        self.wait_online(True)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.wait_online(False)

    def wait_online(self, online):
        wait_for(lambda: any(w['name'] == self.name and w['online'] == online
                             for w in self.bellhop.get('/v1/workers')['workers']), f'{self.name} to be there: {online}')


def launched_on(bellhop, run_id):
    [step] = bellhop.steps(run_id, 'launch DevBox')
    return step['title'], bellhop.text(run_id, step['n'], 'result')


class Placement(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bellhop = cls.enterClassContext(Bellhop())
        cls.one = cls.bellhop.worker
        cls.two = Second(cls.bellhop)

    def ended_on(self, run_id, worker, state='completed'):
        end = self.bellhop.wait_end(run_id)
        self.assertEqual(end['state'], state, end)
        self.assertEqual(end['devbox']['worker'], worker)
        self.assertIn(f'worker {worker} · image host', launched_on(self.bellhop, run_id)[0])
        return end

    def asked(self, **fields):
        run = self.bellhop.create(block('echo here'), **fields)
        asked = self.bellhop.question(run['id'])
        return run['id'], asked

    def test_blank_target_asks_and_the_answer_decides(self):
        for worker in (self.one, 'two'):
            run, asked = self.asked()
            self.assertEqual(asked['asked_by'], 'bellhop')
            [question] = asked['questions']
            self.assertEqual(question['kind'], 'single')
            self.assertFalse(question['allow_other'])
            self.assertEqual({option['id'] for option in question['options']}, {f'{self.one}/host', 'two/host'})
            self.assertIsNone(self.bellhop.run(run)['devbox'])
            self.bellhop.post(f'/v1/runs/{run}/answers', {'options': [f'{worker}/host']})
            self.ended_on(run, worker)
            self.assertIn('as answered', launched_on(self.bellhop, run)[1])
            self.assertEqual([row['kind'] for row in self.bellhop.rows(run)], ['message', 'question', 'step', 'step', 'step'])

    def test_answers_that_are_no_place_are_refused(self):
        run, asked = self.asked()
        for body, status in (({'options': ['three/host']}, 422), ({'text': 'anywhere'}, 422), ({}, 422),
                             ({'options': [f'{self.one}/host', 'two/host']}, 422)):
            with self.assertRaises(Problem) as caught:
                self.bellhop.post(f'/v1/runs/{run}/answers', body)
            self.assertEqual(caught.exception.status, status, body)
        self.assertEqual(self.bellhop.run(run)['state'], 'needs_you')
        answered = self.bellhop.post(f'/v1/runs/{run}/answers', {'options': ['two/host']})
        self.assertEqual(answered['id'], asked['id'])
        with self.assertRaises(Problem) as caught:
            self.bellhop.post(f'/v1/runs/{run}/answers', {'question': asked['id'], 'options': [f'{self.one}/host']})
        self.assertEqual((caught.exception.status, caught.exception.code), (409, 'already_answered'))
        self.ended_on(run, 'two')

    def test_the_question_outlives_everything(self):
        run, asked = self.asked()
        self.bellhop.restart()
        self.two.wait_online(True)
        self.assertEqual(self.bellhop.run(run)['state'], 'needs_you')
        self.assertEqual([s['id'] for s in self.bellhop.get(f'/v1/runs/{run}/questions?all=true')['questions']], [asked['id']])
        self.bellhop.post(f'/v1/runs/{run}/answers', {'options': ['two/host']})
        self.bellhop.restart()
        self.two.wait_online(True)
        self.ended_on(run, 'two')
        self.assertEqual(len(self.bellhop.get(f'/v1/runs/{run}/questions?all=true')['questions']), 1)

    def test_stopped_at_the_question(self):
        run, asked = self.asked()
        self.bellhop.post(f'/v1/runs/{run}/stop')
        self.assertEqual(self.bellhop.run(run)['state'], 'stopped')
        with self.assertRaises(Problem) as caught:
            self.bellhop.post(f'/v1/runs/{run}/answers', {'question': asked['id'], 'options': ['two/host']})
        self.assertEqual(caught.exception.status, 409)
        self.assertIsNone(self.bellhop.run(run)['devbox'])

    def test_pinned(self):
        for target, worker in (({'worker': 'two'}, 'two'), ({'worker': self.one, 'image': 'host'}, self.one)):
            for mode in ('interactive', 'autonomous'):
                run = self.bellhop.create(block('echo here'), target=target, mode=mode)
                self.ended_on(run['id'], worker)
        with self.assertRaises(Problem) as caught:
            self.bellhop.create(block('true'), target={'worker': 'two', 'image': 'none'})
        self.assertEqual((caught.exception.status, caught.exception.code), (422, 'image_not_found'))

    def test_a_worker_that_is_away(self):
        three = Second(self.bellhop, 'three')
        three.kill()
        with self.assertRaises(Problem) as caught:
            self.bellhop.create(block('true'), target={'worker': 'three'}, mode='autonomous')
        self.assertEqual((caught.exception.status, caught.exception.code), (409, 'worker_offline'))
        run = self.bellhop.create(block('true'), target={'worker': 'three'})
        waiting = wait_for(lambda: (lambda r: r if r['reason'] else None)(self.bellhop.run(run['id'])), 'the reason')
        self.assertEqual(waiting['state'], 'queued')
        self.assertIn('three', waiting['reason'])
        three.start()
        self.ended_on(run['id'], 'three')
        three.kill()

    def test_on_the_terminal(self):
        run = self.bellhop.ctl('run', '--json', '--recommended', block('echo here'), check=0)
        self.assertIn('"placement"', run.stdout.lower().replace('"header":"placement"', '"placement"'))
        self.bellhop.ctl('run', '--no-input', block('echo here'), check=4)


class Queue(unittest.TestCase):
    """One box at a time."""

    def setUp(self):
        self.bellhop = self.enterContext(Bellhop(environment={'BELLHOP_MAX_BOXES': '1'}))
        self.worker = self.bellhop.worker

    def create(self, name, text='true', **fields):
        fields.setdefault('keep', 'stop')
        return self.bellhop.create(block(text), name=name, target={'worker': self.worker}, **fields)['id']

    def position(self, run_id, position):
        return wait_for(lambda: self.bellhop.run(run_id)['position'] == position, f'{run_id} to be at {position}')

    def started_in_order(self, runs):
        ends = [self.bellhop.wait_end(run) for run in runs]
        self.assertEqual([end['state'] for end in ends], ['completed'] * len(runs), [end['reason'] for end in ends])
        starts = [end['started_at'] for end in ends]
        self.assertEqual(starts, sorted(starts))

    def test_positions_oldest_first(self):
        first = self.create('first', 'while [ ! -e go ]; do sleep 0.05; done')
        self.bellhop.wait_state(first, 'running')
        rest = [self.create(f'waits {i}') for i in range(3)]
        for i, run in enumerate(rest):
            self.position(run, i + 1)
            waiting = self.bellhop.run(run)
            self.assertEqual(waiting['state'], 'queued')
            self.assertIn(self.worker, waiting['reason'])
        self.bellhop.post(f'/v1/runs/{rest[0]}/stop')
        self.position(rest[1], 1)
        self.position(rest[2], 2)
        self.bellhop.restart()
        self.position(rest[1], 1)
        self.position(rest[2], 2)
        box = self.bellhop.run(first)['devbox']['id']
        (self.bellhop.boxes / box / 'workspace' / 'go').touch()
        self.started_in_order([first, *rest[1:]])
        self.assertEqual(self.bellhop.run(rest[0])['state'], 'stopped')

    def test_a_box_that_is_being_stopped_has_its_slot(self):
        # its end takes as long as the grace
        first = self.create('slow to go', "trap '' TERM; (trap '' TERM; while :; do sleep 0.1; done) & echo left")
        self.started_in_order([first, self.create('next'), self.create('last')])

    def test_a_kept_box_has_its_slot(self):
        kept = self.create('kept', 'echo 1 >file', keep='keep')
        self.assertEqual(self.bellhop.wait_end(kept)['devbox']['state'], 'running')
        run = self.create('waits')
        self.position(run, 1)
        self.bellhop.restart()
        self.position(run, 1)
        # what is continued has its slot already
        self.bellhop.post(f'/v1/runs/{kept}/messages', {'text': block('cat file')})
        wait_for(lambda: len(self.bellhop.steps(kept)) == 2, 'the second block')
        self.bellhop.wait_end(kept)
        self.assertEqual(self.bellhop.outputs(kept)[-1], '1\n')
        self.assertEqual(self.bellhop.run(run)['state'], 'queued')
        self.bellhop.post(f'/v1/devboxes/{self.bellhop.run(kept)["devbox"]["id"]}/stop')
        self.started_in_order([run])


class Away(unittest.TestCase):
    """What is asked of a box while its worker is away is done when it is back."""

    def setUp(self):
        self.bellhop = self.enterContext(Bellhop())
        self.two = Second(self.bellhop)

    def boxes(self):
        return [box['id'] for box in self.bellhop.get('/v1/devboxes')['devboxes'] if box['state'] == 'running']

    def launching_there(self, **fields):
        run = self.bellhop.create(block('sleep 1000'), target={'worker': 'two'}, **fields)['id']
        self.bellhop.wait_state(run, 'running')
        return run

    def test_stopped_while_the_worker_is_away(self):
        for keep, state in (('keep', 'running'), ('stop', 'stopped'), ('remove', 'gone')):
            run = self.launching_there(keep=keep)
            box = self.bellhop.run(run)['devbox']['id']
            self.two.kill()
            self.bellhop.post(f'/v1/runs/{run}/stop')
            self.bellhop.restart()
            self.two.start()
            wait_for(lambda: self.bellhop.run(run)['devbox']['state'] == state, f'the box to be {state}')
            wait_for(lambda: not self.bellhop.box_processes(box), 'its processes to end')

    def test_deleted_while_the_worker_is_away(self):
        run = self.launching_there()
        self.two.kill()
        self.bellhop.delete(f'/v1/runs/{run}')
        self.bellhop.restart()
        self.two.start()
        wait_for(lambda: not self.boxes(), 'the box to be removed')


if __name__ == '__main__':
    tap.main()
