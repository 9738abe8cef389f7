import { describe, expect, it } from '@jest/globals';
import { type Bar, drawChart } from './chart.js';

const BARS: readonly Bar[] = [
  { name: 'one', value: 1, kind: 'ours' },
  { name: 'ten', value: 10, kind: 'hand' },
  { name: 'hundred & more', value: 100, kind: 'peer' },
];
const chart = (bars: readonly Bar[]): string =>
  drawChart({ title: 'Costs <of> calls', description: 'Bars.', unit: '× bare', bars });

function widths(svg: string): number[] {
  return [...svg.matchAll(/<rect class="(?:ours|hand|peer)"[^>]*width="([\d.]+)" height="16"/g)].map(([, width]) =>
    Number(width),
  );
}

describe('the chart', () => {
  it('draws a value ten times as large as one step further on', () => {
    const [one, ten, hundred] = widths(chart(BARS)) as [number, number, number];
    expect(one).toBe(2);
    expect(hundred).toBeCloseTo(2 * ten, 0);
  });

  it('has a line for each power of ten that it needs, and no more', () => {
    expect(chart(BARS).match(/class="line"/g)).toHaveLength(3);
    expect(chart([...BARS, { name: 'more', value: 101, kind: 'peer' }]).match(/class="line"/g)).toHaveLength(4);
  });

  it('says each value and name as text, and escapes them', () => {
    const svg = chart(BARS);
    for (const text of ['>one<', '>1×<', '>10×<', '>hundred &amp; more<', '>100×<', 'Costs &lt;of&gt; calls'])
      expect(svg).toContain(text);
  });

  it('follows the colour scheme, and tells those who do not see it', () => {
    const svg = chart(BARS);
    expect(svg).toContain('prefers-color-scheme: dark');
    expect(svg).toContain('aria-labelledby="title description"');
    expect(svg).toContain('<desc id="description">Bars.</desc>');
  });

  it('names only the kinds of bars that there are', () => {
    expect(chart(BARS.slice(0, 1))).not.toContain('>peers<');
    expect(chart(BARS)).toContain('>peers<');
  });

  it.each([
    [[]],
    [[{ name: 'x', value: Number.NaN, kind: 'ours' as const }]],
    [[{ name: 'x', value: 0, kind: 'ours' as const }]],
  ])('refuses what cannot be drawn: %j', (bars) => {
    expect(() => chart(bars)).toThrow();
  });
});
