import { setTimeout as sleep } from 'node:timers/promises';

const INTERVAL = 20;

/**
 * Asks again and again until there is an answer other than `undefined` or `false`. What is thrown counts as no answer.
 *
 * @param what ends the sentence "timed out after 15000 ms: …"
 * @throws Error with what was thrown last as its cause, after `timeout` ms
 */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
  timeout = 15_000,
): Promise<Exclude<T, false | undefined>> {
  const end = performance.now() + timeout;
  let cause: unknown;
  do {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer as Exclude<T, false | undefined>;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await sleep(INTERVAL);
  } while (performance.now() < end);
  throw new Error(`timed out after ${timeout} ms: ${what}`, { cause });
}
