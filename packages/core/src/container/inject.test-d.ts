import { expectTypeOf } from 'expect-type';
import { inject } from './inject.js';

class Pool {
  readonly url = '';
}
abstract class Clock {
  abstract now(): number;
}
interface Config {
  readonly retries: number;
}
const CONFIG = Symbol('config');

export function types(optional: boolean): void {
  expectTypeOf(inject(Pool)).toEqualTypeOf<Pool>();
  expectTypeOf(inject(Clock)).toEqualTypeOf<Clock>();
  expectTypeOf(inject<Config>(CONFIG)).toEqualTypeOf<Config>();
  expectTypeOf(inject(CONFIG)).toEqualTypeOf<unknown>();
  expectTypeOf(inject(Pool, { optional: true })).toEqualTypeOf<Pool | undefined>();
  expectTypeOf(inject(Pool, { optional: false })).toEqualTypeOf<Pool>();
  expectTypeOf(inject(Pool, { optional })).toEqualTypeOf<Pool | undefined>();
  expectTypeOf(inject<Config>(CONFIG, { optional: true })).toEqualTypeOf<Config | undefined>();
  // @ts-expect-error misspelt option
  inject(Pool, { optionl: true });
  // @ts-expect-error an instance is no token
  inject(new Pool());
}
