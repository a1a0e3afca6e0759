#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# The man pages are sound and name every verb and option; the completion offers what the program understands.
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

PROGRAM, SOURCE = sys.argv[1:3]
del sys.argv[1:3]
MAN = os.path.join(SOURCE, 'data', 'man')
COMPLETION = os.path.join(SOURCE, 'data', 'completions', 'bellhopctl')
RUN = 'r_0123456789abcdef'


def help_of(*verb):
    return subprocess.run([PROGRAM, *verb, '--help'], capture_output=True, text=True, check=True).stdout


def verbs():
    return re.findall(r'^  ([\w-]+) ', help_of().split('Commands:')[1], re.M)


def options(*verb):
    return set(re.findall(r'--[a-z-]+', help_of(*verb).split('\n', 3)[3]))


def complete(*words, environment=None):
    """What is offered for the last of the words."""
    script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _bellhopctl;'
              'printf "%s\\n" "${COMPREPLY[@]}"')
    result = subprocess.run(['bash', '-c', script, 'bash', COMPLETION, PROGRAM, *words], capture_output=True, text=True,
                            check=True, timeout=30, env={**os.environ, 'BELLHOP_NO_START': '1', **(environment or {})})
    return result.stdout.split()


def serve(listener):
    """Answers every request like a coordinator with one Run."""
    answers = {'/v1/info': {'name': 'bellhop', 'version': '0', 'api': 1},
               '/v1/runs': {'runs': [{'id': RUN}], 'next': None}}
    while True:
        try:
            connection = listener.accept()[0]
        except OSError:
            return
        with connection, connection.makefile('rb') as lines:
            for line in lines:
                if line.startswith(b'GET '):
                    body = json.dumps(answers[line.split()[1].decode().split('?')[0]]).encode()
                elif line == b'\r\n':
                    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s'
                                       % (len(body), body))


class Data(unittest.TestCase):
    def test_man_pages(self):
        for page in sorted(os.listdir(MAN)):
            if page[-2:] in ('.1', '.8'):
                result = subprocess.run(['mandoc', '-Tlint', '-Wwarning', os.path.join(MAN, page)], capture_output=True,
                                        text=True)
                self.assertEqual((result.stdout, result.returncode), ('', 0), page)

    def test_man_page_is_complete(self):
        with open(os.path.join(MAN, 'bellhopctl.1')) as file:
            text = file.read()
        for verb in verbs():
            self.assertRegex(text, rf'\.It Cm {verb}\b', verb)
            for option in options(verb) - {'--help', '--version'} if verb not in ('box', 'token') else ():
                self.assertTrue(f'Fl {option[1:]}' in text, (verb, option))

    def test_completion_is_sound(self):
        result = subprocess.run(['shellcheck', COMPLETION], capture_output=True, text=True)
        self.assertEqual((result.stdout, result.returncode), ('', 0))

    def test_completion_of_verbs(self):
        self.assertEqual(sorted(complete('')), sorted(verbs()))
        self.assertEqual(complete('box', 's'), ['stop', 'shell'])
        self.assertEqual(complete('--no-start', 'ru'), ['run'])
        self.assertEqual(complete('run', '--keep', 'r'), ['remove'])

    def test_completion_of_options(self):
        for verb in verbs():
            if verb not in ('box', 'token'):
                self.assertEqual(set(complete(verb, '--')), options(verb) - {'--version'}, verb)

    def test_completion_of_runs(self):
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listener:
            path = os.path.join(folder, 'socket')
            listener.bind(path)
            listener.listen()
            threading.Thread(target=serve, args=[listener], daemon=True).start()
            self.assertEqual(complete('follow', '', environment={'BELLHOP_SOCKET': path}), ['latest', RUN])
            self.assertEqual(complete('--socket', path, 'show', 'r_'), [RUN])
        self.assertEqual(complete('follow', '', environment={'BELLHOP_SOCKET': path}), ['latest'])


unittest.main()
