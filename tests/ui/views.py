# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""How a person gets about in the app: the words and ways that the tests and the screenshots share. Everything is found
by its accessible role and name, in English."""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
import bellhop  # noqa: E402

BUTTON = {'button', 'push button', 'toggle button', 'menu button'}

ASK = '''```ask
header: Placement
text: Where should the toggle live?
options:
  - Toolbar (recommended): always in sight
  - Menu: out of the way
var: WHERE
```
'''

# every kind of question
QUESTIONS = ASK.removesuffix('```\n') + '''---
header: Checks
text: What should be run before the merge?
kind: multiple
recommended: Unit tests, Linter
options:
  - Unit tests: two minutes
  - Linter: some seconds
  - Benchmarks: half an hour
var: CHECKS
---
header: Notes
text: Is there anything that whoever reads the change should know?
kind: text
var: NOTES
---
header: Merge
text: Merge it when all is green?
kind: confirm
recommended: Yes
var: MERGE
```
'''


def exactly(name):
    return re.compile(rf'^{re.escape(name)}$')


def starting(*words):
    """What begins with the first, and has the others in it, in this order."""
    return re.compile('^' + '.*'.join(map(re.escape, words)), re.S)


class Views:
    """One window of the app."""

    def __init__(self, session, app):
        self.session, self.app = session, app

    @property
    def window(self):
        return self.app.windows[0]

    def button(self, name, **keywords):
        return self.app.find(BUTTON, name, **keywords)

    def sheet_button(self, name, **keywords):
        """A button of the dialog that is open: the window behind it may have one of that name."""
        return self.app.find('dialog').find(BUTTON, name, **keywords)

    def text_view(self, name, **keywords):
        return self.app.find(name=name, where=lambda node: 'editable' in node.states, **keywords)

    def choose(self, menu, item):
        """An item of the menu behind a button."""
        self.button(menu).click()
        self.app.find('menu item', item).click()

    # --- the list

    def run(self, name, *words, **keywords):
        """The Run's row in the list; `words` are its state and line."""
        return self.app.find('list item', starting(f'{name}, ', *words), **keywords)

    def open(self, name):
        self.run(name).click()
        self.app.find(where=lambda node: node.role == 'list' and node.name == 'Timeline')

    def search(self, text):
        self.session.key('ctrl+f')
        self.app.find(name='Search Runs', where=lambda node: 'editable' in node.states).set_text(text)

    # --- the timeline

    def row(self, kind, *words, **keywords):
        """A row of the timeline by what a screen reader says: “Step, exec in DevBox, …”."""
        return self.app.find('list item', starting(f'{kind}, ', *words), **keywords)

    def expand(self, row):
        row.find(BUTTON, starting('Step, ')).click()
        self.app.find('text box', 'Result')

    def focus_row(self, row):
        """By the keyboard: Tab to its list, and then the arrow keys."""
        inside = bellhop.wait_for(lambda: self.tab_into('Timeline'), 'the focus to be in the timeline')
        for key in ['Down'] * len(inside) + ['Up'] * len(inside):
            if 'focused' in row.states:
                return row
            self.session.key(key)
        raise AssertionError(f'{row!r} is not reached with the arrow keys')

    def tab_into(self, name):
        """The rows of a list of that name, when one of them has the focus; else moves the focus on."""
        rows = self.app.find('list', name).find_all('list item')
        if any('focused' in row.states for row in rows):
            return rows
        self.session.key('Tab')
        return None

    def to_end(self):
        """By the button that says how many rows are new, when it is there: whoever opened a step reads it."""
        for pill in self.app.find_all(BUTTON, re.compile('^([0-9]+ new|To the end)$')):
            pill.click()

    def wait_result(self, text):
        """Waits until the result of the step that is expanded is that text."""
        self.app.find('text box', 'Result').wait(
            lambda node: node.text.strip() == text, f'the result to be {text!r}')

    def say(self, text):
        """Sends a message to the Run that is open."""
        self.text_view('Message').set_text(text)
        self.button('Send').click()

    # --- dialogs

    def compose(self, text, ready=True):
        """Opens the composer with these instructions."""
        self.session.key('ctrl+n')
        view = self.text_view('Instructions')
        view.set_text(text)
        if ready:
            bellhop.wait_for(lambda: self.button('Start Run').sensitive, 'the Run to be ready to start')
        return view

    def start(self):
        """Presses “Start Run”, and waits until the composer has gone."""
        self.button('Start Run').click()
        self.app.wait_gone(BUTTON, 'Start Run')

    def autonomous(self):
        self.choice('Autonomous').click()

    def choice(self, name):
        """A check or radio button by how its name begins."""
        return self.app.find({'radio', 'checkbox'}, starting(name))

    def close_dialog(self):
        self.session.key('Escape')
