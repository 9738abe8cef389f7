// Copied into an empty project in which only the packed @actguard/core is installed.
// Plain JavaScript: the decorators are applied by hand, as a compiler would do.
import assert from 'node:assert/strict';
import { Agent, AgentHost, MaxAttempts, Tool } from '@actguard/core';
import * as testing from '@actguard/core/testing';

class Greeter {
  async greet({ name }) {
    return `hello ${name}`;
  }
}
const method = Object.getOwnPropertyDescriptor(Greeter.prototype, 'greet');
MaxAttempts({ calls: 1 })(Greeter.prototype, 'greet', method);
Tool({ description: 'Greet somebody.' })(Greeter.prototype, 'greet', method);
Agent()(Greeter);

const host = await AgentHost.create({ agents: [Greeter] });
await host.run(async (run) => {
  const greeter = run.get(Greeter);
  assert.ok(greeter instanceof Greeter);
  assert.equal(await greeter.greet({ name: 'alice' }), 'hello alice');
  await assert.rejects(greeter.greet({ name: 'bob' }), { name: 'MaxAttemptsExceededError' });
});
await host.close();
assert.ok(Object.keys(testing).length > 0);
console.log(`Node ${process.versions.node}: one call admitted, one refused`);
