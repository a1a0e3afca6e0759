#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# bellhopctl used wrongly says so and exits with 2, without looking for a coordinator.
import os
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop(1)


def run(*arguments, stdin=b'', env=None):
    return subprocess.run([PROGRAM, *arguments], input=stdin, capture_output=True, timeout=30,
                          env={**os.environ, 'BELLHOP_NO_START': '1', **(env or {})})


class Usage(unittest.TestCase):
    def refused(self, *arguments, says, **more):
        result = run(*arguments, **more)
        self.assertEqual(result.returncode, 2, (arguments, result))
        self.assertIn(says, result.stderr.decode(), arguments)
        self.assertEqual(result.stdout, b'', arguments)

    def test_verbs(self):
        self.refused(says='A command is missing')
        self.refused('fly', says='There is no command “fly”')
        self.refused('box', says='A command is missing')
        self.refused('box', 'fly', says='There is no command “fly”')
        self.refused('token', 'fly', says='There is no command “fly”')
        self.refused('\x1b[31mred', says='There is no command “red”')

    def test_options(self):
        self.refused('--fly', says='--fly')
        self.refused('list', '--fly', says='--fly')
        self.refused('list', '--limit', 'x', says='--limit')
        self.refused('list', '--limit', '0', says='--limit')
        self.refused('follow', 'latest', '--after', '-1', says='--after')
        self.refused('show', 'latest', '--part', 'call', says='--row')

    def test_arguments(self):
        for verb in 'show', 'follow', 'answer', 'steer', 'withdraw', 'stop', 'rm':
            self.refused(verb, says='missing')
        for verb in 'list', 'boxes', 'workers', 'engines', 'doctor':
            self.refused(verb, 'extra', says='Too many')
        self.refused('withdraw', 'latest', 'nonsense', says='no message')
        self.refused('show', 'not an id', says='no Run')

    def test_engines_check(self):
        self.refused('engines', 'check', says='missing')
        with tempfile.TemporaryDirectory() as folder:
            good, bad = os.path.join(folder, 'good.engine'), os.path.join(folder, 'bad.engine')
            with open(good, 'w') as file:
                file.write('[Engine]\nName=Good one\nProtocol=acp\nRank=5\n[Start]\nCommand=good\n')
            with open(bad, 'w') as file:
                file.write('[Engine]\nName=Bad\nProtocol=acp\nRank=5\n[Start]\nComand=bad\n')
            result = run('engines', 'check', good)
            self.assertEqual(result.returncode, 0, result)
            self.assertNotIn(b'bad', result.stderr)
            self.assertEqual(result.stdout.decode(), f'{good}: good: Good one speaks acp and has the rank 5\n')
            self.refused('engines', 'check', bad, says=f'{bad}: [Start] Comand: there is no such key')
            self.refused('engines', 'check', folder + '/none.engine', says='none.engine')

    def test_run(self):
        self.refused('run', '-f', 'a.md', 'text', says='not both')
        self.refused('run', '-f', '/nonexistent', says='/nonexistent')
        self.refused('run', '-f', '-', says='UTF-8', stdin=b'\xff\xfe')
        self.refused('run', '--env', 'NOT_SET_ANYWHERE', 'x', says='NOT_SET_ANYWHERE')
        self.refused('--url', 'https://x', '--socket', '/x', 'list', says='exclude')
        self.refused('run', b'\xff', says='UTF-8')

    def test_help_and_version(self):
        self.assertIn('Commands:', run('--help').stdout.decode())
        self.assertTrue(run('--version').stdout.startswith(b'bellhopctl '))
        for verb in ['run'], ['list'], ['box', 'shell'], ['token', 'add'], ['doctor']:
            result = run(*verb, '--help')
            self.assertEqual(result.returncode, 0)
            self.assertIn('bellhopctl ' + ' '.join(verb), result.stdout.decode())

    def test_unreachable(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in 'socket', 'x' * 100:
                result = run('--socket', os.path.join(folder, name), 'list')
                self.assertEqual(result.returncode, 2, result)
                self.assertIn('cannot be reached', result.stderr.decode())


unittest.main()
