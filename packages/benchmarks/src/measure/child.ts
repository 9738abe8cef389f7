import { fork } from 'node:child_process';
import path from 'node:path';
import type { Readings } from './readings.js';

/** What a process answers that measured one case. */
export type Answer = { readonly readings: Readings } | { readonly skipped: string };

const ONE = path.join(import.meta.dirname, '..', 'one.js');
const LONGEST_MS = 180_000;

/**
 * Measures a case in a process of its own, so that neither its code nor its garbage is in the way of another.
 *
 * @param place such as `calls/four`
 */
export function measureInChild(place: string, flags: readonly string[]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = fork(ONE, [place, ...flags], {
      execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let answer: Answer | undefined;
    let complaint = '';
    const timer = setTimeout(() => child.kill(), LONGEST_MS);
    child.stderr?.on('data', (text) => {
      complaint = `${complaint}${text}`.slice(-2000);
    });
    child.on('message', (message) => {
      answer = message as Answer;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (answer !== undefined) resolve(answer);
      else reject(new Error(`${place} ended with ${signal ?? code} and no answer\n${complaint}`));
    });
  });
}
