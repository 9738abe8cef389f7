import { statSync } from 'node:fs';
import type { AgentClass } from '../replay/recorded-agent.js';
import { agentsIn, describeExport, isAgentClass, isClass } from './agent-classes.js';
import { CommandError } from './command-error.js';
import { whyItFailed } from './load-failure.js';
import { ModuleLoader } from './module-loader.js';

/** The agents that a file exports. */
export interface LoadedAgents {
  /** The file, as it was named. */
  readonly file: string;
  /** Suites that have agents of their own; undefined where the same agents serve every trace. */
  readonly suites: readonly string[] | undefined;
  /**
   * The agents of a suite: the same list each time. Undefined where it has none.
   *
   * @throws {CommandError} where they cannot be loaded, or are no agents
   */
  of(suite: string): Promise<readonly AgentClass[] | undefined>;
}

/**
 * Loads the agents of a file: by its export `suites`, otherwise every exported class that is marked `@Agent()`.
 *
 * @throws {CommandError} where there are none
 */
export async function loadAgents(file: string, loader: ModuleLoader, tsconfig?: string): Promise<LoadedAgents> {
  assertModule(file);
  let exported: Readonly<Record<string, unknown>>;
  try {
    exported = namedExports(await loader.import(file, tsconfig));
  } catch (error) {
    throw new CommandError(`${file} cannot be loaded: ${whyItFailed(error, file)}`, { cause: error });
  }
  if (exported['suites'] !== undefined) return new Suites(file, exported['suites'], loader, tsconfig);
  const agents = agentsIn(Object.values(exported));
  if (agents.length === 0) throw noAgent(file, exported);
  return { file, suites: undefined, of: async () => agents };
}

function assertModule(file: string): void {
  let isFile: boolean;
  try {
    isFile = statSync(file).isFile();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CommandError(`${file} ${code === 'ENOENT' ? 'does not exist' : `cannot be read: ${message}`}`);
  }
  if (!isFile) throw new CommandError(`${file} is no file. Name the file that exports the agents.`);
  if (!ModuleLoader.canLoad(file))
    throw new CommandError(`${file} is neither TypeScript nor JavaScript. Name the file that exports the agents.`);
}

// A CommonJS module has its exports under `default` too, or only there.
function namedExports(module: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { default: whole, 'module.exports': _, ...named } = module;
  if (typeof whole === 'object' && whole !== null) return { ...whole, ...named };
  return whole === undefined ? named : { ...named, default: whole };
}

function noAgent(file: string, exported: Readonly<Record<string, unknown>>): CommandError {
  const found = Object.entries(exported).map(([name, value]) => `  ${name}: ${describeExport(value)}`);
  const list = found.length === 0 ? ' nothing.' : `:\n${found.join('\n')}`;
  return new CommandError(
    `${file} exports no agent. Export the class that is decorated with @Agent(), or "suites". It exports${list}`,
  );
}

class Suites implements LoadedAgents {
  readonly file: string;
  readonly suites: readonly string[];
  readonly #declared: Readonly<Record<string, unknown>>;
  readonly #loader: ModuleLoader;
  readonly #tsconfig: string | undefined;
  readonly #loaded = new Map<string, Promise<readonly AgentClass[]>>();

  constructor(file: string, declared: unknown, loader: ModuleLoader, tsconfig: string | undefined) {
    if (typeof declared !== 'object' || declared === null || Array.isArray(declared))
      throw new CommandError(
        `${file}: "suites" is ${describeExport(declared)}. It is an object of agents by the name of the suite.`,
      );
    this.file = file;
    this.#declared = declared as Record<string, unknown>;
    this.suites = Object.keys(declared);
    this.#loader = loader;
    this.#tsconfig = tsconfig;
    if (this.suites.length === 0) throw new CommandError(`${file}: "suites" is empty.`);
  }

  async of(suite: string): Promise<readonly AgentClass[] | undefined> {
    // Names of suites come from recordings: one may be called "constructor".
    if (!Object.hasOwn(this.#declared, suite)) return undefined;
    let loaded = this.#loaded.get(suite);
    if (loaded === undefined) {
      loaded = this.#load(suite);
      this.#loaded.set(suite, loaded);
    }
    return loaded;
  }

  async #load(suite: string): Promise<readonly AgentClass[]> {
    let value = this.#declared[suite];
    if (typeof value === 'function' && !isClass(value)) {
      try {
        value = await this.#loader.within(this.file, this.#tsconfig, value as () => unknown);
      } catch (error) {
        throw new CommandError(`${this.file}: suite ${suite} cannot be loaded: ${whyItFailed(error, this.file)}`, {
          cause: error,
        });
      }
    }
    const classes: readonly unknown[] = Array.isArray(value) ? value : [value];
    const wrong = classes.find((each) => !isAgentClass(each));
    if (classes.length === 0 || wrong !== undefined || !classes.every(isAgentClass))
      throw new CommandError(
        `${this.file}: suite ${suite} is ${classes.length === 0 ? 'an empty list' : describeExport(wrong)}. It takes a class that is decorated with @Agent(), or several in a list.`,
      );
    return classes;
  }
}
