import type { TimelineLink } from '@actguard/timeline';
import { numberOf } from './page-section.js';
import { type RefusalReason, reasonKey, refusalReason } from './refusal-counts.js';
import { printable } from './terminal-text.js';
import type { TraceResult } from './trace-result.js';

const MAX_LINKS = 3;
const MAX_ID = 40;

/** A refused call of a trace, the first one for its reason. */
export interface RefusalLink {
  readonly reason: string;
  readonly label: string;
  /** Its number in the timeline. */
  readonly call: number;
}

/** One for each reason of a trace. */
export function refusalLinks(result: TraceResult): readonly RefusalLink[] {
  const links = new Map<string, RefusalLink>();
  for (const refused of result.refused) {
    const reason = reasonKey(refusalReason(result, refused));
    if (links.has(reason)) continue;
    const call = numberOf(refused.call, result);
    links.set(reason, { reason, label: `${printable(result.id, MAX_ID)}, call ${call}`, call });
  }
  return [...links.values()];
}

/** Leads from a reason for refusals to the first traces that were refused for it. */
export class RefusalLinks {
  readonly #links = new Map<string, TimelineLink[]>();

  /** @param section id of the section that the trace is drawn in */
  add(refusals: readonly RefusalLink[], section: string): void {
    for (const { reason, label, call } of refusals) {
      const links = this.#links.get(reason) ?? [];
      this.#links.set(reason, links);
      if (links.length < MAX_LINKS) links.push({ label, section, call });
    }
  }

  of(reason: RefusalReason): readonly TimelineLink[] {
    return this.#links.get(reasonKey(reason)) ?? [];
  }
}
