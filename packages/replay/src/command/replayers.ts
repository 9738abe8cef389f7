import { isActGuardError } from '@actguard/core';
import type { ReplayedTrace } from '../replay/outcome.js';
import type { AgentClass } from '../replay/recorded-agent.js';
import { Replayer, type ReplayerOptions } from '../replay/replayer.js';
import type { Trace } from '../trace/trace.js';
import { CommandError } from './command-error.js';
import type { LoadedAgents } from './load-agents.js';

/** One replayer for each list of agents, made when the first trace needs it. */
export class Replayers implements AsyncDisposable {
  readonly #agents: LoadedAgents;
  readonly #options: ReplayerOptions;
  readonly #byAgents = new Map<readonly AgentClass[], Promise<Replayer>>();

  constructor(agents: LoadedAgents, options: ReplayerOptions) {
    this.#agents = agents;
    this.#options = options;
  }

  /**
   * The replayer for traces of a suite; undefined where it has no agents.
   *
   * @throws {CommandError} where its agents are declared wrongly
   */
  async of(suite: string): Promise<Replayer | undefined> {
    const agents = await this.#agents.of(suite);
    if (agents === undefined) return undefined;
    let replayer = this.#byAgents.get(agents);
    if (replayer === undefined) {
      replayer = this.#create(agents);
      this.#byAgents.set(agents, replayer);
    }
    return replayer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const replayer of this.#byAgents.values()) await (await replayer.catch(() => undefined))?.close();
  }

  async #create(agents: readonly AgentClass[]): Promise<Replayer> {
    try {
      return await Replayer.create(agents, this.#options);
    } catch (error) {
      throw isActGuardError(error)
        ? new CommandError(`${this.#agents.file}: ${error.message}`, { cause: error })
        : error;
    }
  }
}

/** Why a trace was not replayed. */
export interface Unreplayed {
  readonly problem: string;
  /** What failed is not the recording: a guard of the agents, or this package. */
  readonly isDefect: boolean;
}

/** What became of the calls of a trace; why not, where no run can be made of the recording or something failed. */
export async function replayed(replayer: Replayer, trace: Trace): Promise<ReplayedTrace | Unreplayed> {
  // Nobody reads where a refusal was made, and finding that out takes longer than all the rest of it.
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return await replayer.replay(trace);
  } catch (error) {
    const isDefect = !isActGuardError(error);
    const text = error instanceof Error ? error.message : String(error);
    return {
      problem: isDefect ? `failed with ${error instanceof Error ? error.name : 'an error'}: ${text}` : text,
      isDefect,
    };
  } finally {
    Error.stackTraceLimit = limit;
  }
}
