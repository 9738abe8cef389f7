import type { ActGuardEvent } from '@actguard/core';
import { renderTimelines, type TimelineSection } from '@actguard/timeline';
import type { ReplayedTrace } from '../replay/outcome.js';
import { INTERESTS, InterestingTraces, interestOf } from './interesting-traces.js';
import { MAX_EVENTS, pageSection } from './page-section.js';
import { pageTables } from './page-tables.js';
import { type RefusalLink, RefusalLinks, refusalLinks } from './refusal-links.js';
import type { ReportData } from './report.js';
import { counted, grouped } from './terminal-text.js';
import type { TraceResult } from './trace-result.js';

interface DrawnTrace {
  readonly section: TimelineSection;
  readonly refusals: readonly RefusalLink[];
}

/** What is on a page. */
export interface PageOptions {
  /** Heading of the page. @default 'Replay' */
  readonly title?: string | undefined;
  /** Most traces that are drawn. @default 100 */
  readonly maxTraces?: number | undefined;
}

/**
 * Makes an HTML page of a replay: the report as tables, and below it a timeline for each of the most interesting traces. Attacks
 * that got through come first, then useful benign traces with a refusal, blocked attacks, and the rest. Memory is bounded by
 * `maxTraces`. The same replay gives the same bytes.
 */
export class PageCollector {
  readonly #title: string;
  readonly #traces: InterestingTraces<DrawnTrace>;
  #events: ActGuardEvent[] = [];

  /** @throws {RangeError} if `maxTraces` is no whole number, or negative */
  constructor({ title = 'Replay', maxTraces = 100 }: PageOptions = {}) {
    if (!Number.isSafeInteger(maxTraces) || maxTraces < 0)
      throw new RangeError(`PageCollector: maxTraces must be a whole number from 0, not ${String(maxTraces)}`);
    this.#title = title;
    this.#traces = new InterestingTraces(maxTraces);
  }

  /** Takes the events of the replay: `Replayer.create(agents, { onEvent: page.onEvent })`. One after the other for several. */
  readonly onEvent = (event: ActGuardEvent): void => {
    // What a trace left over that could not be replayed is none of the next one.
    if (event.name === 'run.start') this.#events = [];
    // One more says that there were more.
    if (this.#events.length <= MAX_EVENTS) this.#events.push(event);
  };

  /**
   * Takes a trace right after it was replayed.
   *
   * @param result what `Report.add` returned for it
   */
  add({ trace }: ReplayedTrace, result: TraceResult): void {
    const events = this.#events;
    this.#events = [];
    this.#traces.add(interestOf(result), () => ({
      section: pageSection(trace, result, events),
      refusals: refusalLinks(result),
    }));
  }

  /** One complete HTML page that loads nothing and runs no script. */
  html(report: ReportData): string {
    const drawn = INTERESTS.flatMap((interest) => this.#traces.kept(interest));
    const links = new RefusalLinks();
    const sections = drawn.map(({ section, refusals }, index) => {
      const id = `t${index + 1}`;
      links.add(refusals, id);
      return { ...section, id };
    });
    return renderTimelines({
      title: this.#title,
      intro: `Recorded calls, made once more through the guards. ${this.#shown()}`,
      summary: counts(report),
      tables: pageTables(report, (count) => links.of(count)),
      sections,
    });
  }

  #shown(): string {
    const total = INTERESTS.reduce((sum, interest) => sum + this.#traces.seen(interest), 0);
    const shown = INTERESTS.reduce((sum, interest) => sum + this.#traces.kept(interest).length, 0);
    if (shown === total) return 'Below, all traces are drawn.';
    const kinds = INTERESTS.filter((interest) => this.#traces.seen(interest) > 0).map((interest) => {
      const kept = this.#traces.kept(interest).length;
      return `${grouped(kept)} of ${grouped(this.#traces.seen(interest))} ${interest}`;
    });
    return `Below, ${grouped(shown)} of ${grouped(total)} traces are drawn, ${grouped(total - shown)} were left out: ${kinds.join(', ')}.`;
  }
}

function counts({ rows }: ReportData): string {
  const [traces, calls, refused] = rows.reduce(
    ([t, c, r], row) => [t + row.traces, c + row.calls, r + row.refused] as const,
    [0, 0, 0] as readonly [number, number, number],
  );
  return `${counted(traces, 'trace')}, ${counted(calls, 'call')}, ${grouped(refused)} refused`;
}
