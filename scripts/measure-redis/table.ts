/** A row of a table: a name, and numbers or texts. */
export type Row = readonly [string, ...(string | number)[]];

/** Prints a table as Markdown. */
export function printTable(title: string, head: readonly string[], rows: readonly Row[]): void {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.map(shown).join(' | ')} |`;
  console.log(`\n## ${title}\n`);
  console.log([line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n'));
}

function shown(cell: string | number): string {
  return typeof cell === 'number' ? cell.toLocaleString('en-GB', { maximumFractionDigits: 0 }) : cell;
}
