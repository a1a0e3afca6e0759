# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""The real CLIs, installed at home as a person has them, are found in a DevBox; and signed in with a key only."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
from bellhop import Bellhop, wait_for  # noqa: E402
import engines  # noqa: E402
import tap  # noqa: E402


class Found(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.model = engines.FakeModel()
        cls.bellhop = Bellhop(start=False)
        engines.install(cls.bellhop.environment['HOME'], *engines.ENGINES)
        engines.keyfiles(cls.bellhop.environment['XDG_CONFIG_HOME'], cls.model.url, *engines.ENGINES)
        cls.bellhop.start()

    @classmethod
    def tearDownClass(cls):
        cls.bellhop.close()
        cls.model.close()

    def test_looking(self):
        listed = self.bellhop.get(f'/v1/engines?worker={self.bellhop.worker}&image=host', timeout=120)['engines']
        found = {engine['id']: engine for engine in listed}
        for engine in engines.ENGINES:
            # its npm package has versions of its own
            if engine != 'goose':
                self.assertEqual(found[engine]['version'], engines.version(engine))
            self.assertRegex(found[engine]['why_not'], '^Found at .*, but not signed in. ')
        self.assertEqual(found['goose']['version'], '1.34.0')

    def test_picking(self):
        # that one is not picked for a key
        for engine in sorted(set(engines.ENGINES) - {'claude-plan'}):
            run = self.bellhop.create(engines.steps(), target={'worker': self.bellhop.worker, 'image': 'host'}, engine=engine,
                                      env=engines.environment(engine, self.model.url), keep='remove')['id']
            step = wait_for(lambda: [row for row in self.bellhop.steps(run, 'launch DevBox') if row['state'] != 'open'], engine)[0]
            version = '1.34.0' if engine == 'goose' else engines.version(engine)
            self.assertIn(f' {version} – found at ', self.bellhop.text(run, step['n']))
            self.bellhop.post(f'/v1/runs/{run}/stop', {})
            self.bellhop.wait_end(run)


if __name__ == '__main__':
    tap.main()
