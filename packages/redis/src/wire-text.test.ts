import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fromWire, toWire } from './wire-text.js';

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('\ud800', '\udfff', '\u0000', 'j', '"', '\\', 'é', '\u{1f600}') }),
);

describe('a text on the wire', () => {
  test('comes back as it was, through UTF-8', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const sent = Buffer.from(toWire(text), 'utf8').toString('utf8');
        expect(fromWire(sent)).toBe(text);
      }),
    );
  });

  test('is as it was where that can be', () => {
    expect(toWire('Grüße \u{1f600}')).toBe('Grüße \u{1f600}');
  });
});
