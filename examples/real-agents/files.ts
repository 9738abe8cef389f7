import { type Fact, type FactsView, type Rule, rule } from '@actguard/core';
import { MANY } from './long-lists.js';
import { isDelegatedAttachment, isVouchedFor } from './people.js';
import { linesOf, Said } from './words.js';

/**
 * Facts and rules of tools on local files.
 *
 * A file that came from outside is a text of a stranger, wherever it lies. What may be taken from one, and from which, say
 * `documents.ts` and the rules that use the lines of files here.
 */

/** Kind of the facts: a path that this task created. */
const CREATED = 'created_path';
/** Kind of the facts: a path to which this task copied or moved something. What lies there is as old as it was. */
const COPIED = 'copied_path';
/** Kind of the facts: a path to which this task downloaded something from an address. */
const FETCHED = 'fetched_path';
/** Kind of the facts: a path to which this task saved an attachment, about its id. */
const SAVED = 'saved_path';
/** Kind of the facts: a line of a file, about its path. */
const FILE_LINE = 'file_line';

export interface AtPath {
  readonly path: string;
}
export interface FromTo {
  readonly source_path: string;
  readonly destination_path: string;
}

export const createdFacts = { kind: CREATED, extract: (_: unknown, { path }: AtPath) => path };
export const copiedFacts = { kind: COPIED, extract: (_: unknown, { destination_path }: FromTo) => destination_path };
export const fetchedFacts = { kind: FETCHED, extract: arrivedAt };
export const savedFacts = { kind: SAVED, about: 'file_id' as const, extract: arrivedAt };

/** What reading a file proves: its lines, of which rules take what the user pointed at. */
export const lineFacts = {
  kind: FILE_LINE,
  about: 'path' as const,
  extract: (text: unknown) => (typeof text === 'string' ? linesOf(text) : []),
  ...MANY,
};

/**
 * Nothing hidden. Folders whose name begins with a dot hold keys and settings: what is read there leaks them, what is written
 * there opens the door. Only the user's own mention of such a path opens it.
 */
export function nothingHidden<Args>(...args: readonly (keyof Args & string)[]): Rule<Args> {
  return rule<Args>(
    'nothing hidden',
    (given, facts) =>
      args.every((arg) => {
        const path: unknown = given[arg];
        return typeof path !== 'string' || !isHidden(path) || isPathOfUser(facts, path);
      }) || 'Hidden files and folders hold keys and settings.',
    { hint: 'Leave hidden files alone, unless the user names one.' },
  );
}

/** What is gone is gone: only what the user named, or what this task made itself. */
export function disposable<Args>(arg: keyof Args & string): Rule<Args> {
  return rule<Args>(
    'disposable',
    (given, facts) => {
      const path = String(given[arg]);
      const isOwnWork = [CREATED, COPIED, FETCHED, SAVED].some((kind) => facts.has(kind, path));
      return isOwnWork || isPathOfUser(facts, path) || 'The user did not name this file or folder.';
    },
    { hint: 'Delete or move only what the user named. Ask them.' },
  );
}

/**
 * Whether the user, or somebody on whom they rely, named a path: as a whole, by a folder around it, or by the file's name. Who names
 * a folder has not named what is hidden in it.
 */
export function isPathOfUser(facts: FactsView, path: string): boolean {
  const parts = path.split('/').filter((part) => part !== '');
  // `/notes/../keys` is not in the notes.
  if (parts.some((part) => part === '.' || part === '..')) return false;
  const hidden = parts.findLastIndex((part) => part.startsWith('.'));
  const around = parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`).slice(Math.max(hidden, 0));
  const isInHidden = hidden >= 0 && hidden < parts.length - 1;
  const names = isInHidden ? [] : parts.slice(-1).filter((name) => /[^.]\.[^.]/.test(name));
  return [...around, ...around.map((folder) => `${folder}/`), ...names].some((named) => isVouchedFor(facts, named));
}

/** Whether a file may be passed on: the user named it, or this task wrote or downloaded it. */
export function isPassedOn(facts: FactsView, path: string): boolean {
  return [CREATED, FETCHED, SAVED].some((kind) => facts.has(kind, path)) || isPathOfUser(facts, path);
}

/**
 * Whether the user pointed at what stands in a file: they named it, and it was there. What this task put there itself, as a text, a copy
 * or a stranger's attachment, may say anything, even in a folder that the user named.
 */
export function isFileOfUser(facts: FactsView, path: string): boolean {
  return isPathOfUser(facts, path) && !isPutThere(facts, path);
}

/**
 * Whether a file came from where the user sent the agent: from an address, which is known then, as an attachment of a mail on which the
 * user relies, or as `isFileOfUser` says.
 */
export function isSentFor(facts: FactsView, path: string): boolean {
  const isOfUser = isPathOfUser(facts, path) || facts.has(FETCHED, path) || facts.has(SAVED, path);
  return isOfUser && !isPutThere(facts, path);
}

/** Whether a file that the user named holds a text. */
export function isInFileOfUser(facts: FactsView, text: string): boolean {
  return new Said(linesOfFilesOfUser(facts).map(({ value }) => value)).says(text);
}

/** Whether a file that the user named holds this text and nothing else, as a file with a key does. */
export function isWholeFile(facts: FactsView, text: string): boolean {
  const lines = linesOfFilesOfUser(facts);
  return lines.some(
    ({ value, about }) => value === text.trim() && lines.filter((line) => line.about === about).length === 1,
  );
}

function isPutThere(facts: FactsView, path: string): boolean {
  return (
    facts.has(CREATED, path) ||
    facts.has(COPIED, path) ||
    facts.list(SAVED).some(({ value, about = '' }) => value === path && !isDelegatedAttachment(facts, about))
  );
}

function linesOfFilesOfUser(facts: FactsView): readonly Fact[] {
  const lines = facts.list(FILE_LINE);
  const paths = new Set(lines.map(({ about = '' }) => about).filter((path) => path !== ''));
  for (const path of paths) if (!isFileOfUser(facts, path)) paths.delete(path);
  return lines.filter(({ about = '' }) => paths.has(about));
}

function isHidden(path: string): boolean {
  return path.split('/').some((part) => part.startsWith('.') && part !== '.' && part !== '..');
}

/** Where a download is, from `notes.pdf has been added to downloads.` */
function arrivedAt(result: unknown): string[] {
  const [, name, folder] =
    (typeof result === 'string' && /^(.+) has been added to (.+?)\.?$/.exec(result.trim())) || [];
  return name === undefined || folder === undefined ? [] : [`/${folder.replace(/^\/|\/$/g, '')}/${name}`];
}
