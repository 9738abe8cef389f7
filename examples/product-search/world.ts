/** Something to buy. */
export interface Product {
  readonly name: string;
  readonly colour: string;
  readonly size: number;
  readonly priceUsd: number;
}

/** What a search found, best match first. */
export interface Found {
  readonly products: readonly Product[];
}

/** What the search service charges for each request, in cents. */
const CENTS_PER_SEARCH = 40;

/** What the shop is ready to spend on one question of a customer. */
export const BUDGET_USD = 4;

const PRODUCTS: readonly Product[] = [
  { name: 'Puddle rain jacket', colour: 'blue', size: 128, priceUsd: 34.9 },
  { name: 'Puddle rain jacket', colour: 'red', size: 140, priceUsd: 34.9 },
  { name: 'Storm rain jacket', colour: 'red', size: 128, priceUsd: 79 },
  { name: 'Puddle rain trousers', colour: 'red', size: 128, priceUsd: 24.9 },
  { name: 'Alpine ski jacket', colour: 'red', size: 128, priceUsd: 119 },
];

/** A catalogue behind a search service that bills every request. */
export class ProductSearch {
  searches = 0;

  /** The three products that share most words with the query. */
  search(query: string): Found {
    this.searches++;
    const words = wordsOf(query);
    const ranked = PRODUCTS.map((product) => ({ product, matches: matchesIn(product, words) }))
      .filter(({ matches }) => matches > 0)
      .sort((one, other) => other.matches - one.matches);
    return { products: ranked.slice(0, 3).map(({ product }) => product) };
  }

  get billedUsd(): number {
    return (this.searches * CENTS_PER_SEARCH) / 100;
  }
}

function matchesIn({ name, colour, size }: Product, words: ReadonlySet<string>): number {
  return [...wordsOf(`${name} ${colour} ${size}`)].filter((word) => words.has(word)).length;
}

function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().split(/\W+/));
}
