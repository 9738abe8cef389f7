import type { ActGuardEvent, FactOrigin, UsedFact } from '@actguard/core';
import { captured, capturedText } from './captured.js';
import { type CapturedError, capturedError, type Missing } from './captured-error.js';
import { Pseudonyms } from './pseudonyms.js';

/** Stands for a value that was left out. */
export const LEFT_OUT = '[left out]';

/** Most facts kept of one event. */
const MAX_FACTS = 200;
const MAX_FACT_TEXT = 256;
/** Most characters kept of a turn of the user. */
export const MAX_SPOKEN_TEXT = 2000;
const MAX_MESSAGE = 256;

/** Copies events so that they stay as they are: values are captured at once, in bounded size, errors become plain data. */
export class EventCapture {
  readonly #pseudonyms: Pseudonyms | undefined;
  // All events of a call carry the same frozen arguments.
  readonly #arguments = new WeakMap<object, unknown>();

  /** @param values whether values are kept; without, of arguments the names stay and of facts the kinds */
  constructor(values: boolean) {
    this.#pseudonyms = values ? undefined : new Pseudonyms();
  }

  /** The copy; `undefined` for an event that this version does not know. */
  of(event: ActGuardEvent): ActGuardEvent | undefined {
    switch (event.name) {
      case 'run.start':
      case 'run.end':
        return { ...event };
      case 'run.stop':
        return { ...event, errorMessage: this.#text(event.errorMessage, MAX_MESSAGE) };
      case 'run.user_said':
        return { ...event, text: this.#text(event.text, MAX_SPOKEN_TEXT) };
      case 'run.fact_added':
        return { ...event, fact: this.#fact(event.fact) };
      case 'tool.invoke': {
        const result = this.#pseudonyms === undefined ? captured(event.result) : undefined;
        return { ...event, args: this.#argumentsOf(event.args), result };
      }
      case 'tool.failure':
      case 'guard.blocked':
      case 'guard.observed':
        return {
          ...event,
          args: this.#argumentsOf(event.args),
          errorMessage: this.#text(event.errorMessage, MAX_MESSAGE),
          error: this.#error(event.error),
        };
      case 'guard.intervention':
        return {
          ...event,
          args: this.#argumentsOf(event.args),
          error: this.#error(event.error),
          result: this.#pseudonyms === undefined ? captured(event.result) : undefined,
        };
      case 'guard.admitted': {
        const facts = event.facts?.slice(0, MAX_FACTS).map((fact) => this.#fact(fact));
        return { ...event, args: this.#argumentsOf(event.args), facts };
      }
      case 'budget.open':
        return { ...event, limits: { ...event.limits } };
      case 'budget.cost':
        return { ...event, costName: capturedText(String(event.costName), MAX_FACT_TEXT) };
      case 'budget.warning':
        return { ...event };
      case 'budget.blocked':
        return { ...event, error: this.#error(event.error) };
      case 'llm.usage':
        return { ...event, usage: { ...event.usage } };
      default:
        return undefined;
    }
  }

  #text(text: string, maxLength: number): string {
    return this.#pseudonyms === undefined ? capturedText(String(text), maxLength) : LEFT_OUT;
  }

  #value(value: string): string {
    return this.#pseudonyms === undefined ? capturedText(String(value), MAX_FACT_TEXT) : this.#pseudonyms.of(value);
  }

  #fact({ kind, value, origin }: UsedFact): UsedFact {
    const about = origin?.about;
    const kept: FactOrigin | undefined = origin && {
      ...origin,
      ...(about !== undefined && { about: this.#value(about) }),
    };
    return { kind: capturedText(String(kind), MAX_FACT_TEXT), value: this.#value(value), origin: kept };
  }

  #argumentsOf(args: unknown): unknown {
    if (typeof args !== 'object' || args === null || !Object.isFrozen(args)) return this.#readArguments(args);
    if (!this.#arguments.has(args)) this.#arguments.set(args, this.#readArguments(args));
    return this.#arguments.get(args);
  }

  #readArguments(args: unknown): unknown {
    const kept = captured(args);
    if (this.#pseudonyms === undefined) return kept;
    if (typeof kept !== 'object' || kept === null || Array.isArray(kept)) return undefined;
    return Object.fromEntries(Object.keys(kept).map((name) => [name, LEFT_OUT]));
  }

  // Sentences of a refusal quote arguments, so without values only its code and its numbers are left.
  #error(error: unknown): CapturedError {
    const all = capturedError(error);
    if (this.#pseudonyms === undefined) return all;
    const { refusal, missing, ...numbers } = all;
    const { because: _because, tryInstead: _tryInstead, ...rest } = refusal ?? {};
    return {
      ...numbers,
      ...(refusal && { refusal: rest }),
      ...(missing && { missing: missing.what === 'step' ? missing : this.#withoutValues(missing) }),
    };
  }

  #withoutValues({ kind, value, about }: Extract<Missing, { what: 'fact' }>): Missing {
    return {
      what: 'fact',
      kind,
      ...(value !== undefined && { value: this.#value(value) }),
      ...(about !== undefined && { about: this.#value(about) }),
    };
  }
}
