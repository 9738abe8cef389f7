import { type Clock, durationMs, UsageError } from '@actguard/core';
import * as v from 'valibot';
import { Redactor } from '../redaction/redactor.js';
import type { ClientOptions } from './client-options.js';
import { gatewayUrlProblem, withoutTrailingSlash } from './gateway-url.js';
import { nearMatch } from './near-match.js';

const MINUTE = 60_000;

const flag = v.boolean('must be true or false');

function whole(least: number, most: number) {
  const message = `must be an integer from ${least} to ${most}`;
  return v.pipe(v.number(message), v.safeInteger(message), v.minValue(least, message), v.maxValue(most, message));
}

function duration(mostMs: number) {
  const message = `must be milliseconds above 0 or a duration such as '3s', at most ${mostMs / MINUTE} minutes`;
  return v.pipe(
    v.union([v.number(), v.string()], message),
    v.transform((given) => durationMs(given) ?? Number.NaN),
    v.check((ms) => ms <= mostMs, message),
  );
}

function aFunction<Signature>(message: string) {
  return v.custom<Signature>((value) => typeof value === 'function', message);
}

const SHAPES = {
  apiKey: v.optional(
    v.pipe(
      v.string('must be a text'),
      // What else a header cannot hold would be refused at the first request, with the key in the message.
      v.regex(/^[\x21-\x7e]+$/, 'must be a key of visible ASCII characters, without spaces'),
    ),
  ),
  gatewayUrl: v.optional(
    v.pipe(
      v.string('must be a URL such as https://gateway.example'),
      v.rawCheck(({ dataset, addIssue }) => {
        const message = dataset.typed ? gatewayUrlProblem(dataset.value) : undefined;
        if (message !== undefined) addIssue({ message });
      }),
    ),
  ),
  onUnavailable: v.optional(v.picklist(['open', 'closed'], "must be 'open' or 'closed'"), 'open'),
  budgetTimeout: v.optional(duration(10 * MINUTE), '3s'),
  budgetMaxRetries: v.optional(whole(0, 100), 1),
  outbox: v.optional(
    v.strictObject(
      {
        path: v.optional(v.pipe(v.string('path must be a text'), v.nonEmpty('path must not be empty'))),
        maxEntries: v.optional(whole(1, 1_000_000), 10_000),
      },
      'must be an object with path and maxEntries',
    ),
    {},
  ),
  eventMode: v.optional(
    v.picklist(['off', 'significant', 'verbose'], "must be 'off', 'significant' or 'verbose'"),
    'verbose',
  ),
  emitAllToolRuns: v.optional(flag),
  eventContent: v.optional(
    v.strictObject(
      {
        arguments: v.optional(flag, false),
        results: v.optional(flag, false),
        userText: v.optional(flag, false),
      },
      'must be an object with arguments, results and userText',
    ),
    {},
  ),
  eventTimeout: v.optional(duration(10 * MINUTE), '5s'),
  eventMaxRetries: v.optional(whole(0, 100), 8),
  flushInterval: v.optional(duration(60 * MINUTE), '1s'),
  maxBatchEvents: v.optional(whole(1, 10_000), 100),
  maxBatchBytes: v.optional(whole(1024, 10_000_000), 256_000),
  maxQueueEvents: v.optional(whole(1, 1_000_000), 10_000),
  backoffBase: v.optional(duration(60 * MINUTE), '200ms'),
  backoffMax: v.optional(duration(60 * MINUTE), '10s'),
  redact: v.optional(
    v.strictObject(
      {
        keys: v.optional(v.array(v.pipe(v.string(), v.nonEmpty()), 'keys must be a list of names'), []),
        patterns: v.optional(v.array(v.instance(RegExp, 'patterns must be a list of regular expressions')), []),
      },
      'must be an object with keys and patterns',
    ),
    {},
  ),
  debug: v.optional(flag, false),
  flushOnExit: v.optional(flag, true),
  clock: v.optional(
    v.custom<Clock>(
      (value) =>
        ['now', 'wall'].every((name) => typeof (value as Record<string, unknown> | null)?.[name] === 'function'),
      'must be a clock with now() and wall()',
    ),
  ),
  random: v.optional(aFunction<() => number>('must be a function'), () => Math.random),
  fetch: v.optional(aFunction<typeof globalThis.fetch>('must be a function')),
} satisfies Record<keyof ClientOptions, v.GenericSchema>;

const SETTINGS = v.object(SHAPES);

/** Names of all options. */
export const OPTION_NAMES = Object.keys(SHAPES) as (keyof ClientOptions)[];

/** Options that were checked, with their defaults; durations are milliseconds. */
export type Settings = v.InferOutput<typeof SETTINGS>;

/** The address of a gateway and the key for it. */
export interface GatewayAccess {
  readonly url: string;
  readonly apiKey: string;
}

/** What is wrong with one option; texts of the user's own are not in it. */
export interface OptionProblem {
  readonly option: string;
  readonly message: string;
}

/**
 * Checks the options of a client.
 *
 * @throws {UsageError} naming everything that is wrong, and no values
 */
export function readSettings(options: unknown, found: readonly OptionProblem[] = []): Settings {
  const problems = [...found];
  const given = isRecord(options) ? options : {};
  if (!isRecord(options)) problems.push({ option: 'options', message: 'must be an object' });
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(SHAPES, name)) problems.push(unknownOption(name, OPTION_NAMES));
  }
  const read = v.safeParse(SETTINGS, given);
  for (const issue of read.issues ?? []) problems.push({ option: pathOf(issue), message: messageOf(issue) });
  if (read.success) problems.push(...contradictionsIn(read.output));
  if (!read.success || problems.length > 0) throw configurationError(problems);
  return read.output;
}

/** The gateway of the settings; `undefined` where they name none. */
export function gatewayOf({ gatewayUrl, apiKey }: Settings): GatewayAccess | undefined {
  if (gatewayUrl === undefined || apiKey === undefined) return undefined;
  return { url: withoutTrailingSlash(gatewayUrl), apiKey };
}

/** An option that there is not. */
export function unknownOption(name: string, known: Iterable<string>): OptionProblem {
  const meant = nearMatch(name, known);
  // A key may have been pasted where a name belongs.
  const isName = /^\w{1,32}$/.test(name) && new Redactor().text(name) === name;
  const shown = isName ? name : 'something that is no name';
  return { option: shown, message: `is no option${meant === undefined ? '' : `; did you mean ${meant}?`}` };
}

/** All problems in one error. */
export function configurationError(problems: readonly OptionProblem[], source = 'Client'): UsageError {
  const lines = problems.map(({ option, message }) => `  - ${option}: ${message}`);
  return new UsageError(
    `${source}: ${problems.length} configuration problem${problems.length === 1 ? '' : 's'}:\n${lines.join('\n')}`,
    { code: 'usage.client_configuration', details: { problems } },
  );
}

function contradictionsIn({ apiKey, gatewayUrl, backoffBase, backoffMax }: Settings): OptionProblem[] {
  const problems: OptionProblem[] = [];
  if (apiKey !== undefined && gatewayUrl === undefined)
    problems.push({ option: 'gatewayUrl', message: 'is needed with apiKey: no gateway is built in' });
  if (gatewayUrl !== undefined && apiKey === undefined)
    problems.push({ option: 'apiKey', message: 'is needed with gatewayUrl; leave both out to stay offline' });
  if (backoffMax < backoffBase) problems.push({ option: 'backoffMax', message: 'must not be below backoffBase' });
  return problems;
}

function pathOf(issue: v.BaseIssue<unknown>): string {
  return v.getDotPath(issue) ?? 'options';
}

function messageOf(issue: v.BaseIssue<unknown>): string {
  // What valibot says by itself may show the value.
  if (issue.type === 'strict_object' && issue.expected === 'never') return 'is no option';
  return issue.message.startsWith('Invalid ') ? `must be ${issue.expected ?? 'something else'}` : issue.message;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
