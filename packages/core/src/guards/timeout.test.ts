import { beforeEach, describe, expect, it } from '@jest/globals';
import { Agent, AgentHost, currentCall, Idempotent, RateLimit, Timeout, Tool, ToolTimeoutError } from '../index.js';
import { TestClock } from '../testing/test-clock.js';

type Call = ReturnType<typeof currentCall>;
let behaviour: (call: Call) => unknown = () => 'done';
let clock = new TestClock();

@Agent()
class Slow {
  @Tool()
  @Timeout('2s')
  async act(_args: object = {}, call = currentCall()) {
    return behaviour(call);
  }

  @Tool()
  @Timeout(2000)
  async other(_args: object = {}, call = currentCall()) {
    return behaviour(call);
  }

  @Tool()
  @Timeout('1s')
  async short(_args: object = {}, call = currentCall()) {
    return behaviour(call);
  }

  @Tool()
  @Timeout('2s')
  @RateLimit({ maxCalls: 1, period: '10s', onLimit: 'wait' })
  async waits(_args: object = {}, call = currentCall()) {
    return behaviour(call);
  }

  @Tool()
  @Timeout({ after: '1s', mode: 'observe' })
  async observed(_args: object = {}, call = currentCall()) {
    return behaviour(call);
  }

  @Tool()
  @Timeout('1s')
  @Idempotent({ key: 'key' })
  async pay({ key: _ }: { key: string }, call = currentCall()) {
    return behaviour(call);
  }
}

const forever = () => new Promise(() => {});
const after = (ms: number, value: unknown = 'done') =>
  new Promise((resolve) => void clock.schedule(() => resolve(value), ms));
const end = (call: Promise<unknown>) =>
  call.then(
    (value) => value,
    (error: { code?: string }) => error.code ?? error,
  );

async function open() {
  const events: string[] = [];
  const onEvent = (event: { name: string; action?: string }) => void events.push(event.action ?? event.name);
  const host = await AgentHost.create({ agents: [Slow], clock, onEvent: onEvent as never });
  const run = host.open();
  return { host, run, slow: run.get(Slow), events };
}

beforeEach(() => {
  behaviour = () => 'done';
  clock = new TestClock();
});

describe('a timeout', () => {
  it('lets a call be that ends in time', async () => {
    const { slow } = await open();
    behaviour = () => after(1999);
    const call = end(slow.act());
    await clock.advance(10_000);
    expect(await call).toBe('done');
  });

  it('gives the caller the error at once, though the method goes on', async () => {
    const { slow, run } = await open();
    behaviour = forever;
    const call = slow.act().catch((error: unknown) => error);
    await clock.advance(1999);
    expect(await Promise.race([call, Promise.resolve('waiting')])).toBe('waiting');
    await clock.advance(1);
    const error = (await call) as ToolTimeoutError;
    expect(error).toBeInstanceOf(ToolTimeoutError);
    expect(error).toMatchObject({
      code: 'tool.timeout',
      tool: 'Slow.act',
      timeoutMs: 2000,
      runId: run.id,
      retryable: false,
    });
    expect(error.toPrompt()).toMatchObject({ refused: true, code: 'tool.timeout' });
  });

  it('D-23: aborts the signal of the call with the same error, so that the method can stop', async () => {
    const { slow } = await open();
    let signal: AbortSignal | undefined;
    behaviour = (call) => {
      signal = call.signal;
      return forever();
    };
    const call = slow.act().catch((error: unknown) => error);
    expect(signal?.aborted).toBe(false);
    await clock.advance(2000);
    expect(signal?.aborted).toBe(true);
    expect(signal?.reason).toBe(await call);
  });

  it('gives a signal that is aborted to a method that asks for it too late', async () => {
    const { slow } = await open();
    let late: Call | undefined;
    behaviour = (call) => {
      late = call;
      return forever();
    };
    const call = end(slow.act());
    await clock.advance(2000);
    expect(await call).toBe('tool.timeout');
    expect(late?.signal.aborted).toBe(true);
  });

  it('never aborts the signal of a call that ended in time', async () => {
    const { slow } = await open();
    let signal: AbortSignal | undefined;
    behaviour = (call) => {
      signal = call.signal;
      return 'done';
    };
    await slow.act();
    await clock.advance(10_000);
    expect(signal?.aborted).toBe(false);
  });

  it('D-23: does not relabel a timeout that the method throws itself', async () => {
    const { slow } = await open();
    const own = new DOMException('mine', 'TimeoutError');
    behaviour = () => Promise.reject(own);
    await expect(slow.act()).rejects.toBe(own);
    const nested = new ToolTimeoutError('Other.tool', 5, 'run');
    behaviour = () => Promise.reject(nested);
    await expect(slow.act()).rejects.toBe(nested);
  });

  it('D-23: keeps the idempotency key held while the method goes on, and tells of its late end', async () => {
    const { slow, events } = await open();
    behaviour = () => after(5000, 'paid');
    const first = end(slow.pay({ key: 'k' }));
    await clock.advance(1000);
    expect(await first).toBe('tool.timeout');
    expect(await end(slow.pay({ key: 'k' }))).toBe('guard.idempotency_outcome_unknown');
    await clock.advance(4000);
    expect(events).toContain('late_end');
    expect(await end(slow.pay({ key: 'k' }))).toBe('paid');
  });

  it.each(['0', 0, -5, Number.NaN, 'soon', '2 s', null, undefined, {}])('D-23: is no duration of %p', async (after) => {
    @Agent()
    class Wrong {
      @Tool()
      @Timeout(after as number)
      async act() {}
    }
    await expect(AgentHost.create({ agents: [Wrong] })).rejects.toMatchObject({ code: 'usage.host_configuration' });
  });

  it('counts from the start of the method, not from that of the wait for a place', async () => {
    const { slow } = await open();
    await slow.waits();
    behaviour = () => after(1500);
    const call = end(slow.waits());
    await clock.advance(12_000);
    expect(await call).toBe('done');
  });

  it('counts each call for itself, whatever tools share the duration', async () => {
    const { slow } = await open();
    behaviour = forever;
    const ends: [string, number][] = [];
    const note = (name: string, call: Promise<unknown>) =>
      void call.catch(() => void ends.push([name, clock.now() - 1000]));
    note('a', slow.act());
    await clock.advance(500);
    note('b', slow.other());
    note('c', slow.short());
    await clock.advance(500);
    behaviour = () => 'done';
    await slow.act();
    behaviour = forever;
    note('d', slow.act());
    await clock.advance(10_000);
    expect(ends).toEqual([
      ['c', 1500],
      ['a', 2000],
      ['b', 2500],
      ['d', 3000],
    ]);
    expect(clock.pending).toBe(0);
  });

  it('is an ordinary error of a call whose caller goes on', async () => {
    const { slow } = await open();
    behaviour = forever;
    const call = end(slow.act());
    await clock.advance(2000);
    expect(await call).toBe('tool.timeout');
    behaviour = () => 'done';
    expect(await slow.act()).toBe('done');
  });

  it('only reports in observe mode', async () => {
    const { slow, events } = await open();
    behaviour = () => after(5000);
    const call = end(slow.observed());
    await clock.advance(5000);
    expect(await call).toBe('done');
    expect(events).toContain('guard.observed');
  });

  it('cuts off a call of several at its own deadline only', async () => {
    const { slow } = await open();
    behaviour = () => after(1900);
    const calls = [end(slow.act())];
    await clock.advance(1000);
    calls.push(end(slow.act()), end(slow.short()));
    await clock.advance(10_000);
    expect(await Promise.all(calls)).toEqual(['done', 'done', 'tool.timeout']);
  });
});
