# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""The MCP server as an engine in a DevBox sees it: through MCP's official client, over restarts of everything."""

import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
from bellhop import Bellhop, SOURCE, block, wait_for  # noqa: E402
import tap  # noqa: E402

HERE = pathlib.Path(__file__).parent
DEFERRED = 'Your question was sent to the person. End your turn now; you will be resumed with the answer.'
WAIT_MS, PROGRESS_MS = 1500, 300


def installed(name):
    """The folder with the npm package `name` of build-aux/engines.list."""
    out = subprocess.run([SOURCE / 'build-aux' / 'engines', name], check=True, capture_output=True, text=True).stdout
    return pathlib.Path(out.split()[-1]).parent.parent


# thousands of files that are for people, or for servers
UNUSED = ['*.ts', '*.cts', '*.mts', '*.map', '*.md']
UNUSED_BY_CLIENTS = UNUSED + ['cjs', 'express', 'hono', '@hono', 'jose']
# those of the conformance checks that need no tools or resources made for them, and are not about HTTP
CHECKS = ['server-initialize', 'ping', 'tools-list', 'resources-list', 'prompts-list']


class Mcp(unittest.TestCase):
    def bellhop(self, **environment):
        bellhop = Bellhop(environment=environment)
        self.addCleanup(bellhop.close)
        return bellhop

    def patient(self):
        """Its person has a minute, as in life."""
        return self.bellhop()

    def hasty(self):
        return self.bellhop(BELLHOP_MCP_WAIT_MS=str(WAIT_MS), BELLHOP_MCP_PROGRESS_MS=str(PROGRESS_MS))

    def start_node(self, bellhop, package, unused, program, command, **fields):
        """A Run in whose box the command is run, with the npm package and our program in its workspace."""
        run = bellhop.create(block('until [ -e /workspace/ready ]; do sleep 0.02; done') + block(command),
                             target={'worker': bellhop.worker, 'image': 'host'}, **fields)['id']
        self.workspace = bellhop.boxes / bellhop.wait_state(run, 'running')['devbox']['id'] / 'workspace'
        shutil.copytree(installed(package) / 'node_modules', self.workspace / 'node_modules', symlinks=True,
                        ignore=shutil.ignore_patterns(*unused))
        shutil.copy(HERE / program, self.workspace)
        self.touch('ready')
        return run

    def start(self, bellhop, *steps, **fields):
        """A Run in whose box the official client goes through the steps."""
        return self.start_node(bellhop, 'mcp-sdk', UNUSED_BY_CLIENTS, 'mcp-client.mjs',
                               f'node mcp-client.mjs /workspace {" ".join(steps)}', **fields)

    def touch(self, name):
        (self.workspace / name).write_text('')

    def seen(self, bellhop, run):
        """What the client has printed."""
        steps = bellhop.steps(run)
        seen = {}
        for line in bellhop.text(run, steps[1]['n'], 'result').splitlines() if len(steps) > 1 else []:
            seen.update(json.loads(line))
        return seen

    def wait_seen(self, bellhop, run, name):
        return wait_for(lambda: self.seen(bellhop, run).get(name), f'the client to see {name}')

    def questions(self, bellhop, run):
        return bellhop.get(f'/v1/runs/{run}/questions?all=true')['questions']

    def answer(self, bellhop, run, **answer):
        return bellhop.post(f'/v1/runs/{run}/answers', answer)

    def state(self, bellhop, key):
        """A state of the Run's journal."""
        with sqlite3.connect(f'file:{bellhop.data / "coordinator.db"}?mode=ro', uri=True) as database:
            row = database.execute('SELECT value FROM states WHERE key = ?', (key,)).fetchone()
        return row and row[0]

    def completed(self, bellhop, run):
        self.assertEqual(bellhop.wait_end(run)['state'], 'completed', bellhop.outputs(run))
        return self.seen(bellhop, run)

    def test_talk(self):
        bellhop = self.patient()
        run = self.start(bellhop, 'list', 'wrong', 'ask', 'several', 'report', mode='interactive')
        question = bellhop.question(run)
        self.assertEqual(question['asked_by'], 'runbook')
        self.assertEqual([option['label'] for option in question['questions'][0]['options']], ['Toolbar', 'Menu'])
        self.answer(bellhop, run, options=['menu'])
        self.wait_seen(bellhop, run, 'ask')
        question = bellhop.question(run)
        self.answer(bellhop, run, answers=[{'question': '1', 'text': 'Bell'}, {'question': '2', 'options': ['s', 'l']}])
        seen = self.completed(bellhop, run)
        self.assertEqual(seen['server'], 'bellhop')
        self.assertIn('ask_human', seen['instructions'])
        self.assertEqual(seen['tools'], ['ask_human', 'report_result'])
        self.assertEqual((seen['prompts'], seen['resources'], seen['ping']), ([], [], {}))
        self.assertTrue(seen['wrong']['isError'])
        self.assertIn('{"question": ', seen['wrong']['text'])
        self.assertEqual(seen['unknown'], -32602)
        self.assertEqual(seen['ask'], {'text': 'Menu', 'isError': False})
        self.assertEqual(seen['several']['text'], 'Name?\n→ Bell\n\nSizes?\n→ S, L')
        self.assertIn('End your turn', seen['report']['text'])
        self.assertEqual(self.state(bellhop, 'report.outcome'), 'completed')
        self.assertEqual(self.state(bellhop, 'report.summary'), 'All is done.')

    def test_deferred(self):
        """Not answered in time: the client is told so, and asks the same question again after it was answered."""
        bellhop = self.hasty()
        run = self.start(bellhop, 'patient', 'again', 'patient', mode='interactive')
        seen = self.wait_seen(bellhop, run, 'patient')
        self.assertEqual((seen['text'], seen['isError']), (DEFERRED, False))
        self.assertGreater(len(seen['progress']), 1)
        self.assertEqual(seen['progress'], sorted(set(seen['progress'])))
        self.assertEqual([set_['state'] for set_ in self.questions(bellhop, run)], ['open'])
        self.answer(bellhop, run, options=['b'])
        self.touch('again')
        self.assertEqual(self.completed(bellhop, run)['patient']['text'], 'B')
        self.assertEqual(len(self.questions(bellhop, run)), 1)

    def test_killed(self):
        """Coordinator and worker are killed while a call waits: it is answered afterwards, once."""
        bellhop = self.patient()
        run = self.start(bellhop, 'ask', 'patient', mode='interactive')
        bellhop.question(run)
        for _ in range(3):
            bellhop.restart_all()
        self.answer(bellhop, run, options=['toolbar'])
        bellhop.kill()
        bellhop.start()
        wait_for(lambda: len(self.questions(bellhop, run)) == 2, 'the next question')
        bellhop.restart()
        self.answer(bellhop, run, options=['a'])
        seen = self.completed(bellhop, run)
        self.assertEqual(seen['ask']['text'], 'Toolbar')
        self.assertEqual(seen['patient']['text'], 'A')
        self.assertEqual(len(self.questions(bellhop, run)), 2)

    def test_deferred_over_restart(self):
        """The limit of a call goes on while the coordinator is away."""
        bellhop = self.hasty()
        run = self.start(bellhop, 'patient', mode='interactive')
        bellhop.question(run)
        bellhop.kill()
        bellhop.start()
        self.assertEqual(self.wait_seen(bellhop, run, 'patient')['text'], DEFERRED)
        self.assertEqual(len(self.questions(bellhop, run)), 1)

    def test_cancelled(self):
        bellhop = self.patient()
        run = self.start(bellhop, 'cancel', 'on', mode='interactive')
        bellhop.question(run)
        self.touch('abort')
        self.assertEqual(self.wait_seen(bellhop, run, 'cancel'), 'aborted')
        self.assertEqual([set_['state'] for set_ in self.questions(bellhop, run)], ['open'])
        self.touch('on')
        self.completed(bellhop, run)
        self.assertEqual([set_['state'] for set_ in self.questions(bellhop, run)], ['withdrawn'])

    def test_autonomous(self):
        bellhop = self.patient()
        run = self.start(bellhop, 'list', 'ask', mode='autonomous')
        seen = self.completed(bellhop, run)
        self.assertEqual(seen['tools'], ['report_result'])
        self.assertTrue(seen['ask']['isError'])
        self.assertIn('autonomous', seen['ask']['text'])
        self.assertEqual(self.questions(bellhop, run), [])

    def test_conformance(self):
        bellhop = self.patient()
        checks = '\n'.join(f'node node_modules/@modelcontextprotocol/conformance/dist/index.js server '
                           f'--url http://127.0.0.1:7000/mcp --scenario {name}' for name in CHECKS)
        run = self.start_node(bellhop, 'mcp-checks', UNUSED, 'mcp-bridge.mjs',
                              'set -e\nnode mcp-bridge.mjs /workspace 7000 >bridge &\n'
                              'until [ -s bridge ]; do sleep 0.02; done\n' + checks + '\nkill %1',
                              network='offline', mode='interactive')
        self.assertEqual(bellhop.wait_end(run)['state'], 'completed', bellhop.outputs(run))
        self.assertEqual(bellhop.outputs(run)[1].count('Passed: 1/1, 0 failed, 0 warnings'), len(CHECKS))


if __name__ == '__main__':
    tap.main()
