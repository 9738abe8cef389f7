import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { Trace } from '../trace/trace.js';
import { readTraces } from './read-traces.js';
import { TraceFileError } from './trace-file-error.js';

const folder = mkdtempSync(path.join(tmpdir(), 'traces-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function fileOf(content: string | Buffer, name = 'shop.jsonl'): string {
  const file = path.join(folder, `${++files}-${name}`);
  writeFileSync(file, content);
  return file;
}

/** Ids of the traces and sentences of the problems, as they come; a number in front of a problem is its line. */
async function read(file: string, into: string[] = [], traces: Trace[] = []): Promise<string[]> {
  for await (const found of readTraces(file)) {
    if ('trace' in found) {
      traces.push(found.trace);
      into.push(found.trace.id);
    } else {
      const { line, problem } = found.problem;
      expect(found.problem.path).toBe(file);
      into.push(line === undefined ? problem : `${line}: ${problem}`);
    }
  }
  return into;
}

const own = (id: string): string => JSON.stringify({ actguard: 1, id, calls: [{ tool: 'a', args: {} }] });

describe('a file of JSON lines', () => {
  test('may have a byte order mark, Windows line ends, blank lines and no last line end', async () => {
    const file = fileOf(`\uFEFF${own('a')}\r\n\r\n  \n${own('b')}\n\n${own('ü')}`);
    expect(await read(file)).toEqual(['a', 'b', 'ü']);
  });

  test('goes on behind a broken line, which is a problem with its number and without its content', async () => {
    const file = fileOf(
      [own('a'), '{"secret": "value', '5', own('b'), '{"actguard":7}', '{"role":"user","content":"x"}'].join('\n'),
    );
    expect(await read(file)).toEqual([
      'a',
      '2: This line is no JSON.',
      '3: This line is no trace of a known format.',
      'b',
      '5: This line was written by a newer version: version 7 of the format, and this one reads up to 1.',
      '6: This line is a single message, where a whole conversation belongs.',
    ]);
  });

  test('may begin with broken lines', async () => {
    expect(await read(fileOf(['{"half', own('a'), own('b')].join('\n')))).toEqual([
      '1: This line is no JSON.',
      'a',
      'b',
    ]);
    expect(await read(fileOf(['{"half', 'more', own('b'), own('c')].join('\n')))).toEqual([
      '1: This line is no JSON.',
      '2: This line is no JSON.',
      'b',
      'c',
    ]);
  });

  test('may mix formats, and names traces after itself where they have no name', async () => {
    const chat = JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }] });
    const file = fileOf([own('a'), chat, `[${chat},${own('b')},7]`].join('\n'), 'support.jsonl.gz');
    const name = path.basename(file);
    const traces: Trace[] = [];
    expect(await read(file, [], traces)).toEqual([
      'a',
      `${name}:2`,
      `${name}:3#1`,
      'b',
      '3: Element 3 of this line is no trace of a known format.',
    ]);
    expect(traces.map(({ suite, source }) => [suite, source])).toEqual([
      [name.replace('.jsonl.gz', ''), 'recording'],
      [name.replace('.jsonl.gz', ''), 'openai-chat'],
      [name.replace('.jsonl.gz', ''), 'openai-chat'],
      [name.replace('.jsonl.gz', ''), 'recording'],
    ]);
  });

  test('skips a line that is too long', async () => {
    const huge = `{"actguard":1,"id":"${'x'.repeat(65 * 1024 * 1024)}","calls":[]}`;
    expect(await read(fileOf(`${own('a')}\n${huge}\n${own('b')}\n`))).toEqual([
      'a',
      '2: This line is longer than 64 MiB.',
      'b',
    ]);
  }, 30_000);

  test('may hold spans of one trace in several lines', async () => {
    const span = (spanId: string, parentSpanId: string, name: string) =>
      JSON.stringify({
        resourceSpans: [
          {
            scopeSpans: [
              {
                spans: [
                  {
                    traceId: 'ab',
                    spanId,
                    parentSpanId,
                    name,
                    attributes: [{ key: 'gen_ai.operation.name', value: { stringValue: 'execute_tool' } }],
                  },
                ],
              },
            ],
          },
        ],
      });
    const traces: Trace[] = [];
    await read(
      fileOf([span('1', 'r', 'execute_tool a'), span('2', 'r', 'execute_tool b'), span('r', '', 'agent')].join('\n')),
      [],
      traces,
    );
    expect(traces.map(({ id, calls }) => [id, calls.map(({ tool }) => tool)])).toEqual([['ab', ['a', 'b']]]);
  });
});

describe('a file that is one document', () => {
  test('may be printed over many lines: a conversation, or a list of them', async () => {
    const chat = { id: 'conv-1', messages: [{ role: 'user', content: 'Hello' }] };
    expect(await read(fileOf(JSON.stringify(chat, undefined, 2), 'one.json'))).toEqual(['conv-1']);
    const file = fileOf(JSON.stringify([chat, { actguard: 1, calls: [] }, {}], undefined, 2), 'many.json');
    expect(await read(file)).toEqual([
      'conv-1',
      `${path.basename(file)}#2`,
      'Element 3 of this file is no trace of a known format.',
    ]);
    const lines = fileOf(`[\n${own('a')},\n${own('b')}\n]\n`, 'list.json');
    expect(await read(lines)).toEqual(['a', 'b']);
    const bare = fileOf(JSON.stringify(chat.messages), 'bare.json');
    expect(await read(bare)).toEqual([`${path.basename(bare)}:1`]);
  });
});

describe('a file without traces', () => {
  test('is one problem, however much is in it', async () => {
    const schemas = Array.from({ length: 500 }, (_, index) => ({
      name: `tool${index}`,
      input_schema: { type: 'object' },
    }));
    for (const content of [
      JSON.stringify(schemas),
      JSON.stringify(schemas, undefined, 2),
      JSON.stringify({ tools: schemas }, undefined, 2),
      schemas.map((each) => JSON.stringify(each)).join('\n'),
      'no JSON at all\n'.repeat(500),
      '[{"half":\n'.repeat(500),
      '',
      '\n\n',
      '[]',
      'null',
      JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: 'ab', spanId: '1', name: 'GET /' }] }] }] }),
    ])
      expect(await read(fileOf(content, 'tools.json'))).toEqual([expect.stringMatching(/^(1: )?This .*\.$/)]);
  });
});

describe('gzip', () => {
  test('is told by its content, and may have several members', async () => {
    const zipped = Buffer.concat([gzipSync(`${own('a')}\n`), gzipSync(`${own('b')}\n`)]);
    expect(await read(fileOf(zipped, 'runs.jsonl.gz'))).toEqual(['a', 'b']);
    expect(await read(fileOf(zipped, 'runs.jsonl'))).toEqual(['a', 'b']);
    expect(await read(fileOf(own('a'), 'plain.jsonl.gz'))).toEqual(['a']);
    expect(await read(fileOf(Buffer.concat([zipped, Buffer.alloc(512)]), 'padded.jsonl.gz'))).toEqual(['a', 'b']);
    await expect(read(fileOf(Buffer.concat([zipped, Buffer.from('garbage')])))).rejects.toThrow(TraceFileError);
  });

  test('that is cut off gives the traces before, and then throws', async () => {
    const lines = Array.from({ length: 2000 }, (_, index) => own(`t${index}-${Math.sin(index)}`));
    const zipped = gzipSync(lines.join('\n'));
    const file = fileOf(zipped.subarray(0, zipped.length * 0.7), 'cut.jsonl.gz');
    const found: string[] = [];
    const reading = read(file, found);
    await expect(reading).rejects.toThrow(TraceFileError);
    await expect(reading).rejects.toMatchObject({ path: file, message: expect.stringContaining('cannot be read') });
    const traces = found.filter((each) => each.startsWith('t'));
    expect(traces.length).toBeGreaterThan(1000);
    expect(traces).toEqual(lines.slice(0, traces.length).map((line) => JSON.parse(line).id));
  });
});

describe('reading', () => {
  test('of what is no file throws', async () => {
    await expect(read(path.join(folder, 'none.jsonl'))).rejects.toThrow('does not exist');
    await expect(read(folder)).rejects.toThrow('is no file');
  });

  test('tells how far it is, in bytes of the file', async () => {
    const file = fileOf(gzipSync(Array.from({ length: 5000 }, (_, index) => own(`${Math.sin(index)}`)).join('\n')));
    const progress: number[] = [];
    for await (const _ of readTraces(file, { onProgress: (bytes) => progress.push(bytes) }));
    expect(progress.length).toBeGreaterThan(1);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(progress.at(-1)).toBe(statSync(file).size);
  });

  test('may be given up', async () => {
    for await (const found of readTraces(fileOf(gzipSync(`${own('a')}\n`.repeat(1000))))) {
      expect(found).toHaveProperty('trace');
      break;
    }
  });

  test('of hostile content never throws, and changes nothing else', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const text = JSON.stringify(deep);
    const lines = [
      `{"actguard":1,"id":"p","__proto__":{"polluted":1},"calls":[{"tool":"a","args":{"__proto__":{"polluted":1}}}]}`,
      `{"actguard":1,"id":"p","calls":[{"tool":"__proto__","args":${deep}}]}`,
      deep,
      `{"messages":[{"role":"assistant","tool_calls":[{"id":"__proto__","function":{"name":"a","arguments":${text}}}]}]}`,
      `{"messages":[{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"a","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c","content":${text}}]}`,
      `{"traceId":"ab","name":"execute_tool a","attributes":{"gen_ai.operation.name":"execute_tool","gen_ai.tool.call.result":${text}}}`,
      `{"actguard":1,"id":"p","calls":[${'{"tool":"a"},'.repeat(20_000)}{"tool":"a"}]}`,
      '{"messages":[{"role":"user","content":[[[]],{"type":"text","text":{"a":1}}]}]}',
      '{"request":"{","response":"[","messages":[]}',
      '{"request":{"body":{"body":{"messages":[{"role":"user","content":"x"}]}}}}',
      '{"actguard":{"$gt":0},"calls":[]}',
      '\u0000\uFFFF',
    ];
    const traces: Trace[] = [];
    const found = await read(fileOf(lines.join('\n')), [], traces);
    expect(found.filter((each) => each.includes('deeper than 200 levels'))).toHaveLength(5);
    expect(traces.map(({ calls }) => calls.length)).toEqual([1, 20_001, 0, 0, 0]);
    expect(traces[0]?.calls[0]?.args).toStrictEqual(JSON.parse('{"__proto__":{"polluted":1}}'));
    expect({}).not.toHaveProperty('polluted');
  });
});
