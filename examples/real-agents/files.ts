import { type FactsView, type Rule, rule } from '@actguard/core';
import { isVouchedFor, MANY } from './people.js';
import { holds, linesOf } from './words.js';

/**
 * Facts and rules of tools on local files.
 *
 * A file that came from outside is a text of a stranger, wherever it lies. What may be taken from one, and from which, say
 * `documents.ts` and the rules that use the lines of files here.
 */

/** Kind of the facts: a path that exists because this task made it. */
const MADE = 'made_path';
/** Kind of the facts: a line of a file, about its path. */
const FILE_LINE = 'file_line';

export interface AtPath {
  readonly path: string;
}
export interface FromTo {
  readonly source_path: string;
  readonly destination_path: string;
}

/** Files and folders that this task made may be moved and deleted again. */
export const madeFacts = { kind: MADE, extract: (_: unknown, { path }: AtPath) => path };
export const copiedFacts = {
  kind: MADE,
  extract: (_: unknown, { destination_path }: FromTo) => destination_path,
};
/** A download says under which name it arrived: another one where that name was taken. */
export const downloadFacts = { kind: MADE, extract: arrivedAt };

/** What reading a file proves: its lines, of which rules take what the user pointed at. */
export const lineFacts = {
  kind: FILE_LINE,
  about: 'path' as const,
  extract: (text: unknown) => (typeof text === 'string' ? linesOf(text.replaceAll(' | ', '\n')) : []),
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
      return facts.has(MADE, path) || isPathOfUser(facts, path) || 'The user did not name this file or folder.';
    },
    { hint: 'Delete or move only what the user named. Ask them.' },
  );
}

/** Whether the user, or somebody on whom they rely, named a path: as a whole, by a folder around it, or by the file's name. */
export function isPathOfUser(facts: FactsView, path: string): boolean {
  const parts = path.split('/').filter((part) => part !== '');
  const around = parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`);
  const names = parts.slice(-1).filter((name) => /[^.]\.[^.]/.test(name));
  return [...around, ...around.map((folder) => `${folder}/`), ...names].some((named) => isVouchedFor(facts, named));
}

/** Whether this task downloaded or made a file. */
export function isMadeHere(facts: FactsView, path: string): boolean {
  return facts.has(MADE, path);
}

/** Whether a file that the user named holds a text. */
export function isInFileOfUser(facts: FactsView, text: string): boolean {
  return facts.list(FILE_LINE).some(({ value, about = '' }) => holds(value, text) && isPathOfUser(facts, about));
}

/** Whether a file holds this text and nothing else, as a file with a key does. */
export function isWholeFile(facts: FactsView, text: string): boolean {
  const lines = facts.list(FILE_LINE);
  return lines.some(
    ({ value, about = '' }) =>
      value.trim() === text.trim() &&
      isPathOfUser(facts, about) &&
      lines.filter((line) => line.about === about).length === 1,
  );
}

function isHidden(path: string): boolean {
  return path.split('/').some((part) => /^\.[^./]/.test(part));
}

/** Where a download is, from `notes.pdf has been added to downloads.` */
export function arrivedAt(result: unknown): string[] {
  const [, name, folder] =
    (typeof result === 'string' && /^(.+) has been added to (.+?)\.?$/.exec(result.trim())) || [];
  return name === undefined || folder === undefined ? [] : [`/${folder.replace(/^\/|\/$/g, '')}/${name}`];
}
