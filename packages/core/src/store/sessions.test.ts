import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { endSession, mint, origin, readFacts, requireFact } from '../testing/contract/operation-builders.js';
import { MemoryStore } from './memory-store.js';
import type { FactOrigin, FactSources, TakenFact } from './operations.js';

const SESSIONS = ['s', 't'] as const;
const VALUES = ['o1', 'o2', 'o3'] as const;
const ORIGINS: readonly FactOrigin[] = [
  origin({ tool: 'A.a' }),
  origin({ tool: 'A.a', about: 'alice' }),
  origin({ tool: 'B.b', about: 'bob' }),
  { source: 'app', at: 1 },
];
const SOURCES: readonly FactSources[] = [
  { tool: true, app: true },
  { tool: true, app: false },
  { tool: ['A.a'], app: false },
  { tool: ['B.b', 'C.c'], app: true },
  { tool: false, app: true },
];

const session = fc.constantFrom('s', 's', 's', 't');
const kind = fc.constantFrom('order', 'order', 'order', 'refund');
const values = fc.uniqueArray(fc.constantFrom(...VALUES), { minLength: 1, maxLength: 2 });
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      is: fc.constant('mint' as const),
      session,
      kind,
      values: fc.uniqueArray(fc.constantFrom(...VALUES), { minLength: 1 }),
      origin: fc.constantFrom(...ORIGINS),
      ttlMs: fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      is: fc.constant('require' as const),
      session,
      kind,
      values,
      sources: fc.constantFrom(...SOURCES),
      about: fc.constantFrom(undefined, undefined, undefined, undefined, 'alice', 'bob'),
      consume: fc.boolean(),
      // The call is refused by another guard, in the same step of the store.
      isRefused: fc.nat(3).map((each) => each === 0),
    }),
  },
  { weight: 3, arbitrary: fc.record({ is: fc.constant('giveBack' as const), which: fc.nat(3) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      is: fc.constant('revoke' as const),
      session,
      kind,
      value: fc.option(fc.constantFrom(...VALUES), { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('end' as const), session }) },
  { weight: 3, arbitrary: fc.record({ is: fc.constant('pass' as const), ms: fc.integer({ min: -10, max: 40 }) }) },
);

describe('facts, in any schedule', () => {
  it('admit what was proven, is live, counts and was not used up, and nothing else', () => {
    const reached = { admitted: 0, refused: 0, consumed: 0, returned: 0, withheld: 0 };
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 120, size: 'max' }), (steps) => {
        const store = new MemoryStore();
        const model = new Model();
        const onLoan: { readonly session: string; readonly taken: readonly TakenFact[]; readonly loan: Loan }[] = [];
        let clock = 1000;
        for (const each of steps) {
          switch (each.is) {
            case 'pass':
              clock += each.ms;
              continue;
            case 'mint': {
              const { is: _, ...given } = each;
              store.apply([mint('', given)], model.tell(clock));
              model.mint(each);
              break;
            }
            case 'require': {
              const { is: _, isRefused, ...given } = each;
              const asked = requireFact('', given);
              const refusal = { op: 'step.require', session: 's', tools: [], observe: !isRefused } as const;
              const [answer] = store.apply([asked, refusal] as const, model.tell(clock));
              const missing = each.values.find((value) => model.find(each, value).length === 0);
              expect(answer).toMatchObject(
                missing === undefined ? { admitted: true } : { admitted: false, value: missing, why: 'missing' },
              );
              reached[answer.admitted ? 'admitted' : 'refused']++;
              if (!answer.admitted || !each.consume || isRefused) break;
              const loan = model.consume(each);
              expect(answer.taken).toHaveLength(loan.facts.length);
              onLoan.push({ session: each.session, taken: answer.taken ?? [], loan });
              reached.consumed++;
              break;
            }
            case 'giveBack': {
              const [loan] = onLoan.splice(each.which, 1);
              if (loan === undefined) continue;
              store.apply([{ op: 'fact.giveBack', session: loan.session, taken: loan.taken }], model.tell(clock));
              reached[model.giveBack(loan.loan) ? 'returned' : 'withheld']++;
              break;
            }
            case 'revoke': {
              const { is: _, ...given } = each;
              store.apply([{ op: 'fact.revoke', ...given }], model.tell(clock));
              model.revoke(each.session, each.kind, each.value);
              break;
            }
            case 'end':
              store.apply([endSession(each.session)], model.tell(clock));
              model.revoke(each.session);
          }
          for (const name of SESSIONS) {
            const [facts] = store.apply([readFacts(name)] as const, clock);
            const listed = facts.list().map((fact) => `${fact.kind} ${fact.value} ${sourceOf(fact)}`);
            expect(listed.sort()).toEqual(model.list(name));
          }
        }
      }),
      { numRuns: 200 },
    );
    // Otherwise the schedules would say nothing.
    for (const times of Object.values(reached)) expect(times).toBeGreaterThan(10);
  });
});

interface ModelFact {
  readonly session: string;
  readonly kind: string;
  readonly value: string;
  readonly origin: FactOrigin;
  readonly expiresAt: number;
}

interface Loan {
  readonly facts: readonly ModelFact[];
  /** Set once a fact of their kind was revoked. */
  isVoid: boolean;
}

/** A list of facts, searched from end to end. */
class Model {
  #facts: ModelFact[] = [];
  readonly #loans: Loan[] = [];
  #now = 0;

  /** The store goes by the latest time that it was told. */
  tell(clock: number): number {
    this.#now = Math.max(this.#now, clock);
    return clock;
  }

  mint(given: {
    readonly session: string;
    readonly kind: string;
    readonly values: readonly string[];
    readonly origin: FactOrigin;
    readonly ttlMs: number | undefined;
  }): void {
    const { session, kind, origin, ttlMs = Number.POSITIVE_INFINITY } = given;
    for (const value of given.values) this.#add({ session, kind, value, origin, expiresAt: this.#now + ttlMs });
  }

  find(
    asked: {
      readonly session: string;
      readonly kind: string;
      readonly sources: FactSources;
      readonly about: string | undefined;
    },
    value: string,
  ): ModelFact[] {
    return this.#facts.filter((fact) => {
      const { tool } = asked.sources;
      const counts =
        fact.origin.source === 'app'
          ? asked.sources.app
          : typeof tool === 'boolean'
            ? tool
            : tool.includes(fact.origin.tool ?? '');
      const isAbout = asked.about === undefined || asked.about === fact.origin.about;
      const isIt = fact.session === asked.session && fact.kind === asked.kind && fact.value === value;
      return isIt && isAbout && counts && this.#now < fact.expiresAt;
    });
  }

  consume(asked: Parameters<Model['find']>[0] & { readonly values: readonly string[] }): Loan {
    const facts = asked.values.flatMap((value) => this.find(asked, value));
    this.#facts = this.#facts.filter((fact) => !facts.includes(fact));
    const loan = { facts, isVoid: false };
    this.#loans.push(loan);
    return loan;
  }

  giveBack({ facts, isVoid }: Loan): boolean {
    const live = facts.filter(({ expiresAt }) => this.#now < expiresAt);
    if (isVoid || live.length === 0) return false;
    for (const fact of live) {
      const isRenewed = this.#facts.some((each) => isSame(each, fact) && this.#now < each.expiresAt);
      if (!isRenewed) this.#add(fact);
    }
    return true;
  }

  revoke(session: string, kind?: string, value?: string): void {
    const isOf = (fact: ModelFact) => fact.session === session && (kind === undefined || fact.kind === kind);
    this.#facts = this.#facts.filter((fact) => !isOf(fact) || (value !== undefined && fact.value !== value));
    for (const loan of this.#loans) if (loan.facts.some(isOf)) loan.isVoid = true;
  }

  list(session: string): string[] {
    return this.#facts
      .filter((fact) => fact.session === session && this.#now < fact.expiresAt)
      .map(({ kind, value, origin }) => `${kind} ${value} ${sourceOf(origin)}`)
      .sort();
  }

  #add(fact: ModelFact): void {
    this.#facts = this.#facts.filter((each) => !isSame(each, fact));
    this.#facts.push(fact);
  }
}

function isSame(a: ModelFact, b: ModelFact): boolean {
  return (
    a.session === b.session && a.kind === b.kind && a.value === b.value && sourceOf(a.origin) === sourceOf(b.origin)
  );
}

function sourceOf({ source, tool, about }: FactOrigin): string {
  return JSON.stringify([source, tool, about]);
}

describe('the origin of a fact', () => {
  const callId = fc.oneof(
    fc.tuple(fc.constantFrom('run-1', 'run-2', 'a:b', ''), fc.nat()).map(([run, number]) => `${run}:${number}`),
    fc.constantFrom(
      '1',
      ':',
      ':1',
      'run-1:',
      'run-1:01',
      'run-1:-0',
      'run-1:1e3',
      'run-1: 1',
      'run-1:9007199254740993',
    ),
    fc.string(),
  );

  it('is told as it was minted, whatever the id of the call looks like', () => {
    const one = fc.record({
      callId: fc.option(callId, { nil: undefined }),
      tool: fc.constantFrom('A.a', 'B.b'),
      about: fc.constantFrom(undefined, 'alice'),
      at: fc.constantFrom(0, 1_700_000_000_000.5),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 20 }), (origins) => {
        const store = new MemoryStore();
        for (const [index, each] of origins.entries())
          store.apply([mint(`o${index}`, { origin: { source: 'tool', ...each } })], 0);
        const [facts] = store.apply([readFacts()] as const, 0);
        expect(facts.list()).toEqual(
          origins.map((each, index) => ({ kind: 'order', value: `o${index}`, source: 'tool', ...each })),
        );
      }),
    );
  });
});

it('keeps what is written to a session that had ended, also after one of another session', () => {
  const store = new MemoryStore();
  store.apply([mint('o1'), endSession('s'), mint('o2'), mint('o3', { session: 't' })], 0);
  expect(store.apply([requireFact('o2')], 0)).toMatchObject([{ admitted: true }]);
});
