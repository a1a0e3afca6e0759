# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""What a person meets who uses a screen reader: a walk over every view, wide and narrow."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
sys.path.insert(0, os.path.dirname(__file__))
import audit  # noqa: E402
import bellhop  # noqa: E402
import desktop  # noqa: E402
import tap  # noqa: E402
import views  # noqa: E402
from bellhop import block  # noqa: E402

SIZES = {'wide': (1100, 720), 'narrow': (360, 720)}


class Walk(unittest.TestCase):
    """Goes through the views of one window; each is looked at by an auditor, and pictured."""

    def setUp(self):
        self.size = None

    def begin(self, size, environment=None):
        self.size = size
        self.coordinator = self.enterContext(bellhop.Bellhop(environment=environment))
        self.session = self.enterContext(desktop.Desktop(*SIZES[size]))
        self.app = self.session.app(self.coordinator)
        self.view = views.Views(self.session, self.app)

    def check(self, what, root=None):
        self.session.screen.settle(quiet=0.15)
        self.session.picture(f'accessibility-{self.size}-{what}', settle=False)
        root = root or self.app.root
        self.assertEqual(audit.faults(root), [], f'in {what}, {self.size}:\n{root.dump()}')

    def close(self, *what):
        self.session.key('Escape')
        self.app.wait_gone(*(what or ('dialog',)))

    def says(self, role, name, *words):
        """That it says these words to those who cannot see a colour."""
        node = self.app.find(role, name)
        said = f'{node.name}, {node.described}'
        for word in words:
            self.assertIn(word, said)
        return node

    def back(self):
        if self.size == 'narrow':
            self.view.button('Back').click()

    # --- dialogs

    def composer(self):
        self.view.compose('# A Run')
        dialog = self.app.find('dialog', 'New Run')
        self.view.choice('Autonomous').press('Return')
        self.app.find('radio', 'Autonomous').wait(lambda node: 'checked' in node.states, 'the mode to be autonomous')
        self.app.find('label', views.starting('Required: an autonomous Run'))
        self.assertIn('invalid-entry', self.app.find('list item', 'Target').states)
        self.check('composer-refused', dialog)
        for row, choice in (('Engine', 'Auto-detect'), ('Target', 'host')):
            self.app.find('list item', row).click()
            self.app.find({'radio', 'list item'}, views.starting(choice))
            self.check(f'composer-{row.lower()}', dialog)
            self.view.choice(choice).click()
            self.app.find('text box', 'Name (optional)')
        self.says('list item', 'Target', 'host')

    def variables(self):
        advanced = self.app.find('list item', 'Advanced', where=lambda node: 'expandable' in node.states)
        advanced.press('Return')
        advanced.wait(lambda node: 'expanded' in node.states, 'it to say that it is expanded')
        self.app.find({'list item', 'button'}, 'Add Environment Variable').press('Return')
        self.app.find('text box', 'Name of the variable')
        self.check('composer-advanced', self.app.find('dialog'))
        self.close()

    def preferences(self):
        self.session.key('ctrl+comma')
        for name in ('General', 'Connections', 'Workers', 'Engines'):
            self.app.find('dialog').find({'tab', 'toggle button', 'radio'}, name).click()
            self.app.find('tab panel', name)
            self.check(f'preferences-{name.lower()}', self.app.find('dialog'))
            if name == 'Workers':
                self.says('list item', self.coordinator.worker, 'Online')
                # the box of a Run, with its state
                self.assertIn('unning', ''.join(f'{row.name} {row.described}' for row in self.app.find_all('list item')))

    def connection(self):
        self.app.find('dialog').find({'tab', 'toggle button', 'radio'}, 'Connections').click()
        self.says('list item', 'This computer', 'Connected')
        self.view.button('Add Connection').click()
        self.app.find('dialog', 'Add Connection').find('text box', views.starting('Address'))
        self.check('connection', self.app.find('dialog', 'Add Connection'))
        self.close('dialog', 'Add Connection')
        self.session.key('Escape')
        self.app.wait_gone('dialog')

    def dialogs(self, size):
        self.begin(size)
        run = self.coordinator.create(block('sleep 600'), name='Nightly audit')
        self.coordinator.wait_state(run['id'], 'running')
        self.view.run('Nightly audit')
        self.composer()
        self.variables()
        self.preferences()
        self.connection()

    def test_every_dialog_wide(self):
        self.dialogs('wide')


if __name__ == '__main__':
    tap.main()
