import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import type { OutboxEntry, OutboxStorage } from './outbox.js';

const ENTRY = v.object({
  key: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  body: v.string(),
  createdAt: v.number(),
});
const ENTRY_FILE = /^[0-9a-f]{64}\.json$/;

/**
 * Keeps settlements as files of a folder, one each. Files appear whole or not at all, and no file is ever rewritten, so that
 * processes may share the folder and be killed at any time.
 */
export class FolderOutbox implements OutboxStorage {
  readonly #folder: string;
  readonly #unreadable: (file: string) => void;

  /** @param unreadable hears of files that hold no settlement; they stay where they are */
  constructor(folder: string, unreadable: (file: string) => void) {
    this.#folder = folder;
    this.#unreadable = unreadable;
  }

  async load(): Promise<OutboxEntry[]> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const files = (await readdir(this.#folder)).filter((file) => ENTRY_FILE.test(file));
    const entries: OutboxEntry[] = [];
    for (const file of files) {
      const entry = await this.#read(file);
      if (entry !== undefined) entries.push(entry);
    }
    return entries.sort((a, b) => a.createdAt - b.createdAt);
  }

  async add(entry: OutboxEntry): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const file = this.#fileOf(entry.key);
    const draft = `${file}.${process.pid}.tmp`;
    // Amounts and names of scopes are nobody else's business.
    const handle = await open(draft, 'w', 0o600);
    try {
      await handle.writeFile(JSON.stringify(entry));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  }

  async remove(key: string): Promise<void> {
    await rm(this.#fileOf(key), { force: true });
  }

  async #read(file: string): Promise<OutboxEntry | undefined> {
    let text: string;
    try {
      text = await readFile(path.join(this.#folder, file), 'utf8');
    } catch {
      // Another process delivered it meanwhile.
      return undefined;
    }
    try {
      const { success, output } = v.safeParse(ENTRY, JSON.parse(text));
      if (success && `${output.key}.json` === file) return output;
    } catch {
      // No JSON.
    }
    this.#unreadable(file);
    return undefined;
  }

  #fileOf(key: string): string {
    return path.join(this.#folder, `${key}.json`);
  }
}
