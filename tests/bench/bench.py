# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""Measures what issue and design promise, and prints a JSON line for each measure. Nothing is asserted: machines are
noisy, and what counts is the ratio to something measured in the same run."""

import functools
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
from bellhop import BUILD, Bellhop, block, in_threads, program, wait_for  # noqa: E402
from database import make_database  # noqa: E402
import bench_app  # noqa: E402
import bench_engine  # noqa: E402

MIB = 1024 * 1024


def stolen_seconds():
    """Processor time so far that a hypervisor gave to others while this machine had work to do."""
    return int(pathlib.Path('/proc/stat').read_text().split()[8]) / os.sysconf('SC_CLK_TCK')


class Said:
    at, stolen = time.monotonic(), stolen_seconds()


def say(measure, **values):
    """Also how many processors were taken from this machine since the last was said: what a machine does not give cannot be measured."""
    now, stolen = time.monotonic(), stolen_seconds()
    values.setdefault('stolen_cpus', round((stolen - Said.stolen) / max(now - Said.at, 0.001), 2))
    Said.at, Said.stolen = now, stolen
    print(json.dumps(dict(measure=measure, **values)), flush=True)


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


def pss(pid):
    """Proportional set size in MB (10⁶ bytes would flatter; these are MiB)."""
    with open(f'/proc/{pid}/smaps_rollup') as lines:
        for line in lines:
            if line.startswith('Pss:'):
                return int(line.split()[1]) / 1024
    return 0.0


def bench_launch():
    """Launch request → the box answers HELLO, by the worker's real peer; against podman where it is there."""
    result = subprocess.run([str(BUILD / 'tests' / 'bench' / 'bench-launch')], capture_output=True, text=True)
    if result.returncode:
        say('launch', error=result.stderr[-500:])
        return
    times = json.loads(result.stdout)['ms']
    values = dict(median_ms=round(statistics.median(times), 2), p95_ms=round(percentile(times, 0.95), 2), n=len(times), reach_ms=25)
    podman = podman_times()
    if podman:
        values.update(podman_median_ms=round(statistics.median(podman), 1),
                      ratio_to_podman=round(statistics.median(times) / statistics.median(podman), 3), reach_ratio=0.15)
    say('launch', **values)


def podman_times():
    """The smallest image there can be: nothing but a static `true`."""
    if not shutil.which('podman') or not shutil.which('musl-gcc'):
        return []
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ, PODMAN_IGNORE_CGROUPSV1_WARNING='1', XDG_DATA_HOME=f'{folder}/data',
                           CONTAINERS_CONF=f'{folder}/containers.conf')
        pathlib.Path(f'{folder}/containers.conf').write_text('[containers]\npids_limit=0\n[engine]\ncgroup_manager="cgroupfs"\n')
        pathlib.Path(f'{folder}/true.c').write_text('int main(void){return 0;}\n')
        os.makedirs(f'{folder}/root/bin')
        subprocess.run(['musl-gcc', '-static', '-o', f'{folder}/root/bin/true', f'{folder}/true.c'], check=True)
        subprocess.run(['tar', '-C', f'{folder}/root', '-cf', f'{folder}/image.tar', '.'], check=True)
        podman = ['podman', '--root', f'{folder}/store', '--runroot', f'{folder}/run']
        if subprocess.run([*podman, 'import', '-q', f'{folder}/image.tar', 'bench-true'], env=environment, capture_output=True).returncode:
            return []
        times = []
        for _ in range(12):
            started = time.monotonic()
            done = subprocess.run([*podman, 'run', '--rm', '--network=none', 'bench-true', '/bin/true'], env=environment, capture_output=True)
            if done.returncode:
                say('podman', error=done.stderr.decode(errors='replace')[-300:])
                return []
            times.append((time.monotonic() - started) * 1000)
        subprocess.run([*podman, 'rmi', '-f', 'bench-true'], env=environment, capture_output=True)
        return times[2:]


def bench_first_output():
    """POST /v1/runs → the first output line at an SSE client."""
    with Bellhop() as bellhop:
        times = []
        for i in range(25):
            started = time.monotonic()
            run = bellhop.create(block('echo first'), keep='remove')
            with bellhop.stream(f'/v1/runs/{run["id"]}/events') as stream:
                for event in stream:
                    if event['event'] == 'delta' and 'first' in (event['data']['text'] or '') and event['data']['part'] == 'result':
                        times.append((time.monotonic() - started) * 1000)
                        break
            bellhop.wait_end(run['id'])
        times = times[3:]
        say('post_to_first_output', median_ms=round(statistics.median(times), 1), p95_ms=round(percentile(times, 0.95), 1), n=len(times), reach_ms=80)


def lines_block(n, pause_us):
    """A block that prints n stamped lines once the Run's workspace holds the program and the file `go`."""
    return block(f'while [ ! -e lines.ready ]; do sleep 0.05; done; ./lines {n} {pause_us} go')


def hand_lines(bellhop, run_id):
    """Puts the program that prints into the Run's workspace."""
    box = wait_for(lambda: bellhop.run(run_id)['devbox'], 'the box')['id']
    workspace = bellhop.boxes / box / 'workspace'
    wait_for(workspace.exists, 'the workspace')
    shutil.copy(BUILD / 'tests' / 'bench' / 'bench-lines', workspace / 'lines')
    (workspace / 'lines.ready').touch()
    return workspace


def latencies(stream, lines):
    """Milliseconds from the line's stamp to its arrival here, for each line of the Run."""
    found, rest, row = [], '', -1
    for event in stream:
        now = time.time()
        if event['event'] == 'delta' and event['data']['part'] == 'result' and event['data']['text']:
            rest = (rest if event['data']['row'] == row else '') + event['data']['text']
            row = event['data']['row']
            *whole, rest = rest.split('\n')
            for line in whole:
                stamp = line.split(' ')[0]
                if stamp.replace('.', '').isdigit():
                    found.append((now - float(stamp)) * 1000)
            if len(found) >= lines:
                break
        elif event['event'] == 'run' and event['data']['run']['state'] in ('completed', 'failed', 'stopped'):
            break
    return found


def bench_line_latency():
    """A line written in the box → the SSE client, one Run."""
    with Bellhop() as bellhop:
        n = 400
        run = bellhop.create(lines_block(n, 20000))
        (hand_lines(bellhop, run['id']) / 'go').touch()
        with bellhop.stream(f'/v1/runs/{run["id"]}/events') as stream:
            times = latencies(stream, n)[20:]
        say('line_to_client', median_ms=round(statistics.median(times), 2), p99_ms=round(percentile(times, 0.99), 2), n=len(times),
            reach_median_ms=5, reach_p99_ms=20)


def bench_gigabyte():
    """One Run that prints 1 GB: from the process to stored output, and what the coordinator grows by."""
    with Bellhop() as bellhop:
        bellhop.wait_end(bellhop.create(block('echo warm'))['id'])
        pids = {'coordinator': bellhop.process.pid, 'worker': bellhop.processes('bellhop-worker')[0]}
        before = {name: pss(pid) for name, pid in pids.items()}
        most = dict(before)
        run = bellhop.create(block('head -c 1073741824 /dev/zero | tr "\\0" "x"'))
        wait_for(lambda: bellhop.steps(run['id']), 'the block')
        started = time.monotonic()
        while bellhop.run(run['id'])['state'] not in ('completed', 'failed'):
            for name, pid in pids.items():
                most[name] = max(most[name], pss(pid))
            time.sleep(0.2)
        seconds = time.monotonic() - started
        # the same bytes without us, in the same run
        bare = time.monotonic()
        with open(bellhop.root / 'bare', 'wb') as file:
            subprocess.run('head -c 1073741824 /dev/zero | tr "\\0" "x" | cat', shell=True, check=True, stdout=file)
        bare = time.monotonic() - bare
        say('gigabyte', mb_per_s=round(1073.7 / seconds, 1), reach_mb_per_s=50, bare_pipe_to_file_mb_per_s=round(1073.7 / bare, 1),
            ratio_to_bare=round(bare / seconds, 3), coordinator_growth_mb=round(most['coordinator'] - before['coordinator'], 1),
            reach_growth_mb=32, worker_growth_mb=round(most['worker'] - before['worker'], 1),
            state=bellhop.run(run['id'])['state'])


def cpu_seconds():
    """Processor time so far of all that takes part, by the name of the program."""
    spent = {}
    for entry in pathlib.Path('/proc').glob('[0-9]*'):
        try:
            name, _, rest = (entry / 'stat').read_text().partition('(')[2].rpartition(')')
        except OSError:
            continue
        if name.startswith('bellhop-') or name in ('lines', 'python3'):
            spent[name] = spent.get(name, 0) + sum(map(int, rest.split()[11:13])) / os.sysconf('SC_CLK_TCK')
    return spent


class Spent:
    """How many processors each program kept at work between the beginning and stop(), and how many were taken from this machine."""

    def __init__(self):
        self.since, self.before, self.stolen_before, self.cpus, self.stolen = time.monotonic(), cpu_seconds(), stolen_seconds(), {}, 0

    def stop(self):
        took = time.monotonic() - self.since
        self.stolen = round((stolen_seconds() - self.stolen_before) / took, 2)
        self.cpus = {name: round((seconds - self.before.get(name, 0)) / took, 2) for name, seconds in cpu_seconds().items()}


def bench_many(runs=200, seconds=60):
    """200 Runs at 50 lines a second each, ten of them watched."""
    with Bellhop() as bellhop:
        n = seconds * 50
        ids = [bellhop.create(lines_block(n, 20000), name=f'load {i}')['id'] for i in range(runs)]
        workspaces = [hand_lines(bellhop, run) for run in ids]
        wait_for(lambda: all(bellhop.steps(run) for run in ids), 'all blocks to run', 300)
        time.sleep(1)
        streams = [bellhop.stream(f'/v1/runs/{run}/events', timeout=seconds * 6) for run in ids[:10]]
        for workspace in workspaces:
            (workspace / 'go').touch()
        started, spent = time.monotonic(), Spent()
        threading.Timer(seconds * 0.8, spent.stop).start()
        times = [latency for found in in_threads(lambda stream: latencies(stream, n), streams) for latency in found]
        watched = time.monotonic() - started
        for run in ids:
            bellhop.wait_end(run, 600)
        took = time.monotonic() - started
        lost = 0
        for run in ids:
            lines = bellhop.outputs(run)[0].splitlines()
            numbers = [line.split(' ')[1] for line in lines]
            lost += numbers != [str(i) for i in range(n)]
        say('many', runs=runs, lines_per_s=round(runs * n / took), asked_lines_per_s=runs * 50, clients=10, seconds=round(watched, 1),
            runs_with_loss=lost, median_ms=round(statistics.median(times), 1), p99_ms=round(percentile(times, 0.99), 1), n=len(times),
            reach_p99_ms=100, coordinator_mb=round(pss(bellhop.process.pid), 1), cpus=spent.cpus, stolen_cpus=spent.stolen)


def bench_idle_memory():
    """Proportional set sizes after a Run, with its box still up and nothing to do."""
    with Bellhop() as bellhop:
        bellhop.wait_end(bellhop.create(block('echo hello'))['id'])
        time.sleep(3)
        say('idle_memory', coordinator_mb=round(pss(bellhop.process.pid), 1), reach_coordinator_mb=15,
            worker_mb=round(pss(bellhop.processes('bellhop-worker')[0]), 1), reach_worker_mb=10,
            boxd_mb=round(pss(boxd_pid(bellhop)), 2), reach_boxd_mb=0.6)


def boxd_pid(bellhop):
    """The one boxd of this Bellhop: who sees its folder among its mounts."""
    for entry in pathlib.Path('/proc').glob('[0-9]*'):
        try:
            if (entry / 'comm').read_text().strip() == 'bellhop-boxd' and bellhop.root.name in (entry / 'mountinfo').read_text():
                return int(entry.name)
        except OSError:
            continue
    raise AssertionError('no boxd found')


def start_times(bellhop, n=7):
    times, page = [], []
    for _ in range(n):
        bellhop.process.terminate()
        bellhop.process.wait()
        started = time.monotonic()
        bellhop.process = bellhop.spawn()
        while not bellhop.reachable():
            time.sleep(0.001)
        times.append((time.monotonic() - started) * 1000)
        for _ in range(5):
            started = time.monotonic()
            bellhop.get('/v1/runs?limit=50')
            page.append((time.monotonic() - started) * 1000)
    return statistics.median(times), statistics.median(page)


def bench_start():
    """Process start → ready, and a page of the run list, with an empty and with a large database."""
    with Bellhop('--no-worker') as bellhop:
        empty, _ = start_times(bellhop)
    with Bellhop('--no-worker') as bellhop:
        bellhop.process.terminate()
        bellhop.process.wait()
        runs, events = 10000, int(os.environ.get('BELLHOP_BENCH_EVENTS', '5000000'))
        make_database(bellhop.data / 'coordinator.db', runs, events)
        bellhop.start()
        large, page = start_times(bellhop)
        size = (bellhop.data / 'coordinator.db').stat().st_size
        say('start', empty_ms=round(empty, 1), reach_empty_ms=100, large_ms=round(large, 1), reach_large_ms=500,
            run_list_page_ms=round(page, 1), reach_page_ms=20, runs=runs, events=events, database_mb=round(size / MIB))


def bench_dialects():
    """What a line of an engine costs in its dialect, by recorded transcript."""
    environment = dict(os.environ, G_TEST_SRCDIR=str(pathlib.Path(__file__).parent.parent))
    result = subprocess.run([str(BUILD / 'tests' / 'bench' / 'bench-dialects')], capture_output=True, text=True, env=environment)
    if result.returncode:
        say('dialects', error=result.stderr[-500:])
    for line in result.stdout.splitlines():
        if line.startswith('{'):
            say('dialects', **json.loads(line), reach_us_a_message=20)


BENCHES = {'launch': bench_launch, 'first_output': bench_first_output, 'line_latency': bench_line_latency,
           'gigabyte': bench_gigabyte, 'idle_memory': bench_idle_memory, 'start': bench_start, 'many': bench_many,
           'dialects': bench_dialects}
BENCHES.update({name: functools.partial(bench, say) for name, bench in {**bench_engine.BENCHES, **bench_app.BENCHES}.items()})


def main():
    names = sys.argv[1:] or list(BENCHES)
    for name in names:
        if name not in BENCHES:
            sys.exit(f'there is no bench “{name}”; known are {", ".join(BENCHES)}')
    say('machine', cpus=os.cpu_count(), kernel=os.uname().release, boxd_bytes=os.path.getsize(program('bellhop-boxd')),
        threads=threading.active_count())
    for name in names:
        BENCHES[name]()


if __name__ == '__main__':
    main()
