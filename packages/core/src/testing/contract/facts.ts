import assert from 'node:assert/strict';
import { AWKWARD_NAMES, mint, openSession, origin, readFacts, requireFact, say } from './operation-builders.js';
import type { Contract } from './store-driver.js';

/** What was proven, by whom, about what, for how long. */
export const factContract: Contract = (it) => {
  it('knows what was minted and nothing else', async (store) => {
    assert.equal((await store.refuses(requireFact('o1'))).why, 'missing');
    assert.equal((await store.ask(mint('', { values: ['o1', 'o2'] }))).added, 2);
    await store.admits(requireFact('o1'));
    for (const value of ['o', 'o3', 'O1', ' o1', 'o1 ', 'o1,o2', '']) await store.refuses(requireFact(value));
  });

  it('asks for every value, and names the first that is missing', async (store) => {
    await store.ask(mint('', { values: ['o1', 'o2'] }));
    await store.admits(requireFact('', { values: ['o2', 'o1', 'o1'] }));
    const { value } = await store.refuses(requireFact('', { values: ['o1', 'o3', 'o4'] }));
    assert.equal(value, 'o3');
  });

  it('answers where each value came from, in their order', async (store) => {
    const origins = [origin({ tool: 'Orders.list', callId: '1', about: 'alice', at: 5 }), origin({ callId: '2' })];
    await store.ask(mint('o1', { origin: origins[0] as never }));
    await store.ask(mint('o2', { origin: origins[1] as never }));
    const answer = await store.admits(requireFact('', { values: ['o2', 'o1'] }));
    assert.deepEqual(JSON.parse(JSON.stringify(answer.origins)), JSON.parse(JSON.stringify(origins.reverse())));
  });

  it('takes no kind, value or session for a part of another', async (store) => {
    await store.ask(mint('1:2', { kind: 'order', session: 'a' }));
    for (const [session, kind, value] of [
      ['a', 'order:1', '2'],
      ['a', 'order:1:2', ''],
      ['a', 'ord', 'er:1:2'],
      ['a:order', '1', '2'],
      ['a:order', 'order', '1:2'],
      ['a', 'order', '1'],
      ['a', 'order', '1:2:'],
      ['', 'a:order', '1:2'],
    ] as const) {
      await store.refuses(requireFact(value, { session, kind }));
    }
    await store.admits(requireFact('1:2', { kind: 'order', session: 'a' }));
  });

  it('keeps every name on its own, as session, as kind and as value', async (store) => {
    for (const name of AWKWARD_NAMES) {
      const asked = [
        requireFact(name),
        requireFact('o1', { kind: name }),
        requireFact('o1', { session: name }),
        requireFact(name, { kind: name, session: name }),
      ];
      for (const operation of asked) {
        await store.refuses(operation);
        const { session, kind, values } = operation;
        await store.ask(mint('', { session, kind, values }));
        await store.admits(operation);
      }
    }
  });

  it('counts only facts of the sources asked for', async (store) => {
    await store.ask(mint('proven'));
    await store.ask(mint('vouched', { origin: { source: 'app', at: 1 } }));
    const none = { tool: false, app: false };
    for (const [sources, admitted] of [
      [{ tool: true, app: true }, ['proven', 'vouched']],
      [{ tool: true, app: false }, ['proven']],
      [{ tool: false, app: true }, ['vouched']],
      [{ tool: ['Orders.list', 'Other.tool'], app: false }, ['proven']],
      [{ tool: ['Other.tool', 'constructor'], app: false }, []],
      [{ tool: [], app: true }, ['vouched']],
      [none, []],
    ] as const) {
      for (const value of ['proven', 'vouched']) {
        const operation = requireFact(value, { sources });
        assert.equal((await store.ask(operation)).admitted, admitted.includes(value as never), JSON.stringify(sources));
      }
    }
  });

  it('keeps the same fact from two sources twice', async (store) => {
    await store.ask(mint('o1', { origin: origin({ tool: 'A.a' }), ttlMs: 100 }));
    await store.ask(mint('o1', { origin: origin({ tool: 'B.b' }) }));
    await store.admits(requireFact('o1', { sources: { tool: ['A.a'], app: false } }));
    await store.admits(requireFact('o1', { sources: { tool: ['B.b'], app: false } }));
    await store.advance(120);
    await store.refuses(requireFact('o1', { sources: { tool: ['A.a'], app: false } }));
    await store.admits(requireFact('o1', { sources: { tool: ['B.b'], app: false } }));
  });

  it('asks that a fact was proven about the same value', async (store) => {
    await store.ask(mint('o1', { origin: origin({ about: 'alice' }) }));
    await store.ask(mint('o2', { origin: origin({ about: 'bob' }) }));
    await store.ask(mint('o3'));
    await store.admits(requireFact('o1', { about: 'alice' }));
    await store.admits(requireFact('o2'));
    for (const value of ['o2', 'o3']) await store.refuses(requireFact(value, { about: 'alice' }));
    await store.ask(mint('o2', { origin: origin({ about: 'alice' }) }));
    for (const about of ['alice', 'bob']) await store.admits(requireFact('o2', { about }));
  });

  it('forgets facts after their ttl', async (store) => {
    await store.ask(mint('short', { ttlMs: 200 }));
    await store.ask(mint('long'));
    await store.advance(100);
    await store.admits(requireFact('short'));
    await store.advance(120);
    await store.refuses(requireFact('short'));
    const [facts] = await store.apply(readFacts());
    assert.deepEqual([facts.has('order', 'short'), facts.has('order', 'long')], [false, true]);
    assert.deepEqual(
      facts.list().map(({ value }) => value),
      ['long'],
    );
  });

  it('counts the ttl from the last time that the same source minted the fact', async (store) => {
    await store.ask(mint('o1', { ttlMs: 200 }));
    await store.ask(mint('o2', { ttlMs: 100 }));
    await store.advance(80);
    await store.ask(mint('o1', { ttlMs: 200 }));
    await store.ask(mint('o2'));
    await store.advance(140);
    await store.admits(requireFact('', { values: ['o1', 'o2'] }));
    await store.advance(80);
    await store.refuses(requireFact('o1'));
    await store.admits(requireFact('o2'));
  });

  it('forgets a revoked value whatever its source, or a whole kind, and nothing else', async (store) => {
    await store.ask(mint('', { values: ['o1', 'o2'] }));
    await store.ask(mint('o1', { origin: { source: 'app', at: 1 } }));
    await store.ask(mint('o1', { kind: 'refund' }));
    await store.ask(mint('o1', { session: 'other' }));
    await store.ask({ op: 'fact.revoke', session: 's', kind: 'order', value: 'o1' });
    await store.refuses(requireFact('o1'));
    await store.admits(requireFact('o2'));
    await store.ask({ op: 'fact.revoke', session: 's', kind: 'order' });
    await store.refuses(requireFact('o2'));
    await store.admits(requireFact('o1', { kind: 'refund' }));
    await store.admits(requireFact('o1', { session: 'other' }));
    await store.ask(mint('o1'));
    await store.admits(requireFact('o1'));
  });

  it('lists the live facts with their origins, of a kind or all', async (store) => {
    await store.ask(mint('17', { origin: origin({ about: 'alice' }) }));
    await store.ask(mint('a', { kind: 'refund', origin: { source: 'app', at: 7 } }));
    await store.ask(mint('b', { session: 'other' }));
    const [facts] = await store.apply(readFacts());
    assert.deepEqual([facts.has('order', 17), facts.has('refund', 'a')], [true, true]);
    assert.deepEqual([facts.has('order', 18), facts.has('refund', '17')], [false, false]);
    assert.deepEqual([facts.has('order', Number.NaN), facts.has('constructor', 'name')], [false, false]);
    assert.deepEqual(
      facts.list().map(({ kind, value, source }) => [kind, value, source]),
      [
        ['order', '17', 'tool'],
        ['refund', 'a', 'app'],
      ],
    );
    const [fact] = facts.list('order');
    assert.deepEqual([facts.list('order').length, fact?.tool, fact?.about], [1, 'Orders.list', 'alice']);
    assert.deepEqual(facts.list('__proto__'), []);
  });

  it('compares loosely where asked to, and answers the proven spellings', async (store) => {
    await store.ask(mint('', { values: ['#O17', 'https://x.com/a'] }));
    await store.refuses(requireFact('o17'));
    const answer = await store.admits(requireFact('', { values: ['x.com/a', 'o17', '#O17'], loose: true }));
    assert.deepEqual(answer.spellings, ['https://x.com/a', '#O17', '#O17']);
    await store.refuses(requireFact('o18', { loose: true }));
    await store.ask({ op: 'fact.revoke', session: 's', kind: 'order', value: '#O17' });
    await store.refuses(requireFact('o17', { loose: true }));
  });

  it('refuses a loose spelling that could be one of two, unless one is written exactly so', async (store) => {
    await store.ask(mint('', { values: ['o17', 'O17'] }));
    assert.equal((await store.refuses(requireFact('#o17', { loose: true }))).why, 'ambiguous');
    assert.deepEqual((await store.admits(requireFact('O17', { loose: true }))).spellings, ['O17']);
  });

  it('tells a loose spelling apart by the facts that count', async (store) => {
    await store.ask(mint('o17', { origin: origin({ about: 'alice' }) }));
    await store.ask(mint('O17', { origin: origin({ about: 'bob' }) }));
    const answer = await store.admits(requireFact('#o17', { loose: true, about: 'bob' }));
    assert.deepEqual(answer.spellings, ['O17']);
  });

  it('counts what the user mentioned as a whole word, where asked to', async (store) => {
    const user = { tool: false, app: false, user: { minLength: 3 } };
    assert.equal((await store.ask(say('Please refund o17-b, and 12 or ORDER9.'))).added, true);
    assert.deepEqual((await store.admits(requireFact('o17-b', { sources: user }))).origins, [undefined]);
    for (const value of ['o17', '17-b', 'order9', '12', 'o18']) {
      await store.refuses(requireFact(value, { sources: user }));
    }
    await store.refuses(requireFact('o17-b'));
    await store.refuses(requireFact('o17-b', { sources: user, session: 'other' }));
    await store.admits(requireFact('12', { sources: { ...user, user: { minLength: 2 } } }));
    const loose = await store.admits(requireFact('order9', { sources: user, loose: true }));
    assert.deepEqual(loose.spellings, ['ORDER9']);
  });

  it('takes no mention by the user for something proven about a value', async (store) => {
    await store.ask(say('refund o17 of alice'));
    const sources = { tool: true, app: true, user: { minLength: 3 } };
    await store.refuses(requireFact('o17', { sources, about: 'alice' }));
  });

  it('answers a rule what the user said, and what of it only looks alike', async (store) => {
    await store.ask(say('I am mina@example.com, about Ord-17.'));
    const [facts] = await store.apply(readFacts());
    assert.equal(facts.mentioned('Ord-17'), true);
    assert.equal(facts.mentioned('ord-17'), false);
    assert.equal(facts.mentioned('ord-17', { match: 'loose' }), true);
    assert.equal(facts.mentioned('mina@', { match: 'start' }), true);
    assert.equal(facts.mentioned('na@', { match: 'start' }), false);
    assert.equal(facts.mentioned('am'), false);
    assert.equal(facts.mentioned('am', { minLength: 2 }), true);
    const [others] = await store.apply(readFacts('another'));
    assert.equal(others.mentioned('Ord-17'), false);
  });

  it('remembers the turns of a session that runs share', async (store) => {
    await store.admits(openSession());
    await store.ask(say('first o17'));
    await store.admits(openSession());
    await store.ask(say('then o18'));
    const sources = { tool: false, app: false, user: { minLength: 3 } };
    await store.admits(requireFact('', { values: ['o17', 'o18'], sources }));
    await store.refuses(requireFact('o17 then', { sources }));
  });

  it('reports a missing fact that is only observed', async (store) => {
    const [observed, step] = await store.apply(requireFact('o1', { observe: true }), {
      op: 'step.add',
      session: 's',
      tool: 'Orders.list',
    });
    assert.deepEqual([observed.admitted, step], [false, undefined]);
  });
};
