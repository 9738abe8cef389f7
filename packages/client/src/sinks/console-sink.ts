import type { ActGuardEvent, EventListener } from '@actguard/core';
import type { EventEnvelope } from '../events/envelope.js';
import type { TextOutput } from '../text-output.js';
import { type SinkOptions, sinkWriter } from './sink-options.js';

/** What a console sink writes, and where. */
export interface ConsoleSinkOptions extends SinkOptions {
  /** @default process.stderr */
  readonly stream?: TextOutput | undefined;
  /** Colours lines by what they tell. @default on a terminal, unless `NO_COLOR` is set */
  readonly color?: boolean | undefined;
}

const COLORS: Readonly<Record<string, string>> = { blocked: '31', failed: '33', intervened: '36', success: '32' };
const MARKS: Readonly<Record<string, string>> = { blocked: '✗', failed: '!', intervened: '~', success: '✓' };

/**
 * Prints one line an event, for people: `host.on(consoleSink())`.
 *
 * @throws {UsageError} `usage.sink_configuration` for a wrong option
 */
export function consoleSink(options: ConsoleSinkOptions = {}): EventListener {
  const writer = sinkWriter('consoleSink', options, ['stream', 'color']);
  const stream = options.stream ?? process.stderr;
  const isColored = options.color ?? (stream.isTTY === true && process.env['NO_COLOR'] === undefined);
  return (event: ActGuardEvent): void => {
    const envelope = writer.write(event);
    if (envelope === undefined) return;
    const line = lineOf(envelope);
    const color = isColored ? COLORS[envelope.outcome] : undefined;
    stream.write(color === undefined ? `${line}\n` : `\u001B[${color}m${line}\u001B[0m\n`);
  };
}

/** Fields of a payload that a line has elsewhere, or has no use for. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  ...['run_id', 'user_id', 'tool_name', 'attempt', 'error_type', 'error_message', 'error_code', 'guard_name'],
  ...['scope_id', 'parent_scope_id', 'root_scope_id', 'scope_kind', 'plan_key'],
]);

function lineOf({
  ts,
  name,
  outcome,
  run_id: runId,
  tool_name: tool,
  model,
  payload,
  meta,
  ...rest
}: EventEnvelope): string {
  const { guard_name: guard, error_code: code, error_message: message } = payload;
  const tokens = [rest.input_tokens, rest.cached_input_tokens, rest.output_tokens];
  const facts = Object.entries(payload).filter(([field]) => !ELSEWHERE.has(field));
  const parts = [
    ts.slice(11, 23),
    MARKS[outcome] ?? '·',
    name.padEnd(18),
    tool === undefined ? runId : `${tool} #${meta['call_id'] ?? runId}`,
    model === undefined ? undefined : `${rest.provider}/${model}`,
    tokens[0] === undefined ? undefined : `${tokens.join('+')} tokens`,
    guard,
    code,
    ...facts.map(([field, value]) => `${field}=${typeof value === 'string' ? value : JSON.stringify(value)}`),
    message === undefined ? undefined : `: ${String(message)}`,
  ];
  const line = parts.filter((part) => part !== undefined).join('  ');
  // What a tool or a model wrote must not write other lines, or to the terminal.
  return line.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
}
