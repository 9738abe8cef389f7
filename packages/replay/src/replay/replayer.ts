import { type ActGuardEvent, AgentHost, isRefusal, type Run } from '@actguard/core';
import type { RecordedCall, Trace } from '../trace/trace.js';
import { FreshStore } from './fresh-store.js';
import type { CallOutcome, CallRefusal, ReplayedTrace } from './outcome.js';
import { type AgentClass, recordedAgent } from './recorded-agent.js';
import { Recording } from './recording.js';
import { refusalOf } from './refusal-facts.js';
import { inGrains, ReplayClock } from './replay-clock.js';
import { type ReplayTool, toolsByName } from './tool-names.js';

/** How a replay goes. */
export interface ReplayerOptions {
  /**
   * `trace`: each trace starts with an empty store. `shared`: traces share state, as runs of one process do: rate limits by
   * user, breakers and named sessions go on from one to the next, in the order in which they come. @default 'trace'
   */
  readonly state?: 'trace' | 'shared' | undefined;
  /** Gets every event of the host while a trace is replayed. @default none */
  readonly onEvent?: ((event: ActGuardEvent) => void) | undefined;
}

/** Where time begins for a trace that does not say when it was recorded: 2026-01-01T00:00:00Z. */
const UNKNOWN_START = 1_767_225_600_000;

/** Puts traces through the guards of agents, one after the other. */
export class Replayer {
  /** The agents' tools, by each name that a recording may have for them. */
  readonly tools: ReadonlyMap<string, ReplayTool>;
  readonly #host: AgentHost;
  readonly #clock: ReplayClock;
  readonly #recording: Recording;
  readonly #store: FreshStore | undefined;
  #refused: CallRefusal | undefined;
  #observed: CallRefusal[] | undefined;
  #repeated = false;
  #base: number | undefined;
  /** The trace before, of which the store and the clock are until it is done. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(parts: {
    host: AgentHost;
    clock: ReplayClock;
    recording: Recording;
    store: FreshStore | undefined;
    agents: readonly AgentClass[];
  }) {
    this.#host = parts.host;
    this.#clock = parts.clock;
    this.#recording = parts.recording;
    this.#store = parts.store;
    this.tools = toolsByName(parts.host, parts.agents);
    this.#host.on((event) => this.#note(event), ['guard.blocked', 'guard.observed', 'guard.intervention']);
  }

  /** @throws {HostConfigurationError} where a declaration of an agent is wrong */
  static async create(agents: readonly AgentClass[], options: ReplayerOptions = {}): Promise<Replayer> {
    const clock = new ReplayClock();
    const recording = new Recording(clock);
    const store = options.state === 'shared' ? undefined : new FreshStore();
    const recorded = agents.map((agent) => recordedAgent(agent, recording));
    const host = await AgentHost.create({
      agents: recorded,
      clock,
      ...(store && { store }),
      ...(options.onEvent && { onEvent: options.onEvent }),
    });
    return new Replayer({ host, clock, recording, store, agents: recorded });
  }

  /**
   * Makes the calls of one trace once more, after those of the traces that were given before.
   *
   * @throws {UsageError} where no run can be made of it: an id that is empty, or a fact that is none
   */
  replay(trace: Trace): Promise<ReplayedTrace> {
    const replayed = this.#last.then(() => this.#replay(trace));
    this.#last = replayed.catch(() => {});
    return replayed;
  }

  async #replay(trace: Trace): Promise<ReplayedTrace> {
    const startedAt = this.#begin(trace);
    const run = this.#host.open({
      runId: trace.id,
      ...(trace.userId !== undefined && { userId: trace.userId }),
      ...(this.#store === undefined && trace.sessionId !== undefined && { sessionId: trace.sessionId }),
    });
    try {
      // Inside the run, as an agent loop is: entering its frame for each call costs more than most guards.
      const outcomes = await run.bind(() => this.#makeAll(run, trace, startedAt))();
      return { trace, outcomes };
    } finally {
      await this.#settled(run.end());
    }
  }

  /** Closes the host. Await what is still replayed first. */
  close(): Promise<void> {
    return this.#host.close();
  }

  /** Moves the clock to the start of the trace. @returns the monotonic time of it */
  #begin({ startedAt }: Trace): number {
    this.#store?.clear();
    const wall = startedAt ?? UNKNOWN_START;
    if (this.#store === undefined && startedAt !== undefined) {
      this.#base ??= startedAt - this.#clock.now();
      this.#clock.advanceTo(startedAt - this.#base);
    }
    this.#clock.setWall(wall);
    return this.#clock.now();
  }

  async #makeAll(run: Run, trace: Trace, startedAt: number): Promise<CallOutcome[]> {
    const outcomes: CallOutcome[] = [];
    const turns = new Pending(trace.userTurns);
    const facts = new Pending(trace.facts ?? []);
    for (const [index, call] of trace.calls.entries()) {
      for (const { text } of turns.upTo(index)) run.userSaid(text);
      for (const { kind, value, about } of facts.upTo(index))
        run.facts.add(kind, value, about === undefined ? {} : { about });
      if (call.startMs !== undefined) this.#clock.advanceTo(startedAt + inGrains(call.startMs));
      outcomes.push(await this.#make(run, call));
    }
    return outcomes;
  }

  async #make(run: Run, call: RecordedCall): Promise<CallOutcome> {
    const tool = this.tools.get(call.tool);
    if (tool === undefined) return UNKNOWN;
    this.#refused = undefined;
    this.#observed = undefined;
    this.#repeated = false;
    this.#recording.expect(call);
    let failure: { readonly error: unknown } | undefined;
    try {
      const agent = run.get(tool.agent) as Record<string, (args: unknown) => unknown>;
      await this.#settled(drained(agent[tool.method]?.(call.args)));
    } catch (error) {
      failure = { error };
    }
    return this.#outcome(failure);
  }

  #outcome(failure: { readonly error: unknown } | undefined): CallOutcome {
    const refusal = this.#refused ?? untold(failure?.error);
    const observed = this.#observed && { observed: this.#observed };
    if (failure === undefined) {
      if (observed === undefined) return this.#repeated ? REPEATED : RETURNED;
      return { status: this.#repeated ? 'repeated' : 'returned', ...observed };
    }
    if (refusal !== undefined) {
      return { status: this.#recording.wasAsked ? 'withheld' : 'refused', refusal, ...observed };
    }
    return observed === undefined ? FAILED : { status: 'failed', ...observed };
  }

  #note(event: ActGuardEvent): void {
    if (event.name === 'guard.blocked') this.#refused = refusalOf(event);
    else if (event.name === 'guard.observed') (this.#observed ??= []).push(refusalOf(event));
    else if (event.name === 'guard.intervention' && event.action === 'return_cached') this.#repeated = true;
  }

  /** Waits for a promise, moving time forward where the promise waits for time. */
  async #settled<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const done = (): void => {
      isSettled = true;
    };
    promise.then(done, done);
    for (let turn = 0; turn < MICROTASK_TURNS && !isSettled; turn++) await undefined;
    while (!isSettled) {
      // What waits for something real gets a chance before time moves.
      for (let turn = 0; turn < EVENT_LOOP_TURNS && !isSettled; turn++) await nextTurn();
      if (!isSettled && !this.#clock.advanceToNext()) break;
    }
    return promise;
  }
}

const MICROTASK_TURNS = 32;
const EVENT_LOOP_TURNS = 4;
const UNKNOWN: CallOutcome = Object.freeze({ status: 'unknown' });
const RETURNED: CallOutcome = Object.freeze({ status: 'returned' });
const REPEATED: CallOutcome = Object.freeze({ status: 'repeated' });
const FAILED: CallOutcome = Object.freeze({ status: 'failed' });

/** A refusal that no event told of: an error that a guard throws more than once is told of once. */
function untold(error: unknown): CallRefusal | undefined {
  if (!isRefusal(error)) return undefined;
  const { code, message } = error;
  const { guard } = error as { readonly guard?: unknown };
  return refusalOf({ guardName: typeof guard === 'string' ? guard : code, code, error, errorMessage: message });
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The end of what a tool returned: of a stream, once all of it was read. */
async function drained(returned: unknown): Promise<void> {
  if (typeof returned === 'object' && returned !== null && Symbol.asyncIterator in returned) {
    for await (const _ of returned as AsyncIterable<unknown>);
    return;
  }
  await returned;
}

/** Entries that have a place among the calls, handed out as the calls go on. */
class Pending<Entry extends { readonly at: number }> {
  readonly #entries: readonly Entry[];
  #next = 0;

  constructor(entries: readonly Entry[]) {
    this.#entries = entries.every(({ at }, index) => index === 0 || at >= (entries[index - 1]?.at ?? 0))
      ? entries
      : [...entries].sort((a, b) => a.at - b.at);
  }

  upTo(call: number): readonly Entry[] {
    const from = this.#next;
    while (this.#next < this.#entries.length && (this.#entries[this.#next]?.at ?? 0) <= call) this.#next++;
    return this.#next === from ? NONE : this.#entries.slice(from, this.#next);
  }
}

const NONE: readonly never[] = [];
