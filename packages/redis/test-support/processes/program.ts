import path from 'node:path';
import { Workers } from '../workers.js';
import type { Setting } from './setting.js';

/** Starts processes of a program of this folder, and waits until each is ready. */
export async function start<More extends object>(
  program: 'breaker' | 'payment' | 'rate' | 'shop' | 'spending',
  count: number,
  setting: Omit<Setting, 'index'> & More,
): Promise<Workers> {
  const file = path.join(import.meta.dirname, `${program}-worker.ts`);
  const workers = new Workers(file, { count, args: (index) => [JSON.stringify({ ...setting, index })] });
  try {
    await workers.haveSaid();
  } catch (error) {
    await workers[Symbol.asyncDispose]();
    throw error;
  }
  return workers;
}
