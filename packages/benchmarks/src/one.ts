/** Measures one case in this process: `node --expose-gc dist/one.js calls/four [--quick] [--seconds 10]`. */
import { parseArgs } from 'node:util';
import { GROUPS } from './groups/index.js';
import { FULL, QUICK, type TimeBudget } from './measure/readings.js';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, seconds: { type: 'string' } },
});
const [groupName, caseName] = (positionals[0] ?? '').split('/');
const found = GROUPS.find(({ name }) => name === groupName)?.cases.find(({ name }) => name === caseName);
if (found === undefined) {
  const names = GROUPS.flatMap(({ name, cases }) => cases.map((each) => `${name}/${each.name}`));
  throw new Error(`There is no case ${String(positionals[0])}. There are:\n${names.join('\n')}`);
}
const budget: TimeBudget = values.quick ? QUICK : FULL;
const skipped = await found.skip?.();
const answer =
  skipped === undefined
    ? {
        readings: await found.measure(
          values.seconds === undefined ? budget : { ...budget, measureMs: Number(values.seconds) * 1000 },
        ),
      }
    : { skipped };
if (process.send === undefined) console.log(answer);
else process.send(answer);
// Libraries that are compared leave timers behind.
setImmediate(() => process.exit());
