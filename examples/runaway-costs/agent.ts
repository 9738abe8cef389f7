import { Agent, inject, Tool } from '@actguard/core';
import * as v from 'valibot';
import { Library } from './world.js';

const Query = v.object({ query: v.string() });
const Reading = v.object({ source: v.string(), lookFor: v.string() });

/**
 * A research assistant. Its tools cost nothing and do no harm, so no guard of a tool is in the way: what costs is each call of
 * the model, and more with each report in its context. That is limited where the run is opened, see `budget` in `scenario.ts`.
 */
@Agent()
export class ResearchAgent {
  readonly #library: Library;

  constructor(library = inject(Library)) {
    this.#library = library;
  }

  @Tool({ description: 'Search the library for reports.', input: Query })
  async search({ query }: v.InferOutput<typeof Query>) {
    return this.#library.search(query);
  }

  @Tool({ description: 'Read a report, such as "report 3". It names the report that it cites.', input: Reading })
  async read({ source }: v.InferOutput<typeof Reading>) {
    return this.#library.open(source);
  }
}
