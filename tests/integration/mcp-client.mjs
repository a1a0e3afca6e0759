// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright The Bellhop authors

// MCP's official client, run in a DevBox against our server. What it sees it prints, a JSON value a line.
// mcp-client.mjs FOLDER STEP…, FOLDER holding node_modules; what the steps are: `steps` below. Any other word: waits
// for /workspace/WORD.

import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const [folder, ...wanted] = process.argv.slice(2);
const sdk = `${folder}/node_modules/@modelcontextprotocol/sdk/dist/esm/client`;
const { Client } = await import(`${sdk}/index.js`);
const { StdioClientTransport } = await import(`${sdk}/stdio.js`);

const transport = new StdioClientTransport({ command: '/run/bellhop/bin/bellhop-boxd', args: ['mcp'] });
const client = new Client({ name: 'test', version: '1' }, { capabilities: {} });

const show = (name, value) => console.log(JSON.stringify({ [name]: value }));

async function call(name, args, options) {
  const result = await client.callTool({ name, arguments: args }, undefined, { timeout: 300000, ...options });
  return { text: result.content[0].text, isError: result.isError };
}

const steps = {
  async list() {
    show('server', client.getServerVersion().name);
    show('instructions', client.getInstructions());
    show('tools', (await client.listTools()).tools.map((tool) => tool.name));
    show('prompts', (await client.listPrompts()).prompts);
    show('resources', (await client.listResources()).resources);
    show('ping', await client.ping());
  },
  async ask() {
    show('ask', await call('ask_human', { question: 'Where?', options: ['Toolbar', 'Menu'] }));
  },
  async patient() {
    const seen = [];
    const answer = await call('ask_human', { question: 'Which?', options: ['A', 'B'] }, {
      onprogress: (progress) => seen.push(progress.progress),
    });
    show('patient', { ...answer, progress: seen });
  },
  async wrong() {
    show('wrong', await call('ask_human', { questions: [{}] }));
    show('unknown', await client.callTool({ name: 'rm', arguments: {} }).catch((error) => error.code));
  },
  async several() {
    show('several', await call('ask_human', {
      questions: [{ question: 'Name?' }, { question: 'Sizes?', kind: 'multiple', options: ['S', 'M', 'L'] }],
    }));
  },
  async cancel() {
    const abort = new AbortController();
    const asked = call('ask_human', { question: 'Never mind?' }, { signal: abort.signal });
    while (!existsSync('/workspace/abort')) await sleep(20);
    abort.abort('enough');
    show('cancel', await asked.catch(() => 'aborted'));
    show('ping', await client.ping());
  },
  async report() {
    show('report', await call('report_result', { outcome: 'completed', summary: 'All is done.' }));
  },
};

await client.connect(transport);
for (const name of wanted) {
  if (steps[name]) await steps[name]();
  else while (!existsSync(`/workspace/${name}`)) await sleep(20);
}
await client.close();
