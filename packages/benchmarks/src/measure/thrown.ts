import { type Call, loopOf } from './loop.js';

/** A call whose error is caught by its caller. */
export function caught(call: Call): Call {
  return async (index) => {
    try {
      await call(index);
    } catch {
      return;
    }
    throw new Error('the call was not refused');
  };
}

/** A plain method that throws an `Error` as deep in its own calls as the refused call throws its refusal. */
export async function thrownAsDeepAs(refused: Call): Promise<{ readonly call: Call; readonly depth: number }> {
  const wanted = await depthOf(refused);
  const least = await depthOf(thrownBelow(0));
  const depth = Math.max(0, wanted - least);
  return { call: thrownBelow(depth), depth: wanted };
}

function thrownBelow(depth: number): Call {
  return async () => fall(depth);
}

function fall(depth: number): string {
  if (depth === 0) throw new Error('a plain method refuses');
  return fall(depth - 1);
}

/** Frames of the stack where the error is made. */
async function depthOf(call: Call): Promise<number> {
  const limit = Error.stackTraceLimit;
  // Not infinity: after that, V8 would try to compile what makes errors again and again for as long as the process lives.
  Error.stackTraceLimit = 1000;
  let frames = 0;
  try {
    // From within the loop that is measured, and not its first turn, which stands on other frames.
    await loopOf(async (index) => {
      try {
        await call(index);
      } catch (error) {
        frames = ((error as Error).stack ?? '').split('\n    at ').length - 1;
      }
    })(3);
  } finally {
    Error.stackTraceLimit = limit;
  }
  return frames;
}
