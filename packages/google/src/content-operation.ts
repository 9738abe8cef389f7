import type { CallBound } from '@actguard/core';
import { bytesOf, type Operation, type RequestBody, serverToolBound } from '@actguard/metering';
import { ContentReader } from './content-reader.js';
import { DEFAULT_OUTPUT_TOKENS, whyUndeclared } from './declared-maximum.js';
import type { GoogleMeterOptions } from './google-meter-options.js';
import { contentMedia } from './media.js';
import { countOf, isGiven, type JsonObject, recordOf, recordsIn } from './record.js';

/** Tools that the application runs. Whatever else a request offers, the provider runs, and bills as it goes. */
const CLIENT_TOOLS = new Set(['functionDeclarations', 'function_declarations', 'computerUse', 'computer_use']);

/** Most tokens of the functions that the API declares by itself where the model is to use a computer. */
const COMPUTER_USE = 8192;

/** What setting the cap may add to a request. */
const CAP_BYTES = bytesOf({ generationConfig: { maxOutputTokens: Number.MAX_SAFE_INTEGER } });

/** `generateContent`, also streamed. Chats and automatic function calling consist of such calls. */
export function contentOperation(
  model: string,
  isStream: boolean,
  body: RequestBody,
  options: GoogleMeterOptions,
): Operation {
  const { uncappedThoughtTokens = 0 } = options;
  return {
    name: isStream ? 'models.generateContentStream' : 'models.generateContent',
    model: () => model,
    bound: (sent) => boundOf(sent, model, options),
    withOutputCap: (sent, cap) => ({
      ...sent,
      generationConfig: { ...recordOf(sent['generationConfig']), maxOutputTokens: cap - uncappedThoughtTokens },
    }),
    reader: () => new ContentReader(isStream, choicesOf(body)),
  };
}

function boundOf(body: RequestBody, model: string, options: GoogleMeterOptions): CallBound {
  const { maxAttachmentTokens, uncappedThoughtTokens = 0 } = options;
  const { maxOutputTokens, thinkingConfig } = recordOf(body['generationConfig']);
  const { attachments, imageTokens, encodedLength } = contentMedia(body, maxAttachmentTokens);
  const tools = serverToolBound(serverToolIn(body), options);
  const named = attachments + (isGiven(body['cachedContent']) ? 1 : 0);
  const budget = countOf(recordOf(thinkingConfig)['thinkingBudget']);
  const cap = countOf(maxOutputTokens);
  return {
    inputTokens:
      bytesOf(body) +
      CAP_BYTES -
      encodedLength +
      imageTokens +
      named * (maxAttachmentTokens ?? 0) +
      (usesComputer(body) ? COMPUTER_USE : 0) +
      tools.inputTokens,
    outputTokens: cap === 0 ? undefined : cap + uncappedThoughtTokens,
    defaultOutputTokens: (options.defaultOutputTokens ?? DEFAULT_OUTPUT_TOKENS) + budget + uncappedThoughtTokens,
    // Thoughts come out of the cap: with less than their budget, what is paid for may be an empty answer.
    minOutputTokens: budget + uncappedThoughtTokens + 1,
    choices: choicesOf(body),
    extraUsd: tools.extraUsd,
    unbounded: whyUnbounded(body, model, named, options) ?? tools.unbounded,
  };
}

function whyUnbounded(
  body: RequestBody,
  model: string,
  named: number,
  options: GoogleMeterOptions,
): string | undefined {
  const config = recordOf(body['generationConfig']);
  const snake = [...Object.keys(body), ...Object.keys(config)].find((key) => key.includes('_'));
  if (snake !== undefined) return `${snake} is not looked at: write it as the REST API documents it, in camel case`;
  if (config['continuationToken'] !== undefined || body['continuationToken'] !== undefined)
    return 'it continues an answer that the provider holds';
  if (
    config['routingConfig'] !== undefined ||
    config['modelConfig'] !== undefined ||
    config['modelSelectionConfig'] !== undefined
  )
    return 'the provider chooses the model, and with it the price';
  if (makesPictures(config, model)) return 'pictures and videos in the output are billed by rates of their own';
  return whyUndeclared(named, options);
}

function serverToolIn(body: RequestBody): string | undefined {
  return recordsIn(body['tools'])
    .flatMap((tool) => Object.keys(tool).filter((key) => isGiven(tool[key])))
    .find((key) => !CLIENT_TOOLS.has(key));
}

function usesComputer(body: RequestBody): boolean {
  return recordsIn(body['tools']).some((tool) => isGiven(tool['computerUse']) || isGiven(tool['computer_use']));
}

function makesPictures({ responseModalities, imageConfig }: JsonObject, model: string): boolean {
  const modalities = Array.isArray(responseModalities) ? responseModalities.map(String) : [];
  return (
    /image|banana/i.test(model) || imageConfig !== undefined || modalities.some((each) => /image|video/i.test(each))
  );
}

function choicesOf(body: RequestBody): number {
  // An extra body may spell it in snake case, which a soft budget lets through.
  const config = { ...recordOf(body['generation_config']), ...recordOf(body['generationConfig']) };
  return Math.max(1, countOf(config['candidateCount']), countOf(config['candidate_count']));
}
