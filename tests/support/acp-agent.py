# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""An engine that speaks ACP and does what its prompt says, so that tests can have it do anything an engine ever
did: `[[do: say Hello | tool ls | ask Which? = Blue, Red | die 9]]`. Its sessions outlive it, as those of real engines do:
a session that is loaded goes on at the step that was under way. Every prompt it gets is written to
/workspace/prompts, every answer to /workspace/answers, with its AGENT_NAME behind that."""

import json
import os
import re
import signal
import sys
import time

# of several in one box each has its own
NAME = os.environ.get('AGENT_NAME', '')
STORE = os.path.expanduser(f'~/sessions{NAME}.json')
WORKSPACE = os.environ.get('AGENT_WORKSPACE', '/workspace')


def load():
    try:
        with open(STORE) as file:
            return json.load(file)
    except FileNotFoundError:
        return {}


def save(sessions):
    with open(STORE + '.new', 'w') as file:
        json.dump(sessions, file)
    os.replace(STORE + '.new', STORE)


def note(name, text):
    with open(os.path.join(WORKSPACE, name + NAME), 'a') as file:
        file.write(json.dumps(text) + '\n')


def put(message):
    sys.stdout.write(json.dumps({'jsonrpc': '2.0', **message}) + '\n')
    sys.stdout.flush()


class Agent:
    def __init__(self):
        self.sessions = load()
        self.session = None
        self.next_id = 0
        self.cancelled = False

    def read(self):
        line = sys.stdin.readline()
        if not line:
            sys.exit(0)
        return json.loads(line)

    def update(self, **update):
        put({'method': 'session/update', 'params': {'sessionId': self.session, 'update': update}})

    def request(self, method, **params):
        """Sends a request and waits for its answer; other things may come meanwhile."""
        self.next_id += 1
        put({'id': self.next_id, 'method': method, 'params': {'sessionId': self.session, **params}})
        while True:
            message = self.read()
            if message.get('id') == self.next_id and 'method' not in message:
                return message
            if message.get('method') == 'session/cancel':
                self.cancelled = True
                return None

    def poll_cancel(self, seconds):
        import select
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.cancelled:
            if select.select([sys.stdin], [], [], 0.05)[0] and self.read().get('method') == 'session/cancel':
                self.cancelled = True

    # what a prompt can ask for

    def do_say(self, text):
        for piece in re.split(r'(?<= )', text):
            self.update(sessionUpdate='agent_message_chunk', content={'type': 'text', 'text': piece})
        self.update(sessionUpdate='agent_message_chunk', content={'type': 'text', 'text': '\n\n'})

    def do_think(self, text):
        self.update(sessionUpdate='agent_thought_chunk', content={'type': 'text', 'text': text})

    def do_tool(self, text):
        call = f'call-{time.monotonic_ns()}'
        self.update(sessionUpdate='tool_call', toolCallId=call, title='Terminal', kind='execute', status='pending', rawInput={})
        self.update(sessionUpdate='tool_call_update', toolCallId=call, title=text, rawInput={'command': text})
        if self.session_data.get('permission'):
            asked = {'toolCallId': call, 'title': self.session_data['permission'], 'rawInput': {'command': text}}
            answer = self.request('session/request_permission', toolCall=asked, options=[
                {'optionId': 'yes', 'name': 'Yes', 'kind': 'allow_once'}, {'optionId': 'no', 'name': 'No', 'kind': 'reject_once'},
                {'optionId': 'ever', 'name': '\x1b[1mNo\u202e,\nnever', 'kind': 'allow_always'}])
            note('answers', answer and answer['result'])
            if not answer or answer['result']['outcome'].get('optionId') not in ('yes', 'ever'):
                self.update(sessionUpdate='tool_call_update', toolCallId=call, status='failed')
                return
        output = os.popen(f'{{ {text}\n}} 2>&1').read()
        self.update(sessionUpdate='tool_call_update', toolCallId=call, status='completed',
                    content=[{'type': 'content', 'content': {'type': 'text', 'text': output}}])

    def do_permission(self, text):
        self.session_data['permission'] = text or 'Run a command'

    def do_ask(self, text):
        """An option that ends in an asterisk is recommended."""
        question, _, options = text.partition(' = ')
        field = {'type': 'string', 'title': 'Choice'}
        for option in options.split(',') if options else ():
            name = option.strip(' *')
            field.setdefault('oneOf', []).append({'const': name, 'title': name})
            if '*' in option:
                field['default'] = name
        answer = self.request('elicitation/create', mode='form', message=question,
                              requestedSchema={'type': 'object', 'properties': {'choice': field}, 'required': ['choice']})
        note('answers', answer and answer['result'])

    def do_asks(self, count):
        """So many questions at once; the order of their answers is the person's."""
        field = {'type': 'string', 'title': 'Choice', 'oneOf': [{'const': name, 'title': name} for name in ('Blue', 'Red')]}
        ids = set()
        for i in range(int(count)):
            self.next_id += 1
            ids.add(self.next_id)
            put({'id': self.next_id, 'method': 'elicitation/create', 'params': {
                'sessionId': self.session, 'mode': 'form', 'message': f'Colour {i}?',
                'requestedSchema': {'type': 'object', 'properties': {'choice': field}, 'required': ['choice']}}})
        while ids:
            answer = self.read()
            ids.remove(answer['id'])
            note('answers', answer['result'])

    def do_leave(self, text):
        """Asks as `ask` does, and waits for no answer."""
        self.next_id += 1
        field = {'type': 'string', 'title': 'Choice', 'oneOf': [{'const': name, 'title': name} for name in ('Blue', 'Red')]}
        put({'id': self.next_id, 'method': 'elicitation/create', 'params': {
            'sessionId': self.session, 'mode': 'form', 'message': text,
            'requestedSchema': {'type': 'object', 'properties': {'choice': field}, 'required': ['choice']}}})

    def do_plan(self, text):
        entries = [{'content': e.strip(' +*'), 'priority': 'medium',
                    'status': 'completed' if '+' in e else 'in_progress' if '*' in e else 'pending'} for e in text.split(',')]
        self.update(sessionUpdate='plan', entries=entries)

    def do_usage(self, text):
        self.update(sessionUpdate='usage_update', used=1200, size=200000, cost={'amount': 0.25, 'currency': 'USD'})

    def do_flood(self, text):
        for i in range(int(text)):
            self.update(sessionUpdate='agent_message_chunk', content={'type': 'text', 'text': f'line {i}\n'})

    def do_raw(self, text):
        sys.stdout.write(text + '\n')
        sys.stdout.flush()

    def do_long(self, text):
        sys.stdout.write('{"x":"' + 'y' * int(text) + '"}\n')
        sys.stdout.flush()

    def do_stderr(self, text):
        print(text, file=sys.stderr, flush=True)

    def do_reason(self, text):
        """Why it will say that its turn ended."""
        self.stop_reason = text

    def do_leak(self, text):
        """Tells the value of a variable wherever it can, in pieces of that many characters: `leak NAME 3`"""
        name, size = text.split()
        value = os.environ[name]
        pieces = [value[i:i + int(size)] for i in range(0, len(value), int(size))]
        call = f'call-{time.monotonic_ns()}'
        for piece in pieces:
            self.update(sessionUpdate='agent_message_chunk', content={'type': 'text', 'text': piece})
        self.update(sessionUpdate='agent_message_chunk', content={'type': 'text', 'text': ' said\n\n'})
        for piece in pieces:
            self.update(sessionUpdate='agent_thought_chunk', content={'type': 'text', 'text': piece})
            print(piece, end='', file=sys.stderr, flush=True)
        print(' printed', file=sys.stderr, flush=True)
        self.do_raw(f'no JSON, but {value}')
        self.update(sessionUpdate='tool_call', toolCallId=call, title=f'cat {value}', kind='execute', status='in_progress',
                    rawInput={'command': f'cat {value}'})
        for i in range(len(pieces)):
            self.update(sessionUpdate='tool_call_update', toolCallId=call, status='in_progress',
                        content=[{'type': 'content', 'content': {'type': 'text', 'text': ''.join(pieces[:i + 1])}}])
        self.update(sessionUpdate='tool_call_update', toolCallId=call, status='completed',
                    content=[{'type': 'content', 'content': {'type': 'text', 'text': value + ' shown'}}])
        self.do_plan(f'*Use {value}')

    def do_half(self, name):
        """Tells half of the value of a variable, and the rest when there is a file `go-on`."""
        value = os.environ[name]
        self.update(sessionUpdate='agent_message_chunk', content={'type': 'text', 'text': value[:len(value) // 2]})
        note('half-said', name)
        while not os.path.exists(os.path.join(WORKSPACE, 'go-on')):
            time.sleep(0.05)
        self.update(sessionUpdate='agent_message_chunk', content={'type': 'text', 'text': value[len(value) // 2:] + ' said\n\n'})

    def do_sleep(self, text):
        self.poll_cancel(float(text))

    def do_hang(self, text):
        """A tool that never ends."""
        self.update(sessionUpdate='tool_call', toolCallId='hangs', title=text, kind='execute', status='in_progress', rawInput={'command': text})
        self.poll_cancel(1000)

    def do_babble(self, text):
        """Prints that line for ever."""
        while not self.cancelled:
            self.do_raw(text)
            self.poll_cancel(0.01)

    def do_nag(self, count):
        """So many requests, each with an id that is too long, which is told back; the answers are not read until there is a file
        `read`."""
        ids = [f'{i}' + 'x' * 65536 for i in range(int(count))]
        for id in ids:
            put({'id': id, 'method': 'bellhop/unknown', 'params': {}})
        self.do_until('read')
        for id in ids:
            answer = self.read()
            assert answer['id'] == id and 'error' in answer, answer['id'][:9]

    def do_until(self, name):
        """Says nothing until there is that file."""
        while not os.path.exists(os.path.join(WORKSPACE, name)):
            time.sleep(0.05)

    def do_stubborn(self, text):
        while True:
            time.sleep(1)

    def do_die(self, text):
        os.kill(os.getpid(), int(text))

    def do_exit(self, text):
        sys.exit(int(text))

    def do_mcp(self, text):
        """Calls a tool of the MCP server it was given: `mcp ask_human {"question": "…"}`"""
        import subprocess
        name, _, arguments = text.partition(' ')
        server = self.session_data['mcp'][0]
        child = subprocess.Popen([server['command'], *server['args']], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

        def say(**message):
            child.stdin.write(json.dumps({'jsonrpc': '2.0', **message}) + '\n')
            child.stdin.flush()
        say(id=0, method='initialize', params={'protocolVersion': '2025-06-18', 'capabilities': {}, 'clientInfo': {'name': 'agent', 'version': '1'}})
        child.stdout.readline()
        say(method='notifications/initialized')
        say(id=1, method='tools/call', params={'name': name, 'arguments': json.loads(arguments)})
        while True:
            answer = json.loads(child.stdout.readline())
            if answer.get('id') == 1:
                break
        note('answers', answer.get('result', answer.get('error')))
        child.stdin.close()
        child.wait()

    # the protocol

    @property
    def session_data(self):
        return self.sessions[self.session]

    def fill_in(self, text, quoted):
        """The value of a variable for ${NAME}, if there is one."""
        def value_of(found):
            value = os.environ.get(found[1], found[0])
            return json.dumps(value)[1:-1] if quoted else value
        return re.sub(r'\$\{(\w+)\}', value_of, text)

    def work(self):
        """The steps that are left; each is counted as done before the next one, and the last one a dying step is not."""
        data = self.session_data
        while data['steps'] and not self.cancelled:
            verb, _, text = data['steps'][0].partition(' ')
            text = self.fill_in(text, quoted=verb == 'mcp')
            if verb == 'rest':
                # the turn ends here, and the next prompt has it go on
                data['steps'].pop(0)
                save(self.sessions)
                return
            if verb in ('die', 'exit', 'once'):
                data['steps'].pop(0)
                save(self.sessions)
            getattr(self, 'do_' + verb)(text)
            if verb not in ('die', 'exit', 'once') and not self.cancelled:
                data['steps'].pop(0)
                save(self.sessions)
        data['steps'] = []
        save(self.sessions)

    def prompt(self, message):
        text = ''.join(part.get('text', '') for part in message['params']['prompt'])
        note('prompts', text)
        self.session = message['params']['sessionId']
        found = re.findall(r'\[\[do: (.*?)\]\]', text, re.S)
        if found and not ('Your process ended' in text and self.session_data['steps']):
            self.session_data['steps'] = [step.strip() for step in re.split(r' [|#] ', found[-1])]
        elif not self.session_data['steps']:
            self.session_data['steps'] = ['say Nothing to do.']
        self.cancelled = False
        self.stop_reason = 'end_turn'
        save(self.sessions)
        self.work()
        if os.environ.get('AGENT_FAIL'):
            put({'id': message['id'], 'error': {'code': int(os.environ['AGENT_FAIL']), 'message': 'The model said 401'}})
            return
        put({'id': message['id'], 'result': {'stopReason': 'cancelled' if self.cancelled else self.stop_reason}})
        note('ended', self.cancelled)

    def begin(self, message, session):
        self.session = session
        self.session_data['mcp'] = message['params'].get('mcpServers', [])
        save(self.sessions)

    def serve(self):
        while True:
            message = self.read()
            method = message.get('method')
            if method == 'initialize':
                put({'id': message['id'], 'result': {
                    'protocolVersion': 1, 'agentCapabilities': {'loadSession': not os.environ.get('AGENT_LOADS_NONE')}, 'authMethods': [],
                    'agentInfo': {'name': 'scripted', 'version': '1'}}})
            elif method == 'session/new':
                if os.environ.get('AGENT_SIGNED_OUT'):
                    put({'id': message['id'], 'error': {'code': -32000, 'message': 'Authentication required'}})
                    continue
                if os.environ.get('AGENT_REFUSES'):
                    put({'id': message['id'], 'error': {'code': -32602, 'message': os.environ['AGENT_REFUSES']}})
                    continue
                if os.environ.get('AGENT_NAMELESS'):
                    put({'id': message['id'], 'result': {}})
                    continue
                session = f'session-{len(self.sessions) + 1}'
                self.sessions[session] = {'steps': []}
                self.begin(message, session)
                put({'id': message['id'], 'result': {'sessionId': session}})
            elif method == 'session/load':
                session = message['params']['sessionId']
                if os.environ.get('AGENT_HANGS') or (
                        os.environ.get('AGENT_AWAY') and os.path.exists(os.path.join(WORKSPACE, 'away'))):
                    time.sleep(1000)
                if session not in self.sessions or os.environ.get('AGENT_FORGETS'):
                    put({'id': message['id'], 'error': {'code': -32602, 'message': f'no session {session}'}})
                    continue
                self.begin(message, session)
                self.update(sessionUpdate='user_message_chunk', content={'type': 'text', 'text': 'replayed'})
                self.update(sessionUpdate='agent_message_chunk', content={'type': 'text', 'text': 'replayed'})
                put({'id': message['id'], 'result': {}})
            elif method == 'session/prompt':
                self.prompt(message)
            elif 'id' in message and method:
                put({'id': message['id'], 'error': {'code': -32601, 'message': 'Method not found'}})


signal.signal(signal.SIGPIPE, signal.SIG_DFL)
if os.environ.get('AGENT_STDERR'):
    print(os.environ['AGENT_STDERR'], file=sys.stderr, flush=True)
Agent().serve()
