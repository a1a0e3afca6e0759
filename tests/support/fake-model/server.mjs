#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// Scripted fake model server. Speaks four model APIs over plain HTTP on 127.0.0.1:
//   Anthropic Messages      POST /v1/messages                      (SSE or JSON)
//   OpenAI chat completions POST /v1/chat/completions              (SSE or JSON)
//   OpenAI Responses        POST /v1/responses                     (SSE or JSON)
//   Gemini generateContent  POST /v1beta/models/M:streamGenerateContent?alt=sse | :generateContent
// It keeps no state. What to answer is worked out from each request alone:
//   * the script is the last marker [[steps: A | B | C]] found in a user text;
//   * the step to play is the number of tool results that came after that text;
//   * past the last step (or with no marker) it answers the final text and stops.
// Steps:
//   shell CMD      call the engine's own shell tool with CMD
//   ask TEXT       call the MCP tool whose name ends in ask_human or ask_user with a question and two options
//   question TEXT  call the engine's own ask-the-user tool (AskUserQuestion, request_user_input, ...)
//   recommend TEXT as question, and the second option is the one that it recommends
//   delegate E S   call the MCP tool whose name ends in delegate: engine E is to play the step S
//   plan           call the engine's own todo/plan tool with three entries
//   write PATH     call the engine's own file-writing tool
//   edit PATH      call the engine's own file-editing tool, to change what "write PATH" wrote
//   tool NAME JSON call tool NAME with the JSON arguments
//   slow MS        stream the final text slowly, one word per MS (for cancel tests); ends the turn
//   stall          stream the first words of the final text, and nothing more until the engine gives up
//   error CODE     answer HTTP CODE with an API-shaped error body
//   hang           accept the request and never answer
//   think          (prefix, "think shell CMD") put a reasoning block before the call
// Environment: FAKE_PORT (default 8099), FAKE_LOG (append one JSON line per request), FAKE_DUMP (folder for whole request bodies).
import http from 'node:http';
import fs from 'node:fs';
import path from 'node:path';

const PORT = +(process.env.FAKE_PORT ?? 8099);
const LOG = process.env.FAKE_LOG;
const DUMP = process.env.FAKE_DUMP;
let serial = 0;
const id = (p) => `${p}_${String(++serial).padStart(4, '0')}`;
const sleep = (ms) => new Promise((r) => setTimeout(r, ms));

// ---------- the script ----------
function parseScript(text) {
  const all = [...text.matchAll(/\[\[steps:\s*([\s\S]*?)\]\]/g)];
  if (!all.length) return null;
  return all.at(-1)[1].split('|').map((s) => s.trim()).filter(Boolean);
}
// items: [{user:text} | {toolResult:text} | {other:true}] in order
function position(items) {
  let script = null, done = 0, last = '';
  for (const it of items) {
    if (it.user !== undefined) { const s = parseScript(it.user); if (s) { script = s; done = 0; } }
    else if (it.toolResult !== undefined) { done++; last = it.toolResult; }
  }
  return { script: script ?? [], done, last };
}
const first = (tools, res) => { for (const re of res) { const t = tools.find((t) => re.test(t.name)); if (t) return t; } return null; };
const QUESTION = (text) => ({ question: text || 'Which colour should the button be?', header: 'Colour', multiSelect: false,
  options: [{ label: 'Blue', description: 'A calm blue' }, { label: 'Red', description: 'A loud red' }] });

// returns {text} or {call:{tool,args}} or {slow}|{stall}|{error}|{hang}; tools: [{name, schema, kind}]
function decide(items, tools) {
  const { script, done, last } = position(items);
  const step = script[done];
  const final = { text: `FAKE-FINAL after ${done} tool result(s).${last ? ' Last result: ' + last.replace(/\s+/g, ' ').slice(0, 300) : ''}` };
  if (step === undefined) return final;
  let s = step, think = false;
  if (/^think\b/.test(s)) { think = true; s = s.replace(/^think\s*/, ''); }
  const [, verb, rest = ''] = /^(\w+)\s*([\s\S]*)$/.exec(s) ?? [, '', ''];
  let out;
  if (verb === 'shell') {
    const t = first(tools, [/^Bash$/, /^exec_command$/, /^shell_command$/, /^shell$/, /^local_shell$/, /^run_shell_command$/, /^bash$/, /^execute$/, /^exec$/, /shell/i]);
    out = t ? { call: { tool: t, args: shellArgs(t, rest || 'echo hello > out.txt') } } : { text: 'FAKE-NO-SHELL-TOOL among: ' + tools.map((t) => t.name).join(',') };
  } else if (verb === 'ask') {
    const t = first(tools, [/ask_human$/, /coordinator.*ask_user$/, /ask_user$/]);
    out = t ? { call: { tool: t, args: { question: rest || 'Which colour should the button be?', options: ['Blue', 'Red'] } } }
      : { text: 'FAKE-NO-ASK-TOOL among: ' + tools.map((t) => t.name).join(',') };
  } else if (verb === 'question' || verb === 'recommend') {
    const t = first(tools, [/^AskUserQuestion$/, /^request_user_input$/, /^ask_user_question$/, /^ask_user$/, /^question$/]);
    const q = QUESTION(rest);
    if (verb === 'recommend') q.options[1].label += ' (Recommended)';
    out = t ? { call: { tool: t, args: t.name === 'request_user_input' ? { questions: [{ id: 'colour', header: q.header, question: q.question, options: q.options }] }
      : t.name === 'ask_user' && t.schema?.properties?.question ? { question: q.question, choices: ['Blue', 'Red'] }
      : t.name === 'ask_user' ? { questions: [{ question: q.question, header: q.header, type: 'choice', options: q.options, multiSelect: false }] }
      : t.name === 'question' ? { questions: [{ question: q.question, header: q.header, options: q.options }] }
      : { questions: [q] } } } : { text: 'FAKE-NO-QUESTION-TOOL among: ' + tools.map((t) => t.name).join(',') };
  } else if (verb === 'delegate') {
    const t = first(tools, [/delegate$/]);
    const [, engine, part] = /^(\S+)\s+([\s\S]+)$/.exec(rest) ?? [];
    out = t ? { call: { tool: t, args: { engine, instructions: `Do this part. [[steps: ${part}]]` } } }
      : { text: 'FAKE-NO-DELEGATE-TOOL among: ' + tools.map((t) => t.name).join(',') };
  } else if (verb === 'plan') {
    const t = first(tools, [/^TodoWrite$/, /^update_plan$/, /^todowrite$/, /^todo_write$/, /^write_todos$/, /todo/i]);
    const e = [['Read the code', 'completed'], ['Change the button', 'in_progress'], ['Run the tests', 'pending']];
    out = t ? { call: { tool: t, args: t.name === 'update_plan' ? { plan: e.map(([step, status]) => ({ step, status })) }
      : t.name === 'TodoWrite' ? { todos: e.map(([content, status]) => ({ content, status, activeForm: content })) }
      : t.name === 'write_todos' ? { todos: e.map(([description, status]) => ({ description, status })) }
      : { todos: e.map(([content, status], i) => ({ id: String(i + 1), content, status, priority: 'medium' })) } } }
      : { text: 'FAKE-NO-PLAN-TOOL among: ' + tools.map((t) => t.name).join(',') };
  } else if (verb === 'write') {
    const t = first(tools, [/^Write$/, /^write_file$/, /^write$/, /^create$/]);
    const p = t?.schema?.properties ?? {};
    const k = ['file_path', 'filePath', 'path', 'absolute_path'].find((k) => p[k]) ?? 'file_path';
    const c = ['content', 'file_text', 'text'].find((k) => p[k]) ?? 'content';
    out = t ? { call: { tool: t, args: { [k]: rest, [c]: 'written by the fake model\n' } } } : patch(tools, rest, 'Add', '+written by the fake model');
  } else if (verb === 'edit') {
    const t = first(tools, [/^Edit$/, /^apply_patch$/, /^replace$/, /^edit_file$/, /^edit$/, /^str_replace_editor$/, /edit/i]);
    out = t ? { call: { tool: t, args: editArgs(t, rest) } } : patch(tools, rest, 'Update', CHANGE);
  } else if (verb === 'tool') {
    const [, n, a = '{}'] = /^(\S+)\s*([\s\S]*)$/.exec(rest) ?? [, rest];
    out = { call: { tool: tools.find((t) => t.name === n) ?? { name: n, kind: 'function' }, args: JSON.parse(a || '{}') } };
  } else if (verb === 'slow') out = { slow: +(rest || 500), ...final };
  else if (verb === 'stall') out = { stall: true, ...final };
  else if (verb === 'error') out = { error: +(rest || 500) };
  else if (verb === 'hang') out = { hang: true };
  else out = { text: 'FAKE-UNKNOWN-STEP ' + step };
  if (think) out.think = 'The fake model is thinking about the next step.';
  return out;
}
function shellArgs(t, cmd) {
  const p = t.schema?.properties ?? {};
  if (t.kind === 'custom') return cmd;
  if (p.cmd) return { cmd };
  if (p.command?.type === 'array') return { command: ['bash', '-lc', cmd] };
  const a = { command: cmd };
  for (const k of t.schema?.required ?? []) if (a[k] === undefined) a[k] = p[k]?.type === 'boolean' ? false : p[k]?.type === 'number' || p[k]?.type === 'integer' ? 60 : 'Run a scripted command';
  if (p.description && a.description === undefined) a.description = 'Run a scripted command';
  return a;
}
const CHANGE = '@@\n-written by the fake model\n+changed by the fake model';
const patchText = (file, verb, lines) => `*** Begin Patch\n*** ${verb} File: ${file}\n${lines}\n*** End Patch`;
// with a tool for patches, or as Codex has it for models that have none: a command that it makes no process of
function patch(tools, file, verb, lines) {
  const t = first(tools, [/^apply_patch$/]) ?? first(tools, [/^exec_command$/, /^shell_command$/, /^shell$/]);
  const text = patchText(file, verb, lines);
  if (!t) return { text: 'FAKE-NO-EDIT-TOOL among: ' + tools.map((t) => t.name).join(',') };
  if (t.name !== 'apply_patch') return { call: { tool: t, args: shellArgs(t, `apply_patch <<'EOF'\n${text}\nEOF`) } };
  return { call: { tool: t, args: t.kind === 'custom' ? text : { input: text } } };
}
function editArgs(t, file) {
  const p = t.schema?.properties ?? {};
  const change = patchText(file, 'Update', CHANGE);
  if (t.kind === 'custom') return change;
  if (p.input || p.patch || p.patchText) return { [['input', 'patch', 'patchText'].find((k) => p[k])]: change };
  const args = { command: 'str_replace' };
  for (const [names, value] of [[['file_path', 'filePath', 'path', 'absolute_path'], file],
    [['old_string', 'oldString', 'old_str', 'before'], 'written by the fake model'], [['new_string', 'newString', 'new_str', 'after'], 'changed by the fake model']])
    args[names.find((k) => p[k]) ?? names[0]] = value;
  if (!p.command) delete args.command;
  for (const k of t.schema?.required ?? []) if (args[k] === undefined) args[k] = p[k]?.type === 'boolean' ? false : 'Change what was written';
  return args;
}
const textOf = (c) => typeof c === 'string' ? c : Array.isArray(c) ? c.map((x) => typeof x === 'string' ? x : x?.text ?? x?.content ?? (x?.type === 'tool_reference' ? `[${x.tool_name}]` : '')).map((x) => typeof x === 'string' ? x : textOf(x)).join('') : c == null ? '' : JSON.stringify(c);

// ---------- HTTP helpers ----------
const sse = (res) => { res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' }); };
const json = (res, code, body, h = {}) => { const s = JSON.stringify(body); res.writeHead(code, { 'content-type': 'application/json', ...h }); res.end(s); };
const words = (s) => s.match(/\S+\s*/g) ?? [s];
// waits until word i is due; false when nobody hears it any more
async function turnOf(i, d, res) {
  if (d.slow) await sleep(d.slow);
  else if (d.stall && i >= 2 && !res.destroyed) await new Promise((gone) => res.on('close', gone));
  return !res.destroyed;
}

// ---------- Anthropic Messages ----------
async function anthropic(req, res, b) {
  const tools = (b.tools ?? []).map((t) => ({ name: t.name, schema: t.input_schema, kind: 'function' }));
  const items = [];
  for (const m of b.messages ?? []) for (const c of typeof m.content === 'string' ? [{ type: 'text', text: m.content }] : m.content ?? []) {
    if (c.type === 'tool_result') items.push({ toolResult: textOf(c.content) });
    else if (m.role === 'user' && c.type === 'text') items.push({ user: c.text });
  }
  const d = tools.length ? decide(items, tools) : { text: b.output_config?.format || b.output_format ? '{"title":"Fake title"}' : 'Fake title' };
  note(req, b, d, tools);
  if (d.hang) return;
  if (d.error) return json(res, d.error, { type: 'error', error: { type: d.error === 429 ? 'rate_limit_error' : d.error === 529 ? 'overloaded_error' : d.error === 401 ? 'authentication_error' : 'api_error', message: `fake error ${d.error}` }, request_id: id('req') }, d.error === 429 ? { 'retry-after': '1' } : {});
  const blocks = [];
  if (d.think) blocks.push({ type: 'thinking', thinking: d.think, signature: 'ZmFrZQ==' });
  if (d.call) { blocks.push({ type: 'text', text: `Calling ${d.call.tool.name}.` }); blocks.push({ type: 'tool_use', id: id('toolu'), name: d.call.tool.name, input: d.call.args }); }
  else blocks.push({ type: 'text', text: d.text });
  const stop = d.call ? 'tool_use' : 'end_turn';
  const usage = { input_tokens: 120, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 30 };
  const msg = { id: id('msg'), type: 'message', role: 'assistant', model: b.model, content: blocks, stop_reason: stop, stop_sequence: null, usage };
  if (!b.stream) return json(res, 200, msg);
  sse(res);
  const ev = (type, o) => res.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...o })}\n\n`);
  ev('message_start', { message: { ...msg, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } } });
  for (const [i, c] of blocks.entries()) {
    if (c.type === 'text') {
      ev('content_block_start', { index: i, content_block: { type: 'text', text: '' } });
      for (const [j, w] of words(c.text).entries()) { if (!await turnOf(j, d, res)) return; ev('content_block_delta', { index: i, delta: { type: 'text_delta', text: w } }); }
    } else if (c.type === 'thinking') {
      ev('content_block_start', { index: i, content_block: { type: 'thinking', thinking: '', signature: '' } });
      ev('content_block_delta', { index: i, delta: { type: 'thinking_delta', thinking: c.thinking } });
      ev('content_block_delta', { index: i, delta: { type: 'signature_delta', signature: c.signature } });
    } else {
      ev('content_block_start', { index: i, content_block: { type: 'tool_use', id: c.id, name: c.name, input: {} } });
      ev('content_block_delta', { index: i, delta: { type: 'input_json_delta', partial_json: JSON.stringify(c.input) } });
    }
    ev('content_block_stop', { index: i });
  }
  ev('message_delta', { delta: { stop_reason: stop, stop_sequence: null }, usage });
  ev('message_stop', {});
  res.end();
}

// ---------- OpenAI chat completions ----------
async function chat(req, res, b) {
  const tools = (b.tools ?? []).map((t) => ({ name: t.function?.name ?? t.custom?.name, schema: t.function?.parameters, kind: t.type === 'custom' ? 'custom' : 'function' }));
  const items = [];
  for (const m of b.messages ?? []) { if (m.role === 'tool') items.push({ toolResult: textOf(m.content) }); else if (m.role === 'user') items.push({ user: textOf(m.content) }); }
  const d = tools.length ? decide(items, tools) : { text: 'Fake title' };
  note(req, b, d, tools);
  if (d.hang) return;
  if (d.error) return json(res, d.error, { error: { message: `fake error ${d.error}`, type: d.error === 429 ? 'rate_limit_error' : 'server_error', param: null, code: null } }, d.error === 429 ? { 'retry-after': '1' } : {});
  const usage = { prompt_tokens: 120, completion_tokens: 30, total_tokens: 150, prompt_tokens_details: { cached_tokens: 0 }, completion_tokens_details: { reasoning_tokens: 0 } };
  const base = { id: id('chatcmpl'), created: 1750000000, model: b.model, system_fingerprint: 'fp_fake' };
  const tc = d.call && [{ index: 0, id: id('call'), type: 'function', function: { name: d.call.tool.name, arguments: JSON.stringify(d.call.args) } }];
  const fr = d.call ? 'tool_calls' : 'stop';
  if (!b.stream) return json(res, 200, { ...base, object: 'chat.completion', choices: [{ index: 0, message: { role: 'assistant', content: d.call ? null : d.text, ...(tc ? { tool_calls: tc } : {}) }, finish_reason: fr, logprobs: null }], usage });
  sse(res);
  const ev = (delta, finish_reason = null, extra = {}) => res.write(`data: ${JSON.stringify({ ...base, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason, logprobs: null }], ...extra })}\n\n`);
  ev({ role: 'assistant', content: '' });
  if (d.think) ev({ reasoning_content: d.think });
  if (tc) ev({ tool_calls: tc }); else for (const [i, w] of words(d.text).entries()) { if (!await turnOf(i, d, res)) return; ev({ content: w }); }
  ev({}, fr);
  if (b.stream_options?.include_usage) res.write(`data: ${JSON.stringify({ ...base, object: 'chat.completion.chunk', choices: [], usage })}\n\n`);
  res.write('data: [DONE]\n\n');
  res.end();
}

// ---------- OpenAI Responses ----------
async function responses(req, res, b) {
  const tools = [];
  for (const t of b.tools ?? []) {
    if (t.type === 'namespace') for (const u of t.tools ?? []) tools.push({ name: u.name, namespace: t.name, schema: u.parameters, kind: u.type });
    else tools.push({ name: t.name ?? t.type, schema: t.parameters, kind: t.type });
  }
  const items = [];
  for (const it of Array.isArray(b.input) ? b.input : [{ type: 'message', role: 'user', content: b.input }]) {
    if (/_output$/.test(it.type ?? '')) items.push({ toolResult: textOf(it.output) });
    else if ((it.type ?? 'message') === 'message' && it.role === 'user') items.push({ user: textOf(it.content) });
  }
  const d = tools.length ? decide(items, tools) : { text: 'Fake title' };
  note(req, b, d, tools);
  if (d.hang) return;
  if (d.error) return json(res, d.error, { error: { message: `fake error ${d.error}`, type: d.error === 429 ? 'rate_limit_exceeded' : 'server_error', param: null, code: null } }, d.error === 429 ? { 'retry-after': '1' } : {});
  const usage = { input_tokens: 120, input_tokens_details: { cached_tokens: 0 }, output_tokens: 30, output_tokens_details: { reasoning_tokens: 0 }, total_tokens: 150 };
  const output = [];
  if (d.think) output.push({ type: 'reasoning', id: id('rs'), summary: [{ type: 'summary_text', text: d.think }], content: null, encrypted_content: null });
  if (d.call) {
    const t = d.call.tool, cid = id('call');
    if (t.kind === 'custom') output.push({ type: 'custom_tool_call', id: id('ctc'), call_id: cid, name: t.name, input: typeof d.call.args === 'string' ? d.call.args : JSON.stringify(d.call.args), status: 'completed' });
    else if (t.kind === 'local_shell') output.push({ type: 'local_shell_call', id: id('lsc'), call_id: cid, status: 'completed', action: { type: 'exec', command: ['bash', '-lc', d.call.args.command ?? d.call.args], env: {}, timeout_ms: 60000 } });
    else output.push({ type: 'function_call', id: id('fc'), call_id: cid, name: t.name, ...(t.namespace ? { namespace: t.namespace } : {}), arguments: JSON.stringify(d.call.args), status: 'completed' });
  } else output.push({ type: 'message', id: id('msg'), role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: d.text, annotations: [] }] });
  const resp = { id: id('resp'), object: 'response', created_at: 1750000000, status: 'completed', model: b.model, output, usage, error: null, incomplete_details: null, parallel_tool_calls: false, tool_choice: 'auto', tools: [] };
  if (!b.stream) return json(res, 200, resp);
  sse(res);
  let n = 0;
  const ev = (type, o) => res.write(`event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: n++, ...o })}\n\n`);
  ev('response.created', { response: { ...resp, status: 'in_progress', output: [], usage: null } });
  for (const [i, it] of output.entries()) {
    if (it.type === 'message') {
      ev('response.output_item.added', { output_index: i, item: { ...it, status: 'in_progress', content: [] } });
      ev('response.content_part.added', { item_id: it.id, output_index: i, content_index: 0, part: { type: 'output_text', text: '', annotations: [] } });
      for (const [j, w] of words(d.text).entries()) { if (!await turnOf(j, d, res)) return; ev('response.output_text.delta', { item_id: it.id, output_index: i, content_index: 0, delta: w }); }
      ev('response.output_text.done', { item_id: it.id, output_index: i, content_index: 0, text: d.text });
      ev('response.content_part.done', { item_id: it.id, output_index: i, content_index: 0, part: it.content[0] });
    } else if (it.type === 'reasoning') {
      ev('response.output_item.added', { output_index: i, item: { ...it, summary: [] } });
      ev('response.reasoning_summary_part.added', { item_id: it.id, output_index: i, summary_index: 0, part: { type: 'summary_text', text: '' } });
      ev('response.reasoning_summary_text.delta', { item_id: it.id, output_index: i, summary_index: 0, delta: d.think });
      ev('response.reasoning_summary_text.done', { item_id: it.id, output_index: i, summary_index: 0, text: d.think });
    } else {
      ev('response.output_item.added', { output_index: i, item: { ...it, status: 'in_progress', ...(it.arguments !== undefined ? { arguments: '' } : {}) } });
      if (it.type === 'function_call') { ev('response.function_call_arguments.delta', { item_id: it.id, output_index: i, delta: it.arguments }); ev('response.function_call_arguments.done', { item_id: it.id, output_index: i, arguments: it.arguments }); }
    }
    ev('response.output_item.done', { output_index: i, item: it });
  }
  ev('response.completed', { response: resp });
  res.end();
}

// ---------- Gemini generateContent ----------
async function gemini(req, res, b, model, method) {
  const tools = (b.tools ?? []).flatMap((t) => t.functionDeclarations ?? []).map((f) => ({ name: f.name, schema: f.parametersJsonSchema ?? f.parameters, kind: 'function' }));
  const items = [];
  for (const c of b.contents ?? []) for (const p of c.parts ?? []) {
    if (p.functionResponse) items.push({ toolResult: textOf(p.functionResponse.response?.output ?? p.functionResponse.response) });
    else if (c.role === 'user' && p.text !== undefined) items.push({ user: p.text });
  }
  const wantsJson = b.generationConfig?.responseMimeType === 'application/json';
  const d = tools.length ? decide(items, tools) : { text: wantsJson ? fromSchema(b.generationConfig.responseJsonSchema ?? b.generationConfig.responseSchema) : 'Fake text' };
  note(req, b, d, tools);
  if (d.hang) return;
  if (d.error) return json(res, d.error, { error: { code: d.error, message: `fake error ${d.error}`, status: d.error === 429 ? 'RESOURCE_EXHAUSTED' : 'INTERNAL' } });
  const usageMetadata = { promptTokenCount: 120, candidatesTokenCount: 30, totalTokenCount: 150 };
  const base = { modelVersion: model, responseId: id('resp') };
  const chunk = (parts, fin) => ({ ...base, candidates: [{ index: 0, content: { role: 'model', parts }, ...(fin ? { finishReason: 'STOP' } : {}) }], usageMetadata });
  const think = d.think ? [{ text: d.think, thought: true }] : [];
  const body = d.call ? [{ functionCall: { id: id('call'), name: d.call.tool.name, args: d.call.args } }] : [{ text: d.text }];
  if (method === 'generateContent') return json(res, 200, chunk([...think, ...body], true));
  sse(res);
  const ev = (o) => res.write(`data: ${JSON.stringify(o)}\r\n\r\n`);
  if (think.length) ev(chunk(think));
  if (d.call) ev(chunk(body, true));
  else { const w = words(d.text); for (const [i, x] of w.entries()) { if (!await turnOf(i, d, res)) return; ev(chunk([{ text: x }], i === w.length - 1)); } }
  res.end();
}
// a smallest value that fits a JSON schema, for engines that ask the model for JSON (routers, checkers)
function fromSchema(s) {
  const mk = (s) => !s ? {} : s.enum ? s.enum[0] : /object/i.test(s.type ?? 'object') ? Object.fromEntries(Object.entries(s.properties ?? {}).map(([k, v]) => [k, mk(v)])) : /array/i.test(s.type) ? [] : /bool/i.test(s.type) ? false : /int|number/i.test(s.type) ? s.minimum ?? 1 : 'fake';
  return JSON.stringify(mk(s));
}

// ---------- log ----------
function note(req, b, d, tools) {
  const line = { t: new Date().toISOString(), url: req.url.replace(/([?&]key=)[^&]*/, '$1redacted'), keys: ['authorization', 'x-api-key', 'x-goog-api-key'].filter((h) => req.headers[h]), model: b.model, stream: b.stream, tools: tools.map((t) => (t.namespace ? t.namespace + '/' : '') + t.name), answer: d.call ? { call: d.call.tool.name, args: d.call.args } : d.error ? { error: d.error } : d.hang ? 'hang' : { text: d.text?.slice(0, 120) } };
  if (LOG) fs.appendFileSync(LOG, JSON.stringify(line) + '\n');
  if (DUMP) { fs.mkdirSync(DUMP, { recursive: true }); fs.writeFileSync(path.join(DUMP, `${String(++dumps).padStart(6, '0')}.json`), JSON.stringify({ url: line.url, body: b }, null, 1)); }
}
let dumps = 0;

const server = http.createServer(async (req, res) => {
  let body = '';
  for await (const c of req) body += c;
  let b = {};
  try { b = body ? JSON.parse(body) : {}; } catch { /* not JSON */ }
  const p = req.url.split('?')[0].replace(/\/+/g, '/');
  try {
    let m;
    if (req.method === 'POST' && /\/v1\/messages$/.test(p)) return await anthropic(req, res, b);
    if (req.method === 'POST' && /\/v1\/messages\/count_tokens$/.test(p)) return json(res, 200, { input_tokens: 120 });
    if (req.method === 'POST' && /\/chat\/completions$/.test(p)) return await chat(req, res, b);
    if (req.method === 'POST' && /\/responses$/.test(p)) return await responses(req, res, b);
    if (req.method === 'POST' && (m = /\/models\/([^/:]+):(streamGenerateContent|generateContent)$/.exec(p))) return await gemini(req, res, b, m[1], m[2]);
    if (req.method === 'POST' && /:countTokens$/.test(p)) return json(res, 200, { totalTokens: 120 });
    if (req.method === 'GET' && /\/models$/.test(p)) return json(res, 200, { object: 'list', data: [{ id: 'fake-model', object: 'model', created: 1750000000, owned_by: 'fake' }], has_more: false, first_id: 'fake-model', last_id: 'fake-model' });
    if (req.method === 'HEAD' || p === '/' || p === '/health') return json(res, 200, { ok: true });
    if (LOG) fs.appendFileSync(LOG, JSON.stringify({ t: new Date().toISOString(), unhandled: req.method + ' ' + p }) + '\n');
    return json(res, 404, { error: { type: 'not_found_error', message: 'fake model: no such endpoint ' + p } });
  } catch (e) {
    if (LOG) fs.appendFileSync(LOG, JSON.stringify({ t: new Date().toISOString(), exception: String(e.stack ?? e) }) + '\n');
    if (!res.headersSent) json(res, 500, { error: { type: 'api_error', message: String(e) } }); else res.end();
  }
});
server.listen(PORT, '127.0.0.1', () => console.log(`fake model on http://127.0.0.1:${server.address().port}`));
