import type { ActGuardEvent, ToolCallResult, Toolset } from '@actguard/core';
import type { ReplyListener } from './agent-loop.js';

/** Something that happened in a run. */
export type Entry = SpokenEntry | CallEntry;

/** The user or the model said something. */
export interface SpokenEntry {
  readonly kind: 'user' | 'model';
  readonly text: string;
}

/** The model called a tool. */
export interface CallEntry {
  readonly kind: 'call';
  readonly tool: string;
  /** As the model sent them: JSON, if it behaved. */
  readonly args: string;
  readonly result: ToolCallResult;
  /** What the guards told about the call; nothing in a bare run. */
  readonly events: readonly ActGuardEvent[];
  /** In which reply of the model it was, from 1. */
  readonly reply: number;
}

/** All that happened in a run, for showing and comparing. Each entry is passed on at once. */
export class Transcript {
  readonly entries: Entry[] = [];
  readonly #onEntry: (entry: Entry) => void;
  #events: ActGuardEvent[] = [];
  #replies = 0;

  constructor(onEntry: (entry: Entry) => void) {
    this.#onEntry = onEntry;
  }

  userSaid(text: string): void {
    this.#add({ kind: 'user', text });
  }

  /** For the agent loop. */
  readonly modelReplied: ReplyListener = ({ content }) => {
    this.#replies++;
    if (content) this.#add({ kind: 'model', text: content });
  };

  /** For `host.on`. */
  readonly guardTold = (event: ActGuardEvent): void => {
    this.#events.push(event);
  };

  /** The same tools, with each call written down. */
  watch(tools: Toolset): Toolset {
    const call = async (tool: string, args: unknown): Promise<ToolCallResult> => {
      this.#events = [];
      const result = await tools.call(tool, args);
      this.#add({ kind: 'call', tool, args: String(args), result, events: this.#events, reply: this.#replies });
      return result;
    };
    return { definitions: tools.definitions, call };
  }

  /** Calls, in their order. */
  get calls(): readonly CallEntry[] {
    return this.entries.filter((entry) => entry.kind === 'call');
  }

  #add(entry: Entry): void {
    this.entries.push(entry);
    this.#onEntry(entry);
  }
}
