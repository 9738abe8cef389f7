import type { PriceSource } from '../budget/model-price.js';
import { type PriceTable, priceTable } from '../budget/price-table.js';
import { readSharedBudgets, type SharedBudgets } from '../budget/shared-budget-source.js';
import { checkTariff, type Tariff } from '../budget/tariff.js';
import type { Clock } from '../clock.js';
import type { ModuleImport } from '../container/module.js';
import type { Provider } from '../container/provider.js';
import type { ProviderList, ProviderShapes } from '../container/provider-list.js';
import { DURATION_RULE, type Duration, durationMs } from '../duration.js';
import { messageOfThrown } from '../errors/thrown.js';
import type { ConfigurationProblem } from '../errors/usage-errors.js';
import type { EventListener } from '../events/event.js';
import type { Gateway } from '../gateway/gateway.js';
import type { StateStore } from '../store/state-store.js';

/** Options of `AgentHost.create`. */
export interface AgentHostOptions<Providers extends ProviderShapes = readonly Provider[]> {
  /** Agent classes: each marked `@Agent`, each with a name of its own. @default those of the modules in `imports` */
  readonly agents?: readonly (new (
    ...args: never[]
  ) => object)[];
  /** What agents and other providers get injected. @default none */
  readonly providers?: ProviderList<Providers>;
  /** Modules with providers and agents of their own. @default none */
  readonly imports?: readonly ModuleImport[];
  /**
   * Where the state lives that guards decide by. One that is given is not closed by the host.
   *
   * @default a `MemoryStore` of the host's own
   */
  readonly store?: StateStore;
  /** `observe`: all guards decide and report, but none stops a call. @default 'enforce' */
  readonly mode?: 'enforce' | 'observe';
  /** Where time comes from; tests give a `TestClock`. @default the clock of the system */
  readonly clock?: Clock;
  /** Gets every event, from the first on; `host.on` adds more listeners. @default none */
  readonly onEvent?: EventListener;
  /**
   * What models cost: a table of USD per million tokens by model, or a source of prices. It goes before the tariff and before
   * what meters bring.
   *
   * @default the prices that a meter brings
   */
  readonly prices?: PriceTable | PriceSource;
  /** How tokens become cost units; `costLimit` of a budget needs it. @default none */
  readonly tariff?: Tariff;
  /**
   * Budgets that runs share, of a user, a tenant or an application: a list for all runs, or a function that is asked for each run, with
   * `id`, `userId`, `sessionId` and `scope`. With a store that processes share, they hold across processes.
   *
   * @default none
   */
  readonly sharedBudgets?: SharedBudgets;
  /**
   * Connection to a gateway: it grants the root budgets of runs, is told what they used, and gets the events. One that is given is
   * not closed by the host.
   *
   * @default none: nothing leaves the process
   */
  readonly client?: Gateway;
  /** Idle time after which a named session is forgotten. @default '1h' */
  readonly sessionTtl?: Duration;
  /** Longest wait for calls in flight when a run ends. @default '1s' */
  readonly drain?: Duration;
}

/** Options of a host, checked. */
export interface ReadHostOptions
  extends Omit<AgentHostOptions, 'providers' | 'mode' | 'sessionTtl' | 'drain' | 'prices'> {
  readonly providers?: readonly unknown[];
  readonly isObserved: boolean;
  readonly priceSource: PriceSource | undefined;
  readonly sessionTtlMs: number;
  readonly drainMs: number;
}

const KNOWN = [
  'agents',
  'providers',
  'imports',
  'store',
  'mode',
  'clock',
  'onEvent',
  'prices',
  'tariff',
  'sharedBudgets',
  'client',
  'sessionTtl',
  'drain',
];

const GATEWAY_METHODS = ['reserve', 'settle', 'tariff', 'onEvent', 'flush'] as const;

/** Checks the options of a host; what is wrong goes to `problems`. */
export function readHostOptions(
  options: AgentHostOptions<ProviderShapes>,
  problems: ConfigurationProblem[],
): ReadHostOptions {
  const problem = (option: string, value: unknown, message: string): undefined =>
    void problems.push({
      code: 'usage.host_options',
      className: 'AgentHost',
      option: `create.${option}`,
      value,
      message,
    });
  if (typeof options !== 'object' || options === null) {
    problem('options', options, 'must be an object');
    return readHostOptions({}, problems);
  }
  for (const [name, value] of Object.entries(options)) {
    if (!KNOWN.includes(name)) problem(name, value, `is no option; the options are ${KNOWN.join(', ')}`);
  }
  const {
    agents,
    providers,
    imports,
    store,
    clock,
    onEvent,
    prices,
    tariff,
    sharedBudgets,
    client,
    mode = 'enforce',
    sessionTtl = '1h',
    drain = '1s',
  } = options;
  for (const [name, list] of Object.entries({ agents, providers, imports })) {
    if (list !== undefined && !Array.isArray(list)) problem(name, list, 'must be a list');
  }
  if (mode !== 'enforce' && mode !== 'observe') problem('mode', mode, "must be 'enforce' or 'observe'");
  if (store !== undefined && typeof store?.apply !== 'function') problem('store', store, 'must be a StateStore');
  if (clock !== undefined && (typeof clock?.now !== 'function' || typeof clock.wall !== 'function')) {
    problem('clock', clock, 'must have now() and wall()');
  }
  if (client !== undefined && GATEWAY_METHODS.some((name) => typeof client?.[name] !== 'function'))
    problem('client', client, `must be a Gateway, with ${GATEWAY_METHODS.join(', ')}`);
  if (onEvent !== undefined && typeof onEvent !== 'function') problem('onEvent', onEvent, 'must be a function');
  if (tariff !== undefined) checkTariff(tariff, problem);
  if (sharedBudgets !== undefined) checkSharedBudgets(sharedBudgets, problem);
  const duration = (name: string, value: Duration): number =>
    durationMs(value) ?? problem(name, value, DURATION_RULE) ?? 1;
  return {
    ...(Array.isArray(agents) && { agents }),
    ...(Array.isArray(providers) && { providers }),
    ...(Array.isArray(imports) && { imports }),
    ...(store && { store }),
    ...(clock && { clock }),
    ...(onEvent && { onEvent }),
    ...(sharedBudgets && { sharedBudgets }),
    ...(client && { client }),
    ...(typeof tariff === 'object' && tariff && { tariff }),
    priceSource: priceSource(prices, problem),
    isObserved: mode === 'observe',
    sessionTtlMs: duration('sessionTtl', sessionTtl),
    drainMs: duration('drain', drain),
  };
}

// What a function answers is checked with each run.
function checkSharedBudgets(
  sharedBudgets: unknown,
  problem: (option: string, value: unknown, message: string) => undefined,
): void {
  if (typeof sharedBudgets === 'function') return;
  try {
    readSharedBudgets('sharedBudgets', sharedBudgets);
  } catch (error) {
    problem('sharedBudgets', undefined, messageOfThrown(error));
  }
}

function priceSource(
  prices: PriceTable | PriceSource | undefined,
  problem: (option: string, value: unknown, message: string) => undefined,
): PriceSource | undefined {
  if (prices === undefined) return undefined;
  if (typeof prices !== 'object' || prices === null)
    return problem('prices', prices, 'must be a table of prices by model, or an object with priceOf()');
  return typeof prices.priceOf === 'function' ? (prices as PriceSource) : priceTable(prices as PriceTable, problem);
}
