import { expect, test } from '@jest/globals';
import { Progress } from './progress.js';
import { ToolMatch } from './tool-match.js';
import { Warnings } from './warnings.js';

test('where no trace could be replayed, names of tools are not to blame', () => {
  const output = { write: () => true };
  const warnings = new Warnings(output, new Progress(output));
  expect(() => new ToolMatch().report(warnings)).toThrow('None of the traces could be replayed.');
});
