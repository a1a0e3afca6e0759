# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""The help explains every error code there is, with its HTTP status, and no other (dump-records prints the table)."""

import json
import os
import pathlib
import re
import subprocess
import sys
import unittest
import xml.etree.ElementTree as ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
import tap  # noqa: E402

DUMP = pathlib.Path(os.environ['G_TEST_BUILDDIR']) / 'unit' / 'dump-records'
PAGES = pathlib.Path(os.environ['BELLHOP_SOURCE']) / 'help' / 'C'
NS = {'m': 'http://projectmallard.org/1.0/'}


class Help(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.pages = {path.stem: ElementTree.parse(path).getroot() for path in PAGES.glob('*.page')}

    def test_errors_are_those_of_the_table(self):
        printed = subprocess.run([str(DUMP)], capture_output=True, text=True, check=True, timeout=30)
        table = json.loads(printed.stdout)['errors']
        explained = {}
        for item in self.pages['errors'].iterfind('.//m:terms/m:item', NS):
            title = ''.join(item.find('m:title', NS).itertext())
            code, status = re.fullmatch(r'(\w+) \((\d+)\)', title).groups()
            self.assertNotIn(code, explained)
            explained[code] = int(status)
            what, todo = (''.join(text.itertext()) for text in item.iterfind('m:p', NS))
            self.assertRegex(what, r'\.$')
            self.assertRegex(todo, r'\.$')
        self.assertEqual(explained, table)

    def test_pages_are_linked(self):
        self.assertIn('index', self.pages)
        for name, page in self.pages.items():
            self.assertEqual(page.get('id'), name)
            for link in page.iterfind('.//m:link', NS):
                self.assertIn(link.get('xref'), self.pages)
            if page.get('type') == 'topic':
                guides = [link for link in page.iterfind('m:info/m:link', NS) if link.get('type') == 'guide']
                self.assertTrue(guides, f'nothing leads to {name}')


if __name__ == '__main__':
    tap.main()
