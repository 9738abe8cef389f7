import { factAbout, type ProveOptions, type Rule, requireFact, rule } from '@actguard/core';
import * as v from 'valibot';
import { MANY } from './long-lists.js';
import { ADDRESS, ADDRESS_WITH, addressesWith, type MailToSend } from './mail.js';
import { folded } from './names.js';

/** Facts and rules about a drive of files. */

/** Kind of the facts: the id of a file in the drive. */
const FILE_ID = 'file_id';

/** Kind of the facts: the id of a file that is shared with nobody. */
const PRIVATE_FILE = 'private_file';

/** Kind of the facts: the id of a file, about its name. */
const NAMED_FILE = 'named_file';

/** A file, as the drive returns it. Only what somebody reads is spelled out. */
export interface DriveFile {
  readonly id_: string;
  readonly filename: string;
  readonly owner: string;
  /** Permissions, by mail address. */
  readonly shared_with?: Readonly<Record<string, string>> | null;
}

export const search = v.object({ query: v.string() });
export type Search = v.InferOutput<typeof search>;

export const filesByName = v.object({ filename: v.string() });
export type FilesByName = v.InferOutput<typeof filesByName>;

export const fileById = v.object({ file_id: v.string() });
export type FileById = v.InferOutput<typeof fileById>;

export const fileToCreate = v.object({ filename: v.string(), content: v.string() });
export type FileToCreate = v.InferOutput<typeof fileToCreate>;

export const textToAppend = v.object({ file_id: v.string(), content: v.string() });
export type TextToAppend = v.InferOutput<typeof textToAppend>;

export const fileToShare = v.object({ file_id: v.string(), email: v.string(), permission: v.picklist(['r', 'rw']) });
export type FileToShare = v.InferOutput<typeof fileToShare>;

/**
 * What every tool proves that returns files: `@Tool({ …, prove: fileFacts })`. What stands in a file proves nothing. Nor does who
 * has it, because strangers share files as they send mails: they count once the user has named that very file. Only a file that is
 * shared with nobody can be nobody's but the user's.
 */
export const fileFacts = [
  { kind: FILE_ID, extract: 'id_', ...MANY },
  {
    kind: PRIVATE_FILE,
    extract: (files) =>
      [files]
        .flat()
        .filter(isPrivate)
        .map(({ id_ }) => id_),
    ...MANY,
  },
  {
    kind: NAMED_FILE,
    extract: (files) =>
      [files]
        .flat()
        .filter(hasExtension)
        .map(({ id_, filename }) => factAbout(id_, filename)),
    ...MANY,
  },
  {
    kind: ADDRESS,
    extract: (files) =>
      [files]
        .flat()
        .filter(isPrivate)
        .map(({ owner }) => folded(owner)),
    ...MANY,
  },
  {
    kind: ADDRESS_WITH,
    extract: (files) =>
      [files]
        .flat()
        .filter(hasExtension)
        .flatMap((file) => addressesWith(file.filename, [file.owner, ...users(file)])),
    ...MANY,
  },
] as const satisfies readonly ProveOptions<object, DriveFile | readonly DriveFile[]>[];

// Somebody could share a file named “my”, which users say all the time. They say no word with an extension by chance.
function hasExtension({ filename }: DriveFile): boolean {
  return /\w\.[a-z]{2,5}$/i.test(filename);
}

function isPrivate(file: DriveFile): boolean {
  return users(file).length === 0;
}

function users({ shared_with }: DriveFile): readonly string[] {
  return Object.keys(shared_with ?? {});
}

/** Only a file that is in the drive. */
export function knownFile<Args extends { readonly file_id: string }>(): Rule<Args> {
  return requireFact<{ readonly file_id: string }>('file_id', FILE_ID, { from: ['tool', 'app', 'user'] }) as Rule<Args>;
}

/**
 * Only a file that nobody else reads, or one that the user named. What is written into a shared file is sent to all who have it,
 * and a stranger may have shared it for just that.
 */
export function privateOrNamedFile<Args extends { readonly file_id: string }>(): Rule<Args> {
  return rule<Args>(
    'private or named file',
    ({ file_id }, facts) =>
      facts.has(PRIVATE_FILE, file_id) ||
      facts
        .list(NAMED_FILE)
        .some(({ value, about = '' }) => value === file_id && facts.mentioned(about, { match: 'loose' })) ||
      'Others read this file, or it was not found, and the user did not name it.',
    { hint: 'Search for the file, or ask the user for its exact name.' },
  );
}

/** Only files that are in the drive go with a mail. What is attached without being a file, such as an event, passes. */
export function attachedFilesAreKnown(): Rule<MailToSend> {
  return rule<MailToSend>(
    'attached files are known',
    ({ attachments }, facts) =>
      (attachments ?? [])
        .map((attached) => (typeof attached === 'object' ? attached.file_id : attached))
        .every((id) => id === undefined || id === null || facts.has(FILE_ID, id)) ||
      'One of the attached files was not found in the drive.',
    { hint: 'Search the drive and use the id of a file that was found.' },
  );
}
