import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Command, type Step, stepsOf } from './walkthrough.js';

const TIME_LIMIT = 90_000;

/**
 * Somebody who follows a page word for word, in an empty folder, with the Node of this process and nothing else of ours.
 * Packages that are not published yet are installed from tarballs: `npm install` gets their paths for their names.
 */
export class WalkthroughReader implements Disposable {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'walkthrough-'));
  readonly #tarballs: ReadonlyMap<string, string>;
  readonly #environment: NodeJS.ProcessEnv;
  #here: string;

  /** @param tarballs paths by the names of packages */
  constructor(tarballs: ReadonlyMap<string, string>) {
    this.#tarballs = tarballs;
    const bin = path.join(this.#folder, 'bin');
    this.#here = path.join(this.#folder, 'home');
    mkdirSync(bin);
    mkdirSync(this.#here);
    symlinkSync(process.execPath, path.join(bin, 'node'));
    this.#environment = environment(bin);
  }

  /**
   * Does what the page says.
   *
   * @throws {Error} beginning with the page and the line of the first thing that does not come out as written
   */
  follow(document: string, markdown: string): void {
    for (const step of stepsOf(document, markdown)) {
      if (step.do === 'write') writeFileSync(path.join(this.#here, step.file), step.text);
      else this.#run(document, step);
    }
  }

  /** What a file holds in the folder where the page ended. */
  read(file: string): string {
    return readFileSync(path.join(this.#here, file), 'utf8');
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #run(document: string, { commands, output }: Extract<Step, { do: 'run' }>): void {
    const printed = commands.map((command) => this.#execute(document, command)).join('');
    if (output === undefined || trimmed(printed) === trimmed(output.text)) return;
    throw new Error(`${document}:${output.line}: printed is\n${trimmed(printed)}\nand not\n${trimmed(output.text)}`);
  }

  /** What a command prints. The next one begins in the folder where it ended. */
  #execute(document: string, { line, text }: Command): string {
    const place = path.join(this.#folder, 'place');
    const script = `${this.#withTarballs(document, line, text)}\nstatus=$?; pwd > "$PLACE"; exit $status`;
    const { status, stdout, stderr, error } = spawnSync('bash', ['-c', script], {
      cwd: this.#here,
      env: { ...this.#environment, PLACE: place },
      encoding: 'utf8',
      timeout: TIME_LIMIT,
      killSignal: 'SIGKILL',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (error !== undefined || status !== 0)
      throw new Error(`${document}:${line}: ${text}\nexit: ${error?.message ?? status}\n${stdout}${stderr}`);
    this.#here = readFileSync(place, 'utf8').trim();
    return stdout;
  }

  #withTarballs(document: string, line: number, command: string): string {
    if (!/^npm (install|i) /.test(command)) return command;
    return command.replace(/@actguard\/[\w-]+/g, (name) => {
      const tarball = this.#tarballs.get(name);
      if (tarball === undefined) throw new Error(`${document}:${line}: there is no package ${name}`);
      return tarball;
    });
  }
}

// Of npm scripts and of jest, which run us, nothing must reach the reader: npm would install here instead of there.
function environment(bin: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|INIT_CWD$|NODE_|JEST_|FORCE_COLOR$)/i.test(name),
  );
  const paths = (process.env['PATH'] ?? '').split(path.delimiter).filter((each) => !each.includes('node_modules'));
  return {
    ...Object.fromEntries(inherited),
    PATH: [bin, ...paths].join(path.delimiter),
    NO_COLOR: '1',
    npm_config_prefer_offline: 'true',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
  };
}

function trimmed(text: string): string {
  return text.replace(/[ \t]+$/gm, '').trim();
}
