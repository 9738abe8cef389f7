import { currentRun } from '@actguard/core';
import { type AirlineAnswers, AirlineSystem } from './airline-system.js';
import type { RecordedCall } from './trace-file.js';

/** What the airline answered with an error, thrown again. */
export class RecordedFailure extends Error {
  override readonly name = 'RecordedFailure';
}

/** An airline that only remembers: each request is answered with the recorded result of the call that makes it. */
export class RecordedAirline extends AirlineSystem {
  #call: RecordedCall | undefined;

  /** Says which call is made next. Its result is good for one request. */
  expect(call: RecordedCall): void {
    this.#call = call;
  }

  async request<Name extends keyof AirlineAnswers>(name: Name): Promise<AirlineAnswers[Name]> {
    const call = this.#call;
    this.#call = undefined;
    if (call?.tool !== name) throw new Error(`${name} was requested, but ${call?.tool ?? 'nothing'} was recorded here`);
    if (call.error !== undefined) throw new RecordedFailure(call.error);
    return call.result as AirlineAnswers[Name];
  }
}

/** The recorded airline of every run in progress. */
export class Recordings {
  readonly #airlines = new Map<string, RecordedAirline>();

  begin(runId: string): RecordedAirline {
    const airline = new RecordedAirline();
    this.#airlines.set(runId, airline);
    return airline;
  }

  end(runId: string): void {
    this.#airlines.delete(runId);
  }

  of(runId: string): RecordedAirline {
    const airline = this.#airlines.get(runId);
    if (airline === undefined) throw new Error(`no recording belongs to run ${runId}`);
    return airline;
  }
}

/** What the host needs so that an agent's `inject(AirlineSystem)` is the recording of the agent's own run. */
export const recordedAirlineProviders = [
  Recordings,
  {
    provide: AirlineSystem,
    scope: 'run' as const,
    inject: [Recordings] as const,
    useFactory: (recordings: Recordings) => recordings.of(currentRun().id),
  },
];
