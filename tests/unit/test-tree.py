# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""The tree itself: scripts, headers, sizes, names of the top level."""

import os
import re
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
from bellhop import SOURCE  # noqa: E402
import tap  # noqa: E402

TOP = {'meson.build', 'src', 'data', 'po', 'flatpak', 'tests', 'help', 'README.md', 'meson.options', 'COPYING', 'build-aux'}


def tracked():
    files = subprocess.run(['git', '-c', 'safe.directory=*', '-C', str(SOURCE), 'ls-files'], capture_output=True, text=True, check=True)
    return files.stdout.splitlines()


class Tree(unittest.TestCase):
    def test_top_level(self):
        self.assertEqual({name.split('/')[0] for name in tracked() if not name.startswith('.')} - TOP, set())

    def test_scripts(self):
        scripts = [str(SOURCE / 'build-aux' / name) for name in ('enter', 'enter-root', 'run', 'test', 'bench', 'engines', 'environment.sh')]
        scripts.append(str(SOURCE / '.ci' / 'run'))
        result = subprocess.run(['shellcheck', '-x', '-S', 'warning', '-e', 'SC1091,SC2046,SC2154,SC2155', *scripts], capture_output=True, text=True)
        self.assertEqual(result.returncode, 0, result.stdout)

    def test_sources(self):
        for name in tracked():
            if not re.match(r'(src|tests)/.*\.[ch]$', name):
                continue
            lines = (SOURCE / name).read_text().split('\n')
            self.assertIn('SPDX-License-Identifier: GPL-3.0-or-later', lines[0], name)
            self.assertLessEqual(len(lines), 601 if name.startswith('src/') else 900, f'{name} is too long')
            for number, line in enumerate(lines, 1):
                self.assertLessEqual(len(line), 120, f'{name}:{number}')
                self.assertEqual(line, line.rstrip(), f'{name}:{number} ends in white space')

    def test_format(self):
        names = [str(SOURCE / name) for name in tracked() if re.match(r'(src|tests)/.*\.[ch]$', name)]
        result = subprocess.run(['clang-format', '--dry-run', '-Werror', *names], capture_output=True, text=True)
        self.assertEqual(result.returncode, 0, result.stderr[:2000])

    def test_nothing_is_left_undone(self):
        for name in tracked():
            if re.match(r'(src|data|build-aux)/', name):
                text = (SOURCE / name).read_text(errors='replace')
                self.assertIsNone(re.search(r'\b(TODO|FIXME|XXX)\b', text), name)


if __name__ == '__main__':
    tap.main()
