import { createHash } from 'node:crypto';
import type { ActGuardEvent, UsedFact } from '@actguard/core';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readStructure } from '../../../tests/support/page-structure.js';
import { renderTimeline, renderTimelines } from './render-page.js';

/** Text as it stands in a page. */
const escaped = (text: string): string => text.replaceAll('"', '&quot;').replaceAll("'", '&#39;');

/** Made-up events of one run. */
class Story {
  readonly events: ActGuardEvent[] = [];
  readonly #about;
  #calls = 0;

  constructor(runId = 'r1', userId: string | undefined = 'alice') {
    this.#about = { runId, userId, sessionId: runId, time: 0, severity: '' } as const;
    this.events.push({ ...this.#about, category: 'run', outcome: '', name: 'run.start' });
  }

  said(text: string): void {
    this.events.push({ ...this.#about, category: 'run', outcome: '', name: 'run.user_said', text });
  }

  vouched(fact: UsedFact): void {
    this.events.push({ ...this.#about, category: 'run', outcome: '', name: 'run.fact_added', fact });
  }

  /** @returns the id of the call */
  call(
    toolName: string,
    args: unknown,
    facts: { used?: UsedFact[]; proven?: UsedFact[]; result?: unknown } = {},
  ): string {
    const call = this.#call(toolName, args);
    const admitted = { ...call, category: 'guard', outcome: 'admitted', name: 'guard.admitted' } as const;
    if (facts.used) this.events.push({ ...admitted, guardName: 'enforce', facts: facts.used });
    if (facts.proven) this.events.push({ ...admitted, guardName: 'prove', facts: facts.proven });
    this.events.push({
      ...call,
      category: 'tool',
      outcome: 'success',
      name: 'tool.invoke',
      durationMs: 1,
      result: facts.result,
    });
    return call.callId;
  }

  refused(toolName: string, args: unknown, guardName: string, error: unknown, code = 'MISSING_FACT'): void {
    const about = {
      ...this.#call(toolName, args),
      category: 'guard',
      outcome: 'blocked',
      name: 'guard.blocked',
    } as const;
    this.events.push({ ...about, guardName, code, errorType: 'E', errorMessage: 'm', error });
  }

  #call(toolName: string, args: unknown) {
    return { ...this.#about, toolName, args, callId: `${this.#about.runId}:${++this.#calls}`, attempt: 1 };
  }
}

const orderOf = (callId: string, value = 'o1'): UsedFact => ({
  kind: 'order_id',
  value,
  origin: { source: 'tool', tool: 'Desk.list', callId, at: 0 },
});

describe('a page', () => {
  test('shows where the fact of a call came from, in words, with a link and with a line', () => {
    const story = new Story();
    story.call('Desk.list', {}, { proven: [orderOf('r1:1'), orderOf('r1:1', 'o2')] });
    story.call('Desk.cancel', { orderId: 'o1' }, { used: [orderOf('r1:1')] });
    const page = renderTimeline(story.events);
    expect(page).toContain('proven by <span class="name">list</span>, <a href="#_r1c1">call 1</a>');
    expect(page).toContain('id="_r1c1"');
    expect(page.match(/<circle class="n l0"/g)).toHaveLength(2); // the legend has one too
    expect(page.match(/<span class="vh">fact <\/span>A<\/b>/g)).toHaveLength(2);
  });

  test('shows that nothing proved what a refused call needed, and what the model reads', () => {
    const story = new Story();
    const error = {
      missing: { what: 'fact', kind: 'order_id', value: 'o7' },
      refusal: { because: 'It was not proven.', tryInstead: 'Call list first.', retryAfterMs: 30_000, attemptsLeft: 2 },
    };
    story.refused('Desk.cancel', { orderId: 'o7' }, 'enforce', error);
    const page = renderTimeline(story.events);
    const { text } = readStructure(page);
    expect(text).toContain(escaped('order_id "o7": nothing proved it'));
    for (const words of [
      'It was not proven.',
      'Call list first.',
      'It may pass after 30 s. 2 attempts left.',
      'method did not run',
    ]) {
      expect(text).toContain(words);
    }
    expect(page).toContain('<path class="n gap"');
  });

  test('tells of a mix-up that the value was proven of somebody else', () => {
    const story = new Story();
    const bens = { ...orderOf('r1:1'), origin: { source: 'tool', callId: 'r1:1', about: 'ben', at: 0 } } as const;
    story.call('Desk.list', { user: 'ben' }, { proven: [bens] });
    const missing = { what: 'fact', kind: 'order_id', value: 'o1', about: 'ada' };
    story.refused('Desk.cancel', { user: 'ada', orderId: 'o1' }, 'enforce', { missing });
    const { text } = readStructure(renderTimeline(story.events));
    expect(text).toContain(escaped('nothing proved it (call 1 proved it of "ben")'));
  });

  test.each([
    ['return_cached', 'idempotent: replayed', 'method did not run'],
    ['wait', 'rate limit: waited', 'no end seen'],
    ['timeout', 'timeout: cut off', 'method began'],
  ] as const)('names what a guard made of a call: %s', (action, title, method) => {
    const story = new Story();
    story.call('Desk.list', {});
    const [, invoked] = story.events as [ActGuardEvent, Extract<ActGuardEvent, { name: 'tool.invoke' }>];
    const guardName = { return_cached: 'idempotent', wait: 'rateLimit', timeout: 'timeout' }[action];
    const event = {
      ...invoked,
      category: 'guard',
      outcome: 'intervened',
      name: 'guard.intervention',
      guardName,
      action,
    } as const;
    const page = renderTimeline([event]);
    expect(page).toContain(`title="${title}"`);
    // Not only in the legend, which explains these words.
    expect(page).toContain(`<span class="state">${method}</span>`);
  });

  test('draws no line that would lead nowhere, because the step that it starts from has no room for it', () => {
    const story = new Story();
    const values = Array.from({ length: 9 }, (_, index) => `o${index}`);
    story.call('Desk.list', {}, { proven: values.map((value) => orderOf('r1:1', value)) });
    for (const value of values) story.call('Desk.use', {}, { used: [orderOf('r1:1', value)] });
    const [list = '', ...uses] = renderTimeline(story.events).split('<li class="step call').slice(1);
    const ends = (step: string) => step.match(/class="n l\d"/g)?.length ?? 0;
    // Eight facts have a line in the list, and six of them find a lane.
    expect(ends(list)).toBe(6);
    expect(uses.map(ends)).toEqual([1, 1, 1, 1, 1, 1, 0, 0, 0]);
    expect(uses[8]).toContain('<span class="vh">fact </span>I</b>');
  });

  test('has an address for each section that was asked for, and none twice', () => {
    const sections = ['one', 'one', 'Not An Id', '_section4', '"><b>'].map((id) => ({
      id,
      title: id,
      events: new Story().events,
    }));
    const { ids, links } = readStructure(renderTimelines({ title: 'All', sections }));
    expect(links).toEqual(['one', '_section2', '_section3', '_section4', '_section5']);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('allows its own style sheet and nothing else', () => {
    const page = renderTimeline([]);
    const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(page) ?? [];
    const [, policy = ''] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(policy).toContain(`default-src &#39;none&#39;; style-src &#39;sha256-${hash}&#39;;`);
    expect(page).not.toMatch(/<script|@import|url\(|https?:/);
  });

  test('of no events says so', () => {
    expect(readStructure(renderTimeline([])).text).toContain('No run was seen.');
  });
});

describe('a large run', () => {
  const CALLS = 1000;
  const story = new Story();
  const all = Array.from({ length: 5 }, (_, index) => `o${index}`);
  for (let call = 1; call <= CALLS; call++) {
    const used = call === 1 ? [] : all.map((value) => orderOf(`r1:${call - 1}`, value));
    story.call('Desk.next', { call }, { used, proven: all.map((value) => orderOf(`r1:${call}`, value)) });
  }
  const page = renderTimeline(story.events);
  const structure = readStructure(page);

  test('shows every call and every fact, as a page of ours', () => {
    expect(structure.problems).toEqual([]);
    expect(structure.ids.filter((id) => /^_r1c\d+$/.test(id))).toHaveLength(CALLS);
    expect(structure.links).toHaveLength((CALLS - 1) * all.length);
  });

  test('grows with the number of calls only, as every line has at most six lanes', () => {
    const widths = [...page.matchAll(/class="rail" width="(\d+)"/g)].map(([, width]) => Number(width));
    expect(widths.length).toBeGreaterThan(CALLS);
    expect(Math.max(...widths)).toBeLessThanOrEqual(104);
    expect(page.length / CALLS).toBeLessThan(20_000);
  });

  test('says how many lines found no place', () => {
    const many = new Story();
    const values = Array.from({ length: 8 }, (_, index) => `o${index}`);
    many.call('Desk.list', {}, { proven: values.map((value) => orderOf('r1:1', value)) });
    many.call('Desk.use', {}, { used: values.map((value) => orderOf('r1:1', value)) });
    const { text } = readStructure(renderTimeline(many.events));
    expect(text).toContain('2 more lines of facts not drawn.');
    expect(text).toContain('H'); // the letter of the eighth
  });
});

describe('what is hostile', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.constantFrom(
      '<script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      "' onmouseover='alert(1)",
      '</style><style>*{display:none}',
      '</title><svg onload=alert(1)>',
      ']]>--><!--',
      '&lt;b&gt;&#60;b&#62;',
      '\u202Egnp.exe\u2066\u200B\uFEFF\u0000\u001B[2J',
      '__proto__',
      'Z\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307',
      'x'.repeat(5000),
      '\uD800',
      '$\u007Balert(1)}`',
    ),
  );

  test('becomes text, wherever it stands', () => {
    const texts = fc.record({
      id: hostile,
      user: hostile,
      tool: hostile,
      said: hostile,
      kind: hostile,
      value: hostile,
      about: hostile,
      guard: hostile,
      code: hostile,
      because: hostile,
      name: hostile,
      title: hostile,
    });
    fc.assert(
      fc.property(texts, fc.anything(), (text, anything) => {
        const story = new Story(text.id, text.user);
        const fact = (callId: string): UsedFact => ({
          kind: text.kind,
          value: text.value,
          origin: { source: 'tool', tool: text.tool, callId, about: text.about, at: 0 },
        });
        story.said(text.said);
        story.vouched({ kind: text.kind, value: text.value, origin: { source: 'app', about: text.about, at: 0 } });
        const callId = story.call(
          text.tool,
          { [text.name]: text.value, anything },
          { proven: [fact('?')], result: anything },
        );
        story.call(text.tool, anything, { used: [fact(callId), fact(text.id), { kind: text.kind, value: text.said }] });
        const missing = { what: 'fact', kind: text.kind, value: text.value, about: text.about };
        const refusal = { because: text.because, tryInstead: text.because, retryAfterMs: Number.NaN };
        story.refused(text.tool, text.name, text.guard, { missing, refusal }, text.code);
        const notes = [{ label: text.because, text: text.because, tone: text.because as 'good' }];
        const section = { id: text.id, title: text.title, text: text.title, notes, events: story.events };
        const page = renderTimelines({ title: text.title, intro: text.said, sections: [section, section] });
        const { problems, ids, links, shapes } = readStructure(page);
        expect(problems).toEqual([]);
        expect(new Set(ids).size).toBe(ids.length);
        expect([...links, ...shapes].filter((id) => !ids.includes(id))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  test('is cut where it is long', () => {
    const long = 'x'.repeat(100_000);
    const story = new Story(long, long);
    story.said(long);
    story.refused(long, { [long]: long }, 'enforce', { refusal: { because: long, tryInstead: long } }, long);
    expect(renderTimeline(story.events).length).toBeLessThan(60_000);
  });

  test('is seen by the check of these tests', () => {
    const page = renderTimeline(new Story().events);
    const problemsWith = (markup: string): readonly string[] =>
      readStructure(page.replace('</main>', `${markup}</main>`)).problems;
    expect(problemsWith('')).toEqual([]);
    for (const markup of [
      '<script></script>',
      '<b onclick="x"></b>',
      '<b class=x></b>',
      '<b>',
      '</b>',
      '<',
      '<a href="javascript:x"></a>',
      '\u202E',
      '<!---->',
    ]) {
      expect(problemsWith(markup)).not.toEqual([]);
    }
  });
});

describe('a table', () => {
  const table = {
    caption: 'Shares',
    columns: [{ label: 'Policy' }, { label: 'Allowed', isNumber: true }],
    groups: [
      { title: 'Airline', text: '3 traces', rows: [{ cells: ['ours', '2/3'], isMain: true }, { cells: ['none'] }] },
      { rows: [{ cells: ['all', '3/3', 'too many'] }] },
    ],
    notes: ['A note.'],
  };

  test('stands above the sections, with headings for what reads it aloud', () => {
    const sections = [
      { title: 'One', events: [] },
      { title: 'Two', events: [] },
    ];
    const page = renderTimelines({ title: 'Replay', tables: [table], sections });
    expect(page).toContain('<h2 id="_figures1">Shares</h2>');
    expect(page).toContain('<th scope="col">Policy</th><th scope="col" class="num">Allowed</th>');
    expect(page).toContain('<th scope="rowgroup" colspan="2">Airline <span class="about">3 traces</span></th>');
    expect(page).toContain('<tr class="main"><th scope="row">ours</th><td class="num">2/3</td></tr>');
    expect(page).toContain('<th scope="row">none</th><td class="num"></td>');
    expect(page).not.toContain('too many');
    expect(page.indexOf('A note.')).toBeLessThan(page.indexOf('>One</a>'));
    expect(readStructure(page).problems).toEqual([]);
  });

  test('shows text as text', () => {
    const text = '<img src=x onerror=alert(1)>';
    const hostile = {
      caption: text,
      columns: [{ label: text }, { label: text }],
      groups: [{ title: text, text, rows: [{ cells: [text, text] }] }],
      notes: [text],
    };
    expect(readStructure(renderTimelines({ title: 'T', tables: [hostile], sections: [] })).problems).toEqual([]);
  });
});

test('links to many sections are folded', () => {
  const sections = Array.from({ length: 30 }, (_, index) => ({ title: `Number ${index}`, events: [] }));
  expect(renderTimelines({ title: 'T', sections })).toContain('<summary>30 sections</summary>');
  expect(renderTimelines({ title: 'T', sections: sections.slice(0, 5) })).not.toContain('5 sections');
});

test('a section shows the clock, how long things took, or no times at all', () => {
  const story = new Story();
  story.call('Desk.list', {});
  const page = (times?: 'clock' | 'relative' | 'none'): string =>
    renderTimelines({ title: 'T', sections: [{ title: 'S', events: story.events, times }] });
  expect(page()).toContain('1970-01-01 00:00:00 UTC');
  expect(page('clock')).toBe(page());
  expect(page('relative')).not.toContain('1970');
  expect(page('relative')).toContain('1 ms');
  expect(page('none')).not.toMatch(/1970| ms\b/);
});

describe('links inside a page', () => {
  const story = new Story();
  story.call('Desk.list', {});
  story.call('Desk.close', {});
  const pageWith = (links: readonly { label: string; section: string; call?: number }[], call = 2): string =>
    renderTimelines({
      title: 'T',
      summary: '7 of 9 are drawn',
      tables: [
        { caption: 'C', columns: [{ label: 'L' }], groups: [{ rows: [{ cells: [{ text: 'SOME_CODE', links }] }] }] },
      ],
      sections: [
        { id: 'a', title: 'A', events: [], badge: { text: '<2> refused', tone: 'bad' } },
        { id: 'b', title: 'B', events: story.events, notes: [{ label: 'See', text: 'it', call }] },
      ],
    });

  test('lead to a section, to a call in it, and nowhere else', () => {
    const page = pageWith([
      { label: 'one', section: 'a' },
      { label: 'two', section: 'b', call: 2 },
      { label: 'three', section: 'b', call: 3 },
      { label: 'four', section: 'none', call: 1 },
    ]);
    expect(page).toContain(
      '<li><a href="#a">one</a></li><li><a href="#_t2r1c2">two</a></li><li><a href="#b">three</a></li>',
    );
    expect(page).toContain('<li>four</li>');
    expect(page).toContain('<b><a href="#_t2r1c2">See</a></b>');
    const { ids, links, problems } = readStructure(page);
    expect(problems).toEqual([]);
    expect(links.filter((link) => !ids.includes(link))).toEqual([]);
  });

  test('of notes are left out where the call is not drawn', () => {
    expect(pageWith([], 9)).toContain('<b>See</b>');
  });

  test('a badge stands in the list of sections, a summary above them', () => {
    const page = pageWith([]);
    expect(page).toContain('<a href="#a">A <b class="bad">&lt;2&gt; refused</b></a>');
    expect(page).toContain('<p class="summary">7 of 9 are drawn</p>');
  });

  test('a code may be broken behind its parts', () => {
    expect(pageWith([])).toContain('<th scope="row">SOME_<wbr>CODE');
  });
});
