import { describe, expect, it } from '@jest/globals';
import { inject } from '../index.js';
import { withProviders } from './with-providers.js';

class Clock {
  hour(): number {
    return 12;
  }
}

class Greeter {
  readonly #clock = inject(Clock);
  readonly #loud = inject<boolean>('loud', { optional: true });

  greet(): string {
    return `${this.#clock.hour()}${this.#loud ? '!' : ''}`;
  }
}

describe('withProviders', () => {
  it('constructs a class that injects, without a host', () => {
    const clock = { hour: () => 7 };
    expect(withProviders([[Clock, clock]], () => new Greeter()).greet()).toBe('7');
    expect(
      withProviders(
        [
          [Clock, clock],
          ['loud', true],
        ],
        () => new Greeter(),
      ).greet(),
    ).toBe('7!');
  });

  it('says what it was not given, and leaves nothing behind', () => {
    expect(() => withProviders([], () => new Greeter())).toThrow(/not given Clock/);
    expect(() => new Greeter()).toThrow(expect.objectContaining({ code: 'usage.inject_outside' }));
  });
});
