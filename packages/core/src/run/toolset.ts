import type { Refusal } from '../errors/refusal.js';

/** A tool as a model gets it. */
export interface ToolDefinition {
  readonly name: string;
  /** Absent where `@Tool` has none. */
  readonly description?: string;
  /** JSON Schema (draft-07) of the arguments. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
}

/** What a model's call came to. */
export type ToolCallResult =
  | { readonly ok: true; readonly value: unknown }
  | {
      readonly ok: false;
      /** What to hand to the model. */
      readonly refusal: Refusal;
      /** The agent loop must stop: the run was killed, has ended, or its time is over. */
      readonly final: boolean;
      /** What was thrown, for the application's log; never for the model. */
      readonly error: unknown;
    };

/** The tools of a run for an agent loop. */
export interface Toolset {
  readonly definitions: readonly ToolDefinition[];
  /**
   * Calls a tool by the name that the model used. Never throws for what a model did: an unknown name, arguments that are no
   * JSON, a refusal and a failure of the tool are all answers that the model can read.
   *
   * @param args an object, or the JSON text that a model sent
   */
  call(name: string, args: unknown): Promise<ToolCallResult>;
}
