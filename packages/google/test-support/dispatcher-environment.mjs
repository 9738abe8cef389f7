import { TestEnvironment as NodeEnvironment } from 'jest-environment-node';

/** Where Node keeps the dispatcher of its `fetch`: the SDK looks for it in the global object, and jest makes one of its own. */
const DISPATCHERS = ['undici.globalDispatcher.1', 'undici.globalDispatcher.2'].map((name) => Symbol.for(name));

/** What the SDK expects of Node, inside jest. */
export default class DispatcherEnvironment extends NodeEnvironment {
  async setup() {
    await super.setup();
    // Node makes it when it is first needed.
    if (!globalThis[DISPATCHERS[0]]) await fetch('data:,');
    for (const key of DISPATCHERS) if (globalThis[key]) this.global[key] = globalThis[key];
    // `fetch` throws errors of Node's own realm; outside jest there is no other.
    recognise(this.global.Error, Error);
    recognise(this.global.TypeError, TypeError);
  }
}

function recognise(here, outside) {
  const isOrdinary = Function.prototype[Symbol.hasInstance];
  Object.defineProperty(here, Symbol.hasInstance, {
    value(thrown) {
      return isOrdinary.call(this, thrown) || (this === here && thrown instanceof outside);
    },
  });
}
