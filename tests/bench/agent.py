# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""An engine for the benches that speaks ACP and costs nothing itself. Its prompt says what its turn is: `hello`; `stamps N SECONDS`,
so many messages of a line each, which begins with the time; `replay`, what lies in the workspace once there is a file `go`."""

import json
import os
import sys
import time

SESSION = 'bench'


def put(**message):
    sys.stdout.write(json.dumps({'jsonrpc': '2.0', **message}) + '\n')
    sys.stdout.flush()


def say(text):
    put(method='session/update', params={'sessionId': SESSION, 'update': {
        'sessionUpdate': 'agent_message_chunk', 'content': {'type': 'text', 'text': text}}})


def hello():
    say('hello')


def stamps(n, pause):
    for i in range(int(n)):
        say(f'{time.time():.6f} {i}\n')
        time.sleep(float(pause))


def replay():
    while not os.path.exists('go'):
        time.sleep(0.01)
    with open('recording', 'rb') as file:
        while data := file.read(1 << 20):
            while data:
                data = data[os.write(1, data):]


def turn(words):
    {'hello': hello, 'stamps': stamps, 'replay': replay}[words[0]](*words[1:])
    return {'stopReason': 'end_turn'}


ANSWERS = {
    'initialize': lambda params: {'protocolVersion': 1, 'agentCapabilities': {}, 'authMethods': []},
    'session/new': lambda params: {'sessionId': SESSION},
    # what we say to every engine comes after it
    'session/prompt': lambda params: turn(params['prompt'][0]['text'].split('[[')[1].split(']]')[0].split()),
}

for line in sys.stdin:
    request = json.loads(line)
    if request.get('method') in ANSWERS:
        put(id=request['id'], result=ANSWERS[request['method']](request['params']))
