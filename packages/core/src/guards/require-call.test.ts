import { afterEach, describe, expect, it } from '@jest/globals';
import {
  Agent,
  AgentHost,
  type AgentHostOptions,
  Enforce,
  Prove,
  type RunOptions,
  requireCall,
  Timeout,
  Tool,
} from '../index.js';
import { TestClock } from '../testing/test-clock.js';

let host: AgentHost | undefined;

afterEach(async () => {
  await host?.close();
  host = undefined;
});

@Agent()
class Refunds {
  @Tool()
  @Timeout('1s')
  async preview(args: { fail?: boolean; hang?: boolean }) {
    await Promise.resolve();
    if (args.fail) throw new Error('no preview');
    if (args.hang) await new Promise(() => {});
    return 'fine';
  }

  @Tool()
  @Enforce(requireCall('Refunds.preview'))
  async pay(_args: object) {
    return 'paid';
  }

  @Tool()
  @Enforce(requireCall('Refunds.preview', { within: '10m', hint: 'Look at the policy.' }))
  async paySoon(_args: object) {
    return 'paid';
  }

  @Tool()
  @Enforce(requireCall('Refunds.pay'))
  async confirm(_args: object) {
    return 'confirmed';
  }
}

async function refunds(options: AgentHostOptions = {}, runOptions: RunOptions = {}): Promise<Refunds> {
  host = await AgentHost.create({ agents: [Refunds], ...options });
  return host.open(runOptions).get(Refunds);
}

const MISSING = { code: 'MISSING_STEP' };

describe('requireCall', () => {
  it('refuses until the other tool has succeeded', async () => {
    const agent = await refunds();
    await expect(agent.pay({})).rejects.toMatchObject({ ...MISSING, details: { step: 'Refunds.preview' } });
    await agent.preview({});
    expect(await agent.pay({})).toBe('paid');
    expect(await agent.pay({})).toBe('paid');
  });

  it('does not count a step that failed, was refused or did not end', async () => {
    const clock = new TestClock();
    const agent = await refunds({ clock });
    await agent.preview({ fail: true }).catch(() => {});
    await expect(agent.pay({})).rejects.toMatchObject(MISSING);
    await expect(agent.confirm({})).rejects.toMatchObject(MISSING);
    const hanging = agent.preview({ hang: true }).catch((error) => error.code);
    await clock.advance(2000);
    expect(await hanging).toBe('tool.timeout');
    await expect(agent.pay({})).rejects.toMatchObject(MISSING);
  });

  it('does not count a step that is still on its way', async () => {
    const agent = await refunds();
    const preview = agent.preview({});
    await expect(agent.pay({})).rejects.toMatchObject(MISSING);
    await preview;
    expect(await agent.pay({})).toBe('paid');
  });

  it('counts a step that lies recently enough', async () => {
    const clock = new TestClock();
    const agent = await refunds({ clock });
    await agent.preview({});
    await clock.advance(600_000);
    expect(await agent.paySoon({})).toBe('paid');
    await clock.advance(1);
    const refusal = await agent.paySoon({}).catch((error) => error);
    expect(refusal).toMatchObject(MISSING);
    expect(refusal.toPrompt()).toEqual({
      refused: true,
      code: 'MISSING_STEP',
      because: 'This needs preview to have succeeded within the last 10 minutes, and it did not.',
      tryInstead: 'Look at the policy.',
    });
    expect(await agent.pay({})).toBe('paid');
  });

  it('counts steps of the session, over its runs, and not those of another', async () => {
    const agent = await refunds({}, { userId: 'alice', sessionId: 's1' });
    await agent.preview({});
    expect(await host?.open({ userId: 'alice', sessionId: 's1' }).get(Refunds).pay({})).toBe('paid');
    await expect(host?.open({ userId: 'alice', sessionId: 's2' }).get(Refunds).pay({})).rejects.toMatchObject(MISSING);
    await expect(host?.open({ userId: 'alice' }).get(Refunds).pay({})).rejects.toMatchObject(MISSING);
  });

  it('counts a tool that took effect, even where its result is withheld', async () => {
    @Agent()
    class Lists {
      @Tool()
      @Prove({ kind: 'id', extract: '[]', maxItems: 1 })
      async list(_args: object) {
        return ['a', 'b'];
      }

      @Tool()
      @Enforce(requireCall('Lists.list'))
      async next(_args: object) {
        return 'next';
      }
    }
    host = await AgentHost.create({ agents: [Lists] });
    const agent = host.open().get(Lists);
    await expect(agent.list({})).rejects.toMatchObject({ code: 'TOO_MANY_RESULTS' });
    expect(await agent.next({})).toBe('next');
  });

  it('knows a tool by the class that it inherits it from', async () => {
    @Agent()
    class CarefulRefunds extends Refunds {}
    host = await AgentHost.create({ agents: [CarefulRefunds] });
    const agent = host.open().get(CarefulRefunds);
    await expect(agent.pay({})).rejects.toMatchObject(MISSING);
    await agent.preview({});
    expect(await agent.pay({})).toBe('paid');
  });

  it.each<[string, string, object, string, string]>([
    ['an unknown tool', 'Refunds.previw', {}, '', 'names no tool of this host'],
    ['no duration', 'Wrong.preview', { within: 'soon' }, '.within', 'must be milliseconds above 0 or a text such as'],
  ])('%s is an error when the host is created', async (_what, tool, options, option, message) => {
    @Agent()
    class Wrong {
      @Tool()
      async preview(_args: object) {
        return true;
      }

      @Tool()
      @Enforce(requireCall(tool as 'A.b', options))
      async pay(_args: object) {
        return true;
      }
    }
    const error = await AgentHost.create({ agents: [Wrong] }).catch((failure) => failure);
    expect(error.problems).toMatchObject([
      { className: 'Wrong', method: 'pay', option: `Enforce.requireCall${option}` },
    ]);
    expect(error.problems[0].message).toContain(message);
  });
});
