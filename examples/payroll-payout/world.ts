/** A salary in a payroll. */
export interface PayLine {
  readonly line: string;
  readonly employee: string;
  readonly amountCents: number;
}

/** A payroll as the overview shows it. */
export interface PayrollSummary {
  readonly payrollId: string;
  readonly lineCount: number;
  readonly totalCents: number;
}

/** What a payout would do, and what looks wrong about it. */
export interface Preview {
  readonly payrollId: string;
  readonly lines: readonly PayLine[];
  readonly totalCents: number;
  readonly warnings: readonly { readonly line: string; readonly problem: string }[];
}

const MARCH: readonly PayLine[] = [
  { line: 'line_1', employee: 'Ines Marek', amountCents: 410_000 },
  { line: 'line_2', employee: 'Dana Fox', amountCents: 420_000 },
  { line: 'line_3', employee: 'Tom Berg', amountCents: 395_000 },
  { line: 'line_4', employee: 'Dana Fox', amountCents: 420_000 },
];

/** Payrolls in memory, and the payments that the bank has made for them. */
export class Payroll {
  readonly payments: PayLine[] = [];
  readonly #payrolls: Map<string, readonly PayLine[]>;

  constructor(payrolls: Readonly<Record<string, readonly PayLine[]>> = { pay_2026_03: MARCH }) {
    this.#payrolls = new Map(Object.entries(payrolls));
  }

  summary(payrollId: string): PayrollSummary {
    const lines = this.#lines(payrollId);
    return { payrollId, lineCount: lines.length, totalCents: totalOf(lines) };
  }

  /** Shows what would be paid, and warns of who was paid already or is listed twice. */
  preview(payrollId: string): Preview {
    const lines = this.#lines(payrollId);
    const warnings = lines.flatMap((each, index) => {
      const { line, employee } = each;
      if (this.payments.includes(each)) return { line, problem: `${employee} was paid already` };
      const twin = lines.slice(0, index).find((before) => before.employee === employee);
      return twin === undefined ? [] : { line, problem: `${employee} is in ${twin.line} too` };
    });
    return { payrollId, lines, totalCents: totalOf(lines), warnings };
  }

  removeLine(payrollId: string, line: string): PayrollSummary {
    this.#payrolls.set(
      payrollId,
      this.#lines(payrollId).filter((each) => each.line !== line),
    );
    return this.summary(payrollId);
  }

  /** Orders the payments. As banks do, ours wants the total as a check, and looks at nothing else. */
  payOut(payrollId: string, totalCents: number): PayrollSummary {
    const lines = this.#lines(payrollId);
    if (totalOf(lines) !== totalCents) throw new Error(`the total is not ${totalCents}`);
    this.payments.push(...lines);
    return this.summary(payrollId);
  }

  #lines(payrollId: string): readonly PayLine[] {
    const lines = this.#payrolls.get(payrollId);
    if (lines === undefined) throw new Error(`there is no payroll ${payrollId}`);
    return lines;
  }
}

function totalOf(lines: readonly PayLine[]): number {
  return lines.reduce((total, { amountCents }) => total + amountCents, 0);
}
