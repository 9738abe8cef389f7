import type { RecordedCall } from '../trace/trace.js';
import { RecordedFailure } from './recorded-failure.js';
import { inGrains, type ReplayClock } from './replay-clock.js';

/** Answers the method that runs with what was recorded of it. */
export class Recording {
  readonly #clock: ReplayClock;
  #call: RecordedCall | undefined;
  #wasAsked = false;

  constructor(clock: ReplayClock) {
    this.#clock = clock;
  }

  /** Says which call is made next. */
  expect(call: RecordedCall): void {
    this.#call = call;
    this.#wasAsked = false;
  }

  /** Whether the method of the call ran. */
  get wasAsked(): boolean {
    return this.#wasAsked;
  }

  /** The recorded result, at once or after the time that it took. */
  answer(): unknown {
    const call = this.#call;
    this.#wasAsked = true;
    if (call === undefined) throw new Error('A tool was called that no trace recorded.');
    if (call.durationMs === undefined || call.durationMs <= 0) return resultOf(call);
    const until = this.#clock.now() + inGrains(call.durationMs);
    return Promise.resolve().then(() => {
      this.#clock.advanceTo(until);
      return resultOf(call);
    });
  }

  /** What a streaming tool yielded. */
  async *stream(): AsyncGenerator<unknown> {
    const result = await this.answer();
    if (Array.isArray(result)) yield* result;
    else if (result !== undefined) yield result;
  }
}

function resultOf({ result, error }: RecordedCall): unknown {
  if (error !== undefined) throw new RecordedFailure(error);
  return result;
}
