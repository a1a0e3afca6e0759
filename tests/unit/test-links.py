# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""What each program may link (DESIGN.md, “Processes”), and which way the sources depend on each other."""

import os
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
from bellhop import SOURCE, program  # noqa: E402
import tap  # noqa: E402

BASE = {'libc', 'libm', 'libglib-2.0', 'libgobject-2.0', 'libgio-2.0', 'libsoup-3.0', 'libjson-glib-1.0', 'libdex-1'}
SANITIZERS = {'libasan', 'libubsan', 'libgcc_s', 'ld-linux-x86-64', 'libresolv', 'libpthread', 'libdl', 'librt'}
# what GTK's pkg-config file names besides GTK
TOOLKIT = {'libgtk-4', 'libadwaita-1', 'libgtksourceview-5', 'libvte-2.91-gtk4', 'libpango-1.0', 'libpangocairo-1.0',
           'libharfbuzz', 'libgdk_pixbuf-2.0', 'libcairo', 'libcairo-gobject', 'libgraphene-1.0'}
MAY = {
    'bellhop': BASE | TOOLKIT | {'libcmark-gfm', 'libcmark-gfm-extensions', 'libsecret-1'},
    'bellhopctl': BASE,
    'bellhop-worker': BASE | {'libseccomp'},
    'bellhop-coordinator': BASE | {'libsecret-1', 'libsqlite3'},
}
# what the sources of a folder may include, by the first folder of the include
LAYERS = {
    'boxd': {'boxd', 'wire'},
    'protocol': {'protocol'},
    'client': {'client', 'protocol'},
    'app': {'app', 'client', 'protocol'},
    'cli': {'cli', 'client', 'protocol'},
    'worker': {'worker', 'protocol', 'wire'},
    'coordinator': {'coordinator', 'protocol', 'wire'},
}
OURS = set(LAYERS) | {'wire'}


def needed(path):
    out = subprocess.run(['readelf', '-d', path], capture_output=True, text=True, check=True).stdout
    return {re.sub(r'\.so.*', '', name) for name in re.findall(r'\(NEEDED\).*\[(.*)\]', out)}


class Links(unittest.TestCase):
    def test_programs(self):
        for name, may in MAY.items():
            self.assertEqual(needed(program(name)) - may - SANITIZERS, set(), name)

    def test_boxd_is_static_and_small(self):
        boxd = program('bellhop-boxd')
        self.assertEqual(needed(boxd), set())
        self.assertNotIn('INTERP', subprocess.run(['readelf', '-l', boxd], capture_output=True, text=True, check=True).stdout)

    def test_sources_depend_one_way(self):
        for folder, may in LAYERS.items():
            for file in (SOURCE / 'src' / folder).rglob('*.[ch]'):
                for include in re.findall(r'^#include "(.*?)"', file.read_text(), re.M):
                    first = pathlib.PurePath(include).parts[0]
                    if first in OURS:
                        self.assertIn(first, may, f'{file} includes {include}')

    def test_sqlite_only_in_the_store(self):
        for file in (SOURCE / 'src').rglob('*.[ch]'):
            if 'sqlite3.h' in file.read_text():
                self.assertIn('coordinator/store', str(file))

    def test_adapters_know_neither_http_nor_sql(self):
        for file in (SOURCE / 'src' / 'coordinator' / 'engines').rglob('*.[ch]'):
            self.assertNotIn('soup', file.read_text(), file)


if __name__ == '__main__':
    tap.main()
