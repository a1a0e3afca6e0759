# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""What the person consents to, with the real CLIs against a scripted model: sign-ins of their own that are copied into a
DevBox, of which nothing more than what their engine file names is needed, and permissions that are asked for. The sign-ins of Gemini CLI and
Copilot are only good where Google and GitHub can be asked."""

import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
from bellhop import TERMINAL, Bellhop  # noqa: E402
import engines  # noqa: E402
import tap  # noqa: E402

# Codex asks for what its own sandbox would not let it do.
ESCALATE = 'tool exec_command ' + json.dumps({'cmd': 'touch ~/made', 'sandbox_permissions': 'require_escalated', 'justification': 'It is needed.'})


class Consent(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.model = engines.FakeModel()
        cls.bellhop = Bellhop(start=False)
        engines.install(cls.bellhop.root / 'home', 'claude-api', 'claude-acp', 'codex', 'codex-acp', 'goose', 'opencode')
        engines.keyfiles(cls.bellhop.root / 'config', cls.model.url, 'codex', 'codex-acp')
        cls.bellhop.start()

    @classmethod
    def tearDownClass(cls):
        cls.bellhop.close()
        cls.model.close()

    def create(self, engine, step, **fields):
        target = {'worker': self.bellhop.worker, 'image': 'host'}
        return self.bellhop.create(engines.steps(step), **{'engine': engine, 'target': target, 'keep': 'keep', **fields})['id']

    def answer(self, run_id, label):
        self.bellhop.wait_state(run_id, 'needs_you', *TERMINAL, timeout=180)
        question = self.bellhop.question(run_id)
        option = next(o['id'] for o in question['questions'][0]['options'] if o['label'] == label)
        self.bellhop.post(f'/v1/runs/{run_id}/answers', {'options': [option]})
        return question['questions'][0]['text']

    def end(self, run_id, reason=None):
        run = self.bellhop.wait_state(run_id, *TERMINAL, timeout=120)
        self.assertEqual(run['state'], 'failed' if reason else 'completed', run['reason'])
        self.assertIn(reason or '', run['reason'] or '')
        return self.bellhop.boxes / run['devbox']['id']

    def at_home(self, path, text):
        engines.at_home(self.bellhop.root / 'home', path, text)

    def sign_in(self, engine, env, path, others={}):
        """others: {path: text} that are in the DevBox."""
        run_id = self.create(engine, 'shell echo hello > out.txt', env=env)
        self.bellhop.wait_state(run_id, 'needs_you', *TERMINAL, timeout=90)
        home = self.bellhop.boxes / self.bellhop.run(run_id)['devbox']['id'] / 'home'
        for other, text in others.items():
            engines.at_home(home, other, text)
            for made in home / other, (home / other).parent:
                os.chown(made, home.stat().st_uid, home.stat().st_gid)
        self.assertIn(path, self.answer(run_id, 'This Run'))
        box = self.end(run_id)
        self.assertEqual((box / 'workspace' / 'out.txt').read_text(), 'hello\n')
        self.assertEqual((box / 'home' / path).stat().st_mode & 0o777, 0o600)

    def claude(self, engine, **env):
        self.at_home('.claude/.credentials.json', engines.CLAUDE_SIGN_IN)
        before = len(self.model.requests())
        self.sign_in(engine, {**engines.environment(engine, self.model.url), **env}, '.claude/.credentials.json')
        keys = [request['keys'] for request in self.model.requests()[before:] if '/v1/messages' in request['url']]
        self.assertTrue(keys)
        self.assertEqual(keys, [['authorization']] * len(keys))

    def test_sign_in_claude(self):
        """Not by the key of the Run's environment, which would be charged."""
        self.claude('claude-plan')

    def test_sign_in_claude_acp(self):
        """This one takes a key where there is one."""
        self.claude('claude-acp', ANTHROPIC_API_KEY='')

    def test_sign_in_opencode(self):
        self.at_home('.local/share/opencode/auth.json', json.dumps({'fake': {'type': 'api', 'key': 'dummy'}}))
        env = engines.environment('opencode', self.model.url)
        config = json.loads(env['OPENCODE_CONFIG_CONTENT'])
        del config['provider']['fake']['options']['apiKey'], env['OPENAI_API_KEY']
        before = len(self.model.requests())
        self.sign_in('opencode', {**env, 'OPENCODE_CONFIG_CONTENT': json.dumps(config)}, '.local/share/opencode/auth.json')
        keys = [request['keys'] for request in self.model.requests()[before:] if 'keys' in request]
        self.assertTrue(keys)
        self.assertEqual(keys, [['authorization']] * len(keys))

    def test_sign_in_goose(self):
        self.at_home('.config/goose/secrets.yaml', 'OPENAI_API_KEY: dummy\n')
        self.at_home('.config/goose/config.yaml', f'GOOSE_PROVIDER: openai\nGOOSE_MODEL: fake-model\nOPENAI_HOST: {self.model.url}\n')
        self.sign_in('goose', {}, '.config/goose/secrets.yaml')

    def test_sign_in_codex(self):
        """Both by their descriptions as we ship them."""
        with Bellhop(start=False) as self.bellhop:
            engines.install(self.bellhop.root / 'home', 'codex', 'codex-acp')
            self.at_home('.codex/auth.json', json.dumps({'OPENAI_API_KEY': 'dummy'}))
            self.bellhop.start()
            for engine in 'codex', 'codex-acp':
                with self.subTest(engine):
                    self.sign_in(engine, {}, '.codex/auth.json', {'.codex/config.toml': engines.codex_config(self.model.url)})

    def permission(self, engine, step, reason=None):
        """Rejected it is not done, and some end their turn for that `reason`; allowed it is."""
        for label, done in ('Reject', False), ('Allow once', True):
            run_id = self.create(engine, step, env=engines.environment(engine, self.model.url), permissions='ask')
            self.assertIn('touch ~/made', self.answer(run_id, label))
            box = self.end(run_id, None if done else reason)
            self.assertEqual((box / 'home' / 'made').exists(), done)

    def test_permission_claude(self):
        self.permission('claude-api', 'shell touch ~/made')

    def test_permission_codex(self):
        self.permission('codex', ESCALATE)

    def test_permission_codex_acp(self):
        self.permission('codex-acp', ESCALATE, 'You rejected what Codex (ACP) asked permission for, and with that it ended its turn.')

    def test_rejection_opencode(self):
        run_id = self.create('opencode', 'shell touch made', env=engines.environment('opencode', self.model.url), permissions='ask')
        self.assertIn('touch made', self.answer(run_id, 'Reject'))
        box = self.end(run_id, 'You rejected what opencode asked permission for, and with that it ended its turn.')
        self.assertFalse((box / 'workspace' / 'made').exists())


if __name__ == '__main__':
    tap.main()
