/** Brings the option tables of the documentation up to date with the interfaces that they show. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fillPage, readPages } from './option-tables-page.js';
import { OptionSource } from './option-tables-source.js';

const ROOT = path.resolve(import.meta.dirname, '..');
const source = OptionSource.of(ROOT);
for (const [page, text] of Object.entries(readPages(ROOT))) {
  const filled = fillPage(page, text, source);
  for (const problem of filled.problems) {
    console.error(problem);
    process.exitCode = 1;
  }
  if (filled.text === text) continue;
  writeFileSync(path.join(ROOT, page), filled.text);
  console.log(`${page}: updated`);
}
