import type { ToolCallResult, Toolset } from '@actguard/core';

/** A tool call that a model asks for. */
export interface ToolCallRequest {
  /** Name of the tool, as the toolset gave it to the model. */
  readonly name: string;
  /** An object, or the JSON text that the model sent. */
  readonly args: unknown;
}

/** What became of a tool call. */
export interface ToolCallAnswer<Request extends ToolCallRequest> {
  /** The very request that was given. */
  readonly request: Request;
  /** What the toolset said: the value, or the refusal. */
  readonly result: ToolCallResult;
  /** What the model is to read: the value or the refusal, as JSON. */
  readonly text: string;
}

/**
 * Makes the tool calls of one reply through the guards, all at once, and answers them in their order. No error of a tool is
 * thrown: the model reads the refusal.
 *
 * @param toolset the tools that the model was given: `run.tools()`
 */
export async function answerToolCalls<Request extends ToolCallRequest>(
  toolset: Toolset,
  requests: readonly Request[],
): Promise<readonly ToolCallAnswer<Request>[]> {
  return Promise.all(
    requests.map(async (request) => {
      const result = await toolset.call(request.name, request.args);
      return { request, result, text: textOf(result.ok ? result.value : result.refusal) };
    }),
  );
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  try {
    return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? part.toString() : part)) ?? 'null';
  } catch {
    return '"The result cannot be shown as JSON."';
  }
}
