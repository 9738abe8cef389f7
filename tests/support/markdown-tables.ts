/** One row of a table, with its line in the document, counted from 1. */
export interface TableRow {
  readonly line: number;
  /** Cells by the header of their column. */
  readonly cells: Readonly<Record<string, string>>;
}

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const DIVIDER = /^\|(\s*:?-+:?\s*\|)+\s*$/;

/** The document with what stands in fenced blocks blanked, so that lines keep their numbers. */
export function withoutFences(markdown: string): string {
  let fence: string | undefined;
  return markdown
    .split(/\r?\n/)
    .map((line) => {
      const ticks = FENCE.exec(line)?.[1];
      if (fence !== undefined) {
        if (ticks?.startsWith(fence) && line.trim() === ticks) fence = undefined;
        return '';
      }
      if (ticks === undefined) return line;
      fence = ticks;
      return '';
    })
    .join('\n');
}

/** The rows of all tables of a document that have a header and a divider. A pipe in a cell is written `\|`. */
export function tableRowsOf(markdown: string): TableRow[] {
  const lines = withoutFences(markdown).split('\n');
  const rows: TableRow[] = [];
  let header: string[] | undefined;
  for (const [index, line] of lines.entries()) {
    if (!line.startsWith('|')) header = undefined;
    else if (DIVIDER.test(lines[index + 1] ?? '')) header = cellsOf(line);
    else if (header !== undefined && !DIVIDER.test(line)) {
      const cells = cellsOf(line);
      if (cells.length !== header.length)
        throw new Error(`line ${index + 1}: ${cells.length} cells under ${header.length} headers`);
      rows.push({ line: index + 1, cells: Object.fromEntries(header.map((name, at) => [name, cells[at] ?? ''])) });
    }
  }
  return rows;
}

function cellsOf(line: string): string[] {
  return line
    .trim()
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
}
