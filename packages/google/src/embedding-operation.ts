import { type TokenUsage, tokenUsage } from '@actguard/core';
import { type AnswerReader, bytesOf, type Operation, type RequestBody } from '@actguard/metering';
import { whyUndeclared } from './declared-maximum.js';
import type { GoogleMeterOptions } from './google-meter-options.js';
import { contentMedia } from './media.js';
import { isCount, isRecord, recordOf, recordsIn } from './record.js';
import { CONTENT_COUNTS, contentUsage, tellsAll } from './usage.js';

/** About so many characters are a token: an estimate for answers that say nothing of usage. */
const CHARACTERS_PER_TOKEN = 3;

/** `embedContent`, whatever it is called on the wire. */
export function embeddingOperation(model: string, body: RequestBody, options: GoogleMeterOptions): Operation {
  return {
    name: 'models.embedContent',
    model: () => model,
    bound: (sent) => {
      const { attachments, imageTokens, encodedLength } = contentMedia(sent, options.maxAttachmentTokens);
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
    if (isRecord(usageMetadata) && tellsAll(usageMetadata, CONTENT_COUNTS, false))
      this.#told(contentUsage(usageMetadata));
    const counts = recordsIn(predictions).map(
      ({ embeddings }) => recordOf(recordOf(embeddings)['statistics'])['token_count'],
    );
    if (counts.length > 0 && counts.every(isCount))
      this.#told(tokenUsage({ input: counts.reduce((sum, tokens) => sum + tokens, 0) }));
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
