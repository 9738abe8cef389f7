import { MAX_LANES, railWidth } from './rail.js';

/** Colours of lanes, in light and in dark: each readable as a letter's background and as a line. */
const LANES: readonly (readonly [light: string, dark: string])[] = [
  ['#2457c5', '#8ab4ff'],
  ['#7b3fc4', '#c9a2ff'],
  ['#0b6e7f', '#5fd0de'],
  ['#a8206f', '#ff96cd'],
  ['#5b6410', '#cfd663'],
  ['#8a4a12', '#f2b077'],
];

const LIGHT = `--page:#f5f6f8;--card:#fff;--edge:#dadfe7;--soft:#eef1f5;--shade:#8a95a8;--ink:#18202d;--dim:#535e70;--link:#1d4fb8;--good:#16693f;--good-soft:#e6f4ec;--bad:#b3211b;--bad-soft:#fdecea;--warn:#835100;--warn-soft:#fdf3dd;--info:#1d5596;--info-soft:#e6f0fb;--on:#fff;${lanes(0)}`;
const DARK = `--page:#0f141b;--card:#171e28;--edge:#2c3645;--soft:#212a36;--shade:#5c6b82;--ink:#e7ecf3;--dim:#a3afc0;--link:#8fb8ff;--good:#74d3a0;--good-soft:#143326;--bad:#ff9d94;--bad-soft:#401c1c;--warn:#f0c16b;--warn-soft:#3a2c10;--info:#8fc1ff;--info-soft:#162c47;--on:#10151d;${lanes(1)}`;

function lanes(theme: 0 | 1): string {
  return LANES.map((colours, lane) => `--l${lane}:${colours[theme]};`).join('');
}

// A style for each lane and each width of the rail, because the page's policy allows no style attributes.
const LANE_STYLES = LANES.map((_, lane) => `.l${lane},.on${lane}{--lane:var(--l${lane})}`).join('');
const GUTTERS = Array.from(
  { length: MAX_LANES },
  (_, index) => `.g${index + 1}{--gutter:${railWidth(index + 1)}px}`,
).join('');

/** The style sheet of a page. */
export const STYLES = `
:root{color-scheme:light dark;${LIGHT}--sans:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;--mono:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
@media (prefers-color-scheme:dark){:root{${DARK}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-padding-top:16px}
body{margin:0 auto;max-width:1080px;padding:40px 28px 56px;background:var(--page);color:var(--ink);font:15px/22px var(--sans)}
h1,h2,h3,p,ol,ul,blockquote,pre{margin:0;padding:0}
ol,ul{list-style:none}
a{color:var(--link);text-underline-offset:2px}
a:focus-visible,summary:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:3px}
code,pre,.tool,.value,.name,.id{font-family:var(--mono);font-size:13px}
.value,.kind,.tool,.words,.id,.name,.guard,p,h1,h2,li{overflow-wrap:anywhere}
.value,.kind,.words,.name,.id,.args,.agent,.guard,code,q{unicode-bidi:isolate}
.vh{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}

.page-head{margin-bottom:24px}
h1{font-size:28px;line-height:36px;font-weight:650;letter-spacing:-.015em}
.intro,.text{max-width:72ch;margin-top:8px;color:var(--dim);white-space:pre-line}
.summary{margin-top:8px;font-size:14px;color:var(--dim)}
.contents{display:flex;flex-wrap:wrap;gap:6px 10px;margin-bottom:20px}
.contents a{display:inline-block;padding:4px 12px;border:1px solid var(--edge);border-radius:999px;background:var(--card);color:var(--ink);font-size:14px;text-decoration:none}
.contents b{margin-left:4px;font-size:13px;font-weight:600}
.contents b.good{color:var(--good)}
.contents b.neutral{color:var(--dim)}
.contents a:hover{border-color:var(--link);color:var(--link)}
.section{margin-top:48px}
h2{font-size:21px;line-height:28px;font-weight:650;letter-spacing:-.01em}
h3,.run h2{font-size:16px;line-height:24px;font-weight:650}
.notes{display:grid;grid-template-columns:14px fit-content(200px) minmax(0,1fr);gap:4px 10px;margin:14px 0}
.notes li{display:grid;grid-column:1/-1;grid-template-columns:subgrid}
.notes .i{margin-top:4px}
.notes b{font-weight:600}
.note{margin:12px 0;color:var(--dim);font-size:14px}
.page-foot{margin-top:48px;color:var(--dim);font-size:13px}

.figures{margin:0 0 28px}
.figures .note{margin:6px 0 0;max-width:100ch}
.scroll{overflow-x:auto;margin-top:10px;border:1px solid var(--edge);border-radius:10px;background:linear-gradient(90deg,var(--card) 30%,transparent) 0/40px 100% no-repeat local,linear-gradient(270deg,var(--card) 30%,transparent) 100%/40px 100% no-repeat local,linear-gradient(90deg,var(--shade),transparent) 0/16px 100% no-repeat scroll,linear-gradient(270deg,var(--shade),transparent) 100%/16px 100% no-repeat scroll,var(--card)}
.scroll:focus-visible{outline:2px solid var(--link);outline-offset:2px}
table{width:100%;border-collapse:collapse;font-size:14px;font-variant-numeric:tabular-nums}
th,td{padding:4px 14px;text-align:left;vertical-align:top;font-weight:400;unicode-bidi:isolate}
td{min-width:170px;overflow-wrap:anywhere}
.num{min-width:0;text-align:right;white-space:nowrap}
thead th{padding-block:8px;border-bottom:1px solid var(--edge);color:var(--dim);font-size:13px}
tbody th{color:var(--dim);overflow-wrap:break-word}
tbody tr{color:var(--dim)}
tbody .main,tbody .main th{color:var(--ink);font-weight:600}
tbody .main td{font-weight:600}
.group th{padding-top:12px;color:var(--ink);font-weight:650}
.group .about{margin-left:8px;font-weight:400}
tbody:last-child tr:last-child>*{padding-bottom:10px}

.legend{margin:0 0 8px;border:1px solid var(--edge);border-radius:10px;background:var(--card);font-size:14px}
.legend summary{padding:8px 14px;cursor:pointer;font-weight:600}
.legend>div{padding:2px 14px 14px;color:var(--dim)}
.meanings{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:8px 24px;margin-top:12px}
.meanings li{overflow-wrap:break-word}

.run{margin-top:28px;--gutter:0px}
${GUTTERS}${LANE_STYLES}
.run-title{display:flex;flex-wrap:wrap;gap:4px 12px;align-items:center;justify-content:space-between}
.run-title .id{color:var(--dim);font-weight:400}
.about-run{display:flex;flex-wrap:wrap;gap:0 18px;margin:2px 0 12px;color:var(--dim);font-size:14px}
.about-run b{font-weight:400;color:var(--ink)}

.step{scroll-margin-top:16px;--frame:var(--edge)}
.long .step{content-visibility:auto;contain-intrinsic-size:auto 190px}
.line{position:relative;padding-left:var(--gutter)}
.rail{position:absolute;left:0;top:0;height:100%;overflow:hidden}
.body{min-height:36px;padding:7px 14px;background:var(--card);border:solid var(--frame);border-width:0 1px}
.line:first-child>.body{border-top-width:1px;border-radius:10px 10px 0 0;padding-top:7px}
.line:last-child{padding-bottom:14px}
.line:last-child>.body{border-bottom-width:1px;border-radius:0 0 10px 10px}
.line:only-child>.body{border-radius:10px}
.user .body,.vouched .body{background:var(--soft)}
.refused,.withheld,.cut-off,.failed{--frame:var(--bad)}
.warning{--frame:var(--warn)}
.step:target .body{box-shadow:inset 3px 0 var(--link)}
.head{display:flex;flex-wrap:wrap;gap:2px 10px;align-items:flex-start}
.number{flex:none;min-width:22px;height:22px;padding:0 6px;border-radius:11px;background:var(--soft);font-size:12px;font-weight:600;text-align:center}
.tool{flex:1 1 240px;min-width:0}
.tool b{font-weight:650}
.agent,.args{color:var(--dim)}
.end{display:flex;gap:12px;align-items:center;margin-left:auto}
.since{color:var(--dim);font-size:13px;font-variant-numeric:tabular-nums}
.badge{display:inline-flex;gap:6px;align-items:center;font-size:13px;font-weight:600;white-space:nowrap}
.run-title .badge{white-space:normal;overflow-wrap:anywhere}
.field{display:grid;grid-template-columns:88px minmax(0,1fr);gap:0 12px}
.label{color:var(--dim);font-size:13px}
.words{white-space:pre-line;quotes:none}
.fact .kind,.content>.kind{font-weight:600}
.about,.from{color:var(--dim)}
.from .name{color:var(--ink)}
.origin::before{content:"← ";content:"← "/""}
.tag{display:inline-block;min-width:20px;height:20px;margin-right:8px;padding:0 5px;border-radius:5px;background:var(--lane,var(--dim));color:var(--on);font:650 12px/20px var(--sans);text-align:center;vertical-align:1px}

.marks{display:flex;flex-wrap:wrap;gap:4px 0}
.mark{display:inline-flex;flex-wrap:wrap;gap:0 6px;align-items:center;padding:0 9px;border:1px solid var(--edge);border-radius:6px;font-size:13px;line-height:20px}
.marks .mark+.mark{margin-left:14px;position:relative}
.marks .mark+.mark::before{content:"";position:absolute;left:-15px;top:10px;width:14px;border-top:1px solid var(--dim)}
.mark .state{font-weight:600}
.mark code{font-size:12px}
.mark.bad{border-color:var(--bad);background:var(--bad-soft);color:var(--bad)}
.mark.warn{border-color:var(--warn);background:var(--warn-soft);color:var(--warn)}
.mark.info{border-color:var(--info);background:var(--info-soft);color:var(--info)}
.mark.good .i,.badge.good,.notes .good .i,.notes .good b{color:var(--good)}
.badge.bad,.bad,.notes .bad .i,.notes .bad b{color:var(--bad)}
.badge.warn{color:var(--warn)}
.badge.info{color:var(--info)}
.badge.neutral,.mark.neutral,.mark.plain .i{color:var(--dim)}
.mark.neutral{border-style:dashed}
.mark.method .state{font-weight:400}
.notes li.bad{color:var(--ink)}

.usage{display:flex;flex-wrap:wrap;gap:2px 18px;align-items:center;justify-content:space-between}
.spent{flex:1 1 320px;min-width:0}
.bars{display:flex;flex-direction:column;gap:2px}
.usage .bars{flex:0 1 470px}
.run-head .bars{margin:-4px 0 12px}
.budget{display:inline-flex;flex-wrap:wrap;gap:0 10px;align-items:center;font-size:13px;font-variant-numeric:tabular-nums}
.scope{color:var(--dim)}
.bar{flex:none;--tone:var(--info)}
.near .bar{--tone:var(--warn)}
.full .bar{--tone:var(--bad)}
.full .share{color:var(--bad)}
.near .share,.estimated{color:var(--warn)}
.track{fill:var(--soft);stroke:var(--dim)}
.fill{fill:var(--tone);opacity:.55}
.fill.new{opacity:1}
.run-head .fill,.budget-step .fill{opacity:1}
.model .body,.cost .body{padding-block:5px;min-height:32px}

.refusal{padding:8px 12px;border-left:3px solid var(--bad);border-radius:0 6px 6px 0;background:var(--bad-soft)}
.refusal .try::before{content:"→ ";content:"→ "/"";color:var(--bad);font-weight:650}
.refusal .limits{color:var(--dim);font-size:13px}
details:not(.legend){font-family:var(--sans)}
details:not(.legend) summary{width:fit-content;cursor:pointer;color:var(--link);font-size:13px}
pre{margin-top:4px;padding:10px 12px;border-radius:6px;background:var(--soft);white-space:pre-wrap;overflow-wrap:anywhere;line-height:19px}

.i{flex:none;overflow:visible;vertical-align:-2px}
.o,.k{fill:none;stroke:currentColor;stroke-width:1.4;stroke-linecap:round;stroke-linejoin:round}
.d{stroke-dasharray:2 2.6}
.f{fill:currentColor}
.k{stroke:var(--card)}
.t{fill:none;stroke:var(--lane);stroke-width:2}
.n{fill:var(--lane)}
.out{--lane:var(--dim)}
.gap{--lane:var(--bad)}

@media (max-width:640px){
.marks{flex-direction:column;align-items:flex-start}
.marks .mark+.mark{margin-left:0}
.marks .mark+.mark::before{left:9px;top:-6px;width:0;height:5px;border-top:0;border-left:1px solid var(--dim)}
body{padding:24px 12px 40px}
h1{font-size:23px;line-height:30px}
.field{grid-template-columns:minmax(0,1fr)}
.body{padding-inline:10px}
.end{margin-left:32px}
.tool{flex-basis:160px}
.meanings{grid-template-columns:minmax(0,1fr)}
.notes{grid-template-columns:14px minmax(0,1fr)}
.notes span{grid-column:2}
}
@media print{
:root{color-scheme:light;${LIGHT}--page:#fff}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
body{max-width:none;padding:0;font-size:11pt}
.step,.run-head{break-inside:avoid}
.run-head,h2,h3{break-after:avoid}
.contents{display:none}
.long .step{content-visibility:visible}
details::details-content{display:block;content-visibility:visible}
}
`;
