import { describe, expect, test } from '@jest/globals';
import { Redactor } from './redactor.js';

const redactor = new Redactor();

describe('a text', () => {
  test.each([
    ['Authorization: Bearer abc.def-123', 'Authorization: Bearer [redacted]'],
    ['authorization: basic dXNlcjpwYXNz and more', 'authorization: basic [redacted] and more'],
    ['key sk-proj-abcdefghijklmnop1234 used', 'key [redacted] used'],
    ['sk-ant-api03-abcdefghijklmnop', '[redacted]'],
    [`AIza${'x'.repeat(35)}`, '[redacted]'],
    ['ag_live_abcdef', '[redacted]'],
    [`ghp_${'a'.repeat(36)}, xoxb-1234567890-abc`, '[redacted], [redacted]'],
    ['AKIAIOSFODNN7EXAMPLE', '[redacted]'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefgh', '[redacted]'],
    ['-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----', '[redacted]'],
    ['postgres://user:pw@db/orders', 'postgres://[redacted]db/orders'],
  ])('loses what looks like a secret: %s', (text, clean) => {
    expect(redactor.text(text)).toBe(clean);
  });

  test.each(['order o-1 of alice', 'the task-force of sk-8', 'https://example.com/a:b', 'bearer', 'a basic fact'])(
    'keeps what does not: %s',
    (text) => {
      expect(redactor.text(text)).toBe(text);
    },
  );

  test('loses the secrets that it is told, and patterns of the user, whatever their flags', () => {
    const own = new Redactor({ patterns: [/cust-(\d+)/, /ROOM \w/giy] }, ['the+key', '']);
    expect(own.text('cust-12 has the+key of room 7, cust-13')).toBe(
      '[redacted] has [redacted] of [redacted], [redacted]',
    );
    expect(own.text('cust-12 again')).toBe('[redacted] again');
  });

  test('made to keep the patterns busy does not', () => {
    const text = ['eyJ-', 'a://:', 'sk-', 'Bearer ', '-----BEGIN ', 'xoxb-', 'a:', 'AKIA'].map((part) =>
      part.repeat(20_000 / part.length),
    );
    // Without bounds one of these takes minutes.
    for (const each of text) expect(redactor.text(each).length).toBeGreaterThan(0);
  });
});

describe('data', () => {
  test('loses the values of fields with a known name, at any depth', () => {
    const data = {
      api_key: 'a',
      'X-Api-Key': 'b',
      nested: [{ Authorization: 'c', clientSecret: { deep: 'd' }, password: 7, token: null, input_tokens: 12 }],
      text: 'Bearer abcdef',
    };
    expect(redactor.data(data)).toEqual({
      api_key: '[redacted]',
      'X-Api-Key': '[redacted]',
      nested: [
        {
          Authorization: '[redacted]',
          clientSecret: '[redacted]',
          password: '[redacted]',
          token: null,
          input_tokens: 12,
        },
      ],
      text: 'Bearer [redacted]',
    });
  });

  test('is something that JSON can hold', () => {
    let deep: unknown = 'end';
    for (let level = 0; level < 100; level++) deep = { deep };
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    const odd = {
      big: 10n,
      call: () => 1,
      when: new Date(0),
      never: new Date(Number.NaN),
      deep,
      circular,
      ['__proto__']: 1,
    };
    const clean = redactor.data(odd) as Record<string, unknown>;
    expect(clean).toMatchObject({ big: '10', call: '[function]', when: '1970-01-01T00:00:00.000Z', never: null });
    expect(JSON.stringify(clean).length).toBeLessThan(1000);
  });

  test('has an end, however much there is of it', () => {
    const fan: Record<string, unknown> = {};
    for (let index = 0; index < 10; index++) fan[`again${index}`] = fan;
    expect(JSON.stringify(redactor.data(fan)).length).toBeLessThan(1_000_000);
    const large = {
      list: Array.from({ length: 1_000_000 }, () => 'x'),
      texts: Array.from({ length: 1000 }, () => 'y'.repeat(10_000)),
    };
    expect(JSON.stringify(redactor.data(large)).length).toBeLessThan(1_000_000);
    expect(JSON.stringify(redactor.data({ texts: large.texts })).length).toBeLessThan(1_000_000);
  });

  test('loses fields that the user names, however they are spelled', () => {
    const own = new Redactor({ keys: ['user_id', 'eMail'] });
    expect(own.data({ userId: 'a', 'USER-ID': 'b', email: 'c', id: 'd' })).toEqual({
      ...{ userId: '[redacted]', 'USER-ID': '[redacted]', email: '[redacted]', id: 'd' },
    });
  });
});
