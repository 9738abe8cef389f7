/** Chunks of a streamed answer, the last one with the usage included. */
export const CHUNKS = 202;

const BASE = { id: 'chatcmpl_1', created: 1, model: 'gpt-5' } as const;
const USAGE = {
  prompt_tokens: 100,
  completion_tokens: 200,
  total_tokens: 300,
  prompt_tokens_details: { cached_tokens: 40 },
  completion_tokens_details: { reasoning_tokens: 12 },
} as const;

/** An answer in one piece, as it comes over the wire. */
export const WHOLE: string = JSON.stringify({
  ...BASE,
  object: 'chat.completion',
  choices: [
    {
      index: 0,
      finish_reason: 'stop',
      logprobs: null,
      message: { role: 'assistant', content: 'Blue shoes are on the second floor.', refusal: null },
    },
  ],
  usage: USAGE,
});

/** A streamed answer, event by event, as it comes over the wire. */
export const STREAM: readonly string[] = [
  ...Array.from({ length: CHUNKS - 2 }, (_, index) => chunk({ content: `word ${index} ` }, null)),
  chunk({}, 'stop'),
  event({ ...BASE, object: 'chat.completion.chunk', choices: [], usage: USAGE }),
  'data: [DONE]\n\n',
];

function chunk(delta: object, finishReason: string | null): string {
  const choices = [{ index: 0, delta, finish_reason: finishReason, logprobs: null }];
  return event({ ...BASE, object: 'chat.completion.chunk', choices, usage: null });
}

function event(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}
