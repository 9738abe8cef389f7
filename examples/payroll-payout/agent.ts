import { Agent, Enforce, inject, Prove, requireCall, requireFact, Tool, threshold } from '@actguard/core';
import * as v from 'valibot';
import { Payroll, type Preview } from './world.js';

const PayrollName = v.object({ payrollId: v.string() });
const Line = v.object({ payrollId: v.string(), line: v.string() });
const Payout = v.object({ payrollId: v.string(), totalCents: v.pipe(v.number(), v.integer()) });

/** The payroll office. Money goes out in one step, so what has to come before it is no matter of good will. */
@Agent()
export class PayrollAgent {
  readonly #payroll: Payroll;

  constructor(payroll = inject(Payroll)) {
    this.#payroll = payroll;
  }

  @Tool({ description: 'Show how many lines a payroll has, and its total.', input: PayrollName })
  async getPayroll({ payrollId }: v.InferOutput<typeof PayrollName>) {
    return this.#payroll.summary(payrollId);
  }

  // A total is proven only if nothing looks wrong, and for this payroll alone. A line with a warning may be removed.
  @Tool({ description: 'Show what a payout would do, with warnings of what looks wrong.', input: PayrollName })
  @Prove({ kind: 'clean_total', extract: totalIfClean, about: 'payrollId' })
  @Prove({ kind: 'doubtful_line', extract: 'warnings[].line', about: 'payrollId' })
  async preview({ payrollId }: v.InferOutput<typeof PayrollName>) {
    return this.#payroll.preview(payrollId);
  }

  @Tool({ description: 'Remove a line that a preview warned of.', input: Line })
  @Enforce(requireFact('line', 'doubtful_line', { about: 'payrollId' }))
  async removeLine({ payrollId, line }: v.InferOutput<typeof Line>) {
    return this.#payroll.removeLine(payrollId, line);
  }

  // The step, and not hours ago (`requireCall`). What came of it, because a preview of another payroll or one with warnings
  // is a preview too (`requireFact`), for one payout (`consume`). And a limit above which no preview is good enough.
  @Tool({ description: 'Pay all lines of a payroll. Takes the total of its preview.', input: Payout })
  @Enforce(
    requireCall('PayrollAgent.preview', { within: '15m' }),
    requireFact('totalCents', 'clean_total', {
      about: 'payrollId',
      consume: true,
      hint: 'Preview this payroll. If it has warnings, put these right and preview it again.',
    }),
    threshold('totalCents', { max: 5_000_000, hint: 'More than USD 50,000 is paid by a person. Tell the user so.' }),
  )
  async payOut({ payrollId, totalCents }: v.InferOutput<typeof Payout>) {
    return this.#payroll.payOut(payrollId, totalCents);
  }
}

function totalIfClean({ totalCents, warnings }: Preview): number | undefined {
  return warnings.length === 0 ? totalCents : undefined;
}
