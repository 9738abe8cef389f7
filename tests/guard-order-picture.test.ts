import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { guardKinds, guardOrderPicture } from '../scripts/draw-guard-order-picture.js';

const FILE = path.resolve(import.meta.dirname, '../docs/images/guard-order.svg');

test('the picture of the order of guards is current', () => {
  if (readFileSync(FILE, 'utf8') !== guardOrderPicture())
    throw new Error('docs/images/guard-order.svg is out of date: run "npm run docs:picture".');
});

test('the picture names every guard, from top to bottom in the order of the pipeline', () => {
  const rows = [...guardOrderPicture().matchAll(/<text class="name[^"]*" x="\d+" y="([\d.]+)">([^<]+)/g)];
  const names = rows.map(([, , name]) => name);
  const kinds = guardKinds().map((kind) => (kind === 'custom' ? 'your own' : kind));
  expect(names).toEqual(['run state', 'input', ...kinds.slice(0, -1), 'method', ...kinds.slice(-1)]);
  const tops = rows.map(([, y]) => Number(y));
  expect(tops).toEqual([...tops].sort((a, b) => a - b));
});
