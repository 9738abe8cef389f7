import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { JsonSchema } from './schema-names.js';

/** A tool as the host knows it. */
export interface ToolInfo {
  /** Its place among the tools of its host. */
  readonly index: number;
  /** `Agent.method`. */
  readonly id: string;
  /** Its own id and those of the classes that it inherits the method from. */
  readonly ids: readonly string[];
  /** Name that the model sees. */
  readonly name: string;
  /** What `@Tool` tells the model; `undefined` where it tells nothing. */
  readonly description: string | undefined;
  /** Name of the agent’s class as the build left it, for messages; `id` has the declared name of the agent. */
  readonly className: string;
  /** Name of the method. */
  readonly method: string;
  /** The schema of `@Tool({ input })`; `undefined` where any plain data passes. */
  readonly input: StandardSchemaV1 | undefined;
  /** Names of the arguments that the schema knows; `undefined` where it does not tell. */
  readonly argumentNames: ReadonlySet<string> | undefined;
  /** The schema as JSON Schema; `undefined` where it cannot say. */
  readonly inputSchema: JsonSchema | undefined;
  /** The method yields (`async *`). */
  readonly streams: boolean;
}
