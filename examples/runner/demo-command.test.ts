import { expect, test } from '@jest/globals';
import { scenarios } from '../scenarios.js';
import { readCommand } from './demo-command.js';

const read = (...args: string[]) => readCommand(args, scenarios);

test('plays all scenarios where none is named', () => {
  expect(read()).toEqual({ asks: 'play', scenarios, html: undefined });
});

test('plays what is named, each once and in the usual order, and takes a file for the page', () => {
  const [first, second] = scenarios;
  const command = read(second!.name, '--html', 'report.html', first!.name, second!.name);
  expect(command).toEqual({ asks: 'play', scenarios: [first, second], html: 'report.html' });
  expect(read('--html=report.html')).toMatchObject({ asks: 'play', scenarios, html: 'report.html' });
});

test('says what it can do', () => {
  const text = expect.stringMatching(/--html FILE.*hotel-payment/s);
  expect(read('--help')).toEqual({ asks: 'help', text });
  expect(read('-h', 'hotel-payment')).toEqual({ asks: 'help', text });
});

test.each([
  ['an unknown option', ['--json'], "Unknown option '--json'"],
  ['an unknown scenario', ['hotel-paymnet', 'x'], 'There is no scenario "hotel-paymnet", "x". The scenarios are:\n'],
  ['--html without a file', ['--html'], "Option '--html <value>' argument missing"],
  ['--html with nothing', ['--html='], '--html needs the name of a file'],
  ['--html before a scenario', ['--html', 'hotel-payment'], '--html needs the name of a file'],
  ['--html before an option', ['--html', '--help'], "Option '--html' argument is ambiguous"],
])('explains what is wrong with %s', (_, args, problem) => {
  const command = read(...args);
  expect(command).toEqual({ asks: 'nothing', problem: expect.stringContaining(problem) });
  expect(command).toHaveProperty('problem', expect.stringContaining('hotel-payment'));
});
