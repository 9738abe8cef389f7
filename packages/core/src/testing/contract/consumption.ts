import assert from 'node:assert/strict';
import type { FactsView } from '../../store/operations.js';
import { endSession, mint, openSession, origin, readFacts, requireFact, requireStep } from './operation-builders.js';
import type { Contract, StoreDriver } from './store-driver.js';

/** Facts that are good for one call. */
export const consumptionContract: Contract = (it) => {
  it('lets one call have a fact that is consumed, however many come at once', async (store) => {
    await store.ask(mint('token'));
    assert.equal(await store.admittedOf(Array.from({ length: 10 }, () => consume('token'))), 1);
    await store.refuses(requireFact('token'));
  });

  it('consumes a fact of all sources that count, and leaves the others', async (store) => {
    for (const tool of ['A.a', 'B.b', 'C.c']) await store.ask(mint('token', { origin: origin({ tool }) }));
    await store.admits(consume('token', { sources: { tool: ['A.a', 'B.b'], app: false } }));
    await store.refuses(consume('token', { sources: { tool: ['A.a', 'B.b'], app: false } }));
    await store.admits(requireFact('token', { sources: { tool: ['C.c'], app: false } }));
  });

  it('consumes all values or none', async (store) => {
    await store.ask(mint('first'));
    await store.refuses(consume('', { values: ['first', 'missing'] }));
    await store.admits(consume('first'));
  });

  it('consumes the proven spelling of a loose one', async (store) => {
    await store.ask(mint('#TOKEN'));
    const { spellings, taken } = await store.admits(consume('token', { loose: true }));
    assert.deepEqual(spellings, ['#TOKEN']);
    assert.deepEqual(
      taken?.map(({ value }) => value),
      ['#TOKEN'],
    );
    await store.refuses(requireFact('#TOKEN'));
  });

  it('shows a fact to who read before it was consumed, and not to who read after', async (store) => {
    for (const value of ['token', 'other']) await store.ask(mint(value));
    const [before, , after] = await store.apply(readFacts(), consume('token'), readFacts());
    const seen = [before, after].map((view) => (view as FactsView).list('order').map(({ value }) => value));
    assert.deepEqual(
      seen.map((values) => values.toSorted()),
      [['other', 'token'], ['other']],
    );
    assert.deepEqual(
      [before, after].map((view) => (view as FactsView).has('order', 'token')),
      [true, false],
    );
  });

  it('shows a fact of each source to who read before one of them was consumed, and only in its session', async (store) => {
    for (const tool of ['A.a', 'B.b']) await store.ask(mint('token', { origin: origin({ tool }) }));
    const [own, other] = await store.apply(
      readFacts(),
      readFacts('other'),
      consume('token', { sources: { tool: ['A.a'], app: false } }),
    );
    assert.deepEqual(
      (own as FactsView)
        .list('order')
        .map(({ tool }) => tool)
        .toSorted(),
      ['A.a', 'B.b'],
    );
    assert.equal((other as FactsView).has('order', 'token'), false);
  });

  it('shows a fact once where it was consumed and is back', async (store) => {
    await store.ask(mint('token'));
    const [before] = await store.apply(readFacts(), consume('token'), requireStep(['Never.done']));
    assert.deepEqual(
      (before as FactsView).list('order').map(({ value }) => value),
      ['token'],
    );
  });

  it('consumes nothing when a refusal is only observed', async (store) => {
    await store.ask(mint('first'));
    await store.refuses(consume('', { values: ['first', 'missing'], observe: true }));
    await store.admits(requireFact('first'));
  });

  it('has facts back as they were', async (store) => {
    await store.ask(mint('token', { origin: origin({ tool: 'A.a', about: 'alice' }) }));
    await store.ask(mint('token', { origin: { source: 'app', at: 3 } }));
    await giveBack(store, await taken(store, 'token'));
    await store.admits(requireFact('token', { about: 'alice', sources: { tool: ['A.a'], app: false } }));
    await store.admits(requireFact('token', { sources: { tool: false, app: true } }));
    await store.admits(consume('token'));
    await store.refuses(consume('token'));
  });

  it('lets a fact that came back expire when it would have', async (store) => {
    await store.ask(mint('token', { ttlMs: 200 }));
    const facts = await taken(store, 'token');
    await store.advance(100);
    await giveBack(store, facts);
    await store.admits(requireFact('token'));
    await store.advance(120);
    await store.refuses(requireFact('token'));
  });

  it('does not have back what has expired', async (store) => {
    await store.ask(mint('token', { ttlMs: 100 }));
    const facts = await taken(store, 'token');
    await store.advance(120);
    await giveBack(store, facts);
    await store.refuses(requireFact('token'));
  });

  it('does not have back what was revoked meanwhile', async (store) => {
    await store.ask(mint('', { values: ['token', 'other'] }));
    const facts = await taken(store, 'token');
    const others = await taken(store, 'other');
    await store.ask({ op: 'fact.revoke', session: 's', kind: 'order', value: 'token' });
    await giveBack(store, facts);
    await store.refuses(requireFact('token'));
    await store.ask({ op: 'fact.revoke', session: 's', kind: 'order' });
    await giveBack(store, others);
    await store.refuses(requireFact('other'));
    await store.ask(mint('token'));
    await giveBack(store, await taken(store, 'token'));
    await store.admits(requireFact('token'));
  });

  it('has back what was not of the kind that was revoked meanwhile', async (store) => {
    await store.ask(mint('token'));
    await store.ask(mint('token', { session: 'other' }));
    const facts = await taken(store, 'token');
    await store.ask({ op: 'fact.revoke', session: 's', kind: 'refund' });
    await store.ask({ op: 'fact.revoke', session: 'other', kind: 'order' });
    await giveBack(store, facts);
    await store.admits(requireFact('token'));
  });

  it('does not have back what was forgotten with its session', async (store) => {
    await store.admits(openSession());
    await store.ask(mint('token'));
    const facts = await taken(store, 'token');
    await store.ask(endSession());
    await store.ask(mint('new'));
    await giveBack(store, facts);
    await store.refuses(requireFact('token'));

    await store.ask(mint('own', { session: 'run:1' }));
    const { taken: own = [] } = await store.admits(consume('own', { session: 'run:1' }));
    await store.ask({ op: 'run.end', run: '1', scope: 'run:1', session: 'run:1' });
    await store.ask(mint('new', { session: 'run:1' }));
    await store.ask({ op: 'fact.giveBack', session: 'run:1', taken: own });
    await store.refuses(requireFact('own', { session: 'run:1' }));
  });

  it('keeps what was minted anew meanwhile', async (store) => {
    await store.ask(mint('token', { ttlMs: 100 }));
    const facts = await taken(store, 'token');
    await store.ask(mint('token'));
    await giveBack(store, facts);
    await store.advance(120);
    await store.admits(consume('token'));
    await store.refuses(requireFact('token'));
  });
};

function consume(value: string, given: Partial<Omit<ReturnType<typeof requireFact>, 'op'>> = {}) {
  return requireFact(value, { ...given, consume: true });
}

async function taken(store: StoreDriver, value: string) {
  const answer = await store.admits(consume(value));
  assert.ok(answer.taken !== undefined, 'what was consumed is in the answer');
  return answer.taken;
}

async function giveBack(store: StoreDriver, facts: Awaited<ReturnType<typeof taken>>): Promise<void> {
  await store.ask({ op: 'fact.giveBack', session: 's', taken: facts });
}
