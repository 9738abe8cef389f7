import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Line, linesIn } from './line-files.js';

async function* piecesOf(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let start = 0;
  for (let index = 0; start < bytes.length; index++) {
    const size = sizes[index % sizes.length] ?? 1;
    yield bytes.subarray(start, start + size);
    start += size;
  }
}

async function linesOf(text: string, sizes: readonly number[], maxBytes?: number): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const line of linesIn(piecesOf(Buffer.from(text), sizes), maxBytes)) lines.push(line);
  return lines;
}

describe('lines', () => {
  test('are the same however the bytes come', async () => {
    const text = fc.stringMatching(/^[aü€𝒜 \r\n]{0,40}$/u);
    await fc.assert(
      fc.asyncProperty(
        text,
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 }),
        async (content, sizes) => {
          const expected = content.split('\n').map((line) => line.replace(/\r$/, ''));
          if (content === '' || content.endsWith('\n')) expected.pop();
          const lines = await linesOf(content, sizes);
          expect(lines.map(({ text: line }) => line)).toEqual(expected);
          expect(lines.map(({ number }) => number)).toEqual(expected.map((_, index) => index + 1));
        },
      ),
    );
  });

  test('longer than the bound have no text, and the next one does', async () => {
    for (const size of [1, 3, 100])
      expect((await linesOf('12345\n123456\n\n12\n1234567', [size], 5)).map(({ text }) => text)).toEqual([
        '12345',
        undefined,
        '',
        '12',
        undefined,
      ]);
  });

  test('lose a byte order mark at the beginning only', async () => {
    expect((await linesOf('\uFEFFa\n\uFEFFb', [2])).map(({ text }) => text)).toEqual(['a', '\uFEFFb']);
  });
});
