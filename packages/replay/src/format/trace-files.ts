import { type Dirent, readdirSync, type Stats, statSync } from 'node:fs';
import path from 'node:path';
import { TraceFileError, unreadable } from './trace-file-error.js';

/** A file that may hold traces. */
export interface TraceFile {
  /** Where it is, from the path that was named. */
  readonly path: string;
  /** Its size as it lies on the disk. */
  readonly bytes: number;
}

const TRACE_FILE = /\.(?:jsonl|ndjson|json)(?:\.gz)?$/i;
const SKIPPED_FOLDERS = new Set(['node_modules']);

/**
 * The files that paths name. A folder stands for all `.jsonl`, `.ndjson` and `.json` files in it and in its folders, gzipped or
 * not, sorted by their path; hidden ones and `node_modules` are left out. A file that is named itself may be called anything. No
 * file comes twice.
 *
 * @throws {TraceFileError} where a path does not exist, or a folder holds no such file
 */
export async function traceFiles(paths: readonly string[]): Promise<TraceFile[]> {
  const files = new Map<string, TraceFile>();
  for (const each of paths) {
    const isFolder = statOf(each).isDirectory();
    const found = isFolder ? filesIn(each) : [each];
    if (found.length === 0) throw new TraceFileError(each, 'holds no .jsonl, .ndjson or .json file');
    for (const file of found) {
      const key = path.resolve(file);
      if (!files.has(key)) files.set(key, { path: file, bytes: statOf(file).size });
    }
  }
  return [...files.values()];
}

function filesIn(folder: string): string[] {
  const entries = entriesOf(folder)
    .filter(({ name }) => !name.startsWith('.') && !SKIPPED_FOLDERS.has(name))
    // By code units, so that the order is the same wherever it runs.
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) return filesIn(full);
    if (!TRACE_FILE.test(entry.name)) return [];
    return entry.isFile() || (entry.isSymbolicLink() && isFileBehind(full)) ? [full] : [];
  });
}

function isFileBehind(link: string): boolean {
  return statSync(link, { throwIfNoEntry: false })?.isFile() === true;
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw unreadable(folder, error);
  }
}

function statOf(file: string): Stats {
  try {
    return statSync(file);
  } catch (error) {
    throw unreadable(file, error);
  }
}
