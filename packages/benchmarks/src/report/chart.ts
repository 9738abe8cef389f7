/** A bar of the chart. */
export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly kind: 'ours' | 'hand' | 'peer';
}

export interface Chart {
  readonly title: string;
  /** What the picture shows, for those who do not see it. */
  readonly description: string;
  /** What one of the values is: `× a bare call`. */
  readonly unit: string;
  readonly bars: readonly Bar[];
}

const WIDTH = 720;
const LEFT = 300;
const RIGHT = WIDTH - 70;
const TOP = 64;
const ROW = 26;
const BAR = 16;

const STYLE = `
    text { font: 13px system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #1f2328; }
    .title { font-weight: 600; font-size: 15px; }
    .axis, .key { fill: #57606a; font-size: 12px; }
    .ground { fill: #ffffff; }
    .line { stroke: #d0d7de; }
    .ours { fill: #0969da; }
    .hand { fill: #6e7781; }
    .peer { fill: #bc4c00; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; }
      .axis, .key { fill: #9da7b3; }
      .ground { fill: #0d1117; }
      .line { stroke: #30363d; }
      .ours { fill: #4493f8; }
      .hand { fill: #8b949e; }
      .peer { fill: #f0883e; }
    }`;

const KEYS = { ours: 'ActGuard', hand: 'written by hand', peer: 'peers' } as const;

/**
 * Horizontal bars on a logarithmic axis from 1, as an SVG that follows the colour scheme of its reader.
 *
 * @throws {Error} without a bar, or with a value below which a logarithm from 1 says nothing
 */
export function drawChart({ title, description, unit, bars }: Chart): string {
  if (bars.length === 0) throw new Error('a chart needs a bar');
  for (const { name, value } of bars)
    if (!(Number.isFinite(value) && value > 0)) throw new Error(`${name} has no value that can be drawn: ${value}`);
  const decades = Math.max(1, Math.ceil(Math.log10(Math.max(...bars.map(({ value }) => value)))));
  const bottom = TOP + bars.length * ROW;
  const x = (value: number): number => round(LEFT + (Math.max(0, Math.log10(value)) / decades) * (RIGHT - LEFT));
  const parts = [
    `<rect class="ground" width="${WIDTH}" height="${bottom + 52}"/>`,
    `<text class="title" x="16" y="26">${escaped(title)}</text>`,
  ];
  for (let decade = 0; decade <= decades; decade++) {
    const at = x(10 ** decade);
    parts.push(`<path class="line" d="M${at} ${TOP - 8}V${bottom}"/>`);
    parts.push(`<text class="axis" x="${at}" y="${TOP - 14}" text-anchor="middle">${10 ** decade}×</text>`);
  }
  for (const [index, { name, value, kind }] of bars.entries()) {
    const top = TOP + index * ROW;
    const middle = top + 12;
    parts.push(`<text x="${LEFT - 10}" y="${middle + 1}" text-anchor="end">${escaped(name)}</text>`);
    parts.push(
      `<rect class="${kind}" x="${LEFT}" y="${top}" width="${Math.max(2, round(x(value) - LEFT))}" height="${BAR}" rx="2"/>`,
    );
    parts.push(`<text x="${x(value) + 6}" y="${middle + 1}">${shown(value)}</text>`);
  }
  const kinds = [...new Set(bars.map(({ kind }) => kind))];
  for (const [index, kind] of kinds.entries()) {
    const left = LEFT + index * 130;
    parts.push(`<rect class="${kind}" x="${left}" y="${bottom + 20}" width="12" height="12" rx="2"/>`);
    parts.push(`<text class="key" x="${left + 18}" y="${bottom + 30}">${KEYS[kind]}</text>`);
  }
  parts.push(`<text class="axis" x="16" y="${bottom + 30}">${escaped(unit)}, logarithmic</text>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${bottom + 52}" width="${WIDTH}" role="img" aria-labelledby="title description">
  <title id="title">${escaped(title)}</title>
  <desc id="description">${escaped(description)}</desc>
  <style>${STYLE}
  </style>
  ${parts.join('\n  ')}
</svg>
`;
}

function shown(value: number): string {
  return `${value >= 100 ? Math.round(value) : Number(value.toPrecision(2))}×`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
