# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""The engines' real CLIs, and a model of ours for them to talk to."""

import json
import os
import pathlib
import re
import subprocess
import tempfile

from bellhop import SOURCE

# By the id of the engine: what build-aux/engines calls it, and its program.
ENGINES = {
    'claude-api': ('claude', 'claude'),
    'claude-acp': ('claude-acp', 'claude-agent-acp'),
    'claude-plan': ('claude', 'claude'),
    'codex': ('codex', 'codex'),
    'codex-acp': ('codex-acp', 'codex-acp'),
    'copilot': ('copilot', 'copilot'),
    'gemini': ('gemini', 'gemini'),
    'goose': ('goose', 'goose'),
    'opencode': ('opencode', 'opencode'),
    'qwen': ('qwen', 'qwen'),
}

# What has Claude Code believe that somebody is signed in. Nobody looks at the token.
CLAUDE_SIGN_IN = json.dumps({'claudeAiOauth': {
    'accessToken': 'sk-ant-oat01-none', 'refreshToken': 'sk-ant-ort01-none', 'expiresAt': 9999999999999,
    'scopes': ['user:inference', 'user:profile'], 'subscriptionType': 'pro'}})


def version(engine):
    """The one that build-aux/engines installs."""
    for line in (SOURCE / 'build-aux' / 'engines.list').read_text().splitlines():
        words = line.split()
        if words and words[0] == ENGINES[engine][0]:
            return words[2]
    raise KeyError(engine)


def install(home, *engines):
    """Installs the CLIs, and puts them below the home folder as a person would have them."""
    names = [ENGINES[engine][0] for engine in engines]
    done = subprocess.run([SOURCE / 'build-aux' / 'engines', *names], check=True, stdout=subprocess.PIPE, text=True)
    bin_folder = pathlib.Path(home) / '.local' / 'bin'
    bin_folder.mkdir(parents=True, exist_ok=True)
    for engine, folder in zip(engines, done.stdout.splitlines()):
        program = ENGINES[engine][1]
        link = bin_folder / program
        link.unlink(missing_ok=True)
        link.symlink_to(pathlib.Path(folder, program))


class FakeModel:
    """tests/support/fake-model/server.mjs, on a port of its own. See there for the script in a prompt."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix='bh-model-')
        self.log = pathlib.Path(self.folder.name, 'log')
        self.log.touch()
        self.dump = pathlib.Path(self.folder.name, 'dump')
        self.dump.mkdir()
        self.process = subprocess.Popen(['node', SOURCE / 'tests' / 'support' / 'fake-model' / 'server.mjs'], text=True,
                                        stdout=subprocess.PIPE, env={**os.environ, 'FAKE_PORT': '0', 'FAKE_LOG': str(self.log),
                                             'FAKE_DUMP': str(self.dump)})
        self.url = self.process.stdout.readline().split()[-1]

    def requests(self):
        """What it was asked so far, and what it answered, oldest first."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def bodies(self):
        """All that it was ever told, as text."""
        return [path.read_text(errors='replace') for path in sorted(self.dump.iterdir())]

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def steps(*script, text='Please do it.'):
    """Instructions whose turn goes as the script says, step by step."""
    return f'{text} [[steps: {" | ".join(script)}]]'


def at_home(home, path, text):
    """A file that an engine keeps in the person's home folder."""
    file = pathlib.Path(home, path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def environment(engine, url):
    """What a Run of this engine needs in its environment to talk to the model at `url`."""
    claude = {'ANTHROPIC_BASE_URL': url, 'ANTHROPIC_API_KEY': 'dummy', 'CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC': '1'}
    opencode = {
        '$schema': 'https://opencode.ai/config.json', 'model': 'fake/fake-model', 'small_model': 'fake/fake-model',
        'autoupdate': False, 'share': 'disabled', 'permission': {'*': 'ask'},
        'provider': {'fake': {'npm': '@ai-sdk/openai-compatible', 'name': 'Fake',
                              'options': {'baseURL': url + '/v1', 'apiKey': 'dummy'},
                              'models': {'fake-model': {'name': 'Fake model', 'limit': {'context': 200000, 'output': 8192}}}}}}
    return {
        'claude-api': claude,
        # it says nothing of an error while it tries again, ten times in some minutes
        'claude-acp': {**claude, 'CLAUDE_CODE_MAX_RETRIES': '1'},
        # what it is told of a key must not reach it
        'claude-plan': claude,
        'codex': {'FAKE_KEY': 'dummy'},
        'codex-acp': {'CODEX_API_KEY': 'dummy', 'MODEL_PROVIDER': 'fake'},
        'copilot': {'COPILOT_OFFLINE': 'true', 'COPILOT_PROVIDER_BASE_URL': url + '/v1', 'COPILOT_PROVIDER_API_KEY': 'dummy',
                    'COPILOT_MODEL': 'fake-model'},
        'gemini': {'GOOGLE_GEMINI_BASE_URL': url, 'GEMINI_API_KEY': 'dummy'},
        'goose': {'GOOSE_PROVIDER': 'openai', 'GOOSE_MODEL': 'fake-model', 'OPENAI_HOST': url, 'OPENAI_API_KEY': 'dummy'},
        'opencode': {'OPENCODE_CONFIG_CONTENT': json.dumps(opencode), 'OPENCODE_DISABLE_MODELS_FETCH': '1', 'OPENAI_API_KEY': 'dummy'},
        'qwen': {'OPENAI_API_KEY': 'dummy', 'OPENAI_BASE_URL': url + '/v1', 'OPENAI_MODEL': 'fake-model'},
    }[engine]


def codex_provider(url, key):
    """`key`: the variable it is in; None: what Codex is signed in with."""
    auth = {'env_key': key} if key else {'requires_openai_auth': True}
    return {'name': 'Fake', 'base_url': url + '/v1', 'wire_api': 'responses', 'request_max_retries': 1, 'stream_max_retries': 1, **auth}


def codex_settings(url, key=None):
    return {'model': 'fake-model', 'model_provider': 'fake', 'model_providers': {'fake': codex_provider(url, key)},
            'check_for_update_on_startup': False, 'analytics': {'enabled': False}}


def toml(value):
    """Of what JSON and TOML both know."""
    if not isinstance(value, dict):
        return json.dumps(value)
    return '{' + ', '.join(f'{key} = {toml(part)}' for key, part in value.items()) + '}'


def codex_config(url):
    """config.toml of a Codex that asks the model at `url`, with its own sign-in."""
    return ''.join(f'{key} = {toml(value)}\n' for key, value in codex_settings(url).items())


def keyfiles(config, url, *engines):
    """The engines' descriptions below $XDG_CONFIG_HOME, as they are but for the model at `url` where no variable names it."""
    folder = pathlib.Path(config) / 'bellhop' / 'engines'
    folder.mkdir(parents=True, exist_ok=True)
    for engine in sorted({'codex', 'codex-acp'}.intersection(engines)):
        text = (SOURCE / 'data' / 'engines' / f'{engine}.engine').read_text()
        if engine == 'codex':
            # the key of a provider of the person's own
            options = ' '.join(f"-c '{key}={toml(value)}'" for key, value in codex_settings(url, 'FAKE_KEY').items())
            text = text.replace('Command=codex', f'Command=codex {options}') + '\nKeys=FAKE_KEY\n'
        else:
            before = re.search('^CODEX_CONFIG=(.*)$', text, re.MULTILINE)
            settings = json.dumps({**json.loads(before[1]), **codex_settings(url)})
            text = text[:before.start(1)] + settings + text[before.end(1):]
        (folder / f'{engine}.engine').write_text(text)
