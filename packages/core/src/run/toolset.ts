import type { Refusal } from '../errors/refusal.js';

/** A tool as a model gets it. */
export interface ToolDefinition {
  /**
   * Name to call it by: that of the method, `Agent_method` where two agents share it, or what `@Tool({ name })` says.
   */
  readonly name: string;
  /** Absent where `@Tool` has none. */
  readonly description?: string;
  /** JSON Schema (draft-07) of the arguments. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
}

/** What a model's call came to. */
export type ToolCallResult =
  | {
      readonly ok: true;
      /** What the method returned; of a stream, what it yielded, as a list. */
      readonly value: unknown;
    }
  | {
      readonly ok: false;
      /** What to hand to the model. */
      readonly refusal: Refusal;
      /** The agent loop must stop: the run was killed, has ended, its time is over, or the budget around the loop is used up. */
      readonly final: boolean;
      /** What was thrown, for the application's log; never for the model. */
      readonly error: unknown;
    };

/** The tools of a run for an agent loop. */
export interface Toolset {
  /** The tools to offer to the model; every SDK wants the same three fields under other names. */
  readonly definitions: readonly ToolDefinition[];
  /**
   * Calls a tool by the name that the model used. Never throws for what a model did: an unknown name, arguments that are no
   * JSON, a refusal and a failure of the tool are all answers that the model can read.
   *
   * @param args an object, or the JSON text that a model sent
   */
  call(name: string, args: unknown): Promise<ToolCallResult>;
}
