# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""What the real opencode works with when nobody chose a model: one of the provider that it has a key of, and never one of the
free service that it turns to by itself. With the file that describes it as it comes along."""

import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
from bellhop import TERMINAL, Bellhop  # noqa: E402
import engines  # noqa: E402
import tap  # noqa: E402


class Models(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.model = engines.FakeModel()
        cls.bellhop = Bellhop(start=False)
        engines.install(cls.bellhop.root / 'home', 'opencode')
        cls.bellhop.start()

    @classmethod
    def tearDownClass(cls):
        cls.bellhop.close()
        cls.model.close()

    def run_to_end(self, network='open', **env):
        run = self.bellhop.create(engines.steps('shell echo hello > out.txt'), engine='opencode', keep='keep', network=network,
                                  env={'OPENCODE_DISABLE_MODELS_FETCH': '1', **env},
                                  target={'worker': self.bellhop.worker, 'image': 'host'})['id']
        return self.bellhop.wait_state(run, *TERMINAL, timeout=120)

    def test_key(self):
        run = self.run_to_end(ANTHROPIC_API_KEY='dummy', ANTHROPIC_BASE_URL=self.model.url + '/v1')
        self.assertEqual(run['state'], 'completed', run['reason'])
        box = self.bellhop.boxes / run['devbox']['id']
        self.assertEqual((box / 'workspace' / 'out.txt').read_text(), 'hello\n')
        models = {request['model'] for request in self.model.requests()}
        self.assertTrue(models and all(model.startswith('claude-') for model in models), models)

    def test_none(self):
        """Signed in to a provider that there is not, so with no model at all."""
        file = self.bellhop.root / 'home' / '.local' / 'share' / 'opencode' / 'auth.json'
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps({'nowhere': {'type': 'api', 'key': 'dummy'}}))
        self.bellhop.request('PUT', '/v1/sign-ins/opencode', {'consent': 'always'})
        run = self.run_to_end(network='offline')
        self.assertEqual(run['state'], 'failed')
        self.assertIn('opencode is not signed in in this DevBox: It has no model to work with. Run opencode auth login', run['reason'])
        self.assertIn('OPENCODE_CONFIG_CONTENT={"model":"opencode/', run['reason'])


if __name__ == '__main__':
    tap.main()
