import { readSetting } from './setting.js';

// To be imported before all others: both clocks of the process are ahead of the true time, or behind it.
const { aheadMs = 0 } = readSetting();
const { now: wall } = Date;
const monotonic = performance.now.bind(performance);

class SkewedDate extends Date {
  constructor(...args: readonly unknown[]) {
    super(...((args.length === 0 ? [SkewedDate.now()] : args) as [number]));
  }
  static override now(): number {
    return wall() + aheadMs;
  }
}

if (aheadMs !== 0) {
  globalThis.Date = SkewedDate as DateConstructor;
  performance.now = () => monotonic() + aheadMs;
}
