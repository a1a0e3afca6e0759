# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""Pictures of every view: light, dark and in high contrast, wide and narrow, in German and from right to left, with
sheets that show many of them at once, to be looked at by a person.

screenshots.py [--publish] [LOOK…]: all looks, or only those named. --publish also refreshes the pictures that the
metainfo, the help and the README show."""

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


def populate(coordinator):
    """Runs in every state, the one that needs the person last."""
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
        session.key('Escape')
        session.screen.settle()

    def preferences(self, session, app):
        session.key('ctrl+comma')
        dialog = app.find('dialog')
        self.take(session, 'preferences')
        for name, page in zip(('connections', 'workers', 'engines'), self.pages(dialog)[1:]):
            page.click()
            self.take(session, f'preferences-{name}')
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
        """Runs that are over, and one that cannot be opened."""
        for run in self.coordinator.get('/v1/runs')['runs']:
            if run['state'] in ('completed', 'failed', 'stopped'):
                self.act(session, 'open-run', ('(ss)', ('', run['id'])))
                self.take(session, f'run-{run["state"]}')
        self.act(session, 'open-run', ('(ss)', ('', 'r_0000000000000000')))
        self.take(session, 'toast')

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
    with bellhop.Bellhop() as coordinator:
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
