import { nearMatches } from '../container/near-match.js';
import { isActGuardError } from '../errors/actguard-error.js';
import { quoted, type Refusal } from '../errors/refusal.js';
import { UsageError } from '../errors/usage-errors.js';
import { ambientFrame } from '../run/ambient.js';
import type { CallRun } from '../run/call-run.js';
import type { ToolCallResult, ToolDefinition, Toolset } from '../run/toolset.js';
import type { PlannedTool } from './agent-plans.js';

/** Tools of a run by the names that a model uses. */
export class AgentToolset implements Toolset {
  readonly #run: CallRun;
  readonly #tools: ReadonlyMap<string, PlannedTool>;
  #definitions: readonly ToolDefinition[] | undefined;

  constructor(run: CallRun, tools: readonly PlannedTool[]) {
    this.#run = run;
    this.#tools = new Map(tools.map((tool) => [tool.plan.tool.name, tool]));
  }

  /** @throws {UsageError} where a schema cannot be described as JSON Schema */
  get definitions(): readonly ToolDefinition[] {
    this.#definitions ??= [...this.#tools.values()].map(definitionOf);
    return this.#definitions;
  }

  async call(name: string, args: unknown): Promise<ToolCallResult> {
    const tool = this.#tools.get(name);
    if (tool === undefined) return this.#unknown(name);
    try {
      const agent = this.#run.get(tool.agent);
      // From the generated class: whatever the instance has under this name is not asked.
      const guarded = Object.getPrototypeOf(agent) as Record<string, (args: unknown) => unknown>;
      const returned = guarded[tool.plan.tool.method]?.call(agent, parsed(args));
      return {
        ok: true,
        value: tool.plan.tool.streams ? await collected(returned as AsyncIterable<unknown>) : await returned,
      };
    } catch (error) {
      return failure(error, tool, !this.#run.isActive || this.#isOutOfBudget(), this.#attemptsLeft(tool));
    }
  }

  #attemptsLeft({ plan: { tool, maxAttempts } }: PlannedTool): number | undefined {
    return maxAttempts && Math.max(0, maxAttempts.guard.limit - this.#run.attempts(tool.id));
  }

  // The loop stands inside the budget that is used up, so no further call of it can pass.
  #isOutOfBudget(): boolean {
    const { budgets, ownBudget, isObserved, sharedBudgets } = this.#run;
    if (isObserved) return false;
    if (sharedBudgets?.stopped !== undefined) return true;
    const frame = ambientFrame();
    const around = (frame?.run === this.#run ? frame.budget : undefined) ?? ownBudget;
    const open = around && budgets.openFrom(around);
    return open?.root.reservation?.failure !== undefined || open?.exceeded() !== undefined;
  }

  #unknown(name: unknown): ToolCallResult {
    const refusal: Refusal = {
      refused: true,
      code: 'tool.unknown',
      because: `There is no tool named ${quoted(name)}.`,
      tryInstead: this.#suggestion(String(name)),
    };
    const error = new UsageError(`a model called a tool that the run does not offer: ${quoted(name)}`, {
      code: 'tool.unknown',
    });
    return { ok: false, refusal, final: !this.#run.isActive, error };
  }

  #suggestion(name: string): string {
    const near = nearMatches(name, [...this.#tools.keys()]);
    const names = near.length > 0 ? near : [...this.#tools.keys()];
    let text = '';
    for (const each of names) {
      if (text.length + each.length > MAX_SUGGESTION_LENGTH) break;
      text += `${text === '' ? '' : ', '}${each}`;
    }
    return `${near.length > 0 ? 'Did you mean' : 'Use one of'}: ${text}.`;
  }
}

const MAX_SUGGESTION_LENGTH = 120;

function definitionOf({ plan, schema }: PlannedTool): ToolDefinition {
  const { id, name, description } = plan.tool;
  if (schema.schema !== undefined) {
    return { name, ...(description !== undefined && { description }), inputSchema: schema.schema };
  }
  throw new UsageError(`${id} cannot be described to a model: ${schema.reason}`, {
    code: 'usage.tool_schema',
    details: { tool: id },
  });
}

// Text that is no JSON goes on as it is: the input guard refuses it and counts the attempt.
function parsed(args: unknown): unknown {
  if (typeof args !== 'string') return args;
  try {
    return JSON.parse(args === '' ? '{}' : args);
  } catch {
    return args;
  }
}

async function collected(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const value of stream) values.push(value);
  return values;
}

function failure(
  error: unknown,
  { plan }: PlannedTool,
  final: boolean,
  attemptsLeft: number | undefined,
): ToolCallResult {
  if (isActGuardError(error)) {
    const { toPrompt, tool } = error as { toPrompt?: () => Refusal; tool?: unknown };
    // The refusal of a tool that this one calls is about something that the model did not ask for.
    if (typeof toPrompt === 'function' && (final || tool === plan.tool.id)) {
      const refusal = toPrompt.call(error);
      const left = refusal.attemptsLeft ?? (final ? undefined : attemptsLeft);
      return { ok: false, refusal: { ...refusal, ...(left !== undefined && { attemptsLeft: left }) }, final, error };
    }
  }
  const mayHaveActed = plan.steps.some(({ guard }) => guard.leavesUnknown?.(error) ?? false);
  const refusal: Refusal = {
    refused: true,
    code: 'tool.failed',
    because: 'The tool failed.',
    tryInstead: afterFailure(attemptsLeft, mayHaveActed),
    ...(attemptsLeft !== undefined && { attemptsLeft }),
  };
  return { ok: false, refusal, final, error };
}

function afterFailure(attemptsLeft: number | undefined, mayHaveActed: boolean): string {
  if (mayHaveActed)
    return 'It may have taken effect. Do not repeat it, not with another key either: check first, or tell the user.';
  if (attemptsLeft === 0) return 'Do not call it again. Go on without it and say so.';
  return 'Try it once more if that is safe, or go on without it and say so.';
}
