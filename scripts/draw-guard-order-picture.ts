import { ORDER } from '../packages/core/src/guards/order.js';

interface Box {
  readonly name: string;
  /** What it asks or does, in a few words. */
  readonly does: string;
  readonly look?: string;
}

/** What the picture says of each kind of guard; where it stands, the pipeline says. */
const GUARDS: Readonly<Record<string, Box>> = {
  idempotent: { name: 'idempotent', does: 'was this action done before?' },
  maxAttempts: { name: 'maxAttempts', does: 'any attempts left in this run?' },
  enforce: { name: 'enforce', does: 'do facts and rules allow it?' },
  custom: { name: 'your own', does: 'what you check with defineGuard' },
  circuitBreaker: { name: 'circuitBreaker', does: 'does the dependency work?' },
  rateLimit: { name: 'rateLimit', does: 'is there a place in the window?' },
  budget: { name: 'budget', does: 'is any budget left?' },
  timeout: { name: 'timeout', does: 'its time begins with the method' },
  prove: { name: 'prove', does: 'ids in the result become facts' },
};

const BEFORE_GUARDS: readonly Box[] = [
  { name: 'run state', does: 'not killed, ended or too late?' },
  { name: 'input', does: 'do the arguments fit the schema?' },
];
const METHOD: Box = { name: 'method', does: 'your code, on those arguments', look: 'method' };

/**
 * Kinds of guards in the order in which they act.
 *
 * @throws {Error} where the pipeline has another kind among them
 */
export function guardKinds(): readonly string[] {
  const unknown = ORDER.filter((kind) => !Object.hasOwn(GUARDS, kind));
  if (unknown.length > 0) throw new Error(`the picture does not know ${unknown.join(', ')}`);
  return ORDER;
}

const WIDTH = 400;
const LEFT = 20;
const BOX = { width: 244, height: 42, gap: 10 };
const CENTRE = LEFT + BOX.width / 2;
const RIGHT = LEFT + BOX.width;
/** Where a stored result goes down beside the boxes. */
const LANE = RIGHT + 18;
const HEADER = 28;

const STYLE = `
    text { font: 13px system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #1f2328; }
    .name { font-weight: 600; font-size: 15px; }
    .does { fill: #57606a; }
    .ground { fill: #ffffff; }
    .panel { fill: #f3f5f8; stroke: #d0d7de; }
    .box { fill: #ffffff; stroke: #8c959f; }
    .end { fill: none; stroke: #8c959f; }
    .method { fill: #0969da; stroke: #0969da; }
    .on-method { fill: #ffffff; }
    .flow { stroke: #57606a; stroke-width: 1.5; fill: none; }
    .head { fill: #57606a; }
    .point { stroke: #cf222e; stroke-width: 2; }
    .at-point { fill: #cf222e; font-weight: 600; }
    .stored { stroke: #8250df; stroke-width: 1.5; stroke-dasharray: 5 4; fill: none; }
    .stored-head, .stored-text { fill: #8250df; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; }
      .does { fill: #9da7b3; }
      .ground { fill: #0d1117; }
      .panel { fill: #161b22; stroke: #30363d; }
      .box { fill: #0d1117; stroke: #6e7681; }
      .end { stroke: #6e7681; }
      .method { fill: #1f6feb; stroke: #1f6feb; }
      .on-method { fill: #ffffff; }
      .flow { stroke: #9da7b3; }
      .head { fill: #9da7b3; }
      .point { stroke: #ff7b72; }
      .at-point { fill: #ff7b72; }
      .stored { stroke: #d2a8ff; }
      .stored-head, .stored-text { fill: #d2a8ff; }
    }`;

/** The picture of the order of guards, as an SVG that follows the colour scheme of its reader. */
export function guardOrderPicture(): string {
  const kinds = guardKinds();
  const after = kinds.indexOf('prove');
  const before = [...BEFORE_GUARDS, ...kinds.slice(0, after).map(boxOf)];
  const behind = [METHOD, ...kinds.slice(after).map(boxOf)];

  const parts: string[] = [];
  const middles = new Map<string, number>();
  let y = 8;
  const end = (text: string): void => {
    parts.push(`<rect class="end" x="${LEFT}" y="${y}" width="${BOX.width}" height="28" rx="14"/>`);
    parts.push(`<text x="${CENTRE}" y="${y + 18.5}" text-anchor="middle">${text}</text>`);
    y += 28;
  };
  const panel = (header: string, boxes: readonly Box[]): void => {
    const height = HEADER + boxes.length * (BOX.height + BOX.gap) + 4;
    parts.push(`<rect class="panel" x="8" y="${y}" width="${WIDTH - 16}" height="${height}" rx="8"/>`);
    parts.push(`<text class="does" x="${LEFT}" y="${y + 19}">${header}</text>`);
    y += HEADER;
    for (const [index, box] of boxes.entries()) {
      if (index > 0) parts.push(arrow(y - BOX.gap, y));
      parts.push(drawBox(box, y));
      middles.set(box.name, y + BOX.height / 2);
      y += BOX.height + BOX.gap;
    }
    y += 4;
  };
  const step = (height: number): void => {
    parts.push(arrow(y, y + height));
    y += height;
  };

  end('a tool call');
  step(14);
  panel('Refused in here: all is given back but the attempt.', before);
  parts.push(`<path class="flow" d="M${CENTRE} ${y}v12"/>`);
  y += 20;
  parts.push(`<path class="point" d="M8 ${y}H${CENTRE - 60}M${CENTRE + 60} ${y}H${WIDTH - 8}"/>`);
  parts.push(`<text class="at-point" x="${CENTRE}" y="${y + 4.5}" text-anchor="middle">dispatch point</text>`);
  y += 8;
  step(14);
  panel('After: the outcome is the method’s.', behind);
  step(14);
  const endAt = y + 14;
  end('the result');

  const at = (kind: string): number => middles.get(boxOf(kind).name) as number;
  parts.push(
    `<path class="stored" d="M${RIGHT} ${at('idempotent')}H${LANE}V${at('enforce')}H${RIGHT + 7}"/>`,
    `<path class="stored-head" d="M${RIGHT} ${at('enforce')}l8 -4v8z"/>`,
    `<path class="stored" d="M${RIGHT} ${at('custom')}H${LANE}V${endAt}H${RIGHT + 7}"/>`,
    `<path class="stored-head" d="M${RIGHT} ${endAt}l8 -4v8z"/>`,
    beside(at('maxAttempts'), ['done before:', 'on to the rules']),
    beside(at('circuitBreaker'), ['they agree:', 'the stored', 'result is', 'delivered']),
  );
  const names = [...before, ...behind].map(({ name }) => name).join(', ');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + 8}" width="${WIDTH}" height="${y + 8}" role="img" aria-labelledby="title desc">
  <title id="title">The order of guards</title>
  <desc id="desc">A tool call passes, in this order: ${names}. A call that is refused before the dispatch point, where the method is invoked, gives back everything but its attempt. After it the outcome is what the method did. Where idempotent finds that the action was done before, the call goes on to enforce and to your own guards, and if they agree the stored result is delivered.</desc>
  <style>${STYLE}
  </style>
  <rect class="ground" width="${WIDTH}" height="${y + 8}" rx="8"/>
  ${parts.join('\n  ')}
</svg>
`;
}

function boxOf(kind: string): Box {
  return GUARDS[kind] as Box;
}

function drawBox({ name, does, look = 'box' }: Box, y: number): string {
  const on = look === 'box' ? ['name', 'does'] : [`name on-${look}`, `on-${look}`];
  return [
    `<rect class="${look}" x="${LEFT}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="6"/>`,
    `<text class="${on[0]}" x="${LEFT + 10}" y="${y + 18}">${name}</text>`,
    `<text class="${on[1]}" x="${LEFT + 10}" y="${y + 34}">${does}</text>`,
  ].join('\n  ');
}

function arrow(from: number, to: number): string {
  return `<path class="flow" d="M${CENTRE} ${from}V${to - 5}"/><path class="head" d="M${CENTRE} ${to}l-4 -7h8z"/>`;
}

function beside(middle: number, lines: readonly string[]): string {
  const top = middle - ((lines.length - 1) * 17) / 2 + 4.5;
  return lines
    .map((line, index) => `<text class="stored-text" x="${LANE + 7}" y="${top + index * 17}">${line}</text>`)
    .join('\n  ');
}
