import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const BIN = path.join(ROOT, 'packages/replay/dist/bin.js');
const TIME_LIMIT = 60_000;

/** How a process ended. */
export interface Ended {
  readonly code: number | string;
  readonly out: string;
  readonly err: string;
}

/** A folder inside the repository, so that the packages are found from it, to run the built command in. */
export class CommandFolder implements Disposable {
  readonly path: string;

  constructor() {
    const parent = path.join(ROOT, 'tests/.out');
    mkdirSync(parent, { recursive: true });
    this.path = mkdtempSync(path.join(parent, 'replay-'));
    this.write('package.json', '{ "type": "module" }');
  }

  /** Writes a file. @returns its name */
  write(name: string, content: string | Buffer): string {
    const file = path.join(this.path, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
    return name;
  }

  /** Writes values as one JSON text a line. @returns the name of the file */
  writeLines(name: string, values: readonly object[]): string {
    return this.write(name, values.map((value) => `${JSON.stringify(value)}\n`).join(''));
  }

  read(name: string): string {
    return readFileSync(path.join(this.path, name), 'utf8');
  }

  /** Runs the command in the folder, into pipes. */
  run(...args: readonly string[]): Promise<Ended> {
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^(NO_COLOR|FORCE_COLOR|NODE_OPTIONS|TSX_.*)$/.test(name)),
    );
    return new Promise((resolve) => {
      execFile(process.execPath, [BIN, ...args], { cwd: this.path, env, timeout: TIME_LIMIT }, (error, out, err) => {
        resolve({ code: error === null ? 0 : (error.code ?? 'killed'), out, err });
      });
    });
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
