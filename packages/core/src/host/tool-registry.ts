import type { ToolInfo } from '../agent/tool-info.js';
import { nearMatches } from '../container/near-match.js';
import type { GuardDeclaration } from '../guards/guard-definition.js';
import type { ToolDirectory } from '../guards/guard-site.js';

/** A tool of the host with what was declared about it. */
export interface RegisteredTool {
  readonly info: ToolInfo;
  readonly guards: readonly GuardDeclaration[];
}

/** All tools of a host, found by the names that they answer to. */
export class ToolRegistry implements ToolDirectory {
  /** Tools whose success has to be recorded. */
  readonly recordedSteps = new Set<string>();
  readonly #ids = new Map<string, string[]>();
  readonly #names = new Map<string, string>();
  /** Ids of tools by the kind of fact that they mint. */
  readonly #provers = new Map<string, string[]>();
  readonly #kindsWithAbout = new Set<string>();

  constructor(tools: readonly RegisteredTool[]) {
    for (const { info, guards } of tools) {
      this.#names.set(info.id, info.name);
      for (const id of info.ids) push(this.#ids, id, info.id);
      for (const { definition, options } of guards) {
        if (definition.kind !== 'prove') continue;
        // Wrong options are reported when the guard is built.
        const { kind, about, extract } = (options ?? {}) as Readonly<Record<'kind' | 'about' | 'extract', unknown>>;
        if (typeof kind !== 'string') continue;
        push(this.#provers, kind, info.id);
        // A function may say it value by value.
        if (about !== undefined || typeof extract === 'function') this.#kindsWithAbout.add(kind);
      }
    }
  }

  idsOf(name: string): readonly string[] {
    return this.#ids.get(name) ?? [];
  }

  provers(kind: string, among?: readonly string[]): readonly string[] {
    const ids = this.#provers.get(kind) ?? [];
    return ids.filter((id) => among?.includes(id) ?? true).map((id) => this.modelName(id));
  }

  provesAbout(kind: string): boolean {
    return this.#kindsWithAbout.has(kind);
  }

  modelName(id: string): string {
    return this.#names.get(id) ?? id;
  }

  similar(name: string): readonly string[] {
    return nearMatches(name, [...this.#ids.keys()]);
  }

  recordSteps(ids: readonly string[]): void {
    for (const id of ids) this.recordedSteps.add(id);
  }
}

function push<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}
