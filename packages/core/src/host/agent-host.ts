import type { AnyClass } from '../agent/class-record.js';
import type { PriceSource } from '../budget/model-price.js';
import type { SharedBudget } from '../budget/shared-budget.js';
import { readState, type SharedBudgetState } from '../budget/shared-budget-state.js';
import type { Instrument } from '../call/instrument.js';
import { type SchedulingClock, schedulingClock } from '../clock.js';
import { buildContainer, type Container } from '../container/container.js';
import type { Provider, Token } from '../container/provider.js';
import type { ProviderShapes } from '../container/provider-list.js';
import { isActGuardError } from '../errors/actguard-error.js';
import { checkFunction, checkId, checkOptions } from '../errors/argument-check.js';
import { StoreUnavailableError } from '../errors/guard-errors.js';
import { MissingRunError, NestedRunError } from '../errors/run-errors.js';
import { messageOfThrown } from '../errors/thrown.js';
import { type ConfigurationProblem, HostConfigurationError, shown, UsageError } from '../errors/usage-errors.js';
import type { EventListener, EventName } from '../events/event.js';
import { EventHub } from '../events/event-hub.js';
import { EVENT_NAMES } from '../events/event-names.js';
import { warnOnce } from '../events/warn-once.js';
import { CurrentTariff } from '../gateway/current-tariff.js';
import type { Gateway } from '../gateway/gateway.js';
import { eventsFor, GatewayLink } from '../gateway/gateway-link.js';
import { AgentRun } from '../run/agent-run.js';
import { ambientFrame, withFrame } from '../run/ambient.js';
import type { Run, RunOptions } from '../run/run.js';
import type { RunCore } from '../run/run-core.js';
import { readRunOptions } from '../run/run-options.js';
import { namedSessionKey } from '../run/session-key.js';
import { sessionScope } from '../store/idempotency-scope.js';
import { MemoryStore } from '../store/memory-store.js';
import { type AgentPlans, planAgents } from './agent-plans.js';
import { type AgentExplanation, explainAgent } from './explain.js';
import { HostCore } from './host-core.js';
import { type AgentHostOptions, readHostOptions } from './host-options.js';
import { KillSwitch } from './kill-switch.js';
import { RunningAgents } from './running-agents.js';

interface HostParts {
  readonly core: RunCore;
  readonly container: Container;
  readonly plans: AgentPlans;
  readonly isObserved: boolean;
  /** The host made the store, so it closes it. */
  readonly ownsStore: boolean;
  readonly client: Gateway | undefined;
}

/**
 * The container of an application's agents: it resolves providers, checks every declaration and opens runs, in which agents
 * are guarded.
 */
export class AgentHost implements AsyncDisposable {
  readonly #parts: HostParts;
  readonly #agents: RunningAgents;
  readonly #runs = new Map<string, AgentRun>();
  readonly #killSwitch = new KillSwitch();
  #closed: Promise<void> | undefined;

  private constructor(parts: HostParts) {
    this.#parts = parts;
    this.#agents = new RunningAgents(parts.container, parts.plans, (run) => void this.#runs.delete(run.id));
  }

  /**
   * Makes a host. Asynchronous factories are awaited first, in the order of their `inject`.
   *
   * @throws {HostConfigurationError} with everything that is wrong with every class, provider and option, together
   * @throws {UsageError} `usage.provider_failed` where a factory, a constructor or `onHostInit` fails
   */
  static async create<Providers extends ProviderShapes = readonly Provider[]>(
    options: AgentHostOptions<Providers> = {},
  ): Promise<AgentHost> {
    const problems: ConfigurationProblem[] = [];
    const read = readHostOptions(options, problems);
    const clock: SchedulingClock = schedulingClock(read.clock);
    const container = buildContainer(read, problems);
    const agents = container.agents.map(({ agentClass }) => agentClass as unknown as AnyClass);
    const gateway = read.client?.isOffline ? undefined : read.client;
    const takesCostLimits = read.tariff !== undefined || gateway !== undefined;
    const plans = await planAgents(agents, { clock, hasTariff: takesCostLimits }, problems);
    if (problems.length > 0) throw new HostConfigurationError(problems);

    const events = new EventHub();
    if (read.onEvent !== undefined) events.on(read.onEvent);
    const tariff = new CurrentTariff(read.tariff);
    if (gateway !== undefined) events.on(eventsFor(gateway), gateway.events);
    const parts = {
      store: read.store ?? new MemoryStore(),
      clock,
      events,
      recordedSteps: plans.registry.recordedSteps,
      sessionTtlMs: read.sessionTtlMs,
      drainMs: read.drainMs,
      prices: pricesOf(read.priceSource, tariff),
      takesCostLimits,
      sharedBudgets: read.sharedBudgets,
      gateway: gateway && new GatewayLink(gateway, tariff),
    };
    const core: RunCore = new HostCore(parts, tariff);
    await container.initialise();
    return new AgentHost({
      core,
      container,
      plans,
      isObserved: read.isObserved,
      ownsStore: read.store === undefined,
      client: gateway,
    });
  }

  /**
   * Runs `body` in a new run, which is ambient for all that it starts, and ends the run when it settles.
   *
   * @throws {NestedRunError} inside an active run
   * @throws {UsageError} `usage.run_options` for a wrong option, `usage.host_closed` after `close`
   * @throws {SessionConflictError} where the named session belongs to another user
   */
  run<Result>(body: (run: Run) => Result | Promise<Result>): Promise<Result>;
  run<Result>(options: RunOptions, body: (run: Run) => Result | Promise<Result>): Promise<Result>;
  async run<Result>(
    first: RunOptions | ((run: Run) => Result | Promise<Result>),
    second?: (run: Run) => Result | Promise<Result>,
  ): Promise<Result> {
    const [options, body] = typeof first === 'function' ? [{}, first] : [first, second];
    if (typeof body !== 'function') throw new UsageError('host.run needs a function: host.run(options, (run) => …)');
    const outer = ambientFrame();
    if (outer !== undefined) throw new NestedRunError(outer.run.id);

    const run = this.#open(options);
    let result: Result;
    try {
      await ready(run);
      result = await withFrame({ run, budget: run.ownBudget }, () => body(run));
    } catch (error) {
      // What ending adds must not hide why the body failed.
      await run.endWith({ error }).catch(() => {});
      throw error;
    }
    await run.endWith('success');
    return result;
  }

  /**
   * Opens a run that is not ambient: `await using run = host.open()`. Allowed inside another run. Call tools through it, hand
   * it over, or use `run.bind(fn)`.
   *
   * @throws {UsageError} `usage.run_options` for a wrong option, `usage.run_id_taken` where an active run has the id,
   *   `usage.host_closed` after `close`
   */
  open(options: RunOptions = {}): Run {
    return this.#open(options);
  }

  /**
   * A singleton provider, or the agent of the ambient run.
   *
   * @throws {MissingRunError} for an agent outside a run of this host
   * @throws {UsageError} where there is no such provider
   */
  get<T>(token: Token<T>): T {
    if (!this.#parts.plans.byAgent.has(token as AnyClass)) return this.#parts.container.get(token);
    const run = ambientFrame()?.run;
    if (run === undefined || this.#runs.get(run.id) !== run)
      throw new MissingRunError(`host.get(${(token as AnyClass).name})`);
    return run.get(token as AnyClass) as T;
  }

  /**
   * Adds a listener for events and returns what removes it. It is called at once and must be quick.
   *
   * @param names events that it gets; those that nobody gets cost nothing (default: all)
   * @throws {UsageError} where the listener is no function, or `names` no list of names that there are
   */
  on(listener: EventListener, names?: readonly EventName[]): () => void {
    checkFunction('host.on', 'listener', listener);
    if (names !== undefined && !Array.isArray(names)) {
      throw new UsageError(`host.on: names must be a list of names of events, not ${shown(names)}`);
    }
    for (const name of names ?? []) {
      if (!EVENT_NAMES.includes(name))
        throw new UsageError(`host.on: ${shown(name)} is no event; the events are ${EVENT_NAMES.join(', ')}`);
    }
    return this.#parts.core.events.on(listener, names);
  }

  /**
   * Surrounds the methods of tools from now on, for tracing, and returns what ends that. Without one, calls cost nothing more.
   *
   * @throws {UsageError} where the instrument has no `around`
   */
  instrument(instrument: Instrument): () => void {
    checkFunction('host.instrument', 'around', instrument?.around);
    const { core } = this.#parts;
    core.instruments = [...core.instruments, instrument];
    return () => {
      core.instruments = core.instruments.filter((each) => each !== instrument);
    };
  }

  /**
   * The effective guards of an agent's tools, as data and as text, with warnings.
   *
   * @throws {UsageError} `usage.agent_unknown` where the class is no agent of this host
   */
  explain(agent: AnyClass): AgentExplanation {
    const tools = this.#parts.plans.byAgent.get(agent);
    if (tools === undefined)
      throw new UsageError(`${typeof agent === 'function' ? agent.name : shown(agent)} is not an agent of this host`, {
        code: 'usage.agent_unknown',
      });
    return explainAgent(agent, tools);
  }

  /**
   * Stops all runs, or all runs of a user, those opened later included, until `revive`. Runs that it stopped stay stopped.
   * Calls in flight reject with `RunKilledError` at once.
   *
   * @param reason for logs; the model does not read it
   * @throws {UsageError} for a wrong option, so that no misspelt one stops everybody
   */
  kill(reason: string, options: { readonly userId?: string } = {}): void {
    checkUser('host.kill', options);
    const text = typeof reason === 'string' ? reason : shown(reason);
    this.#killSwitch.kill(text, options.userId);
    for (const run of this.#runs.values())
      if (options.userId === undefined || run.userId === options.userId) run.kill(reason);
  }

  /**
   * Lets new runs take calls again: those of a user, or all.
   *
   * @throws {UsageError} for a wrong option
   */
  revive(options: { readonly userId?: string } = {}): void {
    checkUser('host.revive', options);
    this.#killSwitch.revive(options.userId);
  }

  /**
   * Forgets a named session: its facts, steps, user turns and idempotency keys.
   *
   * @param options `userId`: whose session it is (default: that of runs without a user)
   * @throws {UsageError} where an id is none
   */
  async endSession(sessionId: string, options: { readonly userId?: string } = {}): Promise<void> {
    checkId('host.endSession', 'sessionId', sessionId);
    checkUser('host.endSession', options);
    const session = namedSessionKey(options.userId, sessionId);
    const { store, clock } = this.#parts.core;
    await store.apply([{ op: 'session.end', session, scope: sessionScope(session) }], clock.now());
  }

  /**
   * What is used of a shared budget in its present period, by all runs of all processes that have the store.
   *
   * @throws {UsageError} where it was not made by `sharedBudget`
   * @throws {StoreUnavailableError} where the store does not answer
   */
  async sharedBudget(budget: SharedBudget): Promise<SharedBudgetState> {
    const { store, clock } = this.#parts.core;
    return await readState('host.sharedBudget', budget, store, clock);
  }

  /**
   * Ends all runs, closes providers (`onHostClose`, `Symbol.asyncDispose`) and the store that the host made.
   *
   * @throws what failed, after everything was tried; an `AggregateError` where several did
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /** The same as `close`, for `await using host = await AgentHost.create(…)`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #open(options: RunOptions): AgentRun {
    if (this.#closed !== undefined) throw new UsageError('the host is closed', { code: 'usage.host_closed' });
    const read = readRunOptions(options, this.#parts.isObserved, this.#parts.core.takesCostLimits);
    // Two runs of one id would share attempts and idempotency keys.
    if (read.runId !== undefined && this.#runs.has(read.runId)) {
      throw new UsageError(`a run with id ${shown(read.runId)} is active`, { code: 'usage.run_id_taken' });
    }
    const killedBecause = this.#killSwitch.reasonFor(read.userId);
    const run = new AgentRun(this.#parts.core, this.#agents, { ...read, killedBecause });
    this.#runs.set(run.id, run);
    return run;
  }

  async #close(): Promise<void> {
    const { container, core, ownsStore, client } = this.#parts;
    const ended = await Promise.allSettled([...this.#runs.values()].map((run) => run.end()));
    const errors: unknown[] = ended.filter((each) => each.status === 'rejected').map(({ reason }) => reason);
    try {
      await container.dispose();
    } catch (error) {
      errors.push(error);
    }
    if (ownsStore) await core.store.close?.();
    // A reservation that is granted only now is settled, too.
    await core.gateway?.idle();
    await client?.flush().catch((error: unknown) => {
      // Monitoring fails open: what could not be delivered must not keep a host from closing.
      warnOnce(core, 'flush', `The client could not deliver what was left: ${messageOfThrown(error)}`);
    });
    if (errors.length > 0) throw errors.length === 1 ? errors[0] : new AggregateError(errors, 'closing the host');
  }
}

// What the application says of a model goes before what the tariff says of all of them.
function pricesOf(own: PriceSource | undefined, tariff: CurrentTariff): PriceSource {
  return { priceOf: (model) => own?.priceOf(model) ?? tariff.prices?.priceOf(model) };
}

async function ready(run: AgentRun): Promise<void> {
  try {
    await run.ready;
  } catch (error) {
    if (isActGuardError(error)) throw error;
    if (!run.isObserved) throw new StoreUnavailableError('host.run', error);
  }
  if (run.ownBudget?.reservation !== undefined) await run.budgets.granted(run.ownBudget);
}

// A misspelt option would stop everybody instead of one user.
function checkUser(method: string, options: { readonly userId?: string }): void {
  checkOptions(method, options, ['userId']);
  if (options.userId !== undefined) checkId(method, 'userId', options.userId);
}
