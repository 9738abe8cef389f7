import type { Toolset } from '@actguard/core';
import { answerToolCalls, type ToolCallRequest } from '@actguard/metering';
import type { ChatCompletionFunctionTool, ChatCompletionToolMessageParam } from 'openai/resources/chat/completions';
import type { FunctionTool, ResponseInputItem } from 'openai/resources/responses/responses';

/** The tools of a run as the parameter `tools` of a chat completion. */
export function openaiTools({ definitions }: Toolset): ChatCompletionFunctionTool[] {
  return definitions.map(({ name, description, inputSchema }) => ({
    type: 'function',
    function: { name, ...(description !== undefined && { description }), parameters: inputSchema },
  }));
}

/** The tools of a run as the parameter `tools` of a response. */
export function openaiResponseTools({ definitions }: Toolset): FunctionTool[] {
  return definitions.map(({ name, description, inputSchema }) => ({
    type: 'function',
    name,
    ...(description !== undefined && { description }),
    parameters: inputSchema,
    // Strict mode takes only some schemas; the guards check the arguments either way.
    strict: false,
  }));
}

/** What is needed of a chat completion. */
export interface AnsweredCompletion {
  /** Its choices; the first one is answered. After `finish_reason: 'length'` its last call may be half a call, which is not made. */
  readonly choices: readonly {
    readonly finish_reason?: string | null;
    readonly message: { readonly tool_calls?: readonly ChatToolCall[] | null };
  }[];
}

/** A tool call in a chat completion: of a function, or of a custom tool. */
export interface ChatToolCall {
  /** Given by the provider: the answer names it. */
  readonly id: string;
  /** `function` or `custom`; which one it is shows from what it holds. */
  readonly type?: string;
  /** The function and its arguments, the JSON text that the model wrote. */
  readonly function?: { readonly name: string; readonly arguments: string };
  /** The custom tool and its input, the text that the model wrote. */
  readonly custom?: { readonly name: string; readonly input: string };
}

/** What is needed of a response. */
export interface AnsweredResponse {
  /** Its items; those of type `function_call` and `custom_tool_call` are the calls. One with `status: 'incomplete'` is not made. */
  readonly output: readonly { readonly type: string }[];
}

interface ResponseToolCall {
  readonly type: string;
  readonly call_id: string;
  readonly name: string;
  readonly arguments?: string;
  readonly input?: string;
  readonly status?: string;
}

/** A call and how it is answered. */
interface IdentifiedRequest extends ToolCallRequest {
  readonly id: string;
  readonly isCutOff: boolean;
  readonly isCustom: boolean;
}

const CUT_OFF_REFUSAL = JSON.stringify({
  refused: true,
  code: 'tool.cut_off',
  because: 'The reply was cut off in the middle of this call, which may be incomplete.',
  tryInstead: 'Make the call again, with shorter arguments.',
});

/**
 * Makes all tool calls of a chat completion (of its first choice) through the guards, at once. No error of a tool is thrown: the
 * model reads the refusal.
 *
 * @returns the messages to append after the model's own, one for each call; none where it calls no tool
 */
export async function answer(
  toolset: Toolset,
  completion: AnsweredCompletion,
): Promise<ChatCompletionToolMessageParam[]>;
/**
 * Makes all tool calls of a response through the guards, at once. No error of a tool is thrown: the model reads the refusal.
 *
 * @returns the items to append after its output, one for each call; none where it calls no tool
 */
export async function answer(
  toolset: Toolset,
  response: AnsweredResponse,
): Promise<(ResponseInputItem.FunctionCallOutput | ResponseCustomToolCallOutput)[]>;
export async function answer(
  toolset: Toolset,
  reply: AnsweredCompletion | AnsweredResponse,
): Promise<(ChatCompletionToolMessageParam | ResponseInputItem.FunctionCallOutput | ResponseCustomToolCallOutput)[]> {
  if ('choices' in reply) {
    const answers = await answered(toolset, chatCallsOf(reply));
    return answers.map(({ id, text }) => ({ role: 'tool', tool_call_id: id, content: text }));
  }
  const answers = await answered(toolset, responseCallsOf(reply));
  return answers.map(({ id, text, isCustom }) =>
    isCustom
      ? { type: 'custom_tool_call_output', call_id: id, output: text }
      : { type: 'function_call_output', call_id: id, output: text },
  );
}

type ResponseCustomToolCallOutput = Extract<ResponseInputItem, { type: 'custom_tool_call_output' }>;

function chatCallsOf({ choices }: AnsweredCompletion): readonly IdentifiedRequest[] {
  const [choice] = choices;
  const calls = choice?.message.tool_calls ?? [];
  const isCutOff = choice?.finish_reason === 'length';
  return calls.map((call, index) => ({
    id: call.id,
    name: call.function?.name ?? call.custom?.name ?? '',
    args: call.function?.arguments ?? call.custom?.input,
    isCutOff: isCutOff && index === calls.length - 1,
    isCustom: call.function === undefined,
  }));
}

function responseCallsOf({ output }: AnsweredResponse): readonly IdentifiedRequest[] {
  return output
    .filter((item): item is ResponseToolCall => item.type === 'function_call' || item.type === 'custom_tool_call')
    .map(({ type, call_id: id, name, arguments: args, input, status }) => ({
      id,
      name,
      args: args ?? input,
      isCutOff: status === 'incomplete',
      isCustom: type === 'custom_tool_call',
    }));
}

async function answered(
  toolset: Toolset,
  requests: readonly IdentifiedRequest[],
): Promise<readonly { readonly id: string; readonly text: string; readonly isCustom: boolean }[]> {
  const whole = requests.filter(({ isCutOff }) => !isCutOff);
  const answers = await answerToolCalls(toolset, whole);
  const texts = new Map(answers.map(({ request, text }) => [request, text]));
  return requests.map((request) => ({ ...request, text: texts.get(request) ?? CUT_OFF_REFUSAL }));
}
