# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""Every view in a language that nobody speaks, which is written from right to left and needs more room: see
tests/support/pseudo.py. Latin letters are words that did not go through the catalogue, unless the Runs are about them.
A window that needs more than 360 px would not become as narrow, and a dialog that does would end the app: libadwaita
warns of it."""

import json
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
sys.path.insert(0, os.path.dirname(__file__))
import accessible  # noqa: E402
import bellhop  # noqa: E402
import desktop  # noqa: E402
import pseudo  # noqa: E402
import screenshots  # noqa: E402
import tap  # noqa: E402

LATIN = re.compile(r'[A-Za-z][^\u0590-\u05ff]*')
# names of keys, and what libadwaita does not know in Hebrew
NAMES = {'Ctrl', 'Shift', 'Menu', 'Delete', 'Return', 'Close', 'Close the window', *(f'F{n}' for n in range(1, 11)),
         # of the metainfo, which has no Hebrew
         'Bellhop', 'The Bellhop authors'}
WORD = re.compile('[A-Za-z]+')
# a key with others that are held
KEY = re.compile(r'((Ctrl|Shift|Alt)\+)+\w+')
ID = re.compile('r_0{16}')
# why that is so is said by libraries, which have no Hebrew
ERRORS = pseudo.translate('The coordinator at %s cannot be reached: %s').split('%s')[0]


def texts_of(value):
    """All texts in a JSON document."""
    if isinstance(value, dict):
        return [text for item in value.values() for text in texts_of(item)]
    if isinstance(value, list):
        return [text for item in value for text in texts_of(item)]
    return [value] if isinstance(value, str) else []


def plain(text):
    """As words are compared: Markdown's signs and the length of white space do not count."""
    return re.sub(r'\s+', ' ', re.sub(r'[`*#|]', '', text))


def corpus(coordinator):
    """What the Runs, workers and engines are about."""
    texts = [path.read_text() for path in (bellhop.SOURCE / 'data' / 'recipes').glob('*.md')]
    for path in ('/v1/runs', '/v1/workers', '/v1/engines', '/v1/devboxes', '/v1/info', '/v1/keys', '/v1/sign-ins'):
        texts += texts_of(coordinator.get(path))
    worker = coordinator.get('/v1/workers')['workers'][0]['name']
    texts += texts_of([coordinator.get(f'/v1/workers/{worker}/images'), coordinator.get(f'/v1/engines?worker={worker}&image=host')])
    for run in coordinator.get('/v1/runs')['runs']:
        texts += texts_of(coordinator.run(run['id'])) + texts_of(coordinator.rows(run['id']))
        texts += texts_of(coordinator.get(f'/v1/runs/{run["id"]}/questions?all=true'))
        texts += [coordinator.text(run['id'], row['n'], part) for row in coordinator.rows(run['id'])
                  for part in ('text', 'call', 'result') if row['bytes'][part]]
    # what the fields hold and the views say of it
    return plain(' '.join([*texts, json.dumps(texts, ensure_ascii=False), screenshots.JOB, 'payments Runbook']))


class Look(screenshots.Shots):
    """Goes through all views, and looks at every word instead of only taking pictures."""

    def __init__(self, look, coordinator, run):
        super().__init__(look, coordinator, run)
        self.words = corpus(coordinator)
        self.vocabulary = set(WORD.findall(self.words))
        self.faults, self.views, self.translated = [], [], 0

    def take(self, session, view):
        super().take(session, view)
        self.views.append(view)
        for node in session.apps[-1].root.walk():
            try:
                # what is written there is the person's
                if 'editable' in node.states or node.role in ('text box', 'application', 'window', 'frame'):
                    continue
                said = {node.name, node.description, node.text if 'Text' in node.interfaces else ''}
            except accessible.Gone:
                continue
            for text in said:
                self.look_at(view, node, text)
        if self.size == screenshots.WIDE and view == 'list':
            self.check_sides(session)

    def is_said(self, part):
        """Word for word: not as a part of another one, as Run is of Running."""
        return re.search(rf'(?<![A-Za-z]){re.escape(part)}(?![A-Za-z])', self.words) is not None

    def is_message(self, node, part):
        """The row of a message says all of it without Markdown's marks: another text than was written, of the same words."""
        words = WORD.findall(part)
        return node.role == 'list item' and len(words) > 12 and self.vocabulary.issuperset(words)

    def look_at(self, view, node, text):
        self.translated += pseudo.FILLER[:2] in text
        if ERRORS in text:
            return
        for words in LATIN.findall(plain(text)):
            # what was put together, taken apart
            for part in [words] if self.is_said(words) else re.split(r', | · | \+ ?| / ', words):
                part = part.strip(' .,:;…·“”()[]%?+⏎')
                known = part in NAMES or self.is_said(part) or ID.fullmatch(part) or KEY.fullmatch(part) or self.is_message(node, part)
                if len(part) > 1 and WORD.search(part) and not known:
                    self.faults.append(f'{view}: {part!r} in {node.role} {text!r}')

    def check_sides(self, session):
        """The list is on the right, its icons to the right of its words."""
        app = session.apps[-1]
        row = max(app.find_all('list item'), key=lambda node: node.extents[2])
        if row.middle()[0] < self.size[0] / 2:
            self.faults.append(f'the list is on the left: {row.extents}')


class PseudoTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.coordinator = cls.enterClassContext(bellhop.Bellhop(start=False))
        screenshots.add_agent(cls.coordinator)
        cls.coordinator.start()
        cls.run_id = screenshots.populate(cls.coordinator)

    def look(self, name):
        look = Look(name, self.coordinator, self.run_id)
        look.all()
        self.assertEqual('\n'.join(look.faults), '')
        self.assertGreater(look.translated, 200)
        self.assertGreater(len(look.views), 18)

    def test_wide(self):
        self.look('rtl')

    def test_narrow(self):
        self.look('rtl-narrow')

    def test_what_is_written_stays_as_it_was(self):
        self.assertEqual(pseudo.translate('Start %s'), 'קראצר %s לו')
        self.assertEqual(pseudo.translate('%u of %u\n'), '%u סו %u ל\n')
        with desktop.Desktop(500, 400) as session:
            app = session.app(program=[sys.executable, str(bellhop.SOURCE / 'tests' / 'ui' / 'fixture-window.py')], language='pseudo')
            app.find('label', 'rtl')


if __name__ == '__main__':
    tap.main()
