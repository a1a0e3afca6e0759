# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""A finished Run goes on in its engine's session, or in a new one that is told the story so far, and the timeline says which:
for each wire protocol, in real boxes with the real coordinator and worker."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
from bellhop import wait_for  # noqa: E402
from scripted_engine import WIRE, ScriptedCase  # noqa: E402
import tap  # noqa: E402


class Sessions(ScriptedCase):
    def go_on(self, wire=None, environment=(), **keys):
        """The notices of a Run that was continued once, and what the engine was told then."""
        fields = {}
        if wire:
            environment = [*environment, f'AGENT_WIRE={wire}']
            fields = {'env': {'AGENT': WIRE}}
        self.engine(environment=environment, **keys)
        run_id = self.create('say One.', **fields)
        self.end(run_id)
        self.assertEqual(self.notices(run_id), [])
        self.bellhop.post(f'/v1/runs/{run_id}/messages', {'text': 'Go on. [[do: say Two.]]'})
        wait_for(lambda: len(self.file(run_id, 'prompts')) == 2, 'the second prompt')
        self.assertEqual(self.end(run_id)['summary'].strip(), 'Two.')
        return self.notices(run_id), self.file(run_id, 'prompts')[1]

    def notices(self, run_id):
        return [self.bellhop.text(run_id, row['n']) for row in self.bellhop.rows(run_id)
                if row['kind'] == 'status' and row['author'] == 'scripted']

    def goes_on(self, **keys):
        notices, prompt = self.go_on(**keys)
        self.assertEqual(notices, ['Scripted goes on in its earlier session.'])
        self.assertNotIn('Do it.', prompt)

    def begins_anew(self, *why, **keys):
        notices, prompt = self.go_on(**keys)
        self.assertEqual(notices[-1], 'Scripted goes on in a new session, which is told the story so far.')
        self.assertEqual(len(notices), 2 if why else 1, notices)
        for words in why:
            self.assertIn(words, notices[0])
        self.assertIn('in a session that is lost', prompt)
        self.assertIn('Do it.', prompt)

    def test_acp(self):
        self.goes_on()

    def test_acp_forgets(self):
        self.begins_anew('could not take up its session again', 'no session session-1', environment=['AGENT_FORGETS=1'])

    def test_acp_hangs(self):
        """Each start would hang at it anew, and the Run could never go on."""
        self.bellhop.environment['BELLHOP_ENGINE_START_SECONDS'] = '3'
        self.begins_anew('could not take up its session again: it was not ready after 3 seconds', environment=['AGENT_HANGS=1'])

    def test_acp_loads_none(self):
        self.begins_anew(environment=['AGENT_LOADS_NONE=1'])

    def test_claude(self):
        self.goes_on(wire='claude', protocol='claude-stream', resume='--resume @SESSION@')

    def test_claude_forgets(self):
        self.begins_anew('could not take up its session again: it ended (exit status 1)', 'No conversation found', wire='claude',
                         protocol='claude-stream', resume='--resume @SESSION@', environment=['AGENT_FORGETS=1'])

    def test_codex(self):
        self.goes_on(wire='codex', protocol='codex-app-server')

    def test_codex_forgets(self):
        self.begins_anew('could not take up its session again', 'no rollout found', wire='codex', protocol='codex-app-server',
                         environment=['AGENT_FORGETS=1'])


if __name__ == '__main__':
    tap.main()
