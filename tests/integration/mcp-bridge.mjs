// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright The Bellhop authors

// Our MCP server over HTTP, because that is what MCP's conformance checks speak. A connection to bellhop-boxd for
// each session; messages go through as they are. mcp-bridge.mjs FOLDER PORT, FOLDER holding node_modules.

import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';

const [folder, port] = process.argv.slice(2);
const sdk = `${folder}/node_modules/@modelcontextprotocol/sdk/dist/esm`;
const { StdioClientTransport } = await import(`${sdk}/client/stdio.js`);
const { StreamableHTTPServerTransport } = await import(`${sdk}/server/streamableHttp.js`);
const sessions = new Map();

async function begin() {
  const stdio = new StdioClientTransport({ command: '/run/bellhop/bin/bellhop-boxd', args: ['mcp'] });
  const web = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => sessions.set(id, web),
  });
  web.onmessage = (message) => stdio.send(message);
  stdio.onmessage = (message) => web.send(message);
  web.onclose = () => stdio.close();
  await Promise.all([stdio.start(), web.start()]);
  return web;
}

createServer(async (request, response) => {
  const body = request.method === 'POST' ? await json(request) : undefined;
  const web = sessions.get(request.headers['mcp-session-id']) ?? await begin();
  await web.handleRequest(request, response, body);
}).listen(Number(port), '127.0.0.1', () => console.log('ready'));
