import { type Html, html, NOTHING } from './html.js';

/** What a line of the page has to do with a fact. */
export type RailNode =
  /** The fact starts or arrives here, on its lane. */
  | { readonly role: 'source' | 'use'; readonly lane: number }
  /** It comes from somewhere that is not on this page. */
  | { readonly role: 'outside' }
  /** It should have come from somewhere, and did not. */
  | { readonly role: 'missing' };

/** A lane that is in use on a line. */
export interface RailLane {
  readonly lane: number;
  /** It comes in from the line above. */
  readonly above: boolean;
  /** It goes on to the line below. */
  readonly below: boolean;
}

/** Most lanes that are drawn side by side. */
export const MAX_LANES = 6;

const LANE_WIDTH = 14;
const NARROWEST = 34;
/** Height of the middle of a line's first row of text; the style sheet keeps it. */
const MIDDLE = 18;
const TURN = 7;

/** Width of the rail, in pixels. */
export function railWidth(lanes: number): number {
  return NARROWEST + Math.max(0, lanes - 1) * LANE_WIDTH;
}

/**
 * The piece of the rail beside one line. It is as high as the line, which is not known here: lengths are pixels from the top,
 * or all of it.
 */
export function railOf(width: number, lanes: readonly RailLane[], node: RailNode | undefined): Html {
  if (lanes.length === 0 && node === undefined) return NOTHING;
  const on = node !== undefined && 'lane' in node ? lanes.find(({ lane }) => lane === node.lane) : undefined;
  return html`<svg class="rail" width="${width}" height="100%" aria-hidden="true" focusable="false">${lanes
    .filter((lane) => lane !== on)
    .map((lane) => through(width, lane))}${on && turn(width, on, node?.role === 'source')}${
    node?.role === 'outside' && outside(width)
  }${node?.role === 'missing' && missing(width)}</svg>`;
}

function xOf(width: number, lane: number): number {
  return width - 20 - lane * LANE_WIDTH;
}

function through(width: number, { lane }: RailLane): Html {
  const x = xOf(width, lane);
  return html`<line class="t l${lane}" x1="${x}" x2="${x}" y1="0" y2="100%"/>`;
}

function turn(width: number, { lane, above, below }: RailLane, isSource: boolean): Html {
  const x = xOf(width, lane);
  const end = width - (isSource ? 6 : 7);
  const pieces: Html[] = [];
  if (above && below) {
    pieces.push(html`<line class="t l${lane}" x1="${x}" x2="${x}" y1="0" y2="100%"/>`);
    pieces.push(
      html`<path class="t l${lane}" d="M${x} ${MIDDLE - TURN}Q${x} ${MIDDLE} ${x + TURN} ${MIDDLE}H${end}"/>`,
    );
  } else if (below) {
    pieces.push(
      html`<path class="t l${lane}" d="M${end} ${MIDDLE}H${x + TURN}Q${x} ${MIDDLE} ${x} ${MIDDLE + TURN}"/>`,
    );
    pieces.push(html`<line class="t l${lane}" x1="${x}" x2="${x}" y1="${MIDDLE + TURN}" y2="100%"/>`);
  } else {
    pieces.push(
      html`<path class="t l${lane}" d="M${x} 0V${MIDDLE - TURN}Q${x} ${MIDDLE} ${x + TURN} ${MIDDLE}H${end}"/>`,
    );
  }
  pieces.push(
    isSource ? html`<circle class="n l${lane}" cx="${width - 7}" cy="${MIDDLE}" r="4.5"/>` : arrow(width, `l${lane}`),
  );
  return html`${pieces}`;
}

function arrow(width: number, style: string): Html {
  return html`<path class="n ${style}" d="M${width - 9} ${MIDDLE - 4.5}L${width - 1} ${MIDDLE}L${width - 9} ${MIDDLE + 4.5}Z"/>`;
}

function outside(width: number): Html {
  return html`<circle class="t out" cx="${width - 14}" cy="${MIDDLE}" r="3"/>${arrow(width, 'out')}`;
}

function missing(width: number): Html {
  const [left, top, bottom] = [width - 17, MIDDLE - 3.5, MIDDLE + 3.5];
  return html`<path class="t gap" d="M${left} ${top}l7 7M${left} ${bottom}l7-7"/><path class="n gap" d="M${width - 8} ${
    MIDDLE - 4.5
  }L${width} ${MIDDLE}L${width - 8} ${MIDDLE + 4.5}Z"/>`;
}
