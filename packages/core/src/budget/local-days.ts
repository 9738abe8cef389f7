const SECOND = 1000;
/** Milliseconds of a day whose clocks are not changed. */
export const DAY = 86_400_000;

const known = new Map<string, LocalDays>();

/** The days of a time zone, numbered from 1970-01-01. They may be longer or shorter than 24 hours, and begin later than midnight. */
export class LocalDays {
  /** As it was written, in lower case: what a time zone is called officially differs between versions of its database. */
  readonly timezone: string;
  readonly #format: Intl.DateTimeFormat;

  private constructor(timezone: string) {
    this.timezone = timezone;
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  /** The days of a time zone, by its IANA name; `undefined` where there is none of that name. */
  static of(timezone: string): LocalDays | undefined {
    const name = timezone.toLowerCase();
    let days = known.get(name);
    if (days !== undefined) return days;
    try {
      days = new LocalDays(name);
    } catch {
      return undefined;
    }
    known.set(name, days);
    return days;
  }

  /** The day that has begun at a time. */
  dayOf(time: number): number {
    let day = Math.floor(this.#local(time) / DAY);
    // Where clocks go back over midnight, the new day has begun before.
    while (this.start(day + 1) <= time) day++;
    return day;
  }

  /** When a day begins: at its first midnight or, where a change of clocks leaves that out, with the change. */
  start(day: number): number {
    const midnight = day * DAY;
    const [before, after] = [this.#offset(midnight - DAY), this.#offset(midnight + DAY)];
    const [early, late] = [midnight - Math.max(before, after), midnight - Math.min(before, after)];
    if (this.#local(early) === midnight) return early;
    if (this.#local(late) === midnight && this.#local(late - 1) < midnight) return late;
    let [tooEarly, begun] = [early, late];
    while (begun - tooEarly > 1) {
      const middle = tooEarly + Math.floor((begun - tooEarly) / 2);
      if (this.#local(middle) >= midnight) begun = middle;
      else tooEarly = middle;
    }
    return begun;
  }

  #offset(time: number): number {
    return this.#local(time) - time;
  }

  /** What a clock on the wall shows, as if it showed UTC. */
  #local(time: number): number {
    const shown: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
    for (const { type, value } of this.#format.formatToParts(time)) shown[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown;
    return Date.UTC(year, month - 1, day, hour, minute, second) + (((time % SECOND) + SECOND) % SECOND);
  }
}
