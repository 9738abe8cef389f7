import { type Html, html } from './html.js';
import type { PageLinks, TimelineLink } from './page-links.js';
import { cut } from './shown-text.js';

/** Numbers above the sections of a page. All texts are plain. */
export interface TimelineTable {
  /** What the table shows, in a few words. */
  readonly caption: string;
  /** The first one is of what names the rows. */
  readonly columns: readonly TimelineColumn[];
  /** Rows that belong together, in order. */
  readonly groups: readonly TimelineRowGroup[];
  /** What to know to read it, a sentence each. @default [] */
  readonly notes?: readonly string[] | undefined;
}

/** A column of a table. */
export interface TimelineColumn {
  /** Its heading. */
  readonly label: string;
  /** Numbers stand at the right. @default false */
  readonly isNumber?: boolean | undefined;
}

/** Rows of a table under one heading. */
export interface TimelineRowGroup {
  /** Heading of the group. @default none */
  readonly title?: string | undefined;
  /** Said beside the heading. */
  readonly text?: string | undefined;
  /** The rows, from top to bottom. */
  readonly rows: readonly TimelineRow[];
}

/** A row of a table. */
export interface TimelineRow {
  /** One for each column; the first names the row. */
  readonly cells: readonly (string | TimelineCell)[];
  /** Stands out from the others. @default false */
  readonly isMain?: boolean | undefined;
}

/** A cell with links below its text. */
export interface TimelineCell {
  /** Plain text. */
  readonly text: string;
  /** To sections, or to calls in them. @default [] */
  readonly links?: readonly TimelineLink[] | undefined;
}

const MAX_CELL = 300;

/** A table that scrolls by itself where the page is too narrow for it. */
export function renderTable(
  { caption, columns, groups, notes = [] }: TimelineTable,
  id: string,
  links: PageLinks,
): Html {
  const heads = columns.map(
    ({ label, isNumber }) => html`<th scope="col"${kindOf(isNumber)}>${cut(label, MAX_CELL)}</th>`,
  );
  return html`<section class="figures"><h2 id="${id}">${caption}</h2><div class="scroll" role="region" aria-labelledby="${id}" tabindex="0"><table><thead><tr>${heads}</tr></thead>${groups.map(
    (group) => groupOf(group, columns, links),
  )}</table></div>${notes.map((note) => html`<p class="note">${note}</p>`)}</section>`;
}

function groupOf({ title, text, rows }: TimelineRowGroup, columns: readonly TimelineColumn[], links: PageLinks): Html {
  const head =
    title !== undefined &&
    html`<tr class="group"><th scope="rowgroup" colspan="${columns.length}">${cut(title, MAX_CELL)}${
      text !== undefined && html` <span class="about">${cut(text, MAX_CELL)}</span>`
    }</th></tr>`;
  return html`<tbody>${head}${rows.map(
    ({ cells, isMain = false }) =>
      html`<tr${isMain && html` class="main"`}>${columns.map(({ isNumber }, index) => {
        const cell = cellOf(cells[index] ?? '', isNumber === true, links);
        return index === 0 ? html`<th scope="row">${cell}</th>` : html`<td${kindOf(isNumber)}>${cell}</td>`;
      })}</tr>`,
  )}</tbody>`;
}

function cellOf(cell: string | TimelineCell, isNumber: boolean, links: PageLinks): Html {
  const { text, links: wanted = [] } = typeof cell === 'string' ? { text: cell } : cell;
  const shown = cut(text, MAX_CELL);
  const drawn = wanted.map((link) => html`<li>${links.link(link)}</li>`);
  return html`${isNumber ? shown : breakable(shown)}${drawn.length > 0 && html`<ul role="list">${drawn}</ul>`}`;
}

/** A code or an id may be broken behind its parts, so that no line ends in the middle of a word. */
function breakable(text: string): Html[] {
  return text.split(/(?<=[_.])(?=\p{L})/u).map((part, index) => (index === 0 ? html`${part}` : html`<wbr>${part}`));
}

function kindOf(isNumber: boolean | undefined): Html | false {
  return isNumber === true && html` class="num"`;
}
