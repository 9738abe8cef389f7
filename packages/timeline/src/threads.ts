import type { FactModel, RunModel, UseModel } from './run-model.js';

/** A fact on its way from where it was proven to the calls that needed it. */
export interface Thread {
  readonly fact: FactModel;
  /** A letter for people: it ties both ends together where there is no line. */
  readonly tag: string;
  /** Place in `steps` of what proved it. */
  readonly source: number;
}

/** The threads of a run. */
export interface Threads {
  /** By the step that they start from, in the order of their tags. */
  readonly from: ReadonlyMap<number, readonly Thread[]>;
  readonly of: (use: UseModel) => Thread | undefined;
}

/** Finds the facts of a run that were used, one thread for each. */
export function threadsOf({ steps }: RunModel): Threads {
  const sources = new Map<number, Map<string, FactModel>>();
  for (const step of steps) {
    if (step.step !== 'call') continue;
    for (const use of step.uses) {
      const source = sourceOf(use);
      if (source === undefined) continue;
      const facts = sources.get(source) ?? new Map<string, FactModel>();
      facts.set(keyOf(use), { kind: use.kind, value: use.value, about: use.about });
      sources.set(source, facts);
    }
  }
  const threads = new Map<string, Thread>();
  const from = new Map<number, Thread[]>();
  for (const source of [...sources.keys()].sort((one, other) => one - other)) {
    const started = [...(sources.get(source) ?? [])].map(([key, fact]) => {
      const thread = { fact, tag: tagOf(threads.size), source };
      threads.set(`${source}:${key}`, thread);
      return thread;
    });
    from.set(source, started);
  }
  return { from, of: (use) => threads.get(`${sourceOf(use)}:${keyOf(use)}`) };
}

function sourceOf({ source }: UseModel): number | undefined {
  return 'step' in source ? source.step : undefined;
}

function keyOf({ kind, value, about }: FactModel): string {
  return JSON.stringify([kind, value, about]);
}

/** A, B, …, Z, AA, AB, … */
function tagOf(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : tagOf(Math.floor(index / 26) - 1) + letter;
}
