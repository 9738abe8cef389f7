/** A report on how long heat pumps in one town lasted. */
export interface Report {
  readonly source: string;
  readonly title: string;
  readonly meanYears: number;
  /** The next report that one should have read; none in the last one. */
  readonly cites?: string;
  /** One line a heat pump. */
  readonly table: string;
}

/** What a search finds. */
export interface Hit {
  readonly source: string;
  readonly title: string;
}

/** What the application is ready to spend on one question. */
export const BUDGET_USD = 0.5;

/** With one call to search and one for the answer, so many make 40 calls of the model. */
const REPORTS = 38;
const UNITS = 54;
const CAUSES = ['compressor', 'coolant leak', 'electronics', 'fan', 'new heating'];

/** A library of long reports, each of which cites another. It is the same every time. */
export class Library {
  /** What was read so far, each report once. */
  readonly read: Report[] = [];

  search(_query: string): readonly Hit[] {
    const { source, title } = reportOn(1);
    return [{ source, title }];
  }

  /** @throws {Error} where there is no such report */
  open(source: string): Report {
    const number = Number(/^report (\d+)$/.exec(source)?.[1]);
    if (!(number >= 1 && number <= REPORTS)) throw new Error(`there is no ${JSON.stringify(source)}`);
    const report = reportOn(number);
    if (!this.read.some((each) => each.source === source)) this.read.push(report);
    return report;
  }

  /** What the reports say that were read. */
  get summary(): string {
    const years = this.read.map(({ meanYears }) => meanYears);
    if (years.length === 0) return 'no report was read';
    const mean = years.reduce((sum, each) => sum + each, 0) / years.length;
    const [least, most] = [Math.min(...years), Math.max(...years)];
    return `in ${years.length} reports heat pumps lasted ${least} to ${most} years, ${mean.toFixed(1)} on average`;
  }
}

function reportOn(number: number): Report {
  const shortest = 12 + ((number * 29) % 41) / 10;
  const years = Array.from({ length: UNITS }, (_, unit) => shortest + ((number * 37 + unit * 53) % 101) / 10);
  const mean = years.reduce((sum, each) => sum + each, 0) / UNITS;
  return {
    source: `report ${number}`,
    title: `Service life of heat pumps in town ${number}`,
    meanYears: Math.round(mean * 10) / 10,
    ...(number < REPORTS && { cites: `report ${number + 1}` }),
    table: years.map((each, unit) => rowOn(number, unit, each)).join('\n'),
  };
}

function rowOn(number: number, unit: number, years: number): string {
  const installed = 1985 + ((number * 5 + unit * 3) % 20);
  const cause = CAUSES[(number + unit) % CAUSES.length];
  return `unit ${unit + 1}: installed ${installed}, ran ${years.toFixed(1)} years, replaced because of ${cause}`;
}
