import type { ClientOptions } from './client-options.js';
import { type OptionProblem, unknownOption } from './settings.js';

/** Options that text can hold, under their own names. */
const OWN_NAMES = [
  ...(['apiKey', 'gatewayUrl', 'onUnavailable', 'budgetTimeout', 'budgetMaxRetries', 'outbox', 'eventMode'] as const),
  ...([
    'emitAllToolRuns',
    'eventContent',
    'eventTimeout',
    'eventMaxRetries',
    'flushInterval',
    'maxBatchEvents',
  ] as const),
  ...(['maxBatchBytes', 'maxQueueEvents', 'backoffBase', 'backoffMax', 'redact', 'debug', 'flushOnExit'] as const),
] satisfies readonly (keyof ClientOptions)[];

interface OtherName {
  readonly option: keyof ClientOptions;
  /** Milliseconds of one unit, where the name says the unit. */
  readonly unitMs?: number;
}

/** The same options as the Python SDK writes them, with the units in the name. */
const OTHER_NAMES: Readonly<Record<string, OtherName>> = {
  api_key: { option: 'apiKey' },
  gateway_url: { option: 'gatewayUrl' },
  on_unavailable: { option: 'onUnavailable' },
  budget_timeout_s: { option: 'budgetTimeout', unitMs: 1000 },
  budget_max_retries: { option: 'budgetMaxRetries' },
  event_mode: { option: 'eventMode' },
  emit_all_tool_runs: { option: 'emitAllToolRuns' },
  event_timeout_s: { option: 'eventTimeout', unitMs: 1000 },
  event_max_retries: { option: 'eventMaxRetries' },
  flush_interval_ms: { option: 'flushInterval', unitMs: 1 },
  max_batch_events: { option: 'maxBatchEvents' },
  max_batch_bytes: { option: 'maxBatchBytes' },
  max_queue_events: { option: 'maxQueueEvents' },
  backoff_base_ms: { option: 'backoffBase', unitMs: 1 },
  backoff_max_ms: { option: 'backoffMax', unitMs: 1 },
  flush_on_exit: { option: 'flushOnExit' },
};

/** One value for both kinds of requests, where they do not have one of their own. */
const ALIASES: Readonly<
  Record<string, { readonly options: readonly (keyof ClientOptions)[]; readonly unitMs?: number }>
> = {
  timeout_s: { options: ['budgetTimeout', 'eventTimeout'], unitMs: 1000 },
  max_retries: { options: ['budgetMaxRetries', 'eventMaxRetries'] },
};

const KNOWN = [...OWN_NAMES, ...Object.keys(OTHER_NAMES), ...Object.keys(ALIASES)];

/** Options as a configuration names them, and what is wrong with the names. `null` is as good as absent. */
export function optionsFromKeys(given: Readonly<Record<string, unknown>>): {
  readonly options: Record<string, unknown>;
  readonly problems: readonly OptionProblem[];
} {
  const options: Record<string, unknown> = {};
  const problems: OptionProblem[] = [];
  const set = (option: string, key: string, value: unknown): void => {
    if (Object.hasOwn(options, option)) problems.push({ option, message: `is given twice, also as ${key}` });
    options[option] = value;
  };
  const entries = Object.entries(given).filter(([, value]) => value !== null);
  for (const [key, value] of entries) {
    const other = own(OTHER_NAMES, key);
    if (other !== undefined) set(other.option, key, inUnit(key, value, other.unitMs, problems));
    else if ((OWN_NAMES as readonly string[]).includes(key)) set(key, key, value);
    else if (!Object.hasOwn(ALIASES, key)) problems.push(unknownOption(key, KNOWN));
  }
  for (const [key, value] of entries) {
    const alias = own(ALIASES, key);
    if (alias === undefined) continue;
    const converted = inUnit(key, value, alias.unitMs, problems);
    for (const option of alias.options) if (!Object.hasOwn(options, option)) options[option] = converted;
  }
  return { options, problems };
}

function inUnit(key: string, value: unknown, unitMs: number | undefined, problems: OptionProblem[]): unknown {
  if (unitMs === undefined) return value;
  if (typeof value === 'number') return value * unitMs;
  problems.push({ option: key, message: `must be a number of ${unitMs === 1 ? 'milliseconds' : 'seconds'}` });
  return undefined;
}

function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
