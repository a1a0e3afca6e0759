# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""What the app takes, against the barest program that shows something like it, on the same virtual screen and watched
by the same probe (src/app/bh-bench-probe.h)."""

import json
import os
import pathlib
import sqlite3
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
import database  # noqa: E402
import desktop  # noqa: E402
from bellhop import BUILD, TIMEOUT, Bellhop, block, program, wait_for  # noqa: E402

TEXT = ('Message {}: the suite was run again, and what failed before passes now. The change is small: the toggle moved to the toolbar, its '
        'setting kept its name, and the two tests that looked for it in the menu look for it there.')
LONG, SHORT = 160000, 100


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


def pss(pid):
    lines = pathlib.Path(f'/proc/{pid}/smaps_rollup').read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith('Pss:')) / 1024


class Watched:
    """A program with the probe in it, on a screen."""

    def __init__(self, session, command, coordinator=None):
        environment = session.app_environment(coordinator, environment={'BELLHOP_BENCH': '1', 'GTK_A11Y': 'none'})
        environment.pop('G_DEBUG')
        environment.pop('MALLOC_CHECK_')
        self.session = session
        self.log = session.root / f'watched-{time.monotonic_ns()}'
        self.begun = time.monotonic()
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=open(self.log, 'wb'))
        self.read = 0

    def tell(self, *words):
        self.process.stdin.write((' '.join(map(str, words)) + '\n').encode())
        self.process.stdin.flush()

    def wait(self, event, timeout=None):
        """The next such event."""
        def look():
            if self.process.poll() is not None:
                raise AssertionError(f'it ended with {self.process.returncode}: {self.log.read_text()[-2000:]}')
            text = self.log.read_text(errors='replace')[self.read:]
            at = self.read
            for line in text.splitlines(True):
                at += len(line)
                if line.endswith('\n') and line.startswith('{') and json.loads(line)['event'] == event:
                    self.read = at
                    return json.loads(line)
            return None

        return wait_for(look, event, timeout or TIMEOUT)

    def since_begun(self, event):
        return (event['at'] / 1e6 - self.begun) * 1000

    def first_frame(self):
        milliseconds = self.since_begun(self.wait('first-frame'))
        self.session.screen.arrange()
        return milliseconds

    def tour(self, style_class='timeline', jumps=40):
        self.session.screen.settle(timeout=3)
        self.tell('tour', style_class, jumps)
        return [work / 1000 for work in self.wait('tour', 180)['work']]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def app(session, coordinator, *arguments):
    return Watched(session, [program('bellhop'), *arguments], coordinator)


def baseline(session, name, *arguments):
    return Watched(session, [str(BUILD / 'tests' / 'bench' / f'baseline-{name}'), *map(str, arguments)])


def long_run(path, number, rows):
    """Makes the Run of that number one of so many messages."""
    with sqlite3.connect(path) as connection:
        record = json.loads(connection.execute('SELECT record FROM runs WHERE num = ?', (number,)).fetchone()[0])
        record['rows'] = rows
        connection.execute('UPDATE runs SET record = ? WHERE num = ?', (json.dumps(record), number))
        connection.execute('DELETE FROM rows WHERE id >= ? AND id < ?', (number << database.SHIFT, (number + 1) << database.SHIFT))
        connection.executemany('INSERT INTO rows (id, live, data) VALUES (?, 0, ?)', (
            ((number << database.SHIFT) + n, json.dumps({**database.row(n), 'head': TEXT.format(n)})) for n in range(rows)))
    connection.close()
    return record['id']


def coordinator_with(runs, **lengths):
    """A coordinator with so many Runs, and the ids of those that are made to have that many rows."""
    coordinator = Bellhop('--no-worker')
    coordinator.process.terminate()
    coordinator.process.wait()
    path = coordinator.data / 'coordinator.db'
    database.make_database(path, runs, runs * 20)
    ids = {name: long_run(path, number, rows) for number, (name, rows) in enumerate(lengths.items(), 1)}
    coordinator.start()
    return coordinator, ids


def bench_app_start(say, rounds=7):
    """Process start → the first frame, and → the first frame with the list of 200 Runs in it; an empty window in turns."""
    coordinator, _ = coordinator_with(200)
    values = {name: [] for name in ('first_frame_ms', 'list_ms', 'empty_window_ms', 'cpu_ms', 'empty_window_cpu_ms')}
    with coordinator, desktop.Desktop() as session:
        for _ in range(rounds + 1):
            with app(session, coordinator) as watched:
                watched.tell('await navigation-sidebar 50')
                frame = watched.wait('first-frame')
                values['first_frame_ms'].append(watched.since_begun(frame))
                values['cpu_ms'].append(frame['cpu'] / 1000)
                values['list_ms'].append(watched.since_begun(watched.wait('content')))
            with baseline(session, 'window') as watched:
                frame = watched.wait('first-frame')
                values['empty_window_ms'].append(watched.since_begun(frame))
                values['empty_window_cpu_ms'].append(frame['cpu'] / 1000)
    # the first round warms the caches
    values = {name: statistics.median(each[1:]) for name, each in values.items()}
    say('app_start', **{name: round(each, 1) for name, each in values.items()}, ratio=round(values['first_frame_ms'] / values['empty_window_ms'], 2),
        list_ratio=round(values['list_ms'] / values['empty_window_ms'], 2), cpu_ratio=round(values['cpu_ms'] / values['empty_window_cpu_ms'], 2),
        n=rounds, reach_list_ratio=1.35)


def open_end(watched, run, rows):
    """Milliseconds until the end of that Run is in sight, all of it."""
    watched.tell('await-end timeline', rows, rows)
    begun = time.monotonic()
    watched.tell('open', run)
    return (watched.wait('content')['at'] / 1e6 - begun) * 1000


def wait_list(watched):
    watched.first_frame()
    watched.tell('await navigation-sidebar 1')
    watched.wait('content')


def bench_app_long(say, rounds=7):
    """A Run of 160,000 rows: to its end, first in a new window (the very moment its list is there, and once nothing moves any more) and then
    in one that has shown others; its memory; a tour through it."""
    coordinator, ids = coordinator_with(200, long=LONG, short=SHORT)
    with coordinator, desktop.Desktop() as session:
        first, memory, times, at_once = {}, {}, {'long': [], 'short': []}, []
        for _ in range(rounds):
            with app(session, coordinator) as watched:
                wait_list(watched)
                at_once.append(open_end(watched, ids['long'], LONG))
        for name, rows in (('short', SHORT), ('long', LONG)):
            with app(session, coordinator) as watched:
                wait_list(watched)
                until_quiet(watched)
                first[name] = open_end(watched, ids[name], rows)
                time.sleep(1)
                memory[name] = pss(watched.process.pid)
                if name == 'short':
                    continue
                work = watched.tour()
                for _ in range(rounds):
                    times['short'].append(open_end(watched, ids['short'], SHORT))
                    times['long'].append(open_end(watched, ids['long'], LONG))
        with baseline(session, 'list', LONG) as watched:
            watched.first_frame()
            bare = watched.tour()
    say('app_open_long', content_ms=round(statistics.median(times['long']), 1), first_content_ms=round(first['long'], 1),
        at_once_content_ms=round(statistics.median(at_once), 1), at_once_max_ms=round(max(at_once), 1), reach_ms=150,
        short_ms=round(statistics.median(times['short']), 1), n=rounds, memory_mb=round(memory['long'], 1),
        short_memory_mb=round(memory['short'], 1), memory_ratio=round(memory['long'] / memory['short'], 3), reach_memory_ratio=1.1)
    say('app_scroll', **frames(work, bare))


def frames(work, bare):
    values = {}
    for name, share in (('median', 0.5), ('p95', 0.95)):
        values.update({f'{name}_ms': round(percentile(work, share), 2), f'bare_{name}_ms': round(percentile(bare, share), 2),
                       f'{name}_ratio': round(percentile(work, share) / percentile(bare, share), 2)})
    return dict(values, n=len(work), reach_ratio=1.5)


def steps(coordinator, run):
    wait_for(lambda: coordinator.steps(run), 'the block')
    return coordinator.steps(run)[0]['n']


def expand(watched, step):
    begun = time.monotonic()
    watched.tell('await-text 50000')
    watched.tell('toggle', step)
    return (watched.wait('text')['at'] / 1e6 - begun) * 1000


def collapse(watched, step, settled=1):
    watched.tell('toggle', step)
    time.sleep(settled)
    return pss(watched.process.pid)


def bench_app_step(say, rounds=7, many=50):
    """A step with 5 MB of output is expanded, and collapsed again; the first time loads what shows code. What is left after a few
    times and after many tells what is kept for the next from what is lost."""
    with Bellhop() as coordinator, desktop.Desktop() as session:
        run = coordinator.create(block('seq -f "line %g of a long output that nobody reads to its end" 1 95000'))['id']
        coordinator.wait_end(run)
        step, size = steps(coordinator, run), coordinator.steps(run)[0]['bytes']['result']
        with app(session, coordinator) as watched:
            wait_list(watched)
            open_end(watched, run, coordinator.run(run)['rows'])
            time.sleep(1)
            first = expand(watched, step)
            before = after = collapse(watched, step)
            times, expanded = [], before
            for _ in range(rounds):
                times.append(expand(watched, step))
                time.sleep(0.5)
                expanded = max(expanded, pss(watched.process.pid))
                after = collapse(watched, step)
            for _ in range(many - rounds):
                times.append(expand(watched, step))
                after_many = collapse(watched, step, 0.3)
    say('app_expand', ms=round(statistics.median(times), 1), first_ms=round(first, 1), max_ms=round(max(times), 1), reach_ms=50, n=many, bytes=size,
        expanded_mb=round(expanded - before, 1), **{f'left_after_{rounds}_mb': round(after - before, 1),
                                                    f'left_after_{many}_mb': round(after_many - before, 1)})


class Scripted:
    """bench-rows, as a coordinator that the app is started on."""

    def __init__(self, rate, seconds):
        self.process = subprocess.Popen([str(BUILD / 'tests' / 'bench' / 'bench-rows'), str(rate), str(seconds)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        socket, self.run = self.process.stdout.readline().split()
        self.environment = {'BELLHOP_SOCKET': socket}

    def go(self):
        """Appends, and returns how many rows it were."""
        self.process.stdin.write('\n')
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.communicate('\n')


def streamed(told):
    return max(told['work']) / 1000, percentile(told['latency'], 0.99) / 1000


def bench_app_stream(say, rate=2000, seconds=30):
    """2,000 rows a second into an open Run, and into a bare list."""
    with desktop.Desktop() as session:
        with Scripted(rate, seconds) as coordinator, app(session, coordinator) as watched:
            watched.first_frame()
            watched.tell('await navigation-sidebar 1')
            watched.wait('content')
            watched.tell('open', coordinator.run)
            watched.tell('await-end timeline 1')
            watched.tell('frames')
            watched.wait('frames')
            rows = coordinator.go()
            watched.wait('content')
            watched.tell('frames')
            told = watched.wait('frames')
            watched.tell('await-end timeline', rows)
            watched.wait('content')
        with baseline(session, 'list', 1, rate, seconds) as watched:
            watched.first_frame()
            watched.tell('frames')
            watched.wait('frames')
            time.sleep(seconds + 1)
            watched.tell('frames')
            bare = watched.wait('frames', seconds)
    longest, late = streamed(told)
    bare_longest, bare_late = streamed(bare)
    say('app_stream_rows', longest_frame_ms=round(longest, 1), bare_longest_frame_ms=round(bare_longest, 1), beyond_ms=round(longest - bare_longest, 1),
        reach_beyond_ms=50, frames=len(told['work']), bare_frames=len(bare['work']), latency_p99_ms=round(late, 2), reach_latency_p99_ms=20,
        bare_latency_p99_ms=round(bare_late, 2), rows=rows)


def bench_app_stream_lines(say, seconds=30):
    """2,000 lines a second into an expanded step."""
    with Bellhop() as coordinator, desktop.Desktop() as session:
        text = f'i=0; end=$(( $(date +%s) + {seconds} )); while [ $(date +%s) -lt $end ]; do seq -f "line %g" $i $((i += 100)); sleep 0.05; done'
        with app(session, coordinator) as watched:
            watched.first_frame()
            run = coordinator.create(block(text))['id']
            step = steps(coordinator, run)
            watched.tell('open', run)
            time.sleep(1)
            watched.tell('toggle', step)
            time.sleep(1)
            watched.tell('frames')
            watched.wait('frames')
            coordinator.wait_end(run)
            watched.tell('frames')
            longest, late = streamed(watched.wait('frames'))
    say('app_stream_lines', longest_frame_ms=round(longest, 1), latency_p99_ms=round(late, 2), reach_latency_p99_ms=20)


def bench_app_list(say, runs=10000):
    """10,000 Runs, all of them in the list: a tour through it; some are changed; a search."""
    coordinator, _ = coordinator_with(runs)
    with coordinator, desktop.Desktop() as session:
        with app(session, coordinator) as watched:
            wait_list(watched)
            watched.tell('fill navigation-sidebar', runs)
            watched.wait('filled', 120)
            work = watched.tour('navigation-sidebar')
            watched.tell('frames')
            watched.wait('frames')
            for number in range(5):
                coordinator.request('PATCH', f'/v1/runs/r_{runs - number:016}', {'name': f'changed {number}'})
                time.sleep(0.2)
            watched.tell('frames')
            told = watched.wait('frames')
            watched.tell('action win.search')
            time.sleep(0.5)
            times = []
            for number in (9123, 8231, 7312, 6543, 5678):
                watched.tell('await navigation-sidebar 1 20')
                watched.tell(f'type Run {number}')
                typed = watched.wait('typed')['at']
                times.append((watched.wait('content')['at'] - typed) / 1000)
                watched.tell('await navigation-sidebar 100')
                watched.tell('type ')
                watched.wait('content')
        with baseline(session, 'list', runs) as watched:
            watched.first_frame()
            bare = watched.tour()
    say('app_list_scroll', **frames(work, bare))
    say('app_list_change', longest_frame_ms=round(max(told['work']) / 1000, 1), main_loop_held_ms=round(max(told['latency']) / 1000, 1))
    say('app_search', ms=round(statistics.median(times), 1), reach_ms=100, n=len(times))


def tell_late(say, measure, watched):
    watched.tell('stamped')
    late = [value / 1000 for value in watched.wait('stamped')['late']]
    say(measure, median_ms=round(statistics.median(late), 1), p95_ms=round(percentile(late, 0.95), 1), n=len(late), reach_median_ms=26.7)


def bench_app_latency(say, questions=40):
    """Written in the box → the frame that shows it is painted: an output line, and a row of its own, which is a question."""
    with Bellhop() as coordinator, desktop.Desktop() as session:
        with app(session, coordinator) as watched:
            watched.first_frame()
            run = coordinator.create(block('sleep 3; for i in $(seq 150); do echo "stamp $EPOCHREALTIME"; sleep 0.087; done', 'bash'))['id']
            watched.tell('open', run)
            step = steps(coordinator, run)
            time.sleep(1)
            watched.tell('toggle', step)
            watched.tell('stamps')
            coordinator.wait_end(run)
            time.sleep(0.2)
            tell_late(say, 'app_line_to_paint', watched)
            text = f'sleep 3; for i in $(seq {questions}); do bellhop-ask --choice "stamp $EPOCHREALTIME" --option Yes --option No; sleep 0.1; done'
            run = coordinator.create(block(text, 'bash'))['id']
            watched.tell('open', run)
            for _ in range(questions):
                question = coordinator.question(run)
                time.sleep(0.1)
                coordinator.post(f'/v1/runs/{run}/answers', {'question': question['id'], 'options': [question['questions'][0]['options'][0]['id']]})
            coordinator.wait_end(run)
            tell_late(say, 'app_row_to_paint', watched)


MIB = 1024 * 1024


def filled(piece):
    return piece * (MIB // len(piece.encode()))


# what a stranger may write, a megabyte of it
BIG_TEXTS = {
    'short': ('message', 'What is small.'),
    'paragraphs': ('message', filled('A paragraph with *some* `words` and a [link](https://example.org/) in it.\n\n')),
    'one paragraph': ('message', filled('some words of **one** paragraph that has no end ')),
    'one word': ('message', filled('x')),
    'characters': ('message', filled('漢字かな交じり文')),
    'code': ('message', '```c\n' + filled('int f (int x) { return x + 1; } /* what it does */\n') + '```\n'),
    'line of code': ('message', '```\n' + filled('y') + '\n```\n'),
    'many fences': ('message', filled('```c\nint x;\n```\n\n')),
    'cell': ('message', '| a | b |\n|---|---|\n| ' + filled('c') + ' | d |\n'),
    'table': ('message', '| a | b |\n|---|---|\n' + filled('| some words | and some more of them |\n')),
    'tables': ('message', filled('| a | b | c | d |\n|---|---|---|---|\n| some words | more | 1 | 2 |\n| some words | more | 1 | 2 |\n\n')),
    'quotes': ('message', filled('>' * 400 + ' deep\n\n')),
    'lists': ('message', filled('- one\n  - two\n    1. three\n       - [x] four\n')),
    'growing': ('grows', filled('What is told bit by bit, with *some* `words`, and\n\n')),
    'growing word': ('grows', filled('z')),
    'result': ('result', filled('a line of an output\n')),
    'line of a result': ('result', filled('r')),
    'question': ('question', filled('Which of them do you want? ')),
    'title': ('title', filled('t')),
}


class BigText:
    """The coordinator of tests/bench/big-text.c, on one of those texts."""

    def __init__(self, folder, kind, text):
        path = folder / 'big-text'
        path.write_text(text)
        self.process = subprocess.Popen([str(BUILD / 'tests' / 'bench' / 'bench-big-text'), kind, str(path)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.environment = {'BELLHOP_SOCKET': self.process.stdout.readline().strip()}

    def grow(self):
        self.process.stdin.write('\n')
        self.process.stdin.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


def until_quiet(watched):
    """The work of frames, and the lateness of a timer, until hardly anything is painted any more; in ms."""
    work, latency, quiet = [], [], 0
    while True:
        time.sleep(0.4)
        watched.tell('frames')
        told = watched.wait('frames')
        work += told['work']
        latency += told['latency']
        quiet = quiet + 1 if len(told['work']) <= 3 else 0
        if quiet == 2:
            return [value / 1000 for value in work], [value / 1000 for value in latency]


def show_big_text(session, kind, text):
    """Opens the Run, and what of the text is shown only when it is asked for, twice."""
    with BigText(session.root, kind, text) as coordinator, app(session, coordinator) as watched:
        watched.first_frame()
        watched.tell('await navigation-sidebar 1')
        watched.wait('content')
        until_quiet(watched)
        watched.tell('open r_0000000000000001')
        seen = [until_quiet(watched)]
        for ask in {'message': ['press Show All', 'press Show _More', 'press Open in Window'], 'grows': [None, 'press Show _More'],
                    'result': ['toggle 20', 'toggle 20'], 'title': ['toggle 20'], 'question': ['press Show _More']}[kind]:
            watched.tell(ask) if ask else coordinator.grow()
            seen.append(until_quiet(watched))
    return max(max(work, default=0) for work, _ in seen), max(max(latency) for _, latency in seen)


def bench_app_big_text(say):
    """A megabyte in one row: what the longest frame takes, and how long the main loop is held."""
    with desktop.Desktop() as session:
        for name, (kind, text) in BIG_TEXTS.items():
            frame, held = show_big_text(session, kind, text)
            say('app_big_text', text=name, longest_frame_ms=round(frame, 1), main_loop_held_ms=round(held, 1), reach_ms=33)


BENCHES = {'app_start': bench_app_start, 'app_long': bench_app_long, 'app_step': bench_app_step, 'app_stream': bench_app_stream,
           'app_stream_lines': bench_app_stream_lines, 'app_list': bench_app_list, 'app_latency': bench_app_latency,
           'app_big_text': bench_app_big_text}
