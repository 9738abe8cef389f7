import { TestClock } from '@actguard/core/testing';

/** Where a parcel is. */
export interface Position {
  readonly trackingId: string;
  readonly status: string;
}

/** The service did not do what was asked. */
export class CarrierError extends Error {
  /** HTTP status of its answer, from which a breaker sees what kind of failure it is. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'CarrierError';
    this.status = status;
  }
}

/** Failed requests in a row after which the carrier takes a client for a broken one. */
const MAX_FAILED_REQUESTS = 10;
const OUTAGE_MS = 6 * 60_000;

const POSITIONS: readonly Position[] = [
  { trackingId: 'PX-4471', status: 'out for delivery, today until 14:00' },
  { trackingId: 'PX-4490', status: 'in the depot in Lyon, delivery tomorrow' },
];

/** The service of a parcel carrier, on a clock of its own. It is down for its first six minutes. */
export class Carrier {
  readonly clock = new TestClock(Date.parse('2026-03-16T08:00:00Z'));
  /** Requests that it got while it was down. */
  requestsWhileDown = 0;
  isAccountBlocked = false;
  readonly #upAt = this.clock.now() + OUTAGE_MS;
  #failedInARow = 0;

  /** @throws {CarrierError} 503 where it is down, 403 where it has blocked the account, 404 for an unknown parcel */
  async track(trackingId: string): Promise<Position> {
    if (this.isAccountBlocked) throw new CarrierError(403, 'account blocked: too many failed requests in a row');
    if (this.clock.now() < this.#upAt) throw this.#failed();
    this.#failedInARow = 0;
    const position = POSITIONS.find((each) => each.trackingId === trackingId);
    if (position === undefined) throw new CarrierError(404, `no parcel ${trackingId}`);
    return position;
  }

  #failed(): CarrierError {
    this.requestsWhileDown++;
    this.isAccountBlocked = ++this.#failedInARow >= MAX_FAILED_REQUESTS;
    return new CarrierError(503, 'service unavailable');
  }
}
