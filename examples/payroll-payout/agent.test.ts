import { AgentHost } from '@actguard/core';
import { TestClock } from '@actguard/core/testing';
import { describe, expect, test } from '@jest/globals';
import { PayrollAgent } from './agent.js';
import { type PayLine, Payroll } from './world.js';

const MINUTE = 60_000;

const line = (line: string, employee: string, amountCents: number): PayLine => ({ line, employee, amountCents });

const PAYROLLS = {
  clean: [line('line_1', 'Ines Marek', 410_000), line('line_2', 'Dana Fox', 420_000)],
  doubled: [line('line_1', 'Dana Fox', 415_000), line('line_2', 'Dana Fox', 415_000)],
  huge: [line('line_1', 'Ines Marek', 5_000_001)],
};
const clean = { payrollId: 'clean', totalCents: 830_000 };
const doubled = { payrollId: 'doubled', totalCents: 830_000 };

async function atOffice(body: (agent: PayrollAgent, payroll: Payroll, clock: TestClock) => Promise<void>) {
  const [payroll, clock] = [new Payroll(PAYROLLS), new TestClock()];
  await using host = await AgentHost.create({
    agents: [PayrollAgent],
    providers: [{ provide: Payroll, useValue: payroll }],
    clock,
  });
  await host.run((run) => body(run.get(PayrollAgent), payroll, clock));
}

describe('the payroll agent', () => {
  test('pays what a preview found nothing wrong with', () =>
    atOffice(async (agent, payroll) => {
      await agent.preview(clean);
      await agent.payOut(clean);
      expect(payroll.payments).toEqual(PAYROLLS.clean);
    }));

  test('pays nothing without a preview', () =>
    atOffice(async (agent, payroll) => {
      await agent.getPayroll(clean);
      await expect(agent.payOut(clean)).rejects.toMatchObject({ code: 'MISSING_STEP' });
      expect(payroll.payments).toEqual([]);
    }));

  test('pays nothing more than 15 minutes after the preview', () =>
    atOffice(async (agent, payroll, clock) => {
      await agent.preview(clean);
      await clock.advance(15 * MINUTE + 1);
      await expect(agent.payOut(clean)).rejects.toMatchObject({ code: 'MISSING_STEP' });
      expect(payroll.payments).toEqual([]);
    }));

  test('pays nothing that a preview has warned of', () =>
    atOffice(async (agent, payroll) => {
      await agent.preview(doubled);
      await expect(agent.payOut(doubled)).rejects.toMatchObject({ code: 'MISSING_FACT' });
      expect(payroll.payments).toEqual([]);
    }));

  test('takes no preview of another payroll, not even with the same total', () =>
    atOffice(async (agent, payroll) => {
      await agent.preview(clean);
      await expect(agent.payOut(doubled)).rejects.toMatchObject({ code: 'MISSING_FACT' });
      expect(payroll.payments).toEqual([]);
    }));

  test('pays a preview once, and a payroll too', () =>
    atOffice(async (agent, payroll) => {
      await agent.preview(clean);
      await agent.payOut(clean);
      await expect(agent.payOut(clean)).rejects.toMatchObject({ code: 'MISSING_FACT' });
      await agent.preview(clean);
      await expect(agent.payOut(clean)).rejects.toMatchObject({ code: 'MISSING_FACT' });
      expect(payroll.payments).toHaveLength(2);
    }));

  test('leaves more than USD 50,000 to a person', () =>
    atOffice(async (agent, payroll) => {
      await agent.preview({ payrollId: 'huge' });
      const payout = agent.payOut({ payrollId: 'huge', totalCents: 5_000_001 });
      await expect(payout).rejects.toMatchObject({ code: 'THRESHOLD_EXCEEDED' });
      expect(payroll.payments).toEqual([]);
    }));

  test('pays a payroll that was put right', () =>
    atOffice(async (agent, payroll) => {
      await agent.preview(doubled);
      await agent.removeLine({ payrollId: 'doubled', line: 'line_2' });
      await agent.preview(doubled);
      await agent.payOut({ payrollId: 'doubled', totalCents: 415_000 });
      expect(payroll.payments).toEqual(PAYROLLS.doubled.slice(0, 1));
    }));

  test('removes only lines that a preview of their payroll has warned of', () =>
    atOffice(async (agent, payroll) => {
      await agent.preview(doubled);
      await agent.preview(clean);
      for (const wanted of [
        { payrollId: 'doubled', line: 'line_1' },
        { payrollId: 'clean', line: 'line_2' },
      ]) {
        await expect(agent.removeLine(wanted)).rejects.toMatchObject({ code: 'MISSING_FACT' });
      }
      expect(payroll.summary('doubled').lineCount + payroll.summary('clean').lineCount).toBe(4);
    }));
});
