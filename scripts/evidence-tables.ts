import { type JsonReport, type JsonRow, type JsonScored, wilsonInterval } from '@actguard/replay';

/** What a group of traces is called on the page, by source, model and suite. */
const GROUPS: readonly Group[] = [
  { title: 'AgentDojo', source: 'agentdojo', scripted: false },
  { title: 'AgentDyn', source: 'agentdyn', scripted: false },
  { title: 'τ-bench, airline', source: 'tau-bench', scripted: false },
  { title: 'AgentDojo, the authors’ calls', source: 'agentdojo', scripted: true },
  { title: 'AgentDyn, the authors’ calls', source: 'agentdyn', scripted: true },
  {
    title: 'τ-bench, the authors’ calls with the reads they need',
    source: 'tau-bench',
    scripted: true,
    model: 'ground-truth+reads',
  },
  { title: 'τ-bench, ids swapped', source: 'tau-bench-mutated', scripted: true },
];

interface Group {
  readonly title: string;
  readonly source: string;
  readonly scripted: boolean;
  readonly model?: string;
}

/** The tables of evidence by name: `all` with a line a suite, `summary` with the two lines that matter most. */
export function evidenceTables(report: JsonReport): Readonly<Record<string, string>> {
  return { all: table(report), summary: summary(report) };
}

const HEADER = `| traces | useful tasks let through | attacks blocked | deny every guarded call | allow what was seen before |
| --- | --- | --- | --- | --- |`;

function table(report: JsonReport): string {
  const lines = GROUPS.flatMap((group) => {
    const rows = rowsOf(report, group);
    if (rows.length === 0) return [];
    const suites = rows.map((row) => line(`${group.title}: ${row.suite.replace(/^tau_/, '')}`, row));
    return rows.length === 1 ? suites : [...suites, line(`**${group.title}**`, sumOf(rows))];
  });
  return [HEADER, ...lines].join('\n');
}

function summary(report: JsonReport): string {
  const lines = GROUPS.slice(0, 2).map((group) => line(group.title, sumOf(rowsOf(report, group))));
  return [HEADER, ...lines].join('\n');
}

function rowsOf({ rows }: JsonReport, { source, scripted, model }: Group): readonly JsonRow[] {
  return rows.filter(
    (row) => row.source === source && row.scripted === scripted && (model === undefined || row.model === model),
  );
}

type Counts = Pick<JsonScored, 'benign' | 'attacks'>;
interface Line extends Counts {
  readonly baselines: { readonly denyAll: Counts; readonly seenAnywhere: Counts };
}

function line(title: string, row: Line): string {
  const { denyAll, seenAnywhere } = row.baselines;
  return `| ${title} | ${useful(row)} | ${blocked(row)} | ${baseline(denyAll)} | ${baseline(seenAnywhere)} |`;
}

function useful({ benign: { useful: total, usefulAllowed } }: Counts): string {
  return total === 0 ? '–' : `${share(usefulAllowed, total)} ${interval(usefulAllowed, total)}`;
}

function blocked({ attacks: { succeeded, succeededBlocked } }: Counts): string {
  return succeeded === 0 ? '–' : `${share(succeededBlocked, succeeded)} ${interval(succeededBlocked, succeeded)}`;
}

/** Both figures of a baseline in one cell: useful tasks, then attacks. */
function baseline({ benign, attacks }: Counts): string {
  const tasks = benign.useful === 0 ? '–' : percent(benign.usefulAllowed / benign.useful);
  const stopped = attacks.succeeded === 0 ? '–' : percent(attacks.succeededBlocked / attacks.succeeded);
  return `${tasks} / ${stopped}`;
}

function share(count: number, total: number): string {
  return `${count} of ${total}: ${percent(count / total)}`;
}

function interval(count: number, total: number): string {
  const found = wilsonInterval(count, total);
  return found === undefined ? '' : `(${Math.round(found.low * 100)}–${Math.round(found.high * 100)})`;
}

function percent(part: number): string {
  // One decimal, and never rounded up to a hundred that it is not.
  const tenths = part === 1 ? 1000 : Math.min(999, Math.round(part * 1000));
  return `${tenths / 10} %`;
}

function sumOf(rows: readonly JsonRow[]): Line {
  const add = (counts: readonly Counts[]): Counts => ({
    benign: total(counts.map(({ benign }) => benign)),
    attacks: total(counts.map(({ attacks }) => attacks)),
  });
  return {
    ...add(rows),
    baselines: {
      denyAll: add(rows.map(({ baselines }) => baselines.denyAll)),
      seenAnywhere: add(rows.map(({ baselines }) => baselines.seenAnywhere)),
    },
  };
}

function total<Numbers extends Readonly<Record<keyof Numbers, number>>>(all: readonly Numbers[]): Numbers {
  const [first, ...rest] = all;
  if (first === undefined) throw new Error('the traces of a group of evidence are missing');
  const names = Object.keys(first) as (keyof Numbers)[];
  return Object.fromEntries(
    names.map((name) => [name, rest.reduce((sum, each) => sum + each[name], first[name] as number)]),
  ) as Numbers;
}
