import type { Toolset } from '@actguard/core';
import { answerToolCalls } from '@actguard/metering';
import type { Message, Tool, ToolResultBlockParam, ToolUseBlock } from '@anthropic-ai/sdk/resources/messages/messages';

/** What is needed of a message: also one of the beta is good. */
export interface AnsweredMessage {
  /** Its blocks; those of type `tool_use` are the calls. */
  readonly content: readonly { readonly type: string }[];
  /** Why it ended: after `max_tokens` or `model_context_window_exceeded` its last block may be half a call, which is not made. */
  readonly stop_reason?: Message['stop_reason'] | string | null;
}

/** A message for the model with the results of its tool calls. */
export interface ToolResultMessage {
  role: 'user';
  /** One `tool_result` for each call, refusals and errors with `is_error`. */
  content: ToolResultBlockParam[];
}

/** Why a message may end in the middle of a tool call. */
const CUT_OFF: ReadonlySet<unknown> = new Set(['max_tokens', 'model_context_window_exceeded']);

const CUT_OFF_REFUSAL = JSON.stringify({
  refused: true,
  code: 'tool.cut_off',
  because: 'The reply was cut off in the middle of this call, which may be incomplete.',
  tryInstead: 'Make the call again, with shorter arguments.',
});

/** The tools of a run as the parameter `tools` of a request. */
export function anthropicTools({ definitions }: Toolset): Tool[] {
  return definitions.map(({ name, description, inputSchema }) => ({
    name,
    ...(description !== undefined && { description }),
    input_schema: inputSchema as Tool.InputSchema,
  }));
}

/**
 * Makes all tool calls of a message through the guards, at once. No error of a tool is thrown: the model reads the refusal.
 *
 * @returns the messages to append after the model's own: one with all results; none where it calls no tool
 */
export async function answer(toolset: Toolset, message: AnsweredMessage): Promise<ToolResultMessage[]> {
  const uses = message.content.filter((block): block is ToolUseBlock => block.type === 'tool_use');
  if (uses.length === 0) return [];
  const cutOff = CUT_OFF.has(message.stop_reason) && message.content.at(-1) === uses.at(-1) ? uses.pop() : undefined;
  const answers = await answerToolCalls(
    toolset,
    uses.map(({ id, name, input }) => ({ id, name, args: input })),
  );
  const content: ToolResultBlockParam[] = answers.map(({ request, result, text }) => ({
    type: 'tool_result',
    tool_use_id: request.id,
    content: text,
    ...(!result.ok && { is_error: true }),
  }));
  if (cutOff !== undefined)
    content.push({ type: 'tool_result', tool_use_id: cutOff.id, content: CUT_OFF_REFUSAL, is_error: true });
  return [{ role: 'user', content }];
}
