export type * from './budget-model.js';
export type { CapturedError, Missing } from './captured-error.js';
export { capturedEvents } from './captured-events.js';
export type { TimelineLink } from './page-links.js';
export {
  renderTimeline,
  renderTimelines,
  type TimelineBadge,
  type TimelineNote,
  type TimelinePage,
  type TimelineSection,
  type TimelineSections,
} from './render-page.js';
export type { ShownTimes } from './render-run.js';
export type { TimelineCell, TimelineColumn, TimelineRow, TimelineRowGroup, TimelineTable } from './render-table.js';
export type * from './run-model.js';
export { runsOf } from './runs-of.js';
export { type Timeline, type TimelineOptions, timeline } from './timeline.js';
