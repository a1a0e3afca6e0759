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
import screenshots  # noqa: E402
import tap  # noqa: E402
import views  # noqa: E402
from bellhop import block  # noqa: E402

SIZES = {'wide': (1100, 720), 'narrow': (360, 720)}
JOB = '# Move the toggle\n\nWith *care*, [as was said](https://example.org/7):\n\n| suite | time |\n|---|---|\n| unit | 2 min |\n\n' + \
    block('echo "in the menu"') + views.ASK + views.QUESTIONS + block('echo "placed in $WHERE"; until [ -e go ]; do sleep 0.02; done')
# each with the state that it comes to; two boxes are all there is room for
STATES = (
    ('Update the CI matrix', block('true'), 'completed', 'Completed'),
    ('Migrate the payments', block('echo "no such table" >&2; exit 1'), 'failed', 'Failed'),
    ('Tidy the changelog', block('sleep 600'), 'stopped', 'Stopped'),
    ('Nightly audit', block('sleep 600'), 'running', 'Running'),
    ('Move the toggle', JOB, 'needs_you', 'Needs you'),
    ('Count the stars', block('true'), 'queued', 'Queued'),
)


def populate(coordinator):
    """A Run in every state; returns their ids by name."""
    ids = {}
    for name, text, state, _ in STATES:
        ids[name] = coordinator.create(text, name=name, keep='keep' if state in ('running', 'needs_you') else 'stop')['id']
        if state == 'stopped':
            bellhop.wait_for(lambda: coordinator.steps(ids[name]), 'the block to be stopped')
            coordinator.post(f'/v1/runs/{ids[name]}/stop')
        coordinator.wait_state(ids[name], state)
        if state in bellhop.TERMINAL:
            bellhop.wait_for(lambda: not [box for box in coordinator.get('/v1/devboxes')['devboxes'] if box['state'] == 'running' and
                                          box['run'] == ids[name]], 'its slot to be free')
    return ids


class Walk(unittest.TestCase):
    """Goes through the views of one window; each is looked at by an auditor, and pictured."""

    def setUp(self):
        self.size = None

    def begin(self, size, environment=None, prepare=None):
        self.size = size
        self.coordinator = self.enterContext(bellhop.Bellhop(environment=environment, start=False))
        if prepare is not None:
            prepare(self.coordinator)
        self.coordinator.start()
        self.session = self.enterContext(desktop.Desktop(*SIZES[size]))
        self.app = self.session.app(self.coordinator, environment={'BELLHOP_NO_START': '1'})
        self.view = views.Views(self.session, self.app)

    def check(self, what, root=None):
        self.session.screen.settle(quiet=0.15)
        self.session.picture(f'accessibility-{self.size}-{what}', settle=False)
        root = root or self.app.root
        faults = audit.faults(root)
        if faults:
            self.fail(f'in {what}, {self.size}: {faults}, of\n{root.dump()}')

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

    # --- where nothing is yet

    def empty(self):
        self.app.find('list item', 'Ask, then build')
        self.check('empty')
        self.session.key('F10')
        self.app.find('menu item', 'About Bellhop')
        self.check('menu')
        self.session.key('Escape')
        self.app.wait_gone('menu')
        for name, key in (('Keyboard Shortcuts', 'ctrl+question'), ('New Run', 'ctrl+n'), ('Preferences', 'ctrl+comma')):
            self.session.key(key)
            self.check(name.lower().replace(' ', '-'), self.app.find('dialog', name))
            if name == 'Keyboard Shortcuts':
                self.says('list item', 'New Run', 'Ctrl+N')
                self.fits('dialog', name)
            self.close()

    def fits(self, *what):
        self.assertLessEqual(self.app.find(*what).extents[2], SIZES[self.size][0])

    def recipe(self):
        self.app.find('list item', 'Ask, then build').click()
        self.app.find('dialog', 'New Run')
        self.view.text_view('Instructions').wait(lambda node: node.text != '', 'the recipe')
        self.check('recipe')
        self.close()

    def about(self):
        self.session.activate('about')
        self.app.find('dialog').find(name='Bellhop')
        self.check('about', self.app.find('dialog'))
        self.fits('dialog')
        self.close()

    # --- the list

    def run_list(self):
        for name, _, _, word in STATES:
            row = self.view.run(name, word)
            self.assertIn(word, [image.name for image in row.find_all('image')])
        headers = {node.name for node in self.app.find_all('row header')}
        self.assertLessEqual({'Needs You', 'Running', 'Queued', 'Today'}, headers)
        self.check('list')

    def search(self):
        self.view.search('payments')
        self.app.wait_gone('list item', views.starting('Nightly audit'))
        self.view.run('Migrate the payments', 'Failed')
        self.check('found')
        self.app.find(name='Search Runs').set_text('nothing like it')
        self.view.button('Show All Runs')
        self.check('nothing-found')
        self.session.key('Escape')
        self.view.button('Filter by Status', where=lambda node: 'focusable' in node.states).click()
        item = self.app.find(None, 'Failed', where=lambda node: 'menu item' in node.role)
        self.check('filter')
        item.click()
        # no filter is told of by a colour alone
        self.app.find('label', 'Filter: Failed')
        self.app.wait_gone('list item', views.starting('Nightly audit'))
        self.view.button('Filter by Status', where=lambda node: node.description == 'Filter: Failed')
        self.check('filtered')
        self.view.button('Show All').click()
        self.app.wait_gone('label', 'Filter: Failed')
        self.app.wait_gone('menu')

    def context_menu(self):
        row = self.view.run('Update the CI matrix')
        x, y = row.middle()
        self.session.mouse(x, y, button=3)
        self.app.find('menu item', 'Rename…')
        self.check('context-menu')
        self.session.key('Escape')
        self.app.wait_gone('menu')

    # --- a Run

    def run_page(self, ids):
        self.view.open('Move the toggle')
        step = self.view.row('Step', 'exec in DevBox', 'in the menu', 'Done')
        self.assertIn('Done', [image.name for image in step.find_all('image')])
        # named by what it says, not by how that was written
        self.view.row('Message, Runbook', 'With care, as was said:')
        # at 360 px there is but the icon
        self.app.find('group', 'Needs you')
        self.view.row('Question', 'Where should the toggle live?', 'open')
        self.check('run')
        self.assertLessEqual({'expandable'}, step.states)
        self.assertNotIn('expanded', step.states)
        self.view.expand(step)
        step.wait(lambda node: 'expanded' in node.states, 'the step to say that it is expanded')
        self.check('run-expanded')
        step.find(views.BUTTON, views.starting('Step, ')).click()
        step.wait(lambda node: 'expanded' not in node.states, 'the step to say that it is collapsed')
        self.view.to_end()

    def run_parts(self):
        self.session.key('F9')
        self.app.find('list item', 'Run ID')
        self.says('list item', 'Status', 'Needs you')
        self.says('list item', views.starting('Running'), 'Running')
        self.check('details')
        self.session.key('F9')
        self.app.wait_gone('list item', 'Run ID')
        self.session.key('ctrl+g')
        self.app.find('search box', 'Find in timeline')
        self.check('find')
        self.session.key('Escape')
        self.app.wait_gone('search box', 'Find in timeline')
        self.view.button('Run Menu', where=lambda node: 'focusable' in node.states).click()
        self.app.find('menu item', 'Export as Markdown…')
        self.check('run-menu')
        self.session.key('Escape')
        self.app.wait_gone('menu')

    def questions(self):
        self.view.button('Answer…').click()
        self.app.find('dialog').find('radio', 'Menu')
        self.check('question', self.app.find('dialog'))
        toolbar, menu = (self.app.find('radio', name) for name in ('Toolbar', 'Menu'))
        self.assertEqual(['checked' in node.states for node in (toolbar, menu)], [True, False])
        self.assertIn('Recommended', toolbar.described)
        self.view.choice('Other').click()
        self.app.find('text box', 'Your answer')
        self.assertNotIn('checked', toolbar.states)
        self.check('question-other', self.app.find('dialog'))
        self.view.choice('Menu').click()
        self.view.sheet_button('Answer').click()
        self.app.wait_gone('dialog')
        self.coordinator.wait_state(self.ids['Move the toggle'], 'needs_you')
        self.view.row('Question', 'Where should the toggle live?', 'Menu')
        # and a set of several
        self.view.row('Question', 'What should be run before the merge?', 'open')
        self.view.button('Answer…').click()
        for kind, name in (('radio', 'Menu'), ('checkbox', 'Linter'), ('text box', views.starting('Is there anything')), ('radio', 'No')):
            self.app.find('dialog').find(kind, name)
            self.check(f'question-{kind.replace(" ", "-")}', self.app.find('dialog'))
            if name != 'No':
                if kind == 'text box':
                    self.app.find('text box', name).set_text('Nothing.')
                self.view.button('Next').click()
        self.assertIn('checked', self.app.find('radio', 'Yes').states)
        self.view.sheet_button('Answer').click()
        self.app.wait_gone('dialog')

    def steer(self):
        self.coordinator.wait_state(self.ids['Move the toggle'], 'running')
        self.app.find('group', 'Running')
        bellhop.wait_for(lambda: len(self.coordinator.steps(self.ids['Move the toggle'])) == 2, 'the second block')
        self.view.say('Look at this before.')
        self.app.find(name=views.starting('Queued message: '))
        self.view.text_view('Message').set_text('And at this.')
        self.check('steered')
        more = self.view.button('More Ways to Send', where=lambda node: 'focusable' in node.states)
        more.click()
        self.app.find('menu item', 'Interrupt Now')
        self.check('send-menu')
        self.session.key('Escape')
        self.app.wait_gone('menu')
        self.view.text_view('Message').set_text('')

    def asked_back(self):
        self.view.button('Stop This Run').click()
        self.app.find('alert dialog', 'Stop This Run?')
        self.check('stop', self.app.find('alert dialog'))
        self.close('alert dialog')
        self.view.choose('Run Menu', 'Rename…')
        self.app.find('alert dialog').find('text box', 'Name')
        self.check('rename', self.app.find('alert dialog'))
        self.close('alert dialog')
        self.back()
        self.view.open('Tidy the changelog')
        self.app.find('group', 'Stopped')
        self.view.row('Step', 'exec in DevBox', 'sleep 600', 'Stopped')
        self.check('run-stopped')
        self.session.key('Delete' if self.size == 'narrow' else 'shift+Tab')
        self.back()

    def delete(self):
        self.view.run('Tidy the changelog').press('Delete')
        self.view.button('Undo')
        self.check('deleted')
        self.view.button('Undo').click()
        self.view.run('Tidy the changelog')

    # --- the walk

    def walk(self, size):
        self.begin(size, {'BELLHOP_MAX_BOXES': '2'})
        self.empty()
        self.recipe()
        self.about()
        self.ids = populate(self.coordinator)
        self.run_list()
        self.search()
        self.context_menu()
        self.run_page(self.ids)
        self.run_parts()
        self.questions()
        self.steer()
        self.asked_back()
        self.delete()

    def test_every_view_wide(self):
        self.walk('wide')

    def test_every_view_narrow(self):
        self.walk('narrow')

    # --- what an agent does

    def agent_run(self):
        """A thought, a plan, a diff, and what it used."""
        self.view.open('Rename the columns')
        self.view.row('Message, Example Agent', 'All columns have names')
        self.check('agent')
        self.session.key('ctrl+Home')
        show = self.app.find(views.BUTTON, 'Show')
        show.click()
        show.wait(lambda node: node.name == 'Hide', 'the thought to be shown')
        self.check('agent-thought')
        step = self.view.row('Step', 'echo "3 files changed"')
        self.view.expand(step)
        self.check('agent-expanded')
        step.find(views.BUTTON, 'Open in Window').click()
        other = bellhop.wait_for(lambda: next(iter(self.app.windows[1:]), None), 'the window')
        self.check('body-window', other)
        self.session.key('ctrl+w')
        bellhop.wait_for(lambda: len(self.app.windows) == 1, 'the window to close')
        self.session.key('F9')
        self.app.find('list item', 'Run ID', showing=False)
        self.check('agent-details')
        self.session.key('F9')
        self.back()

    def permission(self):
        self.view.open('Delete the old logs')
        self.view.button('Answer…').click()
        self.app.find('dialog').find('radio', 'Allow once')
        self.check('permission', self.app.find('dialog'))
        self.close()
        self.back()
        self.view.open('Upgrade the database')
        self.app.find(name=views.starting('Queued message: '))
        self.check('agent-steered')
        self.back()

    def places(self):
        """What is folded up in the preferences, or below."""
        self.session.key('ctrl+comma')
        dialog = self.app.find('dialog')
        for page, row in (('Connections', 'This computer'), ('Workers', self.coordinator.worker)):
            dialog.find({'tab', 'toggle button', 'radio'}, page).click()
            row = dialog.find('list item', row, where=lambda node: 'expandable' in node.states)
            row.press('Return')
            row.wait(lambda node: 'expanded' in node.states, 'its rows')
            self.check(f'preferences-{page.lower()}-expanded', dialog)
        dialog.find({'tab', 'toggle button', 'radio'}, 'Engines').click()
        dialog.find('list item', 'ANTHROPIC_API_KEY', showing=False).press('Return')
        key = self.app.find('alert dialog')
        key.find('text box', 'API Key')
        self.check('key', key)
        self.close('alert dialog')
        self.check('preferences-keys', dialog)
        self.session.key('Escape')
        self.app.wait_gone('dialog')

    def lost(self):
        self.coordinator.kill()
        self.view.button('Reconnect')
        self.view.run('Rename the columns')
        self.check('lost')

    def agent(self, size):
        self.begin(size, prepare=screenshots.add_agent)
        screenshots.agent_runs(self.coordinator)
        self.agent_run()
        self.permission()
        self.places()
        self.lost()

    def test_an_agent_wide(self):
        self.agent('wide')

    def test_an_agent_narrow(self):
        self.agent('narrow')

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
            if name == 'Engines':
                self.app.find('dialog').find('label', 'A DevBox was made to look in')
            self.check(f'preferences-{name.lower()}', self.app.find('dialog'))
            if name == 'Workers':
                self.says('list item', self.coordinator.worker, 'Online')
                # the box of a Run, with its state
                box = f'Running · {self.coordinator.worker} · host'
                self.app.find('dialog').find('list item', where=lambda node: node.described == box)

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

    def test_every_dialog_narrow(self):
        self.dialogs('narrow')


if __name__ == '__main__':
    tap.main()
