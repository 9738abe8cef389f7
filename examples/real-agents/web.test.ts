import { describe, expect, test } from '@jest/globals';
import { linksIn } from './web.js';

describe('linksIn', () => {
  test.each<[text: string, links: string[]]>([
    ['Look at www.example.com.', ['www.example.com']],
    ['https://example.com/a?b=1#c, and (example.org/x)!', ['https://example.com/a?b=1#c', 'example.org/x']],
    [
      '[here](http://example.com/p) <https://example.org|there> "www.example.net"',
      ['http://example.com/p', 'https://example.org', 'www.example.net'],
    ],
    ['*www.example.com* _www.example.org_ ~example.net~', ['www.example.com', 'www.example.org', 'example.net']],
    ['see:www.example.com/a', ['www.example.com/a']],
    ['http://mina@example.com/x', ['http://mina@example.com/x']],
    ['HTTP://EXAMPLE.COM', ['HTTP://EXAMPLE.COM']],
    ['server://internal 10.0.0.1/admin', ['server://internal', '10.0.0.1/admin']],
    ['müller.example', ['müller.example']],
    ['...www.example.com', ['www.example.com']],
    ['First line.\\nwww.example.com', ['www.example.com']],
  ])('finds in %j %j', (text, links) => {
    expect(linksIn(text)).toEqual(links);
  });

  test.each(['mina@example.com', 'first.last@mail.example.com', 'notes.txt', 'e.g. 3.5 or 10.0.0.1', 'Yes. No.', ''])(
    'finds none in %j',
    (text) => {
      expect(linksIn(text)).toEqual([]);
    },
  );

  test('sees through full-width letters and invisible characters', () => {
    expect(linksIn('ｗｗｗ．example．com and exam\u200bple.org')).toEqual(['www.example.com', 'example.org']);
  });

  test('a name of a file at the end of an address hides nothing', () => {
    expect(linksIn('example.com/notes.txt')).toEqual(['example.com/notes.txt']);
  });

  test.each(['a', 'a.', 'a_', 'a-', 'a@', 'http:/', '_', '1.', '\\n'])('takes hostile repetitions of %j', (part) => {
    // Anything but linear time would take minutes here.
    expect(linksIn(part.repeat(300_000))).toEqual([]);
  });
});
