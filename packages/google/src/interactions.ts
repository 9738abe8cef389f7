import type { GoogleGenAI } from '@google/genai';
import { refusalIn } from './interactions-fetch.js';

type Interactions = GoogleGenAI['interactions'];

/** Interactions whose `create` throws the refusal itself, not the connection error that their HTTP client makes of it. */
export function withPlainRefusals(interactions: Interactions): Interactions {
  const copy = Object.create(interactions) as Interactions;
  // Of the copy's own, so that nothing of the original changes.
  Object.defineProperty(copy, 'create', { value: plainly(interactions.create) });
  return copy;
}

type AnyMethod = (this: unknown, ...args: never[]) => Promise<unknown>;

/** The same method with refusals as they were thrown. */
export function plainly<Method>(create: Method): Method {
  const plain = async function (this: unknown, ...args: never[]): Promise<unknown> {
    try {
      return await (create as AnyMethod).apply(this, args);
    } catch (error) {
      throw refusalIn(error) ?? error;
    }
  };
  return plain as Method;
}
