import { type Conversation, isRefusal } from '../runner/conversation.js';
import type { Move } from '../runner/scripted-model.js';
import type { Found, Product } from './world.js';

const COLOURS = ['red', 'bright red', 'dark red', 'crimson', 'cherry red'];
const KINDS = [
  'rain jacket',
  'kids rain jacket',
  'girls rain jacket',
  'cheap rain jacket',
  'light rain jacket',
  'hooded rain jacket',
];

/** Thirty ways to ask for the same thing. */
const QUERIES = COLOURS.flatMap((colour) => KINDS.map((kind) => `${colour} ${kind} size 128`));

const WISH = { colour: 'red', size: 128, maxPriceUsd: 40 };

/**
 * A model that believes in the next search, as real ones do: what it looks for is not in the catalogue, so it words the
 * query a little differently, and again.
 */
export function hopefulModel(seen: Conversation): Move {
  const answers = seen.answersOf<Found>('search');
  const found = answers.flatMap((answer) => (isRefusal(answer) ? [] : answer.products));

  const match = found.find((product) => missesIn(product) === 0);
  if (match !== undefined) return { say: `Here it is: ${describe(match)}.` };

  const query = QUERIES[answers.length];
  const isStopped = isRefusal(answers.at(-1));
  if (query !== undefined && !isStopped) return { calls: [{ tool: 'search', args: { query } }] };
  return { say: nearest(found) };
}

function nearest(found: readonly Product[]): string {
  const near = [...new Map(found.map((product) => [describe(product), product])).values()]
    .filter((product) => missesIn(product) === 1 && product.name.includes('jacket'))
    .map(describe);
  if (near.length === 0) return 'I did not find such a jacket, nor anything like it.';
  return `I did not find a red rain jacket in size 128 below USD 40. The nearest are ${near.join(', and ')}.`;
}

/** In how many points a product is not what the customer wants. */
function missesIn({ name, colour, size, priceUsd }: Product): number {
  const wishes = [
    name.includes('rain jacket'),
    colour === WISH.colour,
    size === WISH.size,
    priceUsd <= WISH.maxPriceUsd,
  ];
  return wishes.filter((isMet) => !isMet).length;
}

function describe({ name, colour, size, priceUsd }: Product): string {
  return `the ${name} in ${colour}, size ${size}, for USD ${priceUsd.toFixed(2)}`;
}
