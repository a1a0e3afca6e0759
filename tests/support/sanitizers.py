# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""Has every program of ours that a test starts write what a sanitizer found into a folder: a daemon that is killed
later, or is started again by another, would hide it otherwise."""

import atexit
import os
import pathlib
import re
import shutil
import tempfile

# all others are notes, such as ASan's about makecontext()
FOUND = re.compile(r'^.*(?:ERROR: \w+Sanitizer|runtime error:)', re.M)

_folder = None


def start():
    """Turns the reports of all later programs to the folder, when this is a build with sanitizers."""
    global _folder
    if os.environ.get('BELLHOP_TEST_SETUP') != 'sanitize' or _folder is not None:
        return
    _folder = pathlib.Path(tempfile.mkdtemp(prefix='bh-sanitizers-'))
    # programs of another user report too
    _folder.chmod(0o1777)
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)
    for name in ('ASAN_OPTIONS', 'UBSAN_OPTIONS'):
        os.environ[name] = ':'.join(filter(None, (os.environ.get(name), f'log_path={_folder}/report')))


def enabled():
    return _folder is not None


def without_leaks(environment):
    """For programs that end while fibers of theirs wait: what only the stack of a waiting fiber holds is reachable, but
    LSan does not know these stacks. Leaks are looked for in the unit tests, in boxd and in the app."""
    if enabled():
        environment['ASAN_OPTIONS'] += ':detect_leaks=0'
    return environment


def with_leaks(environment):
    """For programs whose fibers have all ended before they do, and that show something: without what GTK leaks."""
    if os.environ.get('BELLHOP_TEST_SETUP') == 'sanitize':
        environment['ASAN_OPTIONS'] = environment.get('ASAN_OPTIONS', '') + ':detect_leaks=1'
        environment['LD_PRELOAD'] = str(pathlib.Path(os.environ['BELLHOP_UNINSTALLED']) / 'tests' / 'support' / 'library-leaks.so')
    return environment


def take():
    """The text of all reports that were written since the last time, '' when there is none."""
    reports = []
    for path in sorted(_folder.glob('report.*')) if _folder else ():
        text = path.read_text(errors='replace')
        path.unlink()
        if FOUND.search(text):
            reports.append(f'{path.name}:\n{text}')
    return '\n'.join(reports)
