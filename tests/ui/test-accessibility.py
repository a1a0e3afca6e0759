# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""What a person meets who uses a screen reader or the keyboard only: a walk over every view."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
sys.path.insert(0, os.path.dirname(__file__))
import accessible  # noqa: E402
import bellhop  # noqa: E402
import desktop  # noqa: E402
import tap  # noqa: E402
import views  # noqa: E402

CONTROLS = {'button', 'push button', 'toggle button', 'menu button', 'check box', 'radio', 'switch', 'text box', 'search box', 'combo box', 'entry',
            'link', 'menu item', 'slider', 'spin button', 'tab'}


def within(node, role):
    """Whether it is a part of something of that role."""
    while node.role not in ('application', 'window', 'dialog', 'alert dialog') and node.parent.owner:
        node = node.parent
        if node.role == role:
            return True
    return False


def faults(root):
    """What of the controls in sight says too little."""
    found = []
    for node in root.walk():
        try:
            role, name, states = node.role, node.name, node.states
            is_control = role in CONTROLS or (role == 'list item' and 'focusable' in states)
            # the inner part of a widget that is named as a whole, and the outer part of one whose header is named
            part = not node.parent.owner or within(node, 'combo box') or node.parent.role in CONTROLS or (role == 'list item' and node.find_all('list item')[1:])
            if is_control and not name.strip() and not part:
                found.append(f'{node!r} in {node.parent!r} has no name')
            if role == 'image' and not name and 'focusable' in states:
                found.append(f'{node!r} can have the focus, and has no name')
        except accessible.Gone:
            pass
    return found


class AccessibilityTest(unittest.TestCase):
    def check(self, root, what):
        self.assertEqual(faults(root), [], f'in {what}:\n{root.dump()}')

    def test_every_dialog(self):
        with bellhop.Bellhop() as coordinator, desktop.Desktop() as session:
            app = session.app(coordinator)
            view = views.Views(session, app)
            view.compose('# A Run')
            dialog = app.find('dialog', 'New Run')
            self.check(dialog, 'the composer')
            view.close_dialog()
            app.wait_gone('dialog')
            session.key('ctrl+comma')
            dialog = app.find('dialog', 'Preferences')
            for name in ('General', 'Connections', 'Workers', 'Engines'):
                dialog.find({'toggle button', 'radio', 'tab', 'button'}, name).click()
                session.screen.settle(quiet=0.3)
                self.check(dialog, f'the preferences, {name}')
            view.close_dialog()
            app.wait_gone('dialog')
            session.key('ctrl+question')
            bellhop.wait_for(lambda: len(app.windows) == 2, 'the shortcuts')
            self.check(app.windows[1], 'the shortcuts')
            session.key('Escape')

    def test_tab_leaves_the_options(self):
        """Among them it is the arrow keys that move."""
        with bellhop.Bellhop() as coordinator, desktop.Desktop() as session:
            run = coordinator.create(views.QUESTIONS + '```sh\ntrue\n```\n', name='Asks')['id']
            coordinator.question(run)
            app = session.app(coordinator, '--new-run')
            view = views.Views(session, app)
            app.find('dialog', 'New Run')
            view.text_view('Instructions').set_text('# A Run')
            bellhop.wait_for(lambda: view.button('Start Run').sensitive, 'the Run to be ready to start')
            view.button('Start Run').focus()
            view.close_dialog()
            app.wait_gone('dialog', 'New Run')
            view.open('Asks')
            view.row('Question').find(views.BUTTON, 'Answer…').click()
            app.find('radio', views.starting('Toolbar'))
            view.button('Next').focus()


if __name__ == '__main__':
    tap.main()
