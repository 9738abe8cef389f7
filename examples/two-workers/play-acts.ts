import { randomBytes } from 'node:crypto';
import { ACTS, type Act } from './acts.js';
import type { Answer } from './messages.js';
import type { DemoServer } from './server.js';
import { WorkerProcess } from './worker-process.js';

/**
 * Plays all acts with two workers, and prints what became of each call.
 *
 * @returns whether what really happened is what should have
 */
export async function playActs(server: DemoServer): Promise<boolean> {
  const prefix = `actguard-two-workers-${randomBytes(6).toString('hex')}:`;
  const workers = ['worker 1', 'worker 2'].map((name) => new WorkerProcess(name, server.url, prefix));
  try {
    await Promise.all(workers.map((worker) => worker.ready()));
    console.log(`Processes ${workers.map(({ pid }) => pid).join(' and ')}, with ${server.description}.`);
    let isRight = true;
    for (const act of ACTS) isRight = (await play(act, workers)) && isRight;
    return isRight;
  } finally {
    await Promise.all(workers.map((worker) => worker.end()));
    await server.close(prefix);
  }
}

async function play({ title, play, expected }: Act, workers: readonly WorkerProcess[]): Promise<boolean> {
  const effects = (): number => workers.reduce((sum, worker) => sum + worker.effects.length, 0);
  const before = effects();
  console.log(`\n── ${title}\n`);
  await play(workers, ({ name }, answer) => console.log(`  ${name}   ${shown(answer)}`));
  const done = effects() - before;
  const isRight = done === expected.count;
  console.log(
    `\n  really done: ${done} × ${expected.effect}${isRight ? '' : `, where ${expected.count} were expected`}`,
  );
  return isRight;
}

function shown(answer: Answer): string {
  switch (answer.is) {
    case 'done':
      return `done      ${answer.result}`;
    case 'failed':
      return `failed    ${answer.message}`;
    case 'refused': {
      const { code, retryAfterMs = 0 } = answer;
      return `refused   ${code}${retryAfterMs > 0 ? `, try again in ${Math.ceil(retryAfterMs / 1000)} s` : ''}`;
    }
  }
}
