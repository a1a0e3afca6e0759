# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""The help explains every error code there is, with its HTTP status, and no other (dump-records prints the table); and all that
an engine's file may hold, as `bellhopctl engines check` knows it."""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
from bellhop import program  # noqa: E402
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

    # engine-files.page

    def check(self, text):
        """What `bellhopctl engines check` finds wrong in a file that holds this: empty if nothing."""
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / 'my-agent.engine'
            path.write_text(text)
            result = subprocess.run([program('bellhopctl'), 'engines', 'check', path], capture_output=True, text=True, timeout=30)
        self.assertEqual(result.returncode != 0, bool(result.stderr), result)
        return result.stderr

    def example(self):
        return self.pages['engine-files'].find('.//m:steps//m:code', NS).text

    def test_example_of_an_engine(self):
        self.assertEqual(self.check(self.example()), '')
        # of which all is needed that the page calls required
        for item in self.pages['engine-files'].iterfind('.//m:section[@id="keys"]//m:item', NS):
            group, *keys = (code.text for code in item.iterfind('m:title/m:code', NS))
            if 'Required' in ''.join(item.find('m:p', NS).itertext()):
                self.assertEqual(len(keys), 1)
                without = re.sub(f'^{keys[0]}=.*\n', '', self.example(), flags=re.M)
                self.assertIn(f'{group} {keys[0]}', self.check(without))
            else:
                for key in keys:
                    self.assertEqual(self.check(re.sub(f'^{key}=.*\n', '', self.example(), flags=re.M)), '')

    def test_keys_of_an_engine(self):
        """What the parser says there is, group by group, against what the page lists."""
        groups = re.findall(r'\[(\w+)\]', self.check('[Nope]\n').split('groups are')[1])
        table = set()
        for group in groups:
            said = self.check(f'[{group}]\nNo-such-key=1\n')
            if 'environment variable' in said:
                table.add((group, None))
            else:
                table |= {(group, key) for key in said.split('this group has ')[1].strip().rstrip('.').split(', ')}
        listed = []
        for title in self.pages['engine-files'].iterfind('.//m:section[@id="keys"]//m:item/m:title', NS):
            group, *keys = (code.text for code in title.iterfind('m:code', NS))
            listed += [(group.strip('[]'), key) for key in keys or [None]]
        self.assertEqual(len(listed), len(set(listed)))
        self.assertEqual(set(listed), table)

    def test_protocols_of_an_engine(self):
        said = self.check(self.example().replace('Protocol=acp', 'Protocol=nope'))
        page = self.pages['engine-files']
        item = next(item for item in page.iterfind('.//m:terms/m:item', NS)
                    if 'Protocol' in [code.text for code in item.iterfind('m:title/m:code', NS)])
        listed = [code.text for code in item.iterfind('m:p/m:code', NS)]
        self.assertEqual(len(listed), 4)
        for protocol in listed:
            self.assertIn(protocol, said)

    def test_pages_are_linked(self):
        self.assertIn('index', self.pages)
        for name, page in self.pages.items():
            self.assertEqual(page.get('id'), name)
            for link in page.iterfind('.//m:link', NS):
                target, _, section = link.get('xref').partition('#')
                self.assertIn(target, self.pages)
                if section:
                    self.assertIsNotNone(self.pages[target].find(f'.//m:section[@id="{section}"]', NS), link.get('xref'))
            if page.get('type') == 'topic':
                guides = [link for link in page.iterfind('m:info/m:link', NS) if link.get('type') == 'guide']
                self.assertTrue(guides, f'nothing leads to {name}')


if __name__ == '__main__':
    tap.main()
