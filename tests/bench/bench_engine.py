# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""Engines that are CLIs: from their lines to the timeline. The real coordinator, worker and box, and an engine of ours in it."""

import json
import os
import pathlib
import statistics
import subprocess
import time

from bellhop import SOURCE, Bellhop, wait_for
import scripted_engine

AGENT = pathlib.Path(__file__).parent / 'agent.py'
COMMAND = ['python3', '-I', '-S', '-c', 'import os; exec(os.environ["AGENT"])']
UPDATES = 160000


def pss(pid):
    with open(f'/proc/{pid}/smaps_rollup') as lines:
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith('Pss:'))


def start():
    bellhop = Bellhop(start=False)
    command = ' '.join([*COMMAND[:-1], "'" + COMMAND[-1] + "'"])
    bellhop.engine_file('bench', scripted_engine.keyfile(name='Bench', command=command))
    return bellhop.start()


def create(bellhop, words, **fields):
    return bellhop.create(f'Go. [[{words}]]', engine='bench', env={'AGENT': AGENT.read_text()}, **fields)['id']


def recorded():
    """All updates of the recorded transcripts of ACP engines, one after the other."""
    for path in sorted((SOURCE / 'tests' / 'fixtures' / 'engines').glob('*-acp.jsonl')):
        for line in path.read_text().splitlines():
            entry = json.loads(line)
            message = entry.get('msg') or {}
            if entry['dir'] == 'agent->client' and message.get('method') == 'session/update':
                yield message


def recording(updates):
    """A session of so many updates: the recorded ones over and over, each time with other ids."""
    messages, lines, again = list(recorded()), [], 0
    while len(lines) < updates:
        for message in messages:
            message['params']['sessionId'] = 'bench'
            update = dict(message['params']['update'])
            for name in ('toolCallId', 'messageId'):
                if name in update:
                    update[name] = f'{update[name]}-{again}'
            lines.append(json.dumps({**message, 'params': {**message['params'], 'update': update}}, separators=(',', ':')))
        again += 1
    return ('\n'.join(lines[:updates]) + '\n').encode()


def replay(bellhop, data, watched):
    """Seconds, and the most that coordinator and worker came to meanwhile, in MiB; the number of rows."""
    run_id = create(bellhop, 'replay')
    box = wait_for(lambda: bellhop.run(run_id)['devbox'], 'the box')['id']
    workspace = bellhop.boxes / box / 'workspace'
    wait_for(workspace.exists, 'the workspace')
    (workspace / 'recording').write_bytes(data)
    # its prompt was written
    wait_for(lambda: bellhop.rows(run_id)[1]['state'] == 'done' and bellhop.run(run_id)['state'] == 'running', 'the launch')
    time.sleep(0.5)
    client = None
    if watched:
        client = subprocess.Popen(['curl', '-sN', '--unix-socket', bellhop.path, f'http://localhost/v1/runs/{run_id}/events'],
                                  stdout=subprocess.DEVNULL)
    pids = {'coordinator': bellhop.process.pid, 'worker': bellhop.processes('bellhop-worker')[0]}
    before = {name: pss(pid) for name, pid in pids.items()}
    most = dict(before)
    started = time.monotonic()
    (workspace / 'go').touch()
    while (run := bellhop.run(run_id))['state'] == 'running':
        for name, pid in pids.items():
            most[name] = max(most[name], pss(pid))
        time.sleep(0.05)
    seconds = time.monotonic() - started
    if client:
        client.terminate()
        client.wait()
    growth = {name: round(most[name] - before[name], 1) for name in pids}
    return seconds, growth, run


def bench_updates(say):
    """A long session, recorded and replayed: into the journal, through box, worker and coordinator."""
    data, quarter = recording(UPDATES), recording(UPDATES // 4)
    for watched in (False, True):
        with start() as bellhop:
            replay(bellhop, recording(UPDATES // 16), watched)
            _, grown, _ = replay(bellhop, quarter, watched)
            seconds, growth, run = replay(bellhop, data, watched)
            say('engine_updates', watched=watched, updates=UPDATES, mb=round(len(data) / 1e6, 1), seconds=round(seconds, 2),
                updates_per_s=round(UPDATES / seconds), reach_updates_per_s=20000, coordinator_growth_mb=growth['coordinator'],
                growth_of_a_quarter_mb=grown['coordinator'], worker_growth_mb=growth['worker'], rows=run['rows'], state=run['state'])


def bench_line(say):
    """A line that the engine writes → the SSE client."""
    with start() as bellhop:
        n, times = 400, []
        run_id = create(bellhop, f'stamps {n} 0.02')
        with bellhop.stream(f'/v1/runs/{run_id}/events') as stream:
            for event in stream:
                now = time.time()
                if event['event'] == 'delta' and event['data']['part'] == 'text' and event['data']['row'] > 1:
                    times += [(now - float(line.split(' ')[0])) * 1000 for line in event['data']['text'].splitlines()]
                elif event['event'] == 'run' and event['data']['run']['state'] in ('completed', 'failed', 'stopped'):
                    break
        times = sorted(times[20:])
        say('engine_line_to_client', median_ms=round(statistics.median(times), 2), p99_ms=round(times[int(len(times) * 0.99)], 2),
            n=len(times), reach_median_ms=5)


def bare():
    """Milliseconds from the start of the engine's process to its first update, with no one in between."""
    def ask(method, **params):
        process.stdin.write(json.dumps({'jsonrpc': '2.0', 'id': method, 'method': method, 'params': params}) + '\n')
        process.stdin.flush()
        return process.stdout.readline()

    started = time.monotonic()
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                          env={**os.environ, 'AGENT': AGENT.read_text()}) as process:
        ask('initialize')
        ask('session/new')
        ask('session/prompt', prompt=[{'type': 'text', 'text': '[[hello]]'}])
        took = (time.monotonic() - started) * 1000
        process.stdout.readline()
        process.stdin.close()
    return took


def through(bellhop):
    """The same from the request for a Run to the SSE client."""
    started = time.monotonic()
    run_id = create(bellhop, 'hello', keep='remove')
    with bellhop.stream(f'/v1/runs/{run_id}/events') as stream:
        for event in stream:
            if event['event'] == 'delta' and event['data']['part'] == 'text' and event['data']['row'] > 1:
                break
    took = (time.monotonic() - started) * 1000
    bellhop.wait_end(run_id)
    return took


def bench_start(say):
    """A Run is asked for → the engine's first word at the client, and how much of that is the engine's own."""
    with start() as bellhop:
        ours, own = [], []
        for _ in range(25):
            own.append(bare())
            ours.append(through(bellhop))
        ours, own = ours[3:], own[3:]
        say('engine_start', median_ms=round(statistics.median(ours), 1), bare_median_ms=round(statistics.median(own), 1),
            added_median_ms=round(statistics.median(a - b for a, b in zip(ours, own)), 1), n=len(ours), reach_added_ms=50)


BENCHES = {'engine_updates': bench_updates, 'engine_line': bench_line, 'engine_start': bench_start}
