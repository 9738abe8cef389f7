import { isRecord, type JsonObject, recordOf, recordsIn } from './record.js';

/** Most tokens of an image that the request holds: it is scaled down and cut into a few thousand, however few bytes it has. */
const HELD_IMAGE = 8192;

/** What a request has besides text. */
export interface Media {
  /** Parts of which nothing in the request says how many tokens they are. */
  readonly attachments: number;
  /** Tokens of the images that the request holds. */
  readonly imageTokens: number;
  /** Length of the encoded bytes of all of these: they say nothing of tokens. */
  readonly encodedLength: number;
}

/** What a part is, if it is not text: named by address or id, or held as bytes. */
type Medium = 'named' | { readonly data: string; readonly isImage: boolean } | undefined;

/**
 * Finds images, sounds, videos and files of `generateContent` and `embedContent`: those that are named by address or id, and
 * those that the request holds. Only parts count: arguments, results and schemas are JSON of others, whatever it looks like.
 *
 * @param maxAttachmentTokens most tokens of one, where that is known
 */
export function contentMedia(body: JsonObject, maxAttachmentTokens: number | undefined): Media {
  const contents = [body, ...recordsIn(body['requests'])].flatMap((request) =>
    ['contents', 'systemInstruction', 'content'].flatMap((field) => listOf(request[field])),
  );
  const parts = contents.flatMap(({ parts }) => listOf(parts));
  // The media that a function answers with have a list of their own, beside what it says.
  const answered = parts.flatMap(({ functionResponse, function_response }) =>
    [functionResponse, function_response].flatMap((response) => listOf(recordOf(response)['parts'])),
  );
  return measured([...parts, ...answered].map(partMedium), maxAttachmentTokens);
}

/**
 * The same of `interactions.create`: what is said, and the results of functions that are lists: the SDK types these as
 * contents. A result that is an object is JSON of others.
 */
export function interactionMedia(body: JsonObject, maxAttachmentTokens: number | undefined): Media {
  const said = listOf(body['input']).flatMap((item) => [item, ...listOf(item['content'])]);
  const contents = said.flatMap((item) => [item, ...recordsIn(item['summary']), ...recordsIn(item['result'])]);
  return measured(contents.map(interactionMedium), maxAttachmentTokens);
}

function measured(media: readonly Medium[], maxAttachmentTokens: number | undefined): Media {
  let [attachments, images, encodedLength] = [0, 0, 0];
  for (const medium of media) {
    if (medium === undefined) continue;
    if (medium === 'named') {
      attachments++;
      continue;
    }
    // What is not encoded may be read as text by somebody: then its bytes count as well.
    if (BASE64.test(medium.data)) encodedLength += medium.data.length;
    if (medium.isImage) images++;
    else attachments++;
  }
  return { attachments, imageTokens: images * (maxAttachmentTokens ?? HELD_IMAGE), encodedLength };
}

const BASE64 = /^[\w+/-]*={0,2}$/;

function partMedium({ fileData, file_data, inlineData, inline_data }: JsonObject): Medium {
  if (isRecord(fileData) || isRecord(file_data)) return 'named';
  const blob = [inlineData, inline_data].find(isRecord);
  return blob && heldIn(blob, false);
}

const INTERACTION_MEDIA = new Set<unknown>(['image', 'audio', 'video', 'document']);

function interactionMedium(content: JsonObject): Medium {
  const { type, uri, data } = content;
  if (!INTERACTION_MEDIA.has(type)) return undefined;
  return typeof uri === 'string' || typeof data !== 'string' ? 'named' : heldIn(content, type === 'image');
}

// Pages, frames and silence are packed: bytes say as little of them as of an image. Text is text.
function heldIn({ data, mimeType, mime_type }: JsonObject, isImage: boolean): Medium {
  if (typeof data !== 'string') return undefined;
  const mime = mimeType ?? mime_type;
  if (typeof mime !== 'string') return { data, isImage };
  return /^text\/|^application\/json$/.test(mime) ? undefined : { data, isImage: mime.startsWith('image/') };
}

function listOf(value: unknown): readonly JsonObject[] {
  return isRecord(value) ? [value] : recordsIn(value);
}
