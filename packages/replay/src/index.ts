export type { CallChange, ChangeLabel, StopReason } from './compare/call-change.js';
export type { ChangeGroup, GroupReason } from './compare/change-groups.js';
export { type CompareInput, compare } from './compare/compare.js';
export type { ComparedScore, ComparisonData } from './compare/comparison.js';
export type { JsonChange, JsonChangeGroup, JsonComparison } from './compare/comparison-json.js';
export { type PrintComparisonOptions, printComparison } from './compare/print-comparison.js';
export { readBenchmarkTrace } from './format/benchmark.js';
export { linesOf } from './format/line-files.js';
export {
  TRACE_FORMAT_VERSION,
  type TraceLine,
  type TraceLineCall,
  type UnplacedTrace,
  writeTrace,
} from './format/own-format.js';
export { type ReadOptions, readTraces, type TraceProblem, type TraceRead } from './format/read-traces.js';
export { TraceFileError } from './format/trace-file-error.js';
export { type TraceFile, traceFiles } from './format/trace-files.js';
export { type Recording, type RecordOptions, record } from './record/record.js';
export type { Redact, RedactPlace } from './record/redaction.js';
export type { CallOutcome, CallRefusal, ReplayedTrace } from './replay/outcome.js';
export type { AgentClass } from './replay/recorded-agent.js';
export { type ReplayInput, replay } from './replay/replay.js';
export { Replayer, type ReplayerOptions } from './replay/replayer.js';
export type { ReplayTool } from './replay/tool-names.js';
export {
  type JsonReport,
  JsonReportWriter,
  type JsonRow,
  type JsonScored,
  type JsonTrace,
  jsonReport,
} from './report/json-report.js';
export { PageCollector, type PageOptions } from './report/page.js';
export { type PrintOptions, printReport } from './report/print-report.js';
export type { RefusalCount } from './report/refusal-counts.js';
export { Report, type ReportData, type ReportOptions } from './report/report.js';
export type { ReportRow, Scored } from './report/report-row.js';
export type { SeenIn } from './report/seen-in.js';
export type { BaselineResult, RefusedCall, TraceResult } from './report/trace-result.js';
export type { Tally } from './score/tally.js';
export { type Interval, wilsonInterval } from './score/wilson.js';
export type * from './trace/trace.js';
