import { type Html, html } from './html.js';
import type { RunModel } from './run-model.js';
import { cut } from './shown-text.js';

/** A link to a section of the same page, or to a call in it. */
export interface TimelineLink {
  /** What is written on it: plain text. */
  readonly label: string;
  /** `id` of the section. Without such a section the label is no link. */
  readonly section: string;
  /** Number of a call in the first run of the section, from 1. Where that is not drawn, the link leads to the section. @default none */
  readonly call?: number | undefined;
}

const MAX_LABEL = 80;

/** Where links of a page lead. */
export class PageLinks {
  readonly #sections = new Map<string, { readonly prefix: string; readonly calls: ReadonlySet<number> }>();

  /** @param prefix begins the ids of what is in the section */
  add(section: string, prefix: string, [run]: readonly RunModel[]): void {
    const calls = new Set(run?.steps.flatMap((step) => (step.step === 'call' ? [step.number] : [])));
    this.#sections.set(section, { prefix, calls });
  }

  /** The label as a link, or as text where it would lead nowhere. */
  link({ label, section, call }: TimelineLink): Html {
    const shown = cut(label, MAX_LABEL);
    const found = this.#sections.get(section);
    if (found === undefined) return html`${shown}`;
    const anchor = call !== undefined && found.calls.has(call) ? `${found.prefix}r1c${call}` : section;
    return html`<a href="#${anchor}">${shown}</a>`;
  }

  /** A label that leads to a call of its own section, if that is drawn. */
  toCall(label: string, section: string, call: number | undefined): Html {
    const isDrawn = call !== undefined && this.#sections.get(section)?.calls.has(call) === true;
    return isDrawn ? this.link({ label, section, call }) : html`${label}`;
  }
}
