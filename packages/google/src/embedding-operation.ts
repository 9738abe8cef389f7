import { type TokenUsage, tokenUsage } from '@actguard/core';
import { type AnswerReader, bytesOf, type Operation, type RequestBody } from '@actguard/metering';
import { whyUndeclared } from './declared-maximum.js';
import type { GoogleMeterOptions } from './google-meter-options.js';
import { mediaIn } from './media.js';
import { countOf, isRecord, recordOf, recordsIn } from './record.js';
import { contentUsage } from './usage.js';

/** About so many characters are a token: an estimate for answers that say nothing of usage. */
const CHARACTERS_PER_TOKEN = 3;

/** `embedContent`, whatever it is called on the wire. */
export function embeddingOperation(model: string, body: RequestBody, options: GoogleMeterOptions): Operation {
  return {
    name: 'models.embedContent',
    model: () => model,
    bound: (sent) => {
      const { attachments, imageTokens, encodedLength } = mediaIn(sent, options.maxAttachmentTokens);
      const attached = imageTokens + attachments * (options.maxAttachmentTokens ?? 0);
      return {
        inputTokens: bytesOf(sent) - encodedLength + attached,
        outputTokens: 0,
        unbounded: whyUndeclared(attachments, options),
      };
    },
    withOutputCap: (sent) => sent,
    reader: () => new EmbeddingReader(body),
  };
}

/** Whether a `:predict` is one of texts to embed, not of pictures to make. */
export function embedsTexts(body: RequestBody): boolean {
  const instances = recordsIn(body['instances']);
  return instances.length > 0 && instances.every(({ content }) => typeof content === 'string');
}

class EmbeddingReader implements AnswerReader {
  readonly model = undefined;
  readonly outputLength = 0;
  usage: TokenUsage;
  isFinal = false;

  constructor(body: RequestBody) {
    this.usage = tokenUsage({ input: Math.ceil(textLength(body) / CHARACTERS_PER_TOKEN) });
  }

  read(data: unknown): boolean {
    const { usageMetadata, predictions } = recordOf(data);
    if (isRecord(usageMetadata)) this.#told(contentUsage(usageMetadata));
    const counted = recordsIn(predictions).map(({ embeddings }) => recordOf(recordOf(embeddings)['statistics']));
    const input = counted.reduce((sum, { token_count: tokens }) => sum + countOf(tokens), 0);
    if (input > 0) this.#told(tokenUsage({ input }));
    return true;
  }

  #told(usage: TokenUsage): void {
    this.usage = usage;
    this.isFinal = true;
  }
}

function textLength(value: unknown, depth = 0): number {
  if (typeof value !== 'object' || value === null || depth > 8) return 0;
  let length = 0;
  for (const [key, part] of Object.entries(value)) {
    if (typeof part !== 'string') length += textLength(part, depth + 1);
    else if (key === 'text' || key === 'content' || key === 'title') length += part.length;
  }
  return length;
}
