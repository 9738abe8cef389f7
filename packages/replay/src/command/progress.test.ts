import { expect, test } from '@jest/globals';
import { Progress } from './progress.js';

function progress(isTTY: boolean) {
  let time = 0;
  const written: string[] = [];
  const output = { isTTY, write: (text: string) => written.push(text) };
  return {
    progress: new Progress(output, () => time),
    written,
    pass: (ms: number) => {
      time += ms;
    },
  };
}

test('on a terminal there is a bar with the share, the traces and the speed', () => {
  const { progress: bar, written, pass } = progress(true);
  pass(2000);
  bar.update({ share: 0.5, traces: 1234, calls: 100_000 });
  expect(written).toEqual([`\r${'█'.repeat(15)}${'░'.repeat(15)}  50 %  1,234 traces, 50,000 calls/s\x1b[K`]);
});

test('it is drawn a few times a second at most, and makes room for other output once', () => {
  const { progress: bar, written, pass } = progress(true);
  for (let step = 0; step < 1000; step++) {
    pass(1);
    bar.update({ share: step / 1000, traces: step, calls: step });
  }
  expect(written).toHaveLength(10);
  bar.clear();
  bar.clear();
  expect(written.slice(10)).toEqual(['\r\x1b[K']);
});

test('a share that is out of range does not break it', () => {
  const { progress: bar, written, pass } = progress(true);
  pass(1000);
  bar.update({ share: 1.2, traces: 1, calls: 1 });
  expect(written[0]).toContain(`${'█'.repeat(30)} 100 %  1 trace`);
});

test('in a pipe there is no bar', () => {
  const { progress: bar, written, pass } = progress(false);
  pass(60_000);
  bar.update({ share: 0.5, traces: 1, calls: 1 });
  bar.clear();
  expect(written).toEqual([]);
});

test('the summary is one line', () => {
  const { progress: bar, pass } = progress(false);
  expect(bar.summary({ traces: 0, calls: 0 })).toBe('0 traces, 0 calls in 0.0 s\n');
  pass(500);
  expect(bar.summary({ traces: 2, calls: 999 })).toBe('2 traces, 999 calls in 0.5 s\n');
  expect(bar.summary({ traces: 1, calls: 25_000 })).toBe('1 trace, 25,000 calls in 0.5 s, 50,000 calls/s\n');
});
