import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const TYPESCRIPT = new Set(['.ts', '.mts', '.cts', '.tsx']);
const JAVASCRIPT = new Set(['.js', '.mjs', '.cjs']);

type Tsconfig = string | false;

/**
 * Imports modules in TypeScript as they are, each with the settings of its own project: of those, what decorators mean.
 * Modules share what they import with the command, so there is one `@actguard/core`.
 */
export class ModuleLoader {
  #registered: { readonly tsconfig: Tsconfig; readonly unregister: () => Promise<void> } | undefined;

  /** Whether a file of this name can be a module. */
  static canLoad(file: string): boolean {
    return isTypeScript(file) || JAVASCRIPT.has(path.extname(file));
  }

  /** @param tsconfig its settings; those of the nearest `tsconfig.json` above the file where it is undefined */
  async import(file: string, tsconfig?: string): Promise<Readonly<Record<string, unknown>>> {
    return this.within(file, tsconfig, async () => (await import(pathToFileURL(file).href)) as Record<string, unknown>);
  }

  /** Runs what may import modules of the project of a file. */
  async within<Result>(
    file: string,
    tsconfig: string | undefined,
    work: () => Result | Promise<Result>,
  ): Promise<Result> {
    if (isTypeScript(file)) await this.#use(tsconfig ?? nearestTsconfig(path.dirname(path.resolve(file))));
    return work();
  }

  async #use(tsconfig: Tsconfig): Promise<void> {
    if (this.#registered?.tsconfig === tsconfig) return;
    await this.#registered?.unregister();
    const { register } = await import('tsx/esm/api');
    this.#registered = { tsconfig, unregister: register({ tsconfig }) };
  }
}

function isTypeScript(file: string): boolean {
  return TYPESCRIPT.has(path.extname(file));
}

// None is none: that of the folder where the command happens to be run says nothing about the file.
function nearestTsconfig(folder: string): Tsconfig {
  const file = path.join(folder, 'tsconfig.json');
  if (existsSync(file)) return file;
  const parent = path.dirname(folder);
  return parent === folder ? false : nearestTsconfig(parent);
}
