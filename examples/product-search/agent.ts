import { Agent, byUser, inject, MaxAttempts, RateLimit, Tool } from '@actguard/core';
import * as v from 'valibot';
import { ProductSearch } from './world.js';

const Query = v.object({ query: v.string() });

/** A shop assistant. What it searches with is metered: every search costs money, whatever it finds. */
@Agent()
export class ShopAgent {
  readonly #catalogue: ProductSearch;

  constructor(catalogue = inject(ProductSearch)) {
    this.#catalogue = catalogue;
  }

  // No single call is wrong: each query is new, so only a count over the whole conversation sees the loop. After five the
  // model hears that it has to work with what it has. The window is for the user who starts a new conversation each time.
  @Tool({ description: 'Search the catalogue. Describe the product in a few words.', input: Query })
  @MaxAttempts(5)
  @RateLimit({ maxCalls: 20, period: '1h', scope: byUser })
  async search({ query }: v.InferOutput<typeof Query>) {
    return this.#catalogue.search(query);
  }
}
