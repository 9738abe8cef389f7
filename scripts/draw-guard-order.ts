/** Draws the picture of the order of guards for the documentation. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { guardOrderPicture } from './draw-guard-order-picture.js';

writeFileSync(path.resolve(import.meta.dirname, '../docs/images/guard-order.svg'), guardOrderPicture());
