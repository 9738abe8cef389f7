import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const CORE = path.join(import.meta.dirname, '../packages/core/dist/index.js');

/** A script of its own, in plain JavaScript: decorators are applied by hand. It is killed if it does not end by itself. */
async function run(body: string): Promise<string> {
  const script = `
    import { Agent, AgentHost, RateLimit, Timeout, Tool } from ${JSON.stringify(CORE)};
    class Lab {
      async quick() { return 'done'; }
      async hangs() { return new Promise(() => {}); }
      async stuck() { return new Promise(() => {}); }
      async limited() { return 'done'; }
    }
    const decorate = (method, ...decorators) => {
      for (const decorator of decorators) decorator(Lab.prototype, method, Object.getOwnPropertyDescriptor(Lab.prototype, method));
    };
    decorate('quick', Timeout('1h'), Tool());
    decorate('hangs', Timeout('50ms'), Tool());
    decorate('stuck', Tool());
    decorate('limited', RateLimit({ maxCalls: 1, period: '60ms', onLimit: 'wait' }), Tool());
    Agent()(Lab);
    const host = await AgentHost.create({ agents: [Lab], drain: '50ms' });
    ${body}
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
    timeout: 20_000,
  });
  return stdout.trim();
}

test('a host that nobody closes, with a timeout of an hour and a deadline, does not keep the process alive', async () => {
  const printed = await run(`
    const run = host.open({ deadline: '1h' });
    console.log(await run.get(Lab).quick());
  `);
  expect(printed).toBe('done');
});

test('a call that waits for nothing but its timeout keeps the process alive until then', async () => {
  const printed = await run(`
    await host.run(async (run) => console.log(await run.get(Lab).hangs().catch((error) => error.code)));
  `);
  expect(printed).toBe('tool.timeout');
});

test('a call that waits for its place keeps the process alive until it has it', async () => {
  const printed = await run(`
    await host.run(async (run) => {
      await run.get(Lab).limited();
      console.log(await run.get(Lab).limited());
    });
  `);
  expect(printed).toBe('done');
});

test('a run that ends with a call that hangs waits for it no longer than the drain', async () => {
  const printed = await run(`
    const lost = await host.run(async (run) => ({ call: run.get(Lab).stuck().catch((error) => error.code) }));
    console.log(await lost.call);
  `);
  expect(printed).toBe('run.ended');
});
