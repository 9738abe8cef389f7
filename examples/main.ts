import { APIError } from 'openai';
import { modelFrom } from './runner/model.js';
import { pageOn } from './runner/page.js';
import { runScenarios } from './runner/run-scenarios.js';
import { scenarios } from './scenarios.js';

// npm start                     all scenarios
// npm start -- airline-refund   some, by name
const names = process.argv.slice(2);
const unknown = names.filter((name) => !scenarios.some((scenario) => scenario.name === name));

if (unknown.length > 0) {
  console.error(`There is no scenario ${unknown.map((name) => `"${name}"`).join(', ')}. The scenarios are:`);
  for (const { name, title } of scenarios) console.error(`  ${name}  ${title}`);
  process.exitCode = 2;
} else {
  const chosen = names.length === 0 ? scenarios : scenarios.filter(({ name }) => names.includes(name));
  try {
    process.exitCode = await runScenarios(chosen, modelFrom(process.env), pageOn(process.stdout));
  } catch (error) {
    if (!(error instanceof APIError)) throw error;
    console.error(`The model did not answer: ${error.message}`);
    process.exitCode = 1;
  }
}
