# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""What a person meets who has the keyboard only, and what is said aloud."""

import os
import pathlib
import signal
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
    def start(self, *arguments, name='A Run', text=None, blink=False, before=lambda: None):
        """An app, on a Run when there is a text for one; `before` is called before there is an app."""
        self.coordinator = self.enterContext(bellhop.Bellhop())
        before()
        self.session = self.enterContext(desktop.Desktop(blink=blink))
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
        node, passed = audit.focused(self.app.root), []
        for _ in range(40):
            if node is not None and accessible.matches(node.role, role) and accessible.matches(node.name, name):
                return node
            node = audit.move(self.app, 'Tab', node)
            passed.append(node.name)
        raise AssertionError(f'the Tab key does not come to {name}, but to {passed}')


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


class RunTest(Case):
    """A whole Run without a pointer: nothing is done that a key does not do, and nothing takes the focus away."""

    def test_from_compose_to_undo(self):
        self.start()
        self.view.button('New Run')
        run = self.compose('# Move the toggle\n' + views.ASK + block('echo "placed in $WHERE"; until [ -e go ]; do sleep 0.02; done'))
        self.answer(run)
        self.read()
        self.steer(run)
        self.go_on(run)
        self.find_in_timeline()
        self.stop(run)
        self.search()
        self.delete_and_undo(run)

    def write(self, name, text):
        for line in text.splitlines():
            self.session.type(line)
            self.session.key('Return')
        self.view.text_view(name).wait(lambda node: node.text == text, 'all of it to be written')

    def send(self, text):
        self.to('text box', 'Message')
        self.write('Message', text)
        self.session.key('ctrl+Return')
        # it is where the next one is written
        self.view.text_view('Message').wait(lambda node: node.text == '', 'the message to be sent')
        self.focused('text box', 'Message')

    def compose(self, text):
        self.session.key('ctrl+n')
        self.focused('text box', 'Instructions')
        self.write('Instructions', text)
        self.session.key('ctrl+Return')
        self.app.wait_gone('dialog')
        run = bellhop.wait_for(lambda: next(iter(self.coordinator.get('/v1/runs')['runs']), None), 'the Run')
        # it is open, and what there is to say of it can be written
        self.app.find('list', 'Timeline')
        self.focused('text box', 'Message')
        return run

    def answer(self, run):
        self.coordinator.question(run['id'])
        self.view.row('Question')
        # that of the row, not of the banner
        audit.key(self.app, 'shift+Tab')
        self.to('button', 'Answer…')
        self.session.key('Return')
        self.focused('radio', 'Toolbar')
        self.session.key('2')
        self.focused('radio', 'Menu').wait(lambda node: 'checked' in node.states, 'the key to choose')
        self.session.key('Return')
        self.app.wait_gone('dialog')
        self.view.row('Step', 'exec in DevBox', 'In progress')

    def read(self):
        """A step opens and closes where the focus is."""
        # the focus was taken along to what became of the question
        self.to('list item', views.starting('Question, Runbook asks: '))
        self.assertTrue(audit.key(self.app, 'Down').name.startswith('Step, exec in DevBox'))
        self.session.key('Return')
        self.view.wait_result('placed in Menu')
        self.focused('list item', views.starting('Step, exec in DevBox'))
        self.session.key('Return')
        self.app.wait_gone('text box', 'Result')
        self.focused('list item', views.starting('Step, exec in DevBox'))

    def steer(self, run):
        self.send('Look here.\n')
        self.app.find(name=views.starting('Queued message: ', 'Look here.'))
        self.session.picture('keyboard-steered')
        self.let_go(run)
        self.coordinator.wait_state(run['id'], 'completed')
        self.view.run('Move the toggle', 'Completed')

    def let_go(self, run):
        (self.coordinator.boxes / self.coordinator.run(run['id'])['devbox']['id'] / 'workspace' / 'go').touch()

    def go_on(self, run):
        bellhop.wait_for(lambda: self.coordinator.run(run['id'])['can_continue'], 'the Run to be one to continue')
        self.send(block('echo once more; sleep 600'))
        self.coordinator.wait_state(run['id'], 'running')
        self.view.row('Step', 'exec in DevBox', 'sleep 600')

    def find_in_timeline(self):
        self.session.key('ctrl+g')
        self.focused({'search box', 'text box'}, None)
        self.session.type('toggle')
        self.app.find(where=lambda node: node.role == 'search box' and node.text == 'toggle')
        self.session.picture('keyboard-find')
        self.session.key('Escape')
        # where it was found
        self.focused('list item', views.starting('Step, report job result'))

    def stop(self, run):
        self.to('button', 'Stop This Run')
        self.session.key('Return')
        self.app.find('alert dialog', 'Stop This Run?')
        self.to('button', 'Stop')
        self.session.picture('keyboard-stop')
        self.session.key('Return')
        self.coordinator.wait_state(run['id'], 'stopped')
        self.app.wait_gone('alert dialog')
        # what was pressed is no longer there
        self.focused({'button', 'toggle button', 'menu button'}, 'Run Menu')

    def search(self):
        self.coordinator.wait_end(self.coordinator.create(block('true'), name='Another')['id'])
        self.view.run('Another')
        self.session.key('ctrl+f')
        self.focused({'search box', 'text box'}, 'Search Runs')
        self.session.type('toggle')
        self.app.wait_gone('list item', views.starting('Another, '))
        self.to('list item', views.starting('Move the toggle, '))

    def delete_and_undo(self, run):
        self.session.key('Delete')
        self.app.wait_gone('list item', views.starting('Move the toggle, '))
        self.focused('button', 'Undo')
        self.session.picture('keyboard-undo')
        self.session.key('Return')
        self.focused('list item', views.starting('Move the toggle, Stopped'))
        self.assertEqual(self.coordinator.run(run['id'])['state'], 'stopped')


class ShortcutsTest(Case):
    """Keys that the window of shortcuts names, and nothing else needs."""

    def make_help(self):
        """A help viewer that writes down what it is to show."""
        data = pathlib.Path(self.coordinator.environment['XDG_DATA_HOME'])
        self.viewer = data / 'viewer'
        (data / 'applications').mkdir(parents=True, exist_ok=True)
        self.viewer.write_text('#!/bin/sh\nprintf %s "$1" > "$0.shown"\n')
        self.viewer.chmod(0o700)
        (data / 'applications' / 'viewer.desktop').write_text(
            f'[Desktop Entry]\nType=Application\nName=Help\nExec={self.viewer} %u\nMimeType=x-scheme-handler/help;\n')
        config = pathlib.Path(self.coordinator.environment['XDG_CONFIG_HOME'])
        config.mkdir(parents=True, exist_ok=True)
        (config / 'mimeapps.list').write_text('[Default Applications]\nx-scheme-handler/help=viewer.desktop\n')

    def menus(self, row, item):
        """The keys of a row's menu; the row has the focus again when the menu is closed."""
        for key in ('Menu', 'shift+F10'):
            self.session.key(key)
            self.app.find('menu item', item)
            self.session.key('Escape')
            self.app.wait_gone('menu item', item)
            self.focused('list item', row)

    def test_help_and_rows(self):
        self.start(text=block('echo done'), before=self.make_help)
        self.coordinator.wait_end(self.run_id)
        self.view.row('Step', 'report job result')
        self.session.key('F1')
        shown = self.viewer.with_name('viewer.shown')
        bellhop.wait_for(lambda: shown.exists() and shown.read_text() == 'help:bellhop', 'the help to be shown')
        # the list
        row = views.starting('A Run, ')
        self.to('list item', row)
        self.menus(row, 'Rename…')
        self.session.key('F2')
        self.app.find('alert dialog').find('text box', 'Name')
        self.session.key('Escape')
        self.app.wait_gone('alert dialog')
        self.focused('list item', row)
        # the timeline
        self.to('list item', views.starting('Step, report job result'))
        step = views.starting('Step, exec in DevBox')
        self.assertRegex(audit.key(self.app, 'Up').name, step)
        self.menus(step, 'Copy Link')
        self.session.key('space')
        self.view.wait_result('done')
        self.focused('list item', step)
        self.session.key('space')
        self.app.wait_gone('text box', 'Result')
        self.focused('list item', step)


class SendingTest(Case):
    """What is sent from an entry while its cursor blinks, to a coordinator that takes its time."""

    def send(self, *keys):
        os.kill(self.coordinator.process.pid, signal.SIGSTOP)
        self.session.key(*keys)

    def test_the_composer(self):
        self.start(blink=True)
        self.view.compose(block('true'))
        self.to('text box', views.starting('Name'))
        self.session.type('Sent')
        self.send('ctrl+Return')
        bellhop.wait_for(lambda: not self.view.button('Start Run').sensitive, 'it to be sent')
        # it can be closed meanwhile
        self.session.key('Escape')
        self.app.wait_gone('dialog')
        self.coordinator.process.send_signal(signal.SIGCONT)
        self.view.run('Sent')

    def test_an_answer(self):
        self.start(text=views.ASK + block('echo "at $WHERE"'), blink=True)
        self.coordinator.question(self.run_id)
        self.view.button('Answer…').click()
        self.focused('radio', 'Toolbar')
        self.view.choice('Other').click()
        self.to('text box', None)
        self.session.type('Sidebar')
        self.send('Return')
        bellhop.wait_for(lambda: not self.view.sheet_button('Answer').sensitive, 'it to be sent')
        self.focused('button', 'Later')
        self.coordinator.process.send_signal(signal.SIGCONT)
        self.app.wait_gone('dialog')
        self.coordinator.wait_end(self.run_id)
        self.assertIn('at Sidebar', ''.join(self.coordinator.outputs(self.run_id)))


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
