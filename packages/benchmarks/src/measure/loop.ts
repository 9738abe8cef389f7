/** Something that is called again and again; it gets the number of the call. */
export type Call = (index: number) => unknown;

/** Awaits `count` calls, one after the other. */
export type Loop = (count: number) => Promise<void>;

const SOURCE = `let index = 0;
return async (count) => {
  for (let left = count; left > 0; left--) await call(index++);
};`;

/**
 * A loop around a call, compiled for it alone: in a loop that two calls share, what V8 learns of one would slow the other down,
 * and the cheaper one most.
 */
export function loopOf(call: Call): Loop {
  return new Function('call', SOURCE)(call) as Loop;
}
