import type { Toolset } from '@actguard/core';
import type OpenAI from 'openai';

/** A conversation with a model. */
export interface Chat {
  readonly client: OpenAI;
  readonly model: string;
  /** All messages so far, the user's last one included. The loop adds to them. */
  readonly messages: OpenAI.ChatCompletionMessageParam[];
  /** Most tokens of each reply. @default what the model allows */
  readonly maxOutputTokens?: number;
}

/** Hears what the model replied and what the provider says was used, before its tools are called. */
export type ReplyListener = (reply: OpenAI.ChatCompletionMessage, usage: OpenAI.CompletionUsage | undefined) => void;

/** Most replies to one turn of the user: a model that never comes to an end is stopped. */
const MAX_REPLIES = 50;

/**
 * Lets a model work with tools until it answers the user. It is an ordinary loop: with `run.tools(MyAgent)` for `tools`
 * its calls are guarded, and a refusal goes back to the model like any other result.
 *
 * @returns whether it has answered; `false` where the run or its budget has ended before
 */
export async function answerUser(chat: Chat, tools: Toolset, onReply?: ReplyListener): Promise<boolean> {
  const { client, model, messages, maxOutputTokens } = chat;
  const offered = tools.definitions.map(asFunction);
  const cap = maxOutputTokens === undefined ? {} : { max_completion_tokens: maxOutputTokens };

  for (let replies = 0; replies < MAX_REPLIES; replies++) {
    const completion = await client.chat.completions.create({ model, messages, tools: offered, ...cap });
    const reply = completion.choices[0]?.message;
    if (reply === undefined) throw new Error('The model sent a completion without a choice.');
    onReply?.(reply, completion.usage);
    messages.push(reply);
    if (!reply.tool_calls?.length) return true;

    for (const toolCall of reply.tool_calls) {
      if (toolCall.type !== 'function')
        throw new Error(`The model called a ${toolCall.type} tool, which it was not offered.`);
      // Never throws for what the model did: a made-up tool, bad JSON and a refusal are all results.
      const result = await tools.call(toolCall.function.name, toolCall.function.arguments);
      const content = JSON.stringify(result.ok ? result.value : result.refusal) ?? 'null';
      messages.push({ role: 'tool', tool_call_id: toolCall.id, content });
      // Killed, out of time or out of budget: nothing that the model could still do.
      if (!result.ok && result.final) return false;
    }
  }
  throw new Error(`The model did not answer within ${MAX_REPLIES} replies.`);
}

function asFunction({
  name,
  description = '',
  inputSchema,
}: Toolset['definitions'][number]): OpenAI.ChatCompletionFunctionTool {
  return { type: 'function', function: { name, description, parameters: inputSchema } };
}
