# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""What a person meets who has the keyboard only, and what is said aloud."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
sys.path.insert(0, os.path.dirname(__file__))
import accessible  # noqa: E402
import audit  # noqa: E402
import bellhop  # noqa: E402
import desktop  # noqa: E402
import tap  # noqa: E402
import views  # noqa: E402
from bellhop import block  # noqa: E402

WAITING = block('until [ -e go ]; do sleep 0.02; done')


class Case(unittest.TestCase):
    def start(self, *arguments, name='A Run', text=None):
        """An app, on a Run when there is a text for one."""
        self.coordinator = self.enterContext(bellhop.Bellhop())
        self.session = self.enterContext(desktop.Desktop())
        self.run_id = self.coordinator.create(text, name=name)['id'] if text else None
        self.app = self.session.app(self.coordinator, *([self.run_id] if text else []))
        self.view = views.Views(self.session, self.app)

    def in_order(self, names, *begins):
        places = [next((i for i, name in enumerate(names) if name.startswith(begin)), begin) for begin in begins]
        self.assertTrue(all(isinstance(place, int) for place in places), f'{places} of {names}')
        # a walk may begin anywhere
        first = places.index(min(places))
        self.assertEqual(places[first:] + places[:first], sorted(places), names)

    def both_ways(self, *begins):
        forward = audit.walk(self.app)
        self.in_order(forward, *begins)
        backward = audit.walk(self.app, 'shift+Tab')
        self.in_order(backward, *reversed(begins))
        return forward

    def focused(self, role, name):
        """Waits until that has the focus."""
        return self.app.find(role, name, where=lambda node: 'focused' in node.states)

    def to(self, role, name):
        """Goes there with the Tab key."""
        node = audit.focused(self.app.root)
        for _ in range(40):
            if node is not None and accessible.matches(node.role, role) and accessible.matches(node.name, name):
                return node
            node = audit.move(self.app, 'Tab', node)
        raise AssertionError(f'the Tab key does not come to {name}')


class FocusTest(Case):
    def test_the_tab_key_in_the_window(self):
        self.start(text=block('echo done'))
        self.coordinator.wait_end(self.run_id)
        self.view.row('Step', 'report job result')
        # the timeline is entered at its end, which is in sight
        self.both_ways('New Run', 'Main Menu', 'Search Runs', 'Filter by Status', 'A Run, ', 'Run Menu', 'Run Details',
                       'Step, report job result', 'Message')
        self.session.picture('keyboard-window')
        # what is in a row comes after it
        self.to('text box', 'Message')
        audit.key(self.app, 'shift+Tab', 'Home')
        self.assertTrue(audit.focused(self.app.root).name.startswith('Message, You'))
        self.assertEqual(audit.key(self.app, 'Tab').name, 'Copy')
        self.assertEqual(audit.key(self.app, 'shift+Tab').name.split(',')[0], 'Message')

    def test_the_tab_key_in_the_composer(self):
        self.start()
        self.view.compose('# A Run')
        self.focused('text box', 'Instructions')
        self.both_ways('Instructions', 'Name', 'Ticket URL', 'Target', 'Engine', 'Interactive', 'Autonomous', 'When Done', 'Advanced', 'Start Run')
        # a page of choices, and back where one was
        self.to('list item', 'Target')
        self.session.key('Return')
        self.focused({'radio', 'button'}, None)
        audit.walk(self.app)
        self.session.picture('keyboard-choices')
        self.session.key('alt+Left')
        self.focused('list item', 'Target')
        # environment variables
        self.to('list item', 'Advanced')
        self.session.key('Return')
        self.to({'list item', 'button'}, 'Add Environment Variable')
        self.session.key('Return')
        self.focused('text box', 'Name of the variable')
        self.both_ways('Network', 'Name of the variable', 'Value of the variable', 'Remove Variable', 'Add Environment Variable')
        self.session.picture('keyboard-composer')

    def test_the_tab_key_in_a_question(self):
        self.start(text=views.QUESTIONS + block('true'))
        self.coordinator.question(self.run_id)
        self.to('button', 'Answer…')
        self.session.key('Return')
        self.focused('radio', 'Toolbar')
        self.both_ways('Later', 'Toolbar', 'Menu', 'Other', 'Next')
        self.to('button', 'Next')
        self.session.key('Return')
        self.focused('checkbox', 'Unit tests')
        self.both_ways('Unit tests', 'Linter', 'Benchmarks', 'Back', 'Next')
        self.session.picture('keyboard-question')
        self.session.key('Escape')
        self.app.wait_gone('dialog')
        self.focused('button', 'Answer…')

    def test_the_tab_key_in_the_preferences(self):
        self.start()
        self.to('button', 'New Run')
        for keys, stops in (('ctrl+comma', ('General', 'Engine', 'Mode', 'When Done', 'Go On Without a Window', 'A Run Has Failed')),
                            ('ctrl+question', ('New Run', 'Quit', 'Rename', 'Send the Message', 'Choose an Option'))):
            self.session.key(keys)
            self.app.find('dialog')
            self.both_ways(*stops)
            self.session.picture(f'keyboard-{keys}')
            self.session.key('Escape')
            self.app.wait_gone('dialog')
            self.focused('button', 'New Run')


class AnnouncementTest(Case):
    def answer(self, run_id):
        self.coordinator.post(f'/v1/runs/{run_id}/answers', {'options': ['menu']})
        self.coordinator.wait_end(run_id)

    def test_what_happens_is_said_once(self):
        self.start()
        here = self.coordinator.create(WAITING + views.ASK + block('true'), name='Open')['id']
        self.view.open('Open')
        self.view.row('Step', 'exec in DevBox')
        with accessible.Announcements(self.session.accessibility) as said:
            bellhop.wait_for(lambda: self.coordinator.run(here)['devbox'], 'the DevBox')
            (self.coordinator.boxes / self.coordinator.run(here)['devbox']['id'] / 'workspace' / 'go').touch()
            said.wait('Runbook asks: Where should the toggle live?')
            self.answer(here)
            said.wait('Open: Completed')
            # and of one that nobody looks at
            there = self.coordinator.create(views.ASK + block('exit 3'), name='Elsewhere')['id']
            said.wait('Elsewhere: Needs you')
            self.answer(there)
            said.wait('Elsewhere: Failed')
            last = self.coordinator.create(block('true'), name='Last')['id']
            self.coordinator.wait_end(last)
            said.wait('Last: Completed')
            self.assertEqual(said.heard, ['Runbook asks: Where should the toggle live?', 'Open: Completed', 'Elsewhere: Needs you',
                                          'Elsewhere: Failed', 'Last: Completed'])


if __name__ == '__main__':
    tap.main()
