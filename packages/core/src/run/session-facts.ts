import { durationMs } from '../duration.js';
import { checkOptions } from '../errors/argument-check.js';
import { UsageError } from '../errors/usage-errors.js';
import { idText } from '../facts/fact-value.js';
import type { Fact, FactsView, StoreOperation, UsedFact } from '../store/operations.js';
import type { MaybePromise } from '../store/state-store.js';
import { isThenable } from '../store/thenable.js';
import type { RunFacts } from './run.js';
import type { RunCore } from './run-core.js';

/** What is needed of a run to reach the facts of its session. */
export interface FactsRun {
  readonly sessionKey: string;
  readonly core: RunCore;
  /** Resolves once writes have arrived; `undefined` where there are none on the way. */
  readonly ready: Promise<void> | undefined;
  write(operation: StoreOperation): void;
  /** Tells listeners what the application vouched for. */
  tellFact(fact: UsedFact): void;
}

/** The facts of a run's session, as the application sees them. */
export class SessionFacts implements RunFacts {
  readonly #run: FactsRun;

  constructor(run: FactsRun) {
    this.#run = run;
  }

  add(
    kind: string,
    value: string | number | bigint,
    options: { readonly ttl?: unknown; readonly about?: unknown } = {},
  ): void {
    checkOptions('run.facts.add', options, ['ttl', 'about']);
    const ttlMs = options.ttl === undefined ? undefined : durationMs(options.ttl);
    if (options.ttl !== undefined && ttlMs === undefined) throw new UsageError('run.facts.add: ttl must be a duration');
    const about = options.about === undefined ? undefined : idOf('add', 'about', options.about);
    const fact = {
      kind: kindOf('add', kind),
      value: idOf('add', 'value', value),
      origin: { source: 'app', about, at: this.#run.core.clock.wall() },
    } as const;
    const { value: text, ...rest } = fact;
    this.#run.write({ op: 'fact.add', session: this.#run.sessionKey, ...rest, values: [text], ttlMs });
    this.#run.tellFact(fact);
  }

  has(kind: string, value: string | number | bigint): MaybePromise<boolean> {
    return this.#read((facts) => facts.has(kind, value));
  }

  list(kind?: string): MaybePromise<readonly Fact[]> {
    return this.#read((facts) => facts.list(kind));
  }

  revoke(kind: string, value?: string | number | bigint): void {
    const text = value === undefined ? undefined : idOf('revoke', 'value', value);
    this.#run.write({ op: 'fact.revoke', session: this.#run.sessionKey, kind: kindOf('revoke', kind), value: text });
  }

  #read<T>(read: (facts: FactsView) => T): MaybePromise<T> {
    const operation = { op: 'fact.read', session: this.#run.sessionKey } as const satisfies StoreOperation;
    const { core, ready } = this.#run;
    const ask = (): MaybePromise<readonly [FactsView]> => core.store.apply([operation] as const, core.clock.now());
    const answers = ready === undefined ? ask() : ready.then(ask);
    return isThenable(answers) ? Promise.resolve(answers).then(([facts]) => read(facts)) : read(answers[0]);
  }
}

function kindOf(method: string, kind: unknown): string {
  if (typeof kind === 'string' && kind !== '') return kind;
  throw new UsageError(`run.facts.${method}: the kind must be a text that is not empty`);
}

function idOf(method: string, name: string, value: unknown): string {
  const text = idText(value);
  if (text !== undefined) return text;
  throw new UsageError(
    `run.facts.${method}: ${name} must be a non-empty text of at most 1,024 characters or a whole number`,
  );
}
