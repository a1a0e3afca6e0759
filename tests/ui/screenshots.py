# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""Pictures of every view: light, dark and in high contrast, wide and narrow, in German and from right to left, with
sheets that show many of them at once, to be looked at by a person.

screenshots.py [--publish] [LOOK…]: all looks, or only those named. --publish also refreshes the pictures that the
metainfo, the help and the README show."""

import base64
import contextlib
import os
import pathlib
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
sys.path.insert(0, os.path.dirname(__file__))
import accessible  # noqa: E402
import bellhop  # noqa: E402
import desktop  # noqa: E402
import views  # noqa: E402
from bellhop import block  # noqa: E402
from gi.repository import GLib  # noqa: E402
from PIL import Image, ImageDraw, ImageOps  # noqa: E402

WIDE, NARROW = (1100, 720), (360, 720)
LOOKS = {
    'light': dict(size=WIDE), 'dark': dict(size=WIDE, dark=True), 'contrast': dict(size=WIDE, high_contrast=True),
    'light-narrow': dict(size=NARROW), 'dark-narrow': dict(size=NARROW, dark=True), 'contrast-narrow': dict(size=NARROW, high_contrast=True),
    'german': dict(size=WIDE, language='de'), 'german-narrow': dict(size=NARROW, language='de'),
    'rtl': dict(size=WIDE, language='pseudo'), 'rtl-narrow': dict(size=NARROW, language='pseudo'),
}
# where the pictures of which view of the look “light” go
PUBLISHED = {'list': 'list', 'run': 'run', 'question': 'question', 'composer': 'composer'}
SHEET_WIDTH, THUMB = 4, 520

JOB = '''# Move the toggle

The dark mode toggle is hard to find. Move it, and prove that nothing broke:

1. look at where it is now
2. ask where it should live
3. run the tests

| suite | time |
|---|---|
| unit | 2 min |
| ui | 9 min |

''' + block('# where it is\ngrep -rn toggle . || echo "src/menu.c:41:  add_toggle (menu);"') + views.QUESTIONS + \
    block('# the tests\nfor suite in unit ui; do echo "$suite: ok"; done; sleep 600')

RUNS = (
    ('Nightly audit', block('# look for what is outdated\nfor i in 1 2 3 4; do echo "package $i is up to date"; done; sleep 600'), {}),
    ('Update the CI matrix', block('echo updated'), {}),
    ('Migrate the payments', block('echo "payments.sql:12: no such table: invoices" >&2; exit 1'), {}),
    ('Tidy the changelog', block('sleep 600'), {'stop': True}),
)

# an engine that does what its prompt says; never chosen by itself
AGENT = '''[Engine]
Name=Example Agent
Protocol=acp
Rank=2000
[Start]
Command=python3 -c "import base64, os; exec(base64.b64decode(os.environ['AGENT']))"
[Find]
Binary=sh
Version=sh -c true
'''
# what it does, and what is left to do: a Run that is over, one that is steered, one that waits for a permission
# (a tool at work is not silent: else the timeline would say after a minute that nothing is heard)
AGENT_RUNS = (
    ('Rename the columns', """# Rename the columns

Old names say nothing to whoever reads them.

[[do: think The names are in `schema.sql`, and in **two** queries.

If the queries are changed first, nothing breaks in between. | say The columns are in one file. | permission Edit a file | \
tool echo "3 files changed" | tool echo "3 files pushed" | usage | say All columns have names that can be read.]]
"""),
    ('Upgrade the database', """Upgrade the database to the new version.

[[do: think A copy first: the upgrade cannot be undone. | say I make a copy first. | plan +Make a copy, *Upgrade, Compare | \
tool sleep 6000]]
"""),
    ('Delete the old logs', """Delete what is older than a year.

[[do: think There may be a link among them. | permission Delete files | tool find /var/log -mtime +365 -delete]]
"""),
)
STEERS = ('Do the read replicas last, they are in use until six in the evening.', 'And tell the team.')


def add_agent(coordinator):
    """Before it starts."""
    folder = coordinator.root / 'config' / 'bellhop' / 'engines'
    folder.mkdir(parents=True)
    (folder / 'example.engine').write_text(AGENT)


def agent_runs(coordinator):
    program = base64.b64encode((bellhop.SOURCE / 'tests' / 'support' / 'acp-agent.py').read_bytes()).decode()
    over, steered, waiting = (coordinator.create(text, name=name, engine='example', permissions='ask', env={'AGENT': program})['id']
                              for name, text in AGENT_RUNS)
    for answer in 'Allow once', 'Reject':
        question = coordinator.question(over)
        option = next(option['id'] for option in question['questions'][0]['options'] if option['label'] == answer)
        coordinator.post(f'/v1/runs/{over}/answers', {'question': question['id'], 'options': [option]})
        bellhop.wait_for(lambda: question['id'] not in [q['id'] for q in coordinator.get(f'/v1/runs/{over}/questions')['questions']],
                         'the answer')
    coordinator.wait_end(over)
    bellhop.wait_for(lambda: any(row['kind'] == 'message' and row['author'] == 'example' for row in coordinator.rows(steered)),
                     'the turn to be under way')
    for steer in STEERS:
        coordinator.post(f'/v1/runs/{steered}/messages', {'text': steer})
    coordinator.question(waiting)


def populate(coordinator):
    """Runs in every state, the one that needs the person last."""
    agent_runs(coordinator)
    for name, text, more in RUNS:
        run = coordinator.create(text, name=name)['id']
        bellhop.wait_for(lambda: coordinator.steps(run), f'the block of {name}')
        if more.get('stop'):
            coordinator.post(f'/v1/runs/{run}/stop')
        elif 'sleep' not in text:
            coordinator.wait_end(run)
    run = coordinator.create(JOB, name='Move the toggle')['id']
    coordinator.question(run)
    return run


class Shots:
    """One look. Names are other in other languages, so what is pressed is found by keys and actions only."""

    def __init__(self, look, coordinator, run):
        self.look, self.coordinator, self.run = look, coordinator, run
        options = dict(LOOKS[look])
        self.size = options.pop('size')
        self.options = options
        self.made = []

    @contextlib.contextmanager
    def app(self, *arguments):
        with desktop.Desktop(*self.size) as session:
            app = session.app(self.coordinator, *arguments, **self.options)
            session.screen.settle(timeout=8, quiet=0.7)
            yield session, app

    def take(self, session, view):
        # where the pointer is not in the way
        session.xdo('mousemove', session.width + 2 * desktop.screen.FRAME - 1, session.height + 2 * desktop.screen.FRAME - 1)
        session.screen.settle(timeout=6, quiet=0.4)
        name = f'{self.look}-{view}'
        self.made.append((view, session.picture(name)))

    def all(self):
        with self.app() as (session, app):
            self.take(session, 'list')
            self.composer(session, app)
            self.preferences(session, app)
            self.dialogs(session, app)
        with self.app(self.run) as (session, app):
            self.take(session, 'run')
            self.in_run(session, app)
            self.others(session, app)
        self.without_runs()
        return self.made

    @staticmethod
    def act(session, name, *arguments):
        """One of the app's actions, as the desktop would ask for it."""
        accessible.call(session.bus, 'org.bellhop.Bellhop', '/org/bellhop/Bellhop', 'org.gtk.Actions', 'Activate', 'sava{sv}',
                        name, [GLib.Variant(*argument) for argument in arguments], {})

    def composer(self, session, app):
        session.key('ctrl+n')
        app.find('dialog')
        self.take(session, 'composer-empty')
        view = app.find(where=lambda node: {'editable', 'multi-line'} <= node.states)
        view.set_text('# Fix the flaky test\n\nIt fails once in ten. Find out why, and mend it.\n\n' + block('make check'))
        self.take(session, 'composer')
        # the focus was in the text; what has it is in sight
        session.key('ctrl+Tab', *['Tab'] * 14)
        self.take(session, 'composer-end')
        rows = app.find('dialog').find_all('list item', showing=False)
        rows[-1].press('Return')
        session.screen.settle()
        session.key('Tab', 'Tab', 'Tab')
        self.take(session, 'composer-advanced')
        # below the name and the ticket: the target, and the engine that is looked for there
        target, engine = rows[2:4]
        target.press('Return')
        session.screen.settle()
        self.take(session, 'composer-target')
        # of the next group, the first: an image of the worker
        session.key('Tab', 'space')
        session.screen.settle()
        engine.press('Return')
        session.screen.settle(timeout=8, quiet=1)
        self.take(session, 'composer-engine')
        session.key('Escape')
        session.screen.settle()
        session.key('Escape')
        session.screen.settle()

    def preferences(self, session, app):
        session.key('ctrl+comma')
        dialog = app.find('dialog')
        self.take(session, 'preferences')
        for name, page in zip(('connections', 'workers', 'engines'), self.pages(dialog)[1:]):
            page.click()
            if name == 'engines':
                dialog.find('list item', where=lambda node: '/sh' in node.described)
            self.take(session, f'preferences-{name}')
        # of the page of engines: the keys below them
        session.xdo('mousemove', session.width // 2, session.height // 2, 'click', '--repeat', 40, 5)
        self.take(session, 'preferences-keys')
        dialog.find('list item', 'ANTHROPIC_API_KEY', showing=False).press('Return')
        app.find(where=lambda node: {'editable', 'focused'} <= node.states)
        self.take(session, 'key')
        session.key('Escape')
        session.screen.settle()
        session.key('Escape')
        app.wait_gone('dialog')

    @staticmethod
    def pages(dialog):
        """The buttons of the four pages: the only four beside each other."""
        buttons = dialog.find_all(views.BUTTON | {'radio', 'tab'})
        parents = [button.parent for button in buttons]
        return next([button for button in buttons if button.parent == parent] for parent in parents if parents.count(parent) == 4)

    def dialogs(self, session, app):
        session.key('ctrl+question')
        self.take(session, 'shortcuts')
        session.key('Escape')
        session.screen.settle()
        self.act(session, 'about')
        app.find('dialog')
        self.take(session, 'about')
        session.key('Escape')
        app.wait_gone('dialog')
        session.key('ctrl+f')
        session.type('payments')
        self.take(session, 'search')

    def in_run(self, session, app):
        # the question is the last row
        rows = self.timeline(app).find_all('list item')
        rows[-1].find_all(views.BUTTON)[-1].click()
        self.take(session, 'question')
        session.key('Escape')
        session.screen.settle()
        session.key('F9')
        self.take(session, 'details')
        session.key('F9')
        session.screen.settle()
        # a step is a row whose first button has labels in it
        steps = [row for row in self.timeline(app).find_all('list item') if len(self.header(row)) > 2]
        self.header(steps[-1], True).click()
        self.take(session, 'run-expanded')

    def others(self, session, app):
        """The other Runs, and one that cannot be opened."""
        agents = [name for name, _ in AGENT_RUNS]
        for run in self.coordinator.get('/v1/runs')['runs']:
            if run['name'] in agents:
                self.open(session, run, ('over', 'steered', 'permission')[agents.index(run['name'])])
            elif run['state'] in ('completed', 'failed', 'stopped'):
                self.open(session, run, run['state'])
            if run['name'] == agents[0]:
                self.of_engine(session, app)
            elif run['name'] == agents[2]:
                self.timeline(app).find_all('list item')[-1].find_all(views.BUTTON)[-1].click()
                self.take(session, 'permission')
                session.key('Escape')
                session.screen.settle()
        self.act(session, 'open-run', ('(ss)', ('', 'r_0000000000000000')))
        self.take(session, 'toast')

    def open(self, session, run, view):
        self.act(session, 'open-run', ('(ss)', ('', run['id'])))
        self.take(session, f'run-{view}')

    def of_engine(self, session, app):
        """A thought, and what came of it; what the Run used."""
        session.xdo('mousemove', session.width * 3 // 4, session.height // 2, 'click', '--repeat', 40, 4)
        session.screen.settle()
        # it is the row whose button says what it does, and nothing more
        thought = next(row for row in self.timeline(app).find_all('list item') if len(self.header(row)) == 1)
        self.header(thought, True).click()
        session.screen.settle()
        steps = [row for row in self.timeline(app).find_all('list item') if len(self.header(row)) > 2]
        self.header(steps[-1], True).click()
        self.take(session, 'run-thought')
        session.key('F9')
        session.screen.settle()
        # at the end of the details
        session.xdo('mousemove', session.width - 60, session.height // 2, 'click', '--repeat', 40, 5)
        self.take(session, 'details-usage')
        session.key('F9')
        session.screen.settle()

    def without_runs(self):
        """The app on a coordinator that is new, and after that one has gone."""
        with bellhop.Bellhop() as coordinator, desktop.Desktop(*self.size) as session:
            session.app(coordinator, environment={'BELLHOP_NO_START': '1'}, **self.options)
            self.take(session, 'welcome')
            coordinator.kill()
            self.take(session, 'lost')

    @staticmethod
    def header(row, button=False):
        """The labels of the button that expands a row, or that button."""
        first = next(iter(row.find_all(views.BUTTON)), None)
        return first if button else first.find_all('label') if first is not None else []

    @staticmethod
    def timeline(app):
        lists = app.find_all('list')
        return max(lists, key=lambda node: node.extents[2] * node.extents[3])


def sheet(look, made):
    """All pictures of a look on one."""
    width = THUMB if LOOKS[look]['size'] == WIDE else THUMB // 2
    columns = SHEET_WIDTH * (THUMB // width)
    thumbs = []
    for view, path in made:
        with Image.open(path) as image:
            small = image.convert('RGB')
            small.thumbnail((width, 10000), Image.LANCZOS)
        small = ImageOps.expand(small, (0, 16, 0, 4), 'white')
        ImageDraw.Draw(small).text((4, 2), f'{look} {view}', fill='black')
        thumbs.append(small)
    height = max(thumb.height for thumb in thumbs)
    rows = -(-len(thumbs) // columns)
    whole = Image.new('RGB', (min(columns, len(thumbs)) * (width + 6), rows * height), '#777')
    for i, thumb in enumerate(thumbs):
        whole.paste(thumb, (i % columns * (width + 6), i // columns * height))
    path = desktop.PICTURES / f'sheet-{look}.png'
    whole.save(path)
    return path


def publish(made):
    views_made = dict(made)
    for view, name in PUBLISHED.items():
        for folder in ('data/screenshots', 'help/C/figures'):
            target = bellhop.SOURCE / folder
            target.mkdir(parents=True, exist_ok=True)
            # few colours are enough, and the repository stays small
            with Image.open(views_made[view]) as image:
                image.convert('RGB').quantize(192, dither=Image.Dither.NONE).save(target / f'{name}.png', optimize=True)


def index(sheets):
    lines = ['<!doctype html><meta charset="utf-8"><title>Bellhop, all views</title>']
    for look, path, made in sheets:
        lines.append(f'<h2>{look}</h2><a href="{path.name}"><img src="{path.name}" width="100%"></a><p>')
        lines += [f'<a href="{pathlib.Path(picture).name}">{view}</a> ' for view, picture in made]
    (desktop.PICTURES / 'index.html').write_text('\n'.join(lines))


def main():
    arguments = sys.argv[1:]
    publishing = '--publish' in arguments
    looks = [look for look in arguments if look != '--publish'] or list(LOOKS)
    for look in looks:
        if look not in LOOKS:
            sys.exit(f'there is no look “{look}”; known are {", ".join(LOOKS)}')
    if publishing and 'light' not in looks:
        sys.exit('--publish needs the look “light”')
    sheets = []
    with bellhop.Bellhop(start=False) as coordinator:
        add_agent(coordinator)
        coordinator.start()
        run = populate(coordinator)
        for look in looks:
            made = Shots(look, coordinator, run).all()
            sheets.append((look, sheet(look, made), made))
            print(sheets[-1][1], flush=True)
            if publishing and look == 'light':
                publish(made)
    index(sheets)
    print(desktop.PICTURES / 'index.html')


if __name__ == '__main__':
    main()
