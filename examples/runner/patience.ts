import type { Refusal, Toolset } from '@actguard/core';
import type { TestClock } from '@actguard/core/testing';
import { TOOL_FAILED } from './plain-tools.js';

const PATIENCE_MS = 60_000;
const STEP_MS = 100;

/** What a model is told of a tool that was not waited for any longer. */
export const GAVE_UP: Refusal = {
  ...TOOL_FAILED,
  code: 'loop.gave_up',
  because: `The tool did not answer within ${PATIENCE_MS / 1000} s.`,
};

/**
 * Tools of an agent loop that waits a minute for each, as loops do, and then tells the model that there was no answer. It
 * cannot stop a tool: what was started goes on. While a tool is waited for, time passes on the clock; a tool that answers
 * at once takes none.
 */
export function withPatience(tools: Toolset, clock: TestClock): Toolset {
  return {
    definitions: tools.definitions,
    async call(name, args) {
      const givesUpAt = clock.now() + PATIENCE_MS;
      let isAnswered = false;
      const answer = tools.call(name, args).finally(() => (isAnswered = true));
      await clock.advance(0);
      while (!isAnswered && clock.now() < givesUpAt) await clock.advance(STEP_MS);
      if (isAnswered) return await answer;
      return { ok: false, refusal: GAVE_UP, final: false, error: new Error(`${name} did not answer in time`) };
    },
  };
}
