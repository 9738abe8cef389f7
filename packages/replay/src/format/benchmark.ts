import * as v from 'valibot';
import type { Trace } from '../trace/trace.js';
import { wrongShape } from './format-error.js';

const place = v.pipe(v.number(), v.integer(), v.minValue(0));

const call = v.object({
  tool: v.string(),
  args: v.unknown(),
  result: v.optional(v.unknown()),
  error: v.nullish(v.string()),
  step: v.nullish(v.pipe(v.number(), v.finite())),
  is_write: v.nullish(v.boolean()),
  is_egress: v.nullish(v.boolean()),
});

const line = v.object({
  source: v.string(),
  suite: v.string(),
  id: v.pipe(v.string(), v.nonEmpty()),
  kind: v.picklist(['benign', 'attack']),
  model: v.nullish(v.string()),
  prompt: v.nullish(v.string()),
  user_turns: v.nullish(v.array(v.object({ at: place, text: v.string() }))),
  calls: v.array(call),
  utility: v.nullish(v.boolean()),
  attack_success: v.nullish(v.boolean()),
  attack_requires: v.nullish(v.array(v.array(place))),
});

// What benchmarks call the calls that their authors wrote.
const SCRIPTED = 'ground-truth';

/**
 * A trace of an agent benchmark: one of a line, with labels for scoring.
 *
 * @throws {FormatError} where it is not as the format says
 */
export function readBenchmarkTrace(value: unknown): Trace {
  const { success, output, issues } = v.safeParse(line, value, { abortEarly: true });
  if (!success) throw wrongShape(issues);
  const { source, suite, id, kind, model, prompt, user_turns, calls, ...labels } = output;
  return {
    id,
    source,
    suite,
    model: model ?? undefined,
    isScripted: model?.startsWith(SCRIPTED) ?? false,
    userTurns: [...(prompt ? [{ at: 0, text: prompt }] : []), ...(user_turns ?? [])],
    calls: calls.map(({ tool, args, result, error, step, is_write, is_egress }) => ({
      tool,
      args,
      result,
      error: error ? { message: error } : undefined,
      step: step ?? undefined,
      isWrite: is_write ?? false,
      isEgress: is_egress ?? false,
    })),
    labels: {
      kind,
      isUseful: labels.utility ?? undefined,
      attackSucceeded: labels.attack_success ?? undefined,
      attackRequires: labels.attack_requires ?? undefined,
    },
  };
}
