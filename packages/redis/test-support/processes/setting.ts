import type { Duration } from '@actguard/core';

/** What every worker of these tests is told at its start. */
export interface Setting {
  readonly url: string;
  /** Stands before the keys of its store, and before those that the test itself keeps on the server. */
  readonly prefix: string;
  /** Which of its program's workers it is; every fourth uses node-redis. */
  readonly index: number;
  readonly lease?: Duration;
  /** What its clocks are ahead of the true time. */
  readonly aheadMs?: number;
}

/** In a worker: what it was told. */
export function readSetting<More extends object>(): Setting & More {
  return JSON.parse(process.argv[2]!) as Setting & More;
}
