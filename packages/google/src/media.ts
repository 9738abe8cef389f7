import { attachmentsIn } from '@actguard/metering';
import { isRecord, type JsonObject } from './record.js';

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

/**
 * Finds images, sounds, videos and files: those that are named by address or id, and those that the request holds.
 *
 * @param maxAttachmentTokens most tokens of one, where that is known
 */
export function mediaIn(body: JsonObject, maxAttachmentTokens: number | undefined): Media {
  let [images, encodedLength] = [0, 0];
  const attachments = attachmentsIn(body, (part) => {
    if (isNamed(part)) return true;
    const held = heldIn(part);
    if (held === undefined) return false;
    encodedLength += held.length;
    if (!held.isImage) return true;
    images++;
    return false;
  });
  return { attachments, imageTokens: images * (maxAttachmentTokens ?? HELD_IMAGE), encodedLength };
}

const INTERACTION_MEDIA = new Set<unknown>(['image', 'audio', 'video', 'document']);

function isNamed({ fileData, file_data, type, uri }: JsonObject): boolean {
  return isRecord(fileData) || isRecord(file_data) || (INTERACTION_MEDIA.has(type) && typeof uri === 'string');
}

// Pages, frames and silence are packed: bytes say as little of them as of an image. Text is text.
function heldIn(part: JsonObject): { readonly length: number; readonly isImage: boolean } | undefined {
  const { inlineData, inline_data, type } = part;
  const blob = [inlineData, inline_data].find(isRecord) ?? (INTERACTION_MEDIA.has(type) ? part : undefined);
  if (blob === undefined || typeof blob['data'] !== 'string') return undefined;
  const mime = blob['mimeType'] ?? blob['mime_type'];
  if (typeof mime === 'string' && /^text\/|^application\/json$/.test(mime)) return undefined;
  return {
    length: blob['data'].length,
    isImage: typeof mime === 'string' ? mime.startsWith('image/') : type === 'image',
  };
}
