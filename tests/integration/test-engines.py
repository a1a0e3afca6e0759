# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""Engines are looked for in real DevBoxes: what is there, which version, signed in or not, and which one is taken."""

import contextlib
import http.client
import os
import sys
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
from bellhop import Bellhop, Problem, block, wait_for  # noqa: E402
import tap  # noqa: E402

SH = '[Engine]\nName=Shell\nProtocol=acp\nRank=1\n[Start]\nCommand=bash\n[SignIn]\nCheck=test -n x\n'
MISSING = '[Engine]\nName=Missing\nProtocol=acp\nRank=0\n[Start]\nCommand=no-such-engine\n[Find]\nInstall=get it\n'
OUT = '[Engine]\nName=Out\nProtocol=acp\nRank=2\n[Start]\nCommand=bash\n[SignIn]\nCheck=false\nKeys=OUT_KEY\nHint=Sign in.\n'

# another version each time it is asked
CLOCK = '[Engine]\nName=Clock\nProtocol=acp\nRank=3\n[Start]\nCommand=bash\n[Find]\nVersion=date +1.%N\n[SignIn]\nCheck=false\n'


class Engines(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bellhop = cls.enterClassContext(Bellhop(start=False))
        for name, text in {'shell': SH, 'missing': MISSING, 'out': OUT, 'clock': CLOCK}.items():
            cls.bellhop.engine_file(name, text)
        cls.bellhop.start()

    def look(self, rest=''):
        engines = self.bellhop.get(f'/v1/engines?worker={self.bellhop.worker}&image=host{rest}')['engines']
        return {engine['id']: engine for engine in engines}

    def launched(self, **body):
        """The text of the launch step of a Run."""
        run = self.bellhop.create(block('true'), target={'worker': self.bellhop.worker, 'image': 'host'}, keep='remove', **body)['id']
        step = wait_for(lambda: [row for row in self.bellhop.steps(run, 'launch DevBox') if row['state'] != 'open'], 'the launch')[0]
        if body['engine'] not in ('runbook', 'missing'):
            # bash is found, but says nothing to what an engine is asked
            with contextlib.suppress(Problem):
                self.bellhop.post(f'/v1/runs/{run}/stop')
        self.bellhop.wait_end(run)
        return self.bellhop.run(run), self.bellhop.text(run, step['n'])

    def test_looking(self):
        plain = self.bellhop.get('/v1/engines')['engines']
        self.assertEqual([(e['version'], e['why_not']) for e in plain], [(None, None)] * len(plain))
        before = {box['id'] for box in self.bellhop.get('/v1/devboxes')['devboxes']}
        found = self.look()
        self.assertRegex(found['shell']['version'], r'^[0-9.]+$')
        self.assertIsNone(found['shell']['why_not'])
        self.assertEqual(found['missing']['why_not'],
                         'Not found: there is no “no-such-engine” on the DevBox\'s PATH. To get it: get it')
        self.assertRegex(found['out']['why_not'], r'^Found at /usr/bin/bash, but not signed in\. Sign in\.$')
        self.assertEqual([(found[e]['why_not_code'], found[e]['path'], found[e]['install']) for e in ('shell', 'missing', 'out', 'runbook')],
                         [(None, '/usr/bin/bash', None), ('not_found', None, 'get it'), ('signed_out', '/usr/bin/bash', None), (None, None, None)])
        self.assertIsNone(found['runbook']['why_not'])
        # the box made for it is gone again
        wait_for(lambda: {box['id'] for box in self.bellhop.get('/v1/devboxes')['devboxes']} <= before, 'the box to go')

    def test_fresh(self):
        """What was found a moment ago will do, unless the person wants to know how it is now."""
        before = self.look()['clock']['version']
        self.assertRegex(before, r'^1\.[0-9]+$')
        self.assertEqual(self.look('&fresh=false')['clock']['version'], before)
        self.assertNotEqual(self.look('&fresh=true')['clock']['version'], before)

    def test_bad_questions(self):
        for query, code in {'worker=x': 'invalid_field', 'image=host': 'invalid_field',
                            'worker=nowhere&image=host': 'worker_not_found',
                            f'worker={self.bellhop.worker}&image=none': 'image_not_found',
                            f'worker={self.bellhop.worker}&image=host&fresh=maybe': 'invalid_field'}.items():
            with self.assertRaises(Problem) as caught:
                self.bellhop.get('/v1/engines?' + query)
            self.assertEqual(caught.exception.code, code, query)

    def test_auto(self):
        run, text = self.launched(engine='auto')
        self.assertRegex(text, r'\nShell [0-9.]+ – found at /usr/bin/bash; not found: Missing$')
        self.assertEqual(run['engine_used'], 'shell')

    def test_named(self):
        run, text = self.launched(engine='missing')
        self.assertEqual(run['state'], 'failed')
        self.assertIn('Missing: Not found: there is no “no-such-engine”', run['reason'])
        run, text = self.launched(engine='out')
        self.assertEqual(run['state'], 'failed')
        self.assertIn('Out: Found at /usr/bin/bash, but not signed in. Sign in.', run['reason'])
        run, text = self.launched(engine='out', env={'OUT_KEY': 'something'})
        self.assertRegex(text, r'\nOut [0-9.]+ – found at /usr/bin/bash$')
        run, text = self.launched(engine='runbook')
        self.assertEqual(run['state'], 'completed')
        self.assertRegex(text, r'\nRunbook – the instructions hold 1 block$')


class LeftBehind(unittest.TestCase):
    def test_killed_while_looking(self):
        """The box that was made to look in is removed by the coordinator that comes next."""
        with Bellhop(start=False) as bellhop:
            bellhop.engine_file('slow', SH.replace('[SignIn]', '[Find]\nVersion=sleep 1000\n[SignIn]'))
            bellhop.start()
            worker = bellhop.worker
            asking = threading.Thread(target=self.ask, args=[bellhop, worker])
            asking.start()
            box = wait_for(lambda: bellhop.get('/v1/devboxes')['devboxes'], 'a box to look in')[0]
            self.assertEqual((box['run'], box['state']), (None, 'running'))
            bellhop.kill()
            asking.join()
            bellhop.start()
            wait_for(lambda: not (bellhop.boxes / box['id']).exists(), 'the box to go')

    def ask(self, bellhop, worker):
        with contextlib.suppress(OSError, http.client.HTTPException):
            bellhop.get(f'/v1/engines?worker={worker}&image=host')


if __name__ == '__main__':
    tap.main()
