#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""record.py ENGINE FILE: what a real CLI that speaks ACP and Bellhop say to each other, in a real DevBox against the scripted
model, as a transcript for tests/fixtures/engines (see the README there): a turn with a thought, a command and our question; a
file written and changed; a question of its own; a turn that is interrupted; SIGKILL in the middle of one, the session taken up
again; another turn. To be run in the root, with BELLHOP_UNINSTALLED and BELLHOP_SOURCE set."""

import contextlib
import json
import os
import pathlib
import re
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
from bellhop import TERMINAL, Bellhop, wait_for  # noqa: E402
import engines  # noqa: E402

# Between the engine and its pipes; every line is written down before it is passed on.
TEE = r'''
import json, os, subprocess, sys, threading, time
log = open('/workspace/.record', 'a')
began = time.monotonic()
lock = threading.Lock()
def note(**entry):
    with lock:
        log.write(json.dumps(dict(t=int((time.monotonic() - began) * 1000), **entry), separators=(',', ':')) + '\n')
        log.flush()
def carry(source, target, way):
    for line in source:
        try:
            note(dir=way, msg=json.loads(line))
        except ValueError:
            note(dir=way, text=line.decode(errors='replace').rstrip('\n'))
        target.write(line)
        target.flush()
note(dir='meta', event='spawn', argv=sys.argv[1:])
child = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
def feed():
    carry(sys.stdin.buffer, child.stdin, 'client->agent')
    child.stdin.close()
threading.Thread(target=feed, daemon=True).start()
carry(child.stdout, sys.stdout.buffer, 'agent->client')
note(dir='meta', event='exit', code=child.wait())
os._exit(child.returncode & 255)
'''

# what is kept of long texts and lists, by the name of the member
LONGEST = {'description': 120}
MOST = {'availableCommands': 2}


class Recorder:
    def __init__(self, engine):
        self.engine, self.model = engine, engines.FakeModel()
        self.bellhop = Bellhop(environment={'BELLHOP_MCP_WAIT_MS': '60000'}, start=False)
        engines.install(self.bellhop.root / 'home', engine)
        engines.keyfiles(self.bellhop.root / 'config', self.model.url, engine)
        folder = self.bellhop.root / 'config' / 'bellhop' / 'engines'
        path = folder / f'{engine}.engine'
        text = (path if path.exists() else engines.SOURCE / 'data' / 'engines' / path.name).read_text()
        command = "Command=python3 -c 'import os; exec(os.environ[\"TEE\"])' "
        path.write_text(text.replace('Command=', f'Binary={engines.ENGINES[engine][1]}\nCommand=', 1).replace('Command=', command, 1)
                        if 'Binary=' in text else text.replace('Command=', command, 1).replace(
                            '[Find]\n', f'[Find]\nBinary={engines.ENGINES[engine][1]}\n', 1))
        self.bellhop.start()

    def answer(self, label):
        def ask():
            return self.bellhop.get(f'/v1/runs/{self.run_id}/questions')['questions']
        question = wait_for(ask, 'the question', 60)[0]
        option = next(o['id'] for o in question['questions'][0]['options'] if o['label'] == label)
        self.bellhop.post(f'/v1/runs/{self.run_id}/answers', {'question': question['id'], 'options': [option]})

    def say(self, *script, **fields):
        turns = len(self.prompts())
        self.bellhop.post(f'/v1/runs/{self.run_id}/messages', {'text': engines.steps(*script), **fields})
        wait_for(lambda: len(self.prompts()) > turns, 'the next turn', 60)

    def entries(self):
        with contextlib.suppress(OSError, ValueError):
            return [json.loads(line) for line in self.file.read_text().splitlines()]
        return []

    def prompts(self):
        return [entry for entry in self.entries() if entry.get('msg', {}).get('method') == 'session/prompt']

    def end(self):
        # its process ends with its work; another one begins with the next message
        self.bellhop.wait_state(self.run_id, *TERMINAL, timeout=120)
        wait_for(lambda: not self.bellhop.box_processes(self.bellhop.run(self.run_id)['devbox']['id']), 'its end', 60)

    def play(self):
        env = {**engines.environment(self.engine, self.model.url), 'TEE': TEE}
        target = {'worker': self.bellhop.worker, 'image': 'host'}
        self.run_id = self.bellhop.create(engines.steps('think shell echo hello > out.txt', 'ask Which colour should the button be?'),
                                          engine=self.engine, env=env, keep='keep', target=target)['id']
        box = wait_for(lambda: self.bellhop.run(self.run_id)['devbox'], 'the box')['id']
        self.file = self.bellhop.boxes / box / 'workspace' / '.record'
        self.answer('Red')
        self.end()
        self.say('write /workspace/notes.txt', 'edit /workspace/notes.txt')
        self.end()
        if self.engine == 'qwen':
            self.say('question Which size should it have?')
            self.answer('Blue')
            self.end()
        self.say('slow 1000')
        wait_for(lambda: 'agent_message_chunk' in json.dumps(self.entries()[-1]), 'its words', 60)
        self.say('shell echo steered > out.txt', interrupt=True)
        self.end()
        self.say('slow 1000')
        wait_for(lambda: 'agent_message_chunk' in json.dumps(self.entries()[-1]), 'its words', 60)
        turns = len(self.prompts())
        for pid in self.bellhop.box_processes(box):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait_for(lambda: len(self.prompts()) > turns, 'it to be taken up again', 60)
        self.end()

    def close(self):
        self.bellhop.close()
        self.model.close()


def trimmed(value, name=''):
    if isinstance(value, dict):
        if 'availableCommands' in value:
            value.pop('_meta', None)
        return {key: trimmed(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [trimmed(item, name) for item in value[:MOST.get(name)]]
    most = LONGEST.get(name, 1200)
    return value[:most] + '…[trimmed]' if isinstance(value, str) and len(value) > most else value


def main():
    engine, target = sys.argv[1:]
    recorder = Recorder(engine)
    try:
        recorder.play()
        entries = recorder.entries()
    finally:
        recorder.close()
    for entry in entries:
        if entry.get('event') == 'spawn':
            entry.update(engine=engine, version=engines.version(engine), argv=[engines.ENGINES[engine][1], *entry['argv'][1:]])
    text = '\n'.join(json.dumps(trimmed(entry), ensure_ascii=False, separators=(',', ':')) for entry in entries) + '\n'
    text = re.sub(r'http://127\.0\.0\.1:\d+', 'http://127.0.0.1:8099', text).replace('/workspace', '/work')
    for private in (str(recorder.bellhop.root), os.path.expanduser('~'), str(engines.SOURCE)):
        text = text.replace(private, '/srv')
    pathlib.Path(target).write_text(text)


if __name__ == '__main__':
    main()
