# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""The ACP adapters of Claude Code and Codex bring CLIs along; with a variable, as the help has it, they run the person's own."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
from bellhop import SOURCE, TERMINAL, Bellhop, wait_for  # noqa: E402
import engines  # noqa: E402
import tap  # noqa: E402

PAGE = SOURCE / 'help' / 'C' / 'engine-files.page'


class OwnCli(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.model = engines.FakeModel()
        cls.bellhop = Bellhop(start=False)
        names = ('claude-api', 'claude-acp', 'codex', 'codex-acp')
        engines.install(cls.bellhop.root / 'home', *names)
        engines.keyfiles(cls.bellhop.root / 'config', cls.model.url, *names)
        cls.bellhop.start()
        listed = cls.bellhop.get(f'/v1/engines?worker={cls.bellhop.worker}&image=host', timeout=120)['engines']
        cls.paths = {engine['id']: engine['path'] for engine in listed}

    @classmethod
    def tearDownClass(cls):
        cls.bellhop.close()
        cls.model.close()

    def own_cli(self, engine, variable, cli, package):
        self.assertIn(f'<code>{variable}</code>', PAGE.read_text())
        own, brought = (f'/{engines.ENGINES[name][0]}-{engines.version(name)}/node_modules/{package}' for name in (cli, engine))
        self.assertIn(own, self.paths[cli])
        env = {**engines.environment(engine, self.model.url), variable: self.paths[cli]}
        run_id = self.bellhop.create(engines.steps('shell until test -e go; do sleep 0.1; done'), engine=engine, env=env, keep='keep',
                                     target={'worker': self.bellhop.worker, 'image': 'host'})['id']
        wait_for(lambda: self.bellhop.run(run_id)['state'] in TERMINAL or
                 [row for row in self.bellhop.rows(run_id) if row['kind'] == 'step' and row['author'] == engine], 'its step', 120)
        box = self.bellhop.run(run_id)['devbox']['id']
        self.assertTrue(self.bellhop.box_processes(box, own.encode()), self.bellhop.run(run_id)['reason'])
        self.assertFalse(self.bellhop.box_processes(box, brought.encode()))
        (self.bellhop.boxes / box / 'workspace' / 'go').touch()
        run = self.bellhop.wait_state(run_id, *TERMINAL, timeout=120)
        self.assertEqual(run['state'], 'completed', run['reason'])

    def test_claude(self):
        self.own_cli('claude-acp', 'CLAUDE_CODE_EXECUTABLE', 'claude-api', '@anthropic-ai')

    def test_codex(self):
        self.own_cli('codex-acp', 'CODEX_PATH', 'codex', '@openai')


if __name__ == '__main__':
    tap.main()
