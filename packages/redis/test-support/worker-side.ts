import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';

const heard: string[] = [];
let wake: (() => void) | undefined;
let reader: ReturnType<typeof createInterface> | undefined;

/** In a worker: tells the test something, as JSON. What it has said is heard even if it is killed right after. */
export function say(value: unknown): void {
  writeSync(1, `${JSON.stringify(value)}\n`);
}

/** In a worker: waits for the next thing that the test tells it. The process ends when there is nobody to tell anything. */
export async function hear(): Promise<unknown> {
  if (reader === undefined) {
    reader = createInterface({ input: process.stdin });
    reader.on('line', (line) => {
      heard.push(line);
      wake?.();
    });
    reader.on('close', () => process.exit());
  }
  process.stdin.ref();
  while (heard.length === 0) await new Promise<void>((resolve) => (wake = resolve));
  // A worker with nothing left to do ends by itself.
  process.stdin.unref();
  return JSON.parse(heard.shift()!) as unknown;
}
