# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""An engine that speaks as Claude Code's CLI (AGENT_WIRE=claude) or Codex' app-server (AGENT_WIRE=codex) does, as far as a turn
goes: it does what `[[do: say Hello | tool ls | permit rm x | ask Which? = Blue, Red | alive]]` in its prompt says. It takes up any
session again, unless AGENT_FORGETS is set. Prompts and answers are written to /workspace/prompts and /workspace/answers."""

import json
import os
import re
import sys
import time

FORGETS = bool(os.environ.get('AGENT_FORGETS'))


def put(**message):
    sys.stdout.write(json.dumps(message) + '\n')
    sys.stdout.flush()


def note(name, what):
    with open(f'/workspace/{name}', 'a') as file:
        file.write(json.dumps(what) + '\n')


def run(command):
    return os.popen(f'{{ {command}\n}} 2>&1').read()


class Agent:
    kept = []

    def hear(self):
        line = sys.stdin.readline()
        if not line:
            sys.exit(0)
        return json.loads(line)

    def wait(self, is_it):
        """The answer; what comes before it is taken later."""
        while True:
            message = self.hear()
            if is_it(message):
                return message
            self.kept = [*self.kept, message]

    def turn(self, text):
        note('prompts', text)
        for step in re.split(r' [|#] ', re.findall(r'\[\[do: (.*?)\]\]', text, re.S)[-1]):
            verb, _, words = step.partition(' ')
            if verb == 'ask':
                question, _, options = words.partition(' = ')
                note('answers', self.ask(question, [option.strip() for option in options.split(',')]))
            elif verb in ('tool', 'permit'):
                self.tool(words, permit=verb == 'permit')
            elif verb == 'say':
                self.say(words)
            while verb == 'alive':
                self.alive()
                time.sleep(0.1)

    def serve(self):
        while True:
            self.take(self.kept.pop(0) if self.kept else self.hear())


class Claude(Agent):
    def __init__(self):
        resumed = sys.argv[sys.argv.index('--resume') + 1] if '--resume' in sys.argv else None
        self.session = resumed or f'session-{time.time_ns()}'
        if resumed and FORGETS:
            sys.exit(f'No conversation found with session ID: {resumed}')

    def message(self, **content):
        put(type='assistant', parent_tool_use_id=None, session_id=self.session,
            message={'id': f'message-{time.time_ns()}', 'role': 'assistant', 'content': [content]})

    def say(self, words):
        self.message(type='text', text=words)

    def use(self, name, asks, do, **given):
        """A tool, with permission if it asks for one; what `do` makes of that is its result."""
        call, request = f'call-{time.time_ns()}', f'request-{time.time_ns()}'
        self.message(type='tool_use', id=call, name=name, input=given)
        answer = None
        if asks:
            put(type='control_request', request_id=request,
                request={'subtype': 'can_use_tool', 'tool_name': name, 'input': given, 'tool_use_id': call})
            answer = self.wait(lambda m: m['type'] == 'control_response' and m['response']['request_id'] == request)['response']['response']
        result = do(answer)
        put(type='user', parent_tool_use_id=None, session_id=self.session, message={'role': 'user', 'content': [
            {'type': 'tool_result', 'tool_use_id': call, 'content': result, 'is_error': False}]})
        return result

    def tool(self, command, permit):
        self.use('Bash', permit, lambda answer: run(command) if not permit or answer['behavior'] == 'allow' else 'no', command=command)

    def ask(self, question, options):
        return self.use('AskUserQuestion', True, lambda answer: answer['updatedInput']['answers'][question], questions=[
            {'question': question, 'header': 'Part', 'multiSelect': False, 'options': [{'label': o, 'description': o} for o in options]}])

    def alive(self):
        put(type='keep_alive')

    def take(self, message):
        if message['type'] == 'control_request':
            put(type='control_response', response={'subtype': 'success', 'request_id': message['request_id'], 'response': {}})
        elif message['type'] == 'user':
            put(type='system', subtype='init', session_id=self.session)
            self.turn(message['message']['content'][0]['text'])
            put(type='result', subtype='success', is_error=False, session_id=self.session)


class Codex(Agent):
    thread = None
    requests = 0

    def item(self, what, **item):
        put(method=f'item/{what}', params={'threadId': self.thread, 'turnId': 'turn', 'item': item})

    def request(self, method, **params):
        self.requests += 1
        put(method=method, id=self.requests, params={'threadId': self.thread, 'turnId': 'turn', **params})
        return self.wait(lambda m: m.get('id') == self.requests and 'method' not in m)['result']

    def say(self, words):
        self.item('completed', type='agentMessage', id=f'message-{time.time_ns()}', text=words)

    def tool(self, command, permit):
        item = {'type': 'commandExecution', 'id': f'call-{time.time_ns()}', 'command': command}
        self.item('started', status='inProgress', **item)
        if permit and self.request('item/commandExecution/requestApproval', itemId=item['id'], command=command)['decision'] != 'accept':
            self.item('completed', status='declined', **item)
            return
        self.item('completed', status='completed', aggregatedOutput=run(command), exitCode=0, **item)

    def ask(self, question, options):
        asked = {'id': 'part', 'header': 'Part', 'question': question, 'options': [{'label': o, 'description': o} for o in options]}
        answer = self.request('item/tool/requestUserInput', itemId=f'call-{time.time_ns()}', questions=[asked])
        return answer['answers']['part']['answers'][0]

    def alive(self):
        put(method='remoteControl/status/changed', params={'status': 'disabled'})

    def take(self, message):
        method, params = message['method'], message.get('params', {})
        if method == 'thread/resume' and FORGETS:
            put(id=message['id'], error={'code': -32600, 'message': f'no rollout found for thread id {params["threadId"]}'})
        elif method in ('thread/start', 'thread/resume'):
            self.thread = params.get('threadId', f'thread-{time.time_ns()}')
            put(id=message['id'], result={'thread': {'id': self.thread}})
        elif method == 'turn/start':
            put(id=message['id'], result={'turn': {'id': 'turn', 'status': 'inProgress'}})
            self.turn(params['input'][0]['text'])
            put(method='turn/completed', params={'threadId': self.thread, 'turn': {'id': 'turn', 'status': 'completed'}})
        elif 'id' in message:
            put(id=message['id'], result={})


{'claude': Claude, 'codex': Codex}[os.environ['AGENT_WIRE']]().serve()
