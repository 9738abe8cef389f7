import { parseArgs } from 'node:util';
import { WrongUsageError } from './command-error.js';

/** What `--fail-on` knows. */
export const FAILURES = ['benign-refused', 'attack-passed'] as const;

/** What makes a replay fail. */
export type Failure = (typeof FAILURES)[number];

interface CommonOptions {
  readonly traces: readonly string[];
  /** Only traces of these; all where it is undefined. */
  readonly suites: ReadonlySet<string> | undefined;
  readonly json: string | undefined;
  readonly state: 'trace' | 'shared';
  readonly tsconfig: string | undefined;
}

/** Arguments of a replay. */
export interface ReplayCommand extends CommonOptions {
  readonly command: 'replay';
  readonly agents: string;
  readonly html: string | undefined;
  readonly byModel: boolean;
  readonly failOn: ReadonlySet<Failure>;
}

/** Arguments of a comparison. */
export interface DiffCommand extends CommonOptions {
  readonly command: 'diff';
  readonly before: string;
  readonly after: string;
}

/** What the command line asks for. */
export type Command = ReplayCommand | DiffCommand | { readonly command: 'help' } | { readonly command: 'version' };

const COMMON = {
  traces: { type: 'string', multiple: true },
  suite: { type: 'string', multiple: true },
  json: { type: 'string' },
  state: { type: 'string' },
  tsconfig: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;
const REPLAY = {
  ...COMMON,
  agents: { type: 'string' },
  html: { type: 'string' },
  'by-model': { type: 'boolean' },
  'fail-on': { type: 'string', multiple: true },
} as const;
const DIFF = { ...COMMON, before: { type: 'string' }, after: { type: 'string' } } as const;

/** @throws {WrongUsageError} where an argument is missing, unknown or has a wrong value */
export function parseCommand(args: readonly string[]): Command {
  return args[0] === 'diff' ? parseDiff(args.slice(1)) : parseReplay(args);
}

// An empty value comes from a variable that is not set. It must not stand for no restriction.
function assertGiven(values: Readonly<Record<string, string | boolean | readonly string[] | undefined>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (name === 'traces' || typeof value === 'boolean') continue;
    const texts = typeof value === 'string' ? [value] : (value ?? []);
    if (texts.some((text) => text.split(',').every((part) => part.trim() === '')))
      throw new WrongUsageError(`--${name} has an empty value.`);
  }
}

function parseReplay(args: readonly string[]): Command {
  const { values, positionals } = readable(() =>
    parseArgs({ args: [...args], options: REPLAY, allowPositionals: true }),
  );
  const asked = askedFor(values);
  if (asked !== undefined) return asked;
  assertGiven(values);
  return {
    command: 'replay',
    agents: required('--agents', values.agents),
    html: values.html,
    byModel: values['by-model'] ?? false,
    failOn: new Set(listed(values['fail-on']).map((value) => oneOf('--fail-on', value, FAILURES))),
    ...common(values, positionals),
  };
}

function parseDiff(args: readonly string[]): Command {
  if (args.some((arg) => arg === '--agents' || arg.startsWith('--agents=')))
    throw new WrongUsageError('diff takes --before FILE and --after FILE, not --agents.');
  const { values, positionals } = readable(() => parseArgs({ args: [...args], options: DIFF, allowPositionals: true }));
  const asked = askedFor(values);
  if (asked !== undefined) return asked;
  assertGiven(values);
  return {
    command: 'diff',
    before: required('--before', values.before),
    after: required('--after', values.after),
    ...common(values, positionals),
  };
}

function askedFor({ help, version }: { help?: boolean; version?: boolean }): Command | undefined {
  if (help) return { command: 'help' };
  return version ? { command: 'version' } : undefined;
}

interface CommonValues {
  readonly traces?: string[];
  readonly suite?: string[];
  readonly json?: string;
  readonly state?: string;
  readonly tsconfig?: string;
}

function common({ traces = [], suite, json, state, tsconfig }: CommonValues, positionals: string[]): CommonOptions {
  const paths = [...traces, ...positionals];
  if (paths.length === 0 || paths.includes('')) throw new WrongUsageError('Which recordings? Name a file or a folder.');
  const suites = listed(suite);
  return {
    traces: paths,
    suites: suites.length === 0 ? undefined : new Set(suites),
    json,
    state: state === undefined ? 'trace' : oneOf('--state', state, ['trace', 'shared']),
    tsconfig,
  };
}

function required(option: string, value: string | undefined): string {
  if (value) return value;
  throw new WrongUsageError(`${option} FILE is missing.`);
}

function listed(values: readonly string[] = []): string[] {
  return values.flatMap((value) => value.split(',')).filter((value) => value !== '');
}

function oneOf<const Values extends readonly string[]>(option: string, value: string, values: Values): Values[number] {
  if (values.includes(value)) return value as Values[number];
  throw new WrongUsageError(`${option} is ${values.join(' or ')}, not ${JSON.stringify(value)}.`);
}

function readable<Result>(parse: () => Result): Result {
  try {
    return parse();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!code?.startsWith('ERR_PARSE_ARGS')) throw error;
    // What follows the first sentence is about file names that begin with a hyphen.
    throw new WrongUsageError(`${message.split('. ')[0]?.replace(/\.$/, '')}.`);
  }
}
