import type { ChatCompletion, ChatCompletionChunk } from 'openai/resources/chat/completions';
import type { CompletionUsage } from 'openai/resources/completions';
import type { CreateEmbeddingResponse } from 'openai/resources/embeddings';
import type { Response, ResponseStreamEvent, ResponseUsage } from 'openai/resources/responses/responses';
import type { Reply, Seen, StreamPart } from './loopback-server.js';

/** 130 tokens: 100 in (40 cached, 8 written, 2 audio), 30 out (12 reasoning, 3 audio). */
export const CHAT_USAGE: CompletionUsage = {
  prompt_tokens: 100,
  completion_tokens: 30,
  total_tokens: 130,
  prompt_tokens_details: { cached_tokens: 40, cache_write_tokens: 8, audio_tokens: 2 },
  completion_tokens_details: {
    reasoning_tokens: 12,
    audio_tokens: 3,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
};

/** 250 tokens: 200 in (64 cached, 16 written, of these 6 for long), 50 out (20 reasoning). */
export const RESPONSE_USAGE: ResponseUsage = {
  input_tokens: 200,
  input_tokens_details: {
    cached_tokens: 64,
    cache_write_tokens: 16,
    cache_write_tokens_details: { ttl_12h_tokens: 6, ttl_30m_tokens: 10 },
  },
  output_tokens: 50,
  output_tokens_details: { reasoning_tokens: 20 },
  total_tokens: 250,
};

export function completion(changes: Partial<ChatCompletion> = {}, content = 'hello'): ChatCompletion {
  return {
    id: 'chatcmpl_1',
    object: 'chat.completion',
    created: 1,
    model: 'gpt-5-2026-01-01',
    choices: [
      {
        index: 0,
        finish_reason: 'stop',
        logprobs: null,
        message: { role: 'assistant', content, refusal: null },
      },
    ],
    usage: CHAT_USAGE,
    ...changes,
  };
}

/** An assistant's message that calls tools. */
export function callingTools(...calls: readonly { readonly name: string; readonly args: string }[]): ChatCompletion {
  const whole = completion();
  const [choice] = whole.choices;
  const toolCalls = calls.map(({ name, args }, index) => ({
    id: `call_${index}`,
    type: 'function' as const,
    function: { name, arguments: args },
  }));
  return {
    ...whole,
    choices: [
      {
        ...(choice as ChatCompletion.Choice),
        finish_reason: 'tool_calls',
        message: { role: 'assistant', content: null, refusal: null, tool_calls: toolCalls },
      },
    ],
  };
}

/** Chunks of a text; the usage is told as the server was asked. */
export function chunks(
  includeUsage: boolean,
  texts: readonly string[] = ['hel', 'lo'],
  usage: CompletionUsage = CHAT_USAGE,
): StreamPart[] {
  const base = { id: 'chatcmpl_1', object: 'chat.completion.chunk' as const, created: 1, model: 'gpt-5-2026-01-01' };
  const chunk = (
    delta: ChatCompletionChunk.Choice.Delta,
    end: 'stop' | null = null,
  ): ChatCompletionChunk & { usage?: null } => ({
    ...base,
    choices: [{ index: 0, delta, finish_reason: end, logprobs: null }],
    ...(includeUsage && { usage: null }),
  });
  return [
    chunk({ role: 'assistant', content: '' }),
    ...texts.map((content) => chunk({ content })),
    chunk({}, 'stop'),
    ...(includeUsage ? [{ ...base, choices: [], usage }] : []),
    '[DONE]',
  ];
}

export function response(changes: Partial<Response> = {}, text = 'hello'): Omit<Response, 'output_text'> {
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    status: 'completed',
    model: 'gpt-5-2026-01-01',
    output: [
      {
        type: 'message',
        id: 'msg_1',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text, annotations: [] }],
      },
    ],
    usage: RESPONSE_USAGE,
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    ...changes,
  } as Omit<Response, 'output_text'>;
}

/** Events of a response; without `end` it has none. */
export function responseEvents(
  end?: 'response.completed' | 'response.incomplete' | 'response.failed',
  texts: readonly string[] = ['hel', 'lo'],
): StreamPart[] {
  let sequence = 0;
  const event = (type: ResponseStreamEvent['type'], fields: object): object => ({
    type,
    sequence_number: sequence++,
    ...fields,
  });
  const part = { item_id: 'msg_1', output_index: 0, content_index: 0 };
  const { usage: _, ...begun } = response({ status: 'in_progress', output: [] });
  return [
    event('response.created', { response: { ...begun, usage: null } }),
    event('response.output_item.added', {
      output_index: 0,
      item: { type: 'message', id: 'msg_1', role: 'assistant', status: 'in_progress', content: [] },
    }),
    event('response.content_part.added', { ...part, part: { type: 'output_text', text: '', annotations: [] } }),
    ...texts.map((delta) => event('response.output_text.delta', { ...part, delta, logprobs: [] })),
    ...(end === undefined
      ? []
      : [event(end, { response: response({ status: end.slice('response.'.length) as 'completed' }, texts.join('')) })]),
  ];
}

export function embedding(): CreateEmbeddingResponse {
  // The SDK asks for base64 by itself.
  const values = Buffer.from(new Float32Array([0.5, 1]).buffer).toString('base64');
  return {
    object: 'list',
    model: 'text-embedding-3-small',
    data: [{ object: 'embedding', index: 0, embedding: values as never }],
    usage: { prompt_tokens: 9, total_tokens: 9 },
  };
}

/** What a healthy server answers. */
export function usual({ path, body }: Seen): Reply {
  const isStream = body['stream'] === true;
  const { include_usage: includeUsage = false } = (body['stream_options'] ?? {}) as { include_usage?: boolean };
  if (path.includes('/chat/completions')) return isStream ? { events: chunks(includeUsage) } : { json: completion() };
  if (path.includes('/completions')) return { json: legacyCompletion() };
  if (path.includes('/responses/input_tokens')) return { json: { object: 'response.input_tokens', input_tokens: 7 } };
  if (path.includes('/responses'))
    return isStream ? { events: responseEvents('response.completed') } : { json: response() };
  if (path.includes('/embeddings')) return { json: embedding() };
  return { json: { error: { message: `no route for ${path}`, type: 'invalid_request_error' } }, status: 404 };
}

export function legacyCompletion(): object {
  return {
    id: 'cmpl_1',
    object: 'text_completion',
    created: 1,
    model: 'gpt-3.5-turbo-instruct',
    choices: [{ index: 0, text: 'hello', finish_reason: 'stop', logprobs: null }],
    usage: { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 },
  };
}
