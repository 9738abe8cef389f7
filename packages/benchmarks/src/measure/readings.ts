/** What one process measured, by name of the quantity. */
export type Readings = Readonly<Record<string, number>>;

/** One thing that is measured, in a process of its own. */
export interface Case {
  /** Unique in its group; what `--only` takes. */
  readonly name: string;
  readonly title: string;
  /** Where the case stands in its table. @default the title of the group */
  readonly table?: string;
  /** Processes, where one says as much as several. @default those of the group */
  readonly rounds?: number;
  /** Why it cannot run here; asked in the process of the case. */
  readonly skip?: () => Promise<string | undefined>;
  measure(budget: TimeBudget): Promise<Readings>;
}

/** Cases that are shown together. */
export interface Group {
  readonly name: string;
  readonly title: string;
  /** Processes per case. */
  readonly rounds: number;
  readonly cases: readonly Case[];
}

/** How long a case may take. */
export interface TimeBudget {
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/** Of an ordinary run. */
export const FULL: TimeBudget = { warmUpMs: 300, measureMs: 200 };
/** Of `--quick`. */
export const QUICK: TimeBudget = { warmUpMs: 150, measureMs: 60 };
