# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""bellhopctl as a person and as a script use it: every verb against the real processes, also on a real terminal."""

import contextlib
import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
from bellhop import Bellhop, SOURCE, TIMEOUT, block, program, wait_for  # noqa: E402
import tap  # noqa: E402

ASK = block('text: Where should the toggle live?\noptions:\n  - Toolbar\n  - Menu\nrecommended: Toolbar\nvar: WHERE\n', 'ask')
ASKED = '# A question\n\n' + ASK + block('echo "it lives in $WHERE"')
WAIT = 'echo waiting; until [ -e /workspace/go ]; do sleep 0.02; done; echo went'
RUN_ID = re.compile(r'r_[0-9a-z]{16}')
HOSTILE = '\033]0;evil\007\033[2J\u202egnirts\033[31mred'


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


class Terminal:
    """bellhopctl on a pseudo-terminal of its own."""

    def __init__(self, bellhop, *arguments, rows=30, columns=100, **environment):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))
        self.process = subprocess.Popen(
            [program('bellhopctl'), *arguments], env=dict(bellhop.environment, TERM='xterm-256color', **environment),
            stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(slave)
        self.raw = b''

    def read(self):
        try:
            data = os.read(self.master, 65536)
        except OSError:  # nobody has the other side open any more
            data = b''
        self.raw += data
        return data

    @property
    def text(self):
        return re.sub(r'\x1b\[[0-9;]*m', '', self.raw.decode(errors='replace')).replace('\r\n', '\n')

    def expect(self, pattern):
        """Reads until the pattern is there; returns its match."""
        watchdog = signal.signal(signal.SIGALRM, lambda *_: self.process.kill())
        signal.setitimer(signal.ITIMER_REAL, TIMEOUT)
        try:
            while not (found := re.search(pattern, self.text)):
                if not self.read():
                    raise AssertionError(f'the terminal ended without “{pattern}”:\n{self.text}')
            return found
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, watchdog)

    def type(self, keys):
        os.write(self.master, keys.encode())

    def end(self):
        """Reads to the end; returns the exit status."""
        with contextlib.suppress(AssertionError):
            self.expect(r'(?!)')
        os.close(self.master)
        return self.process.wait(TIMEOUT)


class Case(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.bellhop = cls.enterClassContext(Bellhop())

    def ctl(self, *arguments, check=0, **kw):
        result = self.bellhop.ctl(*arguments, check=check, **kw)
        for stream in (result.stdout, result.stderr):
            self.assertNotRegex(stream, r'[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]')
        if check in (0, 1, 3, 4):
            self.assertNotIn('bellhopctl:', result.stderr)
        return result

    def refused(self, *arguments, why, check=2, **kw):
        result = self.ctl(*arguments, check=check, **kw)
        self.assertEqual(result.stdout, '', arguments)
        self.assertRegex(result.stderr, r'(?m)^bellhopctl: ', arguments)
        self.assertRegex(result.stderr, why, arguments)
        return result

    def detached(self, instructions, *options):
        run = self.ctl('run', '--detach', *options, instructions).stdout.strip()
        self.assertRegex(run, RUN_ID)
        return run

    def waiting(self):
        """A Run whose block has begun and waits for go()."""
        run = self.detached(block(WAIT))
        wait_for(lambda: self.bellhop.steps(run) and 'waiting' in self.bellhop.text(run, self.bellhop.steps(run)[0]['n']),
                 'the block to begin')
        return run

    def go(self, run):
        box = self.bellhop.run(run)['devbox']['id']
        (self.bellhop.boxes / box / 'workspace' / 'go').touch()

    def spawn(self, *arguments):
        return subprocess.Popen([program('bellhopctl'), *arguments], env=self.bellhop.environment, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


class Running(Case):
    def test_text(self):
        done = self.ctl('run', block('echo one\necho two'))
        self.assertRegex(done.stdout, r'✔ exec in DevBox · echo one  \d+')
        self.assertIn('  │ one\n  │ two\n', done.stdout)
        self.assertRegex(done.stdout, r'\n✔ Completed after \d+.*\n  Ran 1 block: it exited 0\.\n')
        self.assertEqual(done.stderr, '')

    def test_file_and_input(self):
        path = self.bellhop.root / 'job.md'
        path.write_text(f'# From a file\n\n{block("echo from-file")}')
        done = self.ctl('run', '-f', str(path))
        self.assertTrue(done.stdout.startswith('From a file  r_'), done.stdout)
        self.assertNotIn('# From a file', done.stdout)
        self.assertIn('from-file', done.stdout)
        for arguments in (['-f', '-'], ['-'], []):
            done = self.ctl('run', *arguments, stdin=block('echo from-input'))
            self.assertIn('│ from-input\n', done.stdout)

    def test_options_reach_the_run(self):
        run = self.detached(block('echo "<$A><$B><$C>"'), '--name', 'Seven seas', '--target', f'{self.bellhop.worker}:host',
                            '--engine', 'runbook', '--autonomous', '--keep', 'remove', '--env', 'A=1 2', '--env', 'B=x=y',
                            '--env', 'HOME', '--ticket', 'https://example.org/7')
        end = self.bellhop.wait_end(run)
        self.assertEqual((end['name'], end['mode'], end['engine'], end['keep'], end['state'], end['ticket_url']),
                         ('Seven seas', 'autonomous', 'runbook', 'remove', 'completed', 'https://example.org/7'))
        self.assertEqual(end['target'], {'worker': self.bellhop.worker, 'image': 'host'})
        self.assertEqual(sorted(end['env']), ['A', 'B', 'HOME'])
        self.assertEqual(self.bellhop.outputs(run), ['<1 2><x=y><>\n'])

    def test_json(self):
        done = self.ctl('run', '--json', block('echo "a\tb"; printf "\\033[31mred"'))
        events = lines(done.stdout)
        self.assertEqual(events[0]['event'], 'created')
        run = events[0]['run']['id']
        self.assertEqual(events[-1], {'event': 'end', 'state': 'completed', 'run': run, 'seq': events[-2]['seq'],
                                      'reason': None})
        seqs = [event['seq'] for event in events[1:-1]]
        self.assertEqual(seqs, list(range(1, len(seqs) + 1)))
        told = ''.join(event['text'] for event in events if event['event'] == 'delta' and event['part'] == 'result'
                       and event['row'] == self.bellhop.steps(run)[0]['n'])
        self.assertEqual(told, 'a\tb\nred')
        rest = lines(self.ctl('follow', '--json', '--after', str(seqs[-3]), run).stdout)
        self.assertEqual([event['seq'] for event in rest[:-1]], seqs[-2:])

    def test_exit_statuses(self):
        failed = self.ctl('run', block('exit 3'), check=1)
        self.assertRegex(failed.stdout, r'✘ exec in DevBox · exit 3  exit 3  \d')
        self.assertRegex(failed.stdout, r'\n✘ Failed after .*\n  Ran 1 block\. Block 1 exited with 3: `exit 3`\.\n')
        self.assertEqual(failed.stdout.count('exited with 3'), 1, failed.stdout)
        follow = self.spawn('run', '--json', block(WAIT))
        run = json.loads(follow.stdout.readline())['run']['id']
        self.bellhop.wait_state(run, 'running')
        self.ctl('stop', run)
        out, err = follow.stdout.read(), follow.stderr.read()  # communicate() would forget what is buffered
        follow.wait(TIMEOUT)
        self.assertEqual((follow.returncode, err, lines(out)[-1]['state']), (3, '', 'stopped'))
        self.assertIn('Stopped', self.ctl('follow', run, check=3).stdout)
        paused = self.ctl('run', '--no-input', ASKED, check=4)
        run = RUN_ID.search(paused.stdout)[0]
        self.assertIn('Where should the toggle live?', paused.stdout)
        self.assertIn(f'bellhopctl answer {run}', paused.stdout)
        self.assertEqual(lines(self.ctl('follow', '--json', '--no-input', run, check=4).stdout)[-1]['state'], 'needs_you')
        self.assertEqual(self.bellhop.run(run)['state'], 'needs_you')

    def test_refused(self):
        for why, *arguments in (
                ('TARGET|target', 'run', '--autonomous', block('true')),
                ('none-such', 'run', '--engine', 'none-such', block('true')),
                ('nowhere', 'run', '--target', 'nowhere', block('true')),
                ('no-image', 'run', '--target', f'{self.bellhop.worker}:no-image', block('true')),
                ('runbook engine', 'run', '--engine', 'runbook', 'just prose'),
                ('keep', 'run', '--keep', 'sometimes', block('true')),
                ('NAME=VALUE', 'run', '--env', '=x', block('true')),
                ('cannot be read', 'run', '-f', '/none/such'),
                ('not both', 'run', '-f', '/dev/null', 'text'),
                ('instructions', 'run'), ('instructions', 'run', ''), ('Unknown option', 'run', '--colour', 'x'),
                ('no command “bogus”', 'bogus'), ('no command “paint”', 'box', 'paint'), ('command is missing', 'token'),
                ('argument is missing', 'follow'), ('Too many', 'show', 'a', 'b'),
                ('No Run', 'show', 'zzz'), ('is no Run', 'stop', '../x'), ('There is no Run', 'stop', 'r_0000000000000000'),
                ('no status', 'list', '--status', 'odd'), ('no DevBox|No DevBox', 'box', 'stop', 'b_0000000000000000')):
            self.refused(*arguments, why=why)
        self.refused('run', '-f', '-', why='UTF-8', stdin='a\0b')
        self.assertIn('Usage', self.ctl('--help').stdout)
        self.assertIn('Usage', self.ctl('help').stdout)
        self.assertIn('--recommended', self.ctl('run', '--help').stdout)
        self.assertRegex(self.ctl('--version').stdout, r'^bellhopctl \d')

    def test_recommended_is_said(self):
        done = self.ctl('run', '--recommended', ASKED)
        self.assertRegex(done.stdout, r'Answered with the recommended option.*\n  ↳ Toolbar\n')
        self.assertIn('│ it lives in Toolbar\n', done.stdout)

    def test_recipes(self):
        for path in sorted((SOURCE / 'data' / 'recipes').glob('*.md')):
            done = self.ctl('run', '--recommended', '-f', str(path))
            self.assertIn('✔ Completed after', done.stdout)
            self.assertNotIn('…', done.stdout)


class OnTerminal(Case):
    def test_question_is_asked_and_answered_by_keys(self):
        terminal = Terminal(self.bellhop, 'run', ASKED)
        terminal.expect(r'1\. Toolbar  \(recommended\)\n +2\. Menu\n.*: $')
        terminal.type('7\r')
        terminal.expect(r'Please type a number from 1 to 2')
        terminal.type('menu\r')
        self.assertEqual(terminal.end(), 0)
        self.assertIn('↳ Menu\n', terminal.text)
        self.assertIn('│ it lives in Menu\n', terminal.text)
        self.assertEqual(terminal.text.count('Where should'), 2, terminal.text)  # once asked, once in the report
        self.assertRegex(terminal.text, r'✔ Completed after .*\n  Ran 1 block')

    def test_return_takes_what_is_recommended(self):
        terminal = Terminal(self.bellhop, 'run', ASKED)
        terminal.expect(r': $')
        terminal.type('\r')
        self.assertEqual(terminal.end(), 0)
        self.assertIn('↳ Toolbar\n', terminal.text)

    def test_answered_elsewhere(self):
        terminal = Terminal(self.bellhop, 'run', ASKED)
        run = terminal.expect(RUN_ID)[0]
        terminal.expect(r': $')
        self.ctl('answer', run, '--option', 'Menu')
        self.assertEqual(terminal.end(), 0)
        self.assertIn('↳ Menu\n', terminal.text)

    def test_elapsed_time_of_a_live_step(self):
        terminal = Terminal(self.bellhop, 'run', block(WAIT))
        run = terminal.expect(RUN_ID)[0]
        terminal.expect(r'▶ exec in DevBox · .*  1\.\d s\n  │ waiting\n')
        terminal.expect(r'▶ exec in DevBox · .*  2\.\d s\n')
        self.assertIn(b'\x1b[J', terminal.raw)
        self.go(run)
        self.assertEqual(terminal.end(), 0)
        self.assertRegex(terminal.text.split('\x1b[J')[-1], r'✔ exec in DevBox · .* s\n  │ waiting\n  │ went\n')

    def test_interrupt_leaves_the_run_alone(self):
        terminal = Terminal(self.bellhop, 'run', block(WAIT))
        run = terminal.expect(RUN_ID)[0]
        terminal.expect('waiting\n')
        terminal.type('\x03')
        self.assertEqual(terminal.end(), 130)
        self.assertIn(f'bellhopctl follow {run}', terminal.text)
        self.assertEqual(self.bellhop.run(run)['state'], 'running')
        self.go(run)
        self.bellhop.wait_end(run)

    def test_lines_fit(self):
        terminal = Terminal(self.bellhop, 'run', f'# T\n\n{"many words " * 40}\n' + block(f'echo {"x" * 500}'), columns=60)
        self.assertEqual(terminal.end(), 0)
        for line in re.sub(r'\x1b\[\d*[A-Z]', '\n', terminal.text).splitlines():
            self.assertLessEqual(len(line), 60, line)

    def test_hostile_output(self):
        self.refused('run', '--name', HOSTILE, block('true'), why='name has to be one line')
        ask = 'text: "Really \\u001b]0;evil\\u0007\\u001b[2J?"\noptions:\n  - "A\\u001b[31m"\n  - B\n'
        terminal = Terminal(self.bellhop, 'run', f'{HOSTILE}\n' + block(
            f"printf '%s\\n' '{HOSTILE}'; printf '\\033[6n\\233\\377\\000\\r\\010x\\n'; exit 0") + block(ask, 'ask'))
        terminal.expect(r': $')
        terminal.type('2\r')
        self.assertEqual(terminal.end(), 0)
        for match in re.finditer(rb'\x1b.{0,8}', terminal.raw):  # colours and what redraws: nothing else
            self.assertRegex(match[0], rb'^\x1b\[(\d+(;\d+)*m|0m|m|\d+A|J|K)')
        self.assertNotRegex(terminal.text.replace('\x1b', '').replace('\r', ''), r'[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]')
        for verb in ('list', 'show', 'follow', 'boxes'):  # ctl() looks for control characters
            self.ctl(verb, *(['latest'] if verb in ('show', 'follow') else []))
            self.ctl(verb, '--json', *(['latest'] if verb in ('show', 'follow') else []))
        self.ctl('show', 'latest', '--row', str(self.bellhop.steps(RUN_ID.search(terminal.text)[0])[0]['n']))


class Looking(Case):
    def test_list_and_search(self):
        ids = [self.detached(block('true'), '--name', f'Walrus {name}') for name in ('one', 'two')]
        bad = self.detached(block('false'), '--name', 'Walrus three')
        for run in (*ids, bad):
            self.bellhop.wait_end(run)
        table = self.ctl('list', '--search', 'walrus').stdout.splitlines()
        self.assertEqual([row.split()[0] for row in table], ['RUN', bad, ids[1], ids[0]])
        starts = {row.index(word) for row, word in zip(table, ('STATUS', 'Failed', 'Completed', 'Completed'))}
        self.assertEqual(len(starts), 1, table)
        found = lines(self.ctl('list', '--search', 'walrus', '--status', 'failed', '--json').stdout)
        self.assertEqual([run['id'] for run in found], [bad])
        self.assertEqual(len(lines(self.ctl('list', '--limit', '2', '--json').stdout)), 2)

    def test_show(self):
        run = self.detached('Some prose.\n' + block('seq 3'), '--name', 'To be shown')
        self.bellhop.wait_end(run)
        shown = self.ctl('show', run[:10]).stdout
        self.assertRegex(shown, r'Status +Completed\n')
        self.assertRegex(shown, r'\nEngine +Runbook\n')
        self.assertRegex(shown, r'\n +0 taken up +you · ')
        self.assertRegex(shown, r'\n +3 done +exec in DevBox · seq 3  \d')
        self.assertEqual(self.ctl('show', run, '--row', '3').stdout, '1\n2\n3\n')
        self.assertEqual(self.ctl('show', run, '--row', '3', '--part', 'call').stdout.strip(), 'seq 3')
        whole = lines(self.ctl('show', '--json', run).stdout)
        self.assertEqual(whole[0], self.bellhop.run(run))
        self.assertEqual(whole[1:], self.bellhop.rows(run))
        self.refused('show', run, '--row', '99', why='row')

    def test_workers_and_engines(self):
        self.assertRegex(self.ctl('workers').stdout, rf'\n{self.bellhop.worker} +online .* host\n')
        self.assertEqual(lines(self.ctl('workers', '--json').stdout)[0]['name'], self.bellhop.worker)
        self.assertRegex(self.ctl('engines').stdout, r'\nrunbook +Runbook .*built in\n')
        self.assertEqual(lines(self.ctl('engines', '--json').stdout)[-1]['id'], 'runbook')
        self.assertRegex(self.ctl('engines').stdout, r'\ncodex +Codex +codex-app-server +looked for when')
        self.assertRegex(self.ctl('engines', '--fresh', '-t', self.bellhop.worker).stdout, r'\nqwen +Qwen Code +acp +Not found: there is no')

    def test_tokens(self):
        made = self.ctl('token', 'add', 'laptop')
        self.assertRegex(made.stdout, r'^\S{20,}\n$')
        self.refused('token', 'add', 'laptop', why='laptop')
        self.assertIn('laptop', self.ctl('token', 'list').stdout)
        self.assertNotIn(made.stdout.strip(), self.ctl('token', 'list', '--json').stdout)
        self.ctl('token', 'rm', 'laptop')
        self.assertNotIn('laptop', self.ctl('token', 'list').stdout)
        self.refused('token', 'rm', 'laptop', why='laptop')


class Acting(Case):
    def test_answers(self):
        for options, told in ((['--option', 'Menu'], 'Menu'), (['--option', 'toolbar'], 'Toolbar'),
                              (['--recommended'], 'Toolbar'), (['--text', 'In the "cellar"'], 'In the "cellar"')):
            run = self.detached(ASKED)
            self.bellhop.wait_state(run, 'needs_you')
            self.assertIn('Where should', self.ctl('show', run).stdout)
            self.assertIn(told, self.ctl('answer', run, *options).stdout)
            self.assertEqual(self.bellhop.wait_end(run)['state'], 'completed')
            self.assertEqual(self.bellhop.outputs(run), [f'it lives in {told}\n'])
        self.refused('answer', run, '--option', 'Menu', why='no open question')

    def test_refused_answers_change_nothing(self):
        run = self.detached(ASKED)
        question = self.bellhop.question(run)['id']
        self.refused('answer', run, '--option', 'Roof', why='Roof')
        self.refused('answer', run, why='missing', check=2)
        self.refused('answer', run, 'q_none', '--option', 'Menu', why='q_none')
        self.assertEqual(self.bellhop.run(run)['state'], 'needs_you')
        self.ctl('answer', run, question, '--option', 'Menu')
        self.refused('answer', run, question, '--option', 'Toolbar', why='answered')
        self.assertEqual(self.bellhop.wait_end(run)['state'], 'completed')

    def test_answer_at_a_terminal(self):
        run = self.detached(ASKED)
        self.bellhop.wait_state(run, 'needs_you')
        terminal = Terminal(self.bellhop, 'answer', run)
        terminal.expect(r': $')
        terminal.type('2\r')
        self.assertEqual(terminal.end(), 0)
        self.bellhop.wait_end(run)
        self.assertEqual(self.bellhop.outputs(run), ['it lives in Menu\n'])

    def test_steer_withdraw_and_continue(self):
        run = self.waiting()
        first = self.ctl('steer', run, block('echo never')).stdout
        message = re.match(r'm_[0-9a-z]{16}', first)[0]
        self.assertIn('withdrawn', self.ctl('withdraw', run, message).stdout)
        second = lines(self.ctl('steer', '--json', run, block('echo steered')).stdout)[0]
        self.assertEqual(second['state'], 'queued')
        self.go(run)
        self.assertEqual(self.bellhop.wait_end(run)['state'], 'completed')
        self.assertEqual(self.bellhop.outputs(run), ['waiting\nwent\n', 'steered\n'])
        self.refused('withdraw', run, second['id'], why='deliver|taken')
        again = self.ctl('steer', '--follow', run, block('echo continued; ls')).stdout
        self.assertIn('│ continued\n  │ go\n', again)
        self.assertRegex(again, r'\n✔ Completed after')
        whole = self.ctl('follow', run).stdout
        self.assertEqual(whole.count('\n✔ Completed'), 2, whole)
        self.assertIn('echo steered', whole)

    def test_stop_and_rm(self):
        run = self.waiting()
        self.assertIn('Stopped', self.ctl('stop', run).stdout)
        self.assertIn('Stopped', self.ctl('stop', run).stdout)
        other = self.waiting()
        self.assertIn(f'{run} deleted', self.ctl('rm', run, other).stdout)
        self.refused('show', run, why='There is no Run')
        self.assertNotIn(run, self.ctl('boxes').stdout)

    def test_boxes(self):
        run = self.detached(block('echo kept >/workspace/file'), '--keep', 'keep')
        self.bellhop.wait_end(run)
        box = self.bellhop.run(run)['devbox']['id']
        self.assertRegex(self.ctl('boxes').stdout, rf'{box} +running .* {run} ')
        self.assertEqual(self.ctl('box', 'shell', run, '--', 'cat', '/workspace/file', stdin='').stdout, 'kept\n')
        terminal = Terminal(self.bellhop, 'box', 'shell', box, rows=33, columns=77)
        terminal.type('stty size; cat file; echo "status $((40 + 2))"; exit 5\r')
        self.assertEqual(terminal.end(), 5)
        self.assertIn('33 77\nkept\nstatus 42\n', terminal.text)
        self.assertEqual(self.bellhop.ctl('box', 'shell', box, '--', 'exit 9', stdin='').returncode, 9)
        self.ctl('box', 'stop', box)
        wait_for(lambda: re.search(rf'{box} +stopped', self.ctl('boxes').stdout), 'the box to be stopped')
        self.ctl('box', 'stop', box)
        self.refused('steer', run, block('true'), why='DevBox')
        self.ctl('box', 'rm', run)
        self.assertNotIn(box, self.ctl('boxes').stdout)


    def test_terminal_of_a_killed_coordinator(self):
        """Nobody can come back to it: it ends, and what runs in it. The box and its Run's own processes stay."""
        run = self.detached(block('setsid sleep 4711 </dev/null >/dev/null 2>&1 &'), '--keep', 'keep')
        self.bellhop.wait_end(run)
        box = self.bellhop.run(run)['devbox']['id']
        kept = set(self.bellhop.box_processes(box))
        self.assertTrue(kept)
        terminal = Terminal(self.bellhop, 'box', 'shell', box)
        terminal.type('echo ready $((40 + 2)); sleep 4712\r')
        terminal.expect('ready 42')
        wait_for(lambda: len(self.bellhop.box_processes(box)) == len(kept) + 2, 'shell and sleep to run')
        self.bellhop.restart()
        terminal.end()
        wait_for(lambda: set(self.bellhop.box_processes(box)) == kept, 'the terminal to end')
        again = Terminal(self.bellhop, 'box', 'shell', box)
        again.type('exit 3\r')
        self.assertEqual(again.end(), 3)
        self.ctl('box', 'rm', run)


class Following(Case):
    def test_killed_midway_nothing_is_lost(self):
        script = 'for i in $(seq 300); do echo "line $i"; while [ $i = 150 ] && [ ! -e go ]; do sleep 0.02; done; done'
        follow = self.spawn('run', '--json', block(script))
        seen = [json.loads(follow.stdout.readline())]
        run = seen[0]['run']['id']
        while 'line 150\n' not in ''.join(event['text'] for event in seen if event['event'] == 'delta'):
            seen.append(json.loads(follow.stdout.readline()))
        follow.kill()
        follow.communicate()
        self.go(run)
        rest = lines(self.ctl('follow', '--json', '--after', str(seen[-1]['seq']), run).stdout)
        self.assertEqual(rest[-1]['state'], 'completed')
        events = seen[1:] + rest[:-1]
        self.assertEqual([event['seq'] for event in events], list(range(1, len(events) + 1)))
        row = self.bellhop.steps(run)[0]['n']
        told = ''.join(event['text'] for event in events
                       if event['event'] == 'delta' and event['row'] == row and event['part'] == 'result')
        self.assertEqual(told, ''.join(f'line {i}\n' for i in range(1, 301)))
        whole = self.ctl('follow', run).stdout
        self.assertIn('│ line 1\n', whole)
        self.assertIn('│ line 300\n', whole)

    def test_coordinator_killed_during_a_follow(self):
        follow = self.spawn('run', '--json', block(WAIT + '; seq 5'))
        seen = [json.loads(follow.stdout.readline())]
        run = seen[0]['run']['id']
        while seen[-1].get('part') != 'result' or 'waiting' not in str(seen[-1]['text']):
            seen.append(json.loads(follow.stdout.readline()))
        self.bellhop.restart()
        self.go(run)
        out, err = follow.stdout.read(), follow.stderr.read()  # communicate() would forget what is buffered
        follow.wait(TIMEOUT)
        self.assertEqual((follow.returncode, err), (0, ''))
        events = seen[1:] + lines(out)
        self.assertEqual(events[-1]['state'], 'completed')
        self.assertEqual([event['seq'] for event in events[:-1]], list(range(1, len(events))))
        self.assertEqual(self.bellhop.outputs(run), ['waiting\nwent\n1\n2\n3\n4\n5\n'])


class Doctoring(unittest.TestCase):
    def test_all_is_well(self):
        with Bellhop() as bellhop:
            told = bellhop.ctl('doctor', check=0).stdout
            self.assertRegex(told, r'✔ launch +.*ran a command')
            self.assertNotIn('✘', told)
            findings = lines(bellhop.ctl('doctor', '--json', check=0).stdout)
            self.assertLessEqual({'namespaces', 'memory', 'socket', 'database', 'clock', 'worker', 'launch'},
                                 {finding['check'] for finding in findings})
            self.assertNotIn('bad', {finding['result'] for finding in findings})
            measured = next(finding['milliseconds'] for finding in findings if finding['check'] == 'launch')
            self.assertTrue(all(value > 0 for value in measured.values()), measured)
            wait_for(lambda: not bellhop.get('/v1/devboxes')['devboxes'], 'the box to be removed')

    def test_no_worker(self):
        with Bellhop('--no-worker') as bellhop:
            told = bellhop.ctl('doctor', check=1).stdout
            self.assertRegex(told, r'✘ worker +')
            findings = lines(bellhop.ctl('doctor', '--json', check=1).stdout)
            bad = [finding for finding in findings if finding.get('fix')]
            self.assertEqual([finding['check'] for finding in bad], ['worker'])
            self.assertIn('bellhop-worker', bad[0]['fix'])

    def test_open_socket(self):
        with Bellhop() as bellhop:
            os.chmod(bellhop.path, 0o666)
            told = bellhop.ctl('doctor', check=1).stdout
            self.assertRegex(told, r'✘ socket +')
            self.assertIn('chmod', told)

    def test_no_coordinator(self):
        with Bellhop(start=False) as bellhop:
            told = bellhop.ctl('doctor', '--no-start', check=1).stdout
            self.assertRegex(told, r'✘ coordinator +')


class Starting(unittest.TestCase):
    def test_coordinator_is_started(self):
        with Bellhop(start=False) as bellhop:
            done = bellhop.ctl('run', block('echo started'), check=0)
            self.assertIn('│ started\n', done.stdout)
            [pid] = bellhop.processes('bellhop-coordinator')
            self.assertTrue(bellhop.get('/v1/info')['auto_started'])
            self.assertEqual(os.getsid(pid) == os.getsid(0), False)
            for box in bellhop.get('/v1/devboxes')['devboxes']:
                bellhop.delete(f'/v1/devboxes/{box["id"]}')
            os.kill(pid, signal.SIGTERM)
            wait_for(lambda: not bellhop.processes('bellhop-coordinator'), 'the coordinator to end')

    def test_no_start(self):
        with Bellhop(start=False) as bellhop:
            result = bellhop.ctl('list', '--no-start', check=2)
            self.assertRegex(result.stderr, r'^bellhopctl: ')
            self.assertEqual(bellhop.processes('bellhop-coordinator'), [])

    def test_coordinator_cannot_start(self):
        with Bellhop(start=False) as bellhop:
            (bellhop.root / 'data' / 'bellhop').mkdir(mode=0o700)
            (bellhop.root / 'data' / 'bellhop' / 'coordinator.db').write_bytes(b'no database' * 1000)
            result = bellhop.ctl('list', check=2)
            self.assertEqual(result.stdout, '')
            self.assertRegex(result.stderr, r'coordinator\.db')
            self.assertEqual(bellhop.processes('bellhop-coordinator'), [])


if __name__ == '__main__':
    tap.main()
