import { afterEach, describe, expect, it, jest } from '@jest/globals';
import {
  type ActGuardEvent,
  Agent,
  AgentHost,
  type AgentHostOptions,
  byUser,
  CircuitBreaker,
  currentCall,
  currentRun,
  Enforce,
  Idempotent,
  MaxAttempts,
  MemoryStore,
  RateLimit,
  type Run,
  requireFact,
  Timeout,
  Tool,
  threshold,
} from '../index.js';
import { TestClock } from '../testing/test-clock.js';

/** Steps of tools wait here until a test lets them go on. */
class Gate {
  readonly #waiting: (() => void)[] = [];

  wait(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  open(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

const gate = new Gate();
const signals: AbortSignal[] = [];
const hosts: AgentHost[] = [];

afterEach(async () => {
  gate.open();
  signals.length = 0;
  for (const host of hosts.splice(0)) await host.close();
});

@Agent()
class Worker {
  readonly seen: unknown[] = [];

  @Tool()
  async work(args: { id?: string }) {
    this.seen.push(args.id);
    return args.id;
  }

  @Tool()
  async wait(_args: object, call = currentCall()) {
    signals.push(call.signal);
    await gate.wait();
    return 'done';
  }

  @Tool()
  async waitDeaf(_args: object) {
    await gate.wait();
    return 'done';
  }

  @Tool()
  @MaxAttempts(2)
  async limited(args: { fail?: boolean }) {
    if (args.fail) throw new Error('failed');
    return true;
  }

  @Tool()
  @Enforce(requireFact('id', 'id', { from: ['tool', 'app', 'user'] }))
  async checked(args: { id: string }) {
    return args.id;
  }

  @Tool()
  async whoami(_args: object) {
    return currentRun().id;
  }
}

async function hostOf(options: AgentHostOptions = {}): Promise<AgentHost> {
  const host = await AgentHost.create({ agents: [Worker], ...options });
  hosts.push(host);
  return host;
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('host.run', () => {
  it('runs its body with the run ambient, returns what it returns, and ends the run', async () => {
    const host = await hostOf();
    let inside: Run | undefined;
    const result = await host.run({ userId: 'alice' }, async (run) => {
      inside = run;
      expect(currentRun()).toBe(run);
      await settled();
      expect(currentRun()).toBe(run);
      expect(host.get(Worker)).toBe(run.get(Worker));
      return 42;
    });
    expect(result).toBe(42);
    expect(inside).toMatchObject({ userId: 'alice', isActive: false, isEnded: true });
    expect(() => currentRun()).toThrow(expect.objectContaining({ code: 'runtime.context_missing' }));
  });

  it('takes a body that is not asynchronous', async () => {
    const host = await hostOf();
    expect(await host.run((run) => run.isActive)).toBe(true);
    const thrown = new Error('at once');
    await expect(
      host.run(() => {
        throw thrown;
      }),
    ).rejects.toBe(thrown);
  });

  it('D-30: passes the error of the body through, and the run is ended', async () => {
    const host = await hostOf();
    let inside: Run | undefined;
    for (const thrown of [new Error('body'), undefined, 'text', { code: 'x' }]) {
      const outcome = host.run(async (run) => {
        inside = run;
        throw thrown;
      });
      await expect(outcome).rejects.toBe(thrown);
      expect(inside?.isEnded).toBe(true);
    }
    expect(await host.run(async () => 'the next run works')).toBe('the next run works');
  });

  it('D-30: a listener that throws at start and end changes nothing', async () => {
    const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const host = await hostOf({
      onEvent: () => {
        throw new Error('listener');
      },
    });
    expect(await host.run(async (run) => run.get(Worker).work({ id: 'a' }))).toBe('a');
    expect(await host.run(async () => 'again')).toBe('again');
    expect(warned.mock.calls).toEqual([
      [expect.stringContaining('listener'), expect.objectContaining({ type: 'ActGuardWarning' })],
    ]);
    warned.mockRestore();
  });

  it('the error of the body wins over one that ending the run adds', async () => {
    const disposal = new Error('disposal');

    @Agent()
    class Untidy {
      async [Symbol.asyncDispose]() {
        throw disposal;
      }
    }
    const host = await hostOf({ agents: [Untidy] });
    const thrown = new Error('body');
    await expect(
      host.run(async (run) => {
        run.get(Untidy);
        throw thrown;
      }),
    ).rejects.toBe(thrown);
  });

  it('refuses to nest, and the outer run stays usable', async () => {
    const host = await hostOf();
    await host.run({ runId: 'outer' }, async (run) => {
      await run.get(Worker).limited({});
      await expect(host.run(async () => 'inner')).rejects.toMatchObject({
        name: 'NestedRunError',
        code: 'runtime.context_nested',
        details: { outerRunId: 'outer' },
      });
      expect(currentRun()).toBe(run);
      expect(run.attempts('Worker.limited')).toBe(1);
      expect(await run.get(Worker).limited({})).toBe(true);
    });
    expect(() => currentRun()).toThrow();
  });

  it('refuses to nest in a run of another host, in a tool, and in a run that was killed', async () => {
    const host = await hostOf();
    const other = await hostOf();
    const nested = { code: 'runtime.context_nested' };
    await host.run(async (run) => {
      await expect(other.run(async () => 'inner')).rejects.toMatchObject(nested);
      run.kill('enough');
      await expect(other.run(async () => 'inner')).rejects.toMatchObject(nested);
      await expect(host.run(async () => 'inner')).rejects.toMatchObject(nested);
      expect(currentRun()).toBe(run);
    });
  });

  it('D-01: runs of one process at the same time do not see each other', async () => {
    const host = await hostOf();
    const other = await hostOf();
    const bodies = [host, other, host].map((each, index) =>
      each.run({ runId: `r${index}`, userId: `u${index}` }, async (run) => {
        for (let turn = 0; turn < 5; turn++) {
          await settled();
          expect(currentRun()).toBe(run);
          await run
            .get(Worker)
            .limited({})
            .catch(() => {});
        }
        return [currentRun().id, run.attempts('Worker.limited'), await run.get(Worker).whoami({})];
      }),
    );
    expect(await Promise.all(bodies)).toEqual([
      ['r0', 5, 'r0'],
      ['r1', 5, 'r1'],
      ['r2', 5, 'r2'],
    ]);
  });

  it('D-02: code outside every run finds none, however many runs are open', async () => {
    const host = await hostOf();
    const missing = expect.objectContaining({ name: 'MissingRunError', code: 'runtime.context_missing' });
    const outside = (): void => {
      expect(() => currentRun()).toThrow(missing);
      expect(() => host.get(Worker)).toThrow(missing);
    };
    outside();
    const body = host.run(async () => gate.wait());
    outside();
    await settled();
    outside();
    gate.open();
    await body;
    outside();
  });

  it('starts each run with fresh attempts, agents and keys', async () => {
    const host = await hostOf();
    const agents = new Set<Worker>();
    for (let turn = 0; turn < 3; turn++) {
      await host.run(async (run) => {
        agents.add(run.get(Worker));
        expect(run.get(Worker)).toBe(run.get(Worker));
        expect(run.get(Worker).seen).toEqual([]);
        await run.get(Worker).limited({});
        expect(run.attempts('Worker.limited')).toBe(1);
      });
    }
    expect(agents.size).toBe(3);
  });

  it('an agent of another host is not found', async () => {
    const host = await hostOf();
    const other = await hostOf({ agents: [] });
    await other.run(async (run) => {
      expect(() => host.get(Worker)).toThrow(expect.objectContaining({ code: 'runtime.context_missing' }));
      expect(() => run.get(Worker)).toThrow(expect.objectContaining({ name: 'UsageError' }));
      expect(() => run.tools(Worker)).toThrow(expect.objectContaining({ code: 'usage.agent_unknown' }));
    });
  });

  it.each<[string, unknown, string]>([
    ['userId', '', '""'],
    ['userId', 7, '7'],
    ['runId', null, 'null'],
    ['sessionId', '', '""'],
    ['scope', { tenant: 1 }, '[object]'],
    ['scope', 'tenant', '"tenant"'],
    ['signal', new AbortController(), '[object]'],
    ['deadline', 0, '0'],
    ['deadline', Number.NaN, 'NaN'],
    ['deadline', 'soon', '"soon"'],
    ['mode', 'off', '"off"'],
    ['user', 'alice', '"alice"'],
  ])('names the wrong option %s = %p', async (option, value, shown) => {
    const host = await hostOf();
    const wrong = { code: 'usage.run_options', message: expect.stringContaining(`${option} = ${shown} `) };
    await expect(host.run({ [option]: value } as never, async () => {})).rejects.toMatchObject(wrong);
    expect(() => host.open({ [option]: value } as never)).toThrow(expect.objectContaining(wrong));
  });

  it('refuses what is no body, and options that are none', async () => {
    const host = await hostOf();
    await expect(host.run({}, undefined as never)).rejects.toMatchObject({ name: 'UsageError' });
    await expect(host.run(null as never, async () => {})).rejects.toMatchObject({ code: 'usage.run_options' });
    await expect(host.run('alice' as never, async () => {})).rejects.toMatchObject({ code: 'usage.run_options' });
  });
});

describe('host.open', () => {
  it('gives a run that is not ambient, and ends it with its block', async () => {
    const host = await hostOf();
    let opened: Run;
    {
      await using run = host.open({ userId: 'alice' });
      opened = run;
      expect(() => currentRun()).toThrow(expect.objectContaining({ code: 'runtime.context_missing' }));
      expect(await run.get(Worker).work({ id: 'a' })).toBe('a');
      // Inside a tool it is: that is what the tool belongs to.
      expect(await run.get(Worker).whoami({})).toBe(run.id);
      expect(() => currentRun()).toThrow();
    }
    expect(opened.isEnded).toBe(true);
  });

  it('is allowed inside another run, and its tools see their own run', async () => {
    const host = await hostOf();
    await host.run(async (outer) => {
      await using inner = host.open();
      expect(currentRun()).toBe(outer);
      expect(await inner.get(Worker).whoami({})).toBe(inner.id);
      expect(await outer.get(Worker).whoami({})).toBe(outer.id);
      expect(currentRun()).toBe(outer);
      expect(inner.get(Worker)).not.toBe(outer.get(Worker));
    });
  });

  it('takes an id, or makes a random one that stays', async () => {
    const host = await hostOf();
    const run = host.open({ runId: 'mine' });
    expect(run.id).toBe('mine');
    await run.end();
    expect(run.id).toBe('mine');
    const ids = [host.open().id, host.open().id];
    for (const id of ids) expect(id).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    expect(ids[0]).not.toBe(ids[1]);
  });

  it('refuses an id that an open run has, because the two would share what belongs to a run', async () => {
    const host = await hostOf();
    const run = host.open({ runId: 'mine', userId: 'alice' });
    run.facts.add('id', 'o1');
    expect(() => host.open({ runId: 'mine', userId: 'bob' })).toThrow(
      expect.objectContaining({ code: 'usage.run_id_taken' }),
    );
    await expect(host.run({ runId: 'mine' }, async () => {})).rejects.toMatchObject({ code: 'usage.run_id_taken' });
    await run.end();
    const next = host.open({ runId: 'mine', userId: 'bob' });
    expect(await next.facts.list()).toEqual([]);
  });

  it('carries what the application attached', async () => {
    const host = await hostOf();
    const scope = { tenant: 't1' };
    const run = host.open({ scope });
    scope.tenant = 't2';
    expect(run.scope).toEqual({ tenant: 't1' });
    expect(Object.isFrozen(run.scope)).toBe(true);
  });
});

describe('run.bind', () => {
  it('carries the run into a callback that lost it, with its arguments', async () => {
    const host = await hostOf();
    const run = host.open();
    const bound = run.bind((a: number, b: number) => [currentRun().id, a + b]);
    expect(bound(1, 2)).toEqual([run.id, 3]);
    expect(await new Promise((resolve) => setImmediate(() => resolve(bound(2, 2))))).toEqual([run.id, 4]);
    expect(() => currentRun()).toThrow();
  });
});

describe('an ended run', () => {
  it('refuses late calls, and forgets what it had', async () => {
    const host = await hostOf();
    const run = host.open();
    const worker = run.get(Worker);
    const tools = run.tools(Worker);
    await run.end();
    await expect(worker.work({ id: 'late' })).rejects.toMatchObject({ name: 'RunEndedError', code: 'run.ended' });
    expect(worker.seen).toEqual([]);
    expect(await tools.call('work', {})).toMatchObject({ ok: false, final: true, refusal: { code: 'run.ended' } });
    expect(() => run.get(Worker)).toThrow(expect.objectContaining({ code: 'run.ended' }));
    expect(() => run.userSaid('late')).toThrow(expect.objectContaining({ code: 'run.ended' }));
    expect(() => run.facts.add('id', 'late')).toThrow(expect.objectContaining({ code: 'run.ended' }));
    expect(run.signal.aborted).toBe(true);
    expect(run.signal.reason).toMatchObject({ code: 'run.ended' });
    await run.end();
  });

  it('found in a timer counts as no run: a new one may be opened there', async () => {
    const host = await hostOf();
    const late: Promise<unknown>[] = [];
    let worker: Worker | undefined;
    await host.run(async (run) => {
      worker = run.get(Worker);
      late.push(
        gate.wait().then(() => {
          expect(() => currentRun()).toThrow(expect.objectContaining({ code: 'runtime.context_missing' }));
          expect(() => host.get(Worker)).toThrow(expect.objectContaining({ code: 'runtime.context_missing' }));
          expect(() => currentCall().run).toThrow(expect.objectContaining({ code: 'runtime.context_missing' }));
          return host.run({ runId: 'fresh' }, async () => currentRun().id);
        }),
        gate
          .wait()
          .then(() => worker?.work({ id: 'late' }))
          .catch((error) => error.code),
      );
    });
    gate.open();
    expect(await Promise.all(late)).toEqual(['fresh', 'run.ended']);
  });

  it('waits for calls in flight, as long as drain says, and cuts off the rest', async () => {
    const clock = new TestClock();
    const host = await hostOf({ clock, drain: '2s' });
    const quick = host.open();
    const call = quick.get(Worker).wait({});
    const ended = quick.end();
    expect(signals[0]?.aborted).toBe(true);
    gate.open();
    expect(await call).toBe('done');
    await ended;

    const slow = host.open();
    const deaf = slow
      .get(Worker)
      .waitDeaf({})
      .catch((error) => error);
    let isOver = false;
    const end = slow.end().then(() => (isOver = true));
    await clock.advance(1999);
    expect(isOver).toBe(false);
    await clock.advance(1);
    expect(await deaf).toMatchObject({ code: 'run.ended', tool: 'Worker.waitDeaf' });
    await end;
    expect(clock.pending).toBe(0);
  });

  it('is ended with its host, and the host opens no more', async () => {
    const host = await hostOf();
    const run = host.open();
    await host.close();
    expect(run.isEnded).toBe(true);
    expect(() => host.open()).toThrow(expect.objectContaining({ code: 'usage.host_closed' }));
    await expect(host.run(async () => {})).rejects.toMatchObject({ code: 'usage.host_closed' });
    await host.close();
  });
});

describe('run.attempts', () => {
  it('counts every call of a tool in the run, refused and failed ones too', async () => {
    const host = await hostOf();
    const run = host.open();
    const worker = run.get(Worker);
    expect(run.attempts('Worker.limited')).toBe(0);
    await worker.limited({});
    await worker.limited({ fail: true }).catch(() => {});
    expect(run.attempts('Worker.limited')).toBe(2);
    await expect(worker.limited({})).rejects.toMatchObject({ code: 'guard.max_attempts_exceeded', limit: 2, used: 3 });
    expect(run.attempts('Worker.limited')).toBe(3);
    expect(run.attempts('Worker.work')).toBe(0);
    expect(run.attempts('__proto__')).toBe(0);
    await worker.work({});
    expect(run.attempts('Worker.work')).toBe(1);
    expect(host.open().attempts('Worker.limited')).toBe(0);
  });
});

describe('run.kill', () => {
  it('refuses new calls and rejects those in flight at once, whose signals abort', async () => {
    const host = await hostOf();
    const run = host.open();
    const worker = run.get(Worker);
    const calls = [worker.wait({}), worker.waitDeaf({})].map((call) => call.catch((error) => error));
    const { signal } = run;
    run.kill('the user said stop');
    for (const error of await Promise.all(calls)) {
      expect(error).toMatchObject({
        name: 'RunKilledError',
        code: 'run.killed',
        details: { killReason: 'the user said stop' },
      });
    }
    expect(signals[0]?.aborted).toBe(true);
    expect(signals[0]?.reason).toMatchObject({ code: 'run.killed' });
    expect(signal.reason).toMatchObject({ code: 'run.killed' });
    await expect(worker.work({ id: 'late' })).rejects.toMatchObject({ code: 'run.killed', tool: 'Worker.work' });
    expect(worker.seen).toEqual([]);
    expect(run).toMatchObject({ isActive: false, isEnded: false });
  });

  it('D-36: is a latch: swallowing its error buys nothing, and the first reason stays', async () => {
    const host = await hostOf();
    const run = host.open();
    run.kill('first');
    run.kill('second');
    for (let turn = 0; turn < 2; turn++) {
      await expect(run.get(Worker).work({})).rejects.toMatchObject({ details: { killReason: 'first' } });
      expect(await run.tools().call('work', {})).toMatchObject({
        ok: false,
        final: true,
        refusal: { code: 'run.killed' },
      });
    }
  });

  it('says nothing of its reason to the model', async () => {
    const host = await hostOf();
    const run = host.open({ runId: 'run-4711' });
    run.kill('suspected fraud of customer 4711');
    const error = await run
      .get(Worker)
      .work({})
      .catch((refusal) => refusal);
    expect(error.toPrompt()).toEqual({
      refused: true,
      code: 'run.killed',
      because: 'The run was stopped by its operator.',
      tryInstead: 'Stop. Make no further tool calls.',
    });
  });

  it('the late end of a method that was cut off is nobody’s unhandled rejection', async () => {
    @Agent()
    class Late {
      @Tool()
      async fail(_args: object) {
        await gate.wait();
        throw new Error('too late');
      }
    }
    const host = await hostOf({ agents: [Late] });
    const run = host.open();
    const call = run
      .get(Late)
      .fail({})
      .catch((error) => error.code);
    run.kill('enough');
    expect(await call).toBe('run.killed');
    gate.open();
    // An unhandled rejection fails the test.
    await settled();
  });
});

describe('host.kill', () => {
  it('stops the runs of one user, those opened later included, until revive', async () => {
    const host = await hostOf();
    const alice = host.open({ userId: 'alice' });
    const bob = host.open({ userId: 'bob' });
    const nobody = host.open();
    const call = alice
      .get(Worker)
      .waitDeaf({})
      .catch((error) => error.code);
    host.kill('abuse', { userId: 'alice' });
    expect(await call).toBe('run.killed');
    await expect(alice.get(Worker).work({})).rejects.toMatchObject({ code: 'run.killed' });
    expect(await bob.get(Worker).work({ id: 'b' })).toBe('b');
    expect(await nobody.get(Worker).work({ id: 'n' })).toBe('n');
    const later = host.open({ userId: 'alice' });
    await expect(later.get(Worker).work({})).rejects.toMatchObject({
      code: 'run.killed',
      details: { killReason: 'abuse' },
    });

    host.revive({ userId: 'alice' });
    expect(await host.open({ userId: 'alice' }).get(Worker).work({ id: 'a' })).toBe('a');
    await expect(later.get(Worker).work({})).rejects.toMatchObject({ code: 'run.killed' });
  });

  it('stops all runs, those opened later included, until revive', async () => {
    const host = await hostOf();
    const runs = [host.open({ userId: 'alice' }), host.open()];
    host.kill('maintenance');
    for (const run of [...runs, host.open(), host.open({ userId: 'carol' })]) {
      await expect(run.get(Worker).work({})).rejects.toMatchObject({ code: 'run.killed' });
    }
    await host.run(async (run) => {
      await expect(run.get(Worker).work({})).rejects.toMatchObject({ code: 'run.killed' });
    });
    host.revive();
    expect(await host.open().get(Worker).work({ id: 'x' })).toBe('x');
  });

  it('does not touch the runs of another host', async () => {
    const host = await hostOf();
    const other = await hostOf();
    host.kill('maintenance');
    expect(await other.open().get(Worker).work({ id: 'x' })).toBe('x');
  });
});

describe('deadline and signal of a run', () => {
  it('stops the run when its deadline passes', async () => {
    const clock = new TestClock();
    const host = await hostOf({ clock });
    const run = host.open({ deadline: '10s' });
    const worker = run.get(Worker);
    expect(await worker.work({ id: 'in time' })).toBe('in time');
    const call = worker.wait({}).catch((error) => error);
    await clock.advance(9999);
    expect(run.isActive).toBe(true);
    await clock.advance(1);
    expect(await call).toMatchObject({
      name: 'RunDeadlineError',
      code: 'run.deadline_exceeded',
      details: { deadlineMs: 10_000 },
    });
    expect(signals[0]?.aborted).toBe(true);
    await expect(worker.work({})).rejects.toMatchObject({ code: 'run.deadline_exceeded' });
    expect(await run.tools().call('work', {})).toMatchObject({ ok: false, final: true });
  });

  it('a deadline leaves no timer behind', async () => {
    const clock = new TestClock();
    const host = await hostOf({ clock });
    await host.open({ deadline: '10s' }).end();
    host.open({ deadline: '10s' }).kill('enough');
    expect(clock.pending).toBe(0);
  });

  it('stops the run when the signal from outside aborts, or has aborted', async () => {
    const host = await hostOf();
    const controller = new AbortController();
    const run = host.open({ signal: controller.signal });
    const worker = run.get(Worker);
    const call = worker.wait({}).catch((error) => error);
    const reason = new Error('client went away');
    controller.abort(reason);
    expect(await call).toMatchObject({ name: 'RunAbortedError', code: 'run.aborted', cause: reason });
    expect(signals[0]?.aborted).toBe(true);
    await expect(worker.work({})).rejects.toMatchObject({ code: 'run.aborted' });
    await expect(host.open({ signal: controller.signal }).get(Worker).work({})).rejects.toMatchObject({
      code: 'run.aborted',
    });
  });

  it('aborting after the end of the run changes nothing', async () => {
    const host = await hostOf();
    const controller = new AbortController();
    const run = host.open({ signal: controller.signal });
    await run.end();
    controller.abort();
    expect(run.signal.reason).toMatchObject({ code: 'run.ended' });
  });
});

describe('sessions', () => {
  const missing = { code: 'MISSING_FACT' };

  it('facts and user turns live over the runs of one named session', async () => {
    const host = await hostOf();
    const session = { userId: 'alice', sessionId: 's1' };
    await host.run(session, async (run) => {
      run.facts.add('id', 'o1');
      run.userSaid('I mean order o123');
    });
    await host.run(session, async (run) => {
      expect(run.sessionId).toBe('s1');
      expect(await run.get(Worker).checked({ id: 'o1' })).toBe('o1');
      expect(await run.get(Worker).checked({ id: 'o123' })).toBe('o123');
      expect(run.attempts('Worker.checked')).toBe(2);
    });
  });

  it('are shared by runs at the same time', async () => {
    const host = await hostOf();
    const session = { userId: 'alice', sessionId: 's1' };
    const [one, two] = [host.open(session), host.open(session)];
    one.facts.add('id', 'o1');
    expect(await two.get(Worker).checked({ id: 'o1' })).toBe('o1');
    await one.end();
    expect(await two.get(Worker).checked({ id: 'o1' })).toBe('o1');
  });

  it('D-28: a session belongs to one user', async () => {
    const host = await hostOf();
    host.open({ userId: 'alice', sessionId: 's1' });
    const conflict = { name: 'SessionConflictError', code: 'runtime.session_conflict', details: { sessionId: 's1' } };
    expect(() => host.open({ userId: 'bob', sessionId: 's1' })).toThrow(expect.objectContaining(conflict));
    expect(() => host.open({ sessionId: 's1' })).toThrow(expect.objectContaining(conflict));
    await expect(host.run({ userId: 'bob', sessionId: 's1' }, async () => 'in')).rejects.toMatchObject(conflict);
    expect(await host.run({ userId: 'alice', sessionId: 's1' }, async () => 'in')).toBe('in');
  });

  it('D-28: a session of a user who was refused is not opened halfway', async () => {
    const store = new MemoryStore();
    const host = await hostOf({ store });
    host.open({ userId: 'alice', sessionId: 's1' });
    const before = store.snapshot();
    expect(() => host.open({ userId: 'bob', sessionId: 's1' })).toThrow();
    expect(store.snapshot()).toEqual(before);
  });

  it('D-28: a session without id dies with its run', async () => {
    const store = new MemoryStore();
    const host = await hostOf({ store });
    const run = host.open({ runId: 'r1' });
    run.facts.add('id', 'o1');
    await run.end();
    expect(store.snapshot()['sessions']).toEqual({});
    expect(store.snapshot()['attempts']).toEqual({});
    expect(store.snapshot()['idempotency']).toEqual({});
    const again = host.open({ runId: 'r1' });
    await expect(again.get(Worker).checked({ id: 'o1' })).rejects.toMatchObject(missing);
    expect(again.sessionId).toBe('r1');
  });

  it('a named session is not that of a run with the same id', async () => {
    const host = await hostOf();
    const own = host.open({ runId: 's1' });
    const named = host.open({ sessionId: 's1' });
    own.facts.add('id', 'o1');
    await expect(named.get(Worker).checked({ id: 'o1' })).rejects.toMatchObject(missing);
  });

  it('D-28: a named session is forgotten after it was idle, counted from the end of its last run', async () => {
    const clock = new TestClock();
    const host = await hostOf({ clock, sessionTtl: '10m' });
    const session = { userId: 'alice', sessionId: 's1' };
    const run = host.open(session);
    run.facts.add('id', 'o1');
    await clock.advance(3_600_000);
    expect(await run.facts.has('id', 'o1')).toBe(true);
    await run.end();
    await clock.advance(599_999);
    const next = host.open(session);
    expect(await next.facts.has('id', 'o1')).toBe(true);
    await next.end();
    await clock.advance(600_000);
    const last = host.open(session);
    expect(await last.facts.list()).toEqual([]);
  });

  it('D-28: an idle session is free for another user, and nothing of it is left', async () => {
    const clock = new TestClock();
    const host = await hostOf({ clock, sessionTtl: '10m' });
    const alice = host.open({ userId: 'alice', sessionId: 's1' });
    alice.facts.add('id', 'o1');
    await alice.end();
    expect(() => host.open({ userId: 'bob', sessionId: 's1' })).toThrow(
      expect.objectContaining({ code: 'runtime.session_conflict' }),
    );
    await clock.advance(600_000);
    const bob = host.open({ userId: 'bob', sessionId: 's1' });
    expect(await bob.facts.list()).toEqual([]);
  });

  it('host.endSession forgets facts, turns and keys', async () => {
    const executed: string[] = [];

    @Agent()
    class Payer extends Worker {
      @Tool()
      @Idempotent({ within: 'session' })
      async pay(args: { idempotencyKey: string }) {
        executed.push(args.idempotencyKey);
        return executed.length;
      }
    }
    const host = await hostOf({ agents: [Payer] });
    const session = { userId: 'alice', sessionId: 's1' };
    await host.run(session, async (run) => {
      run.facts.add('id', 'o1');
      run.userSaid('order o123');
      await run.get(Payer).pay({ idempotencyKey: 'k' });
    });
    await host.run(session, async (run) => expect(await run.get(Payer).pay({ idempotencyKey: 'k' })).toBe(1));
    await host.endSession('s1', { userId: 'alice' });
    await host.run(session, async (run) => {
      await expect(run.get(Payer).checked({ id: 'o1' })).rejects.toMatchObject(missing);
      await expect(run.get(Payer).checked({ id: 'o123' })).rejects.toMatchObject(missing);
      expect(await run.get(Payer).pay({ idempotencyKey: 'k' })).toBe(2);
    });
    await host.endSession('never there');
  });

  it('a session of one user cannot be ended in the name of another', async () => {
    const host = await hostOf();
    const alice = host.open({ userId: 'alice', sessionId: 's1' });
    alice.facts.add('id', 'o1');
    await host.endSession('s1', { userId: 'bob' });
    await host.endSession('s1');
    expect(await alice.facts.has('id', 'o1')).toBe(true);
  });

  it('ids with separators never meet', async () => {
    const host = await hostOf();
    const pairs = [
      { userId: 'a', sessionId: 'b:c' },
      { userId: 'a:b', sessionId: 'c' },
      { userId: 'a","b', sessionId: 'd' },
      { userId: 'a', sessionId: 'b","d' },
      { userId: '__proto__', sessionId: 'constructor' },
      { userId: 'null', sessionId: 'e' },
      { sessionId: 'run:r1' },
    ];
    const runs = [...pairs.map((pair) => host.open(pair)), host.open({ runId: 'r1' })];
    expect(new Set(runs.map(({ sessionKey }) => sessionKey)).size).toBe(runs.length);
    for (const [index, run] of runs.entries()) run.facts.add('id', `o${index}`);
    for (const [index, run] of runs.entries()) {
      expect((await run.facts.list()).map(({ value }) => value)).toEqual([`o${index}`]);
    }
  });
});

describe('run.facts and run.userSaid', () => {
  it('refuse what can be no fact', async () => {
    const host = await hostOf();
    const { facts, userSaid } = host.open();
    const wrong = expect.objectContaining({ name: 'UsageError' });
    for (const value of [null, undefined, '', true, {}, [], Number.NaN, 1.5, Symbol('x'), 'x'.repeat(1025)]) {
      expect(() => facts.add('id', value as never)).toThrow(wrong);
    }
    for (const kind of ['', null, 7]) expect(() => facts.add(kind as never, 'o1')).toThrow(wrong);
    expect(() => facts.add('id', 'o1', { ttl: 'soon' as never })).toThrow(wrong);
    expect(() => facts.add('id', 'o1', { about: {} as never })).toThrow(wrong);
    expect(() => facts.revoke('id', {} as never)).toThrow(wrong);
    expect(() => userSaid.call(host.open(), 7 as never)).toThrow(wrong);
    expect(await facts.has('id', Symbol('x') as never)).toBe(false);
  });

  it('what the application vouches for holds as long as its ttl', async () => {
    const clock = new TestClock();
    const host = await hostOf({ clock });
    const run = host.open();
    run.facts.add('id', 7, { ttl: '1m' });
    expect(await run.get(Worker).checked({ id: '7' })).toBe('7');
    await clock.advance(60_000);
    await expect(run.get(Worker).checked({ id: '7' })).rejects.toMatchObject({ code: 'MISSING_FACT' });
  });
});

describe('observe mode', () => {
  let executed: unknown[] = [];
  afterEach(() => void (executed = []));

  @Agent()
  class Observed {
    @Tool()
    @Enforce(threshold('amount', { max: 10 }))
    @MaxAttempts(1)
    @RateLimit({ maxCalls: 1, scope: byUser })
    @Idempotent()
    async pay(args: { amount: number; idempotencyKey: string }) {
      executed.push(args.amount);
      return executed.length;
    }

    @Tool()
    @CircuitBreaker({ name: 'db', maxFails: 1 })
    async query(_args: object) {
      executed.push('query');
      throw Object.assign(new Error('down'), { code: 'ECONNREFUSED' });
    }

    @Tool()
    @Timeout('1s')
    async slow(_args: object) {
      await gate.wait();
      return 'late';
    }

    @Tool()
    @RateLimit({ maxCalls: 1, mode: 'observe' })
    @Enforce(threshold('amount', { max: 10 }))
    async half(args: { amount: number }) {
      return args.amount;
    }
  }

  function observedIn(events: readonly ActGuardEvent[]): unknown[] {
    return events.flatMap((event) => (event.name === 'guard.observed' ? [event.guardName] : []));
  }

  it.each(['host', 'run'])(
    'of a %s: every guard decides and reports all that it would have done, and nothing is stopped',
    async (whose) => {
      const events: ActGuardEvent[] = [];
      const mode = 'observe';
      const host = await hostOf({
        agents: [Observed],
        onEvent: (event) => void events.push(event),
        ...(whose === 'host' && { mode }),
      });
      const run = host.open({ userId: 'alice', ...(whose === 'run' && { mode }) });
      const agent = run.get(Observed);
      expect(await agent.pay({ amount: 5, idempotencyKey: 'k' })).toBe(1);
      expect(observedIn(events)).toEqual([]);
      expect(await agent.pay({ amount: 500, idempotencyKey: 'k2' })).toBe(2);
      expect(observedIn(events).sort()).toEqual(['enforce', 'maxAttempts', 'rateLimit']);
      events.length = 0;
      expect(await agent.pay({ amount: 5, idempotencyKey: 'k' })).toBe(3);
      expect(observedIn(events).sort()).toEqual(['idempotent', 'maxAttempts', 'rateLimit']);
      expect(executed).toEqual([5, 500, 5]);
      expect(events.filter(({ name }) => name === 'guard.blocked')).toEqual([]);

      events.length = 0;
      for (let turn = 0; turn < 2; turn++) await expect(agent.query({})).rejects.toThrow('down');
      expect(observedIn(events)).toEqual(['circuitBreaker']);
      expect(executed.filter((each) => each === 'query')).toHaveLength(2);
    },
  );

  it('does not cut a slow method off, and says that it would have', async () => {
    const clock = new TestClock();
    const events: ActGuardEvent[] = [];
    const host = await hostOf({
      agents: [Observed],
      clock,
      mode: 'observe',
      onEvent: (event) => void events.push(event),
    });
    const call = host.open().get(Observed).slow({});
    await clock.advance(1500);
    expect(observedIn(events)).toEqual(['timeout']);
    gate.open();
    expect(await call).toBe('late');
  });

  it('of one guard leaves the others as they are', async () => {
    const events: ActGuardEvent[] = [];
    const host = await hostOf({ agents: [Observed], onEvent: (event) => void events.push(event) });
    const agent = host.open().get(Observed);
    expect(await agent.half({ amount: 1 })).toBe(1);
    expect(await agent.half({ amount: 2 })).toBe(2);
    expect(observedIn(events)).toEqual(['rateLimit']);
    await expect(agent.half({ amount: 11 })).rejects.toMatchObject({ code: 'THRESHOLD_EXCEEDED' });
  });

  it('a run can enforce on a host that observes', async () => {
    const host = await hostOf({ agents: [Observed], mode: 'observe' });
    const run = host.open({ mode: 'enforce', userId: 'alice' });
    await expect(run.get(Observed).pay({ amount: 500, idempotencyKey: 'k' })).rejects.toMatchObject({
      code: 'THRESHOLD_EXCEEDED',
    });
  });

  it('never covers run state and input', async () => {
    const host = await hostOf({ mode: 'observe' });
    const run = host.open();
    const worker = run.get(Worker);
    await expect(worker.work('no object' as never)).rejects.toMatchObject({ code: 'guard.input_invalid' });
    const call = worker.waitDeaf({}).catch((error) => error.code);
    run.kill('enough');
    expect(await call).toBe('run.killed');
    await expect(worker.work({})).rejects.toMatchObject({ code: 'run.killed' });
    expect(worker.seen).toEqual([]);
  });
});
