import { html, type Markup } from "./markup.ts";

/**
 * Writes an HTML file that needs nothing else: no network, no fonts, no scripts. A policy in the page forbids anything
 * active.
 */
export function renderPage(title: string, header: Markup, main: Markup): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="generator" content="Gramian">
<title>${title}</title>
<style>${{ markup: style }}</style>
</head>
<body>
<header>
<h1>${title}</h1>
${header}
</header>
<main>
${main}
</main>
</body>
</html>
`;
  return page.markup;
}

/**
 * The style sheet of a report. Colours are those of Okabe and Ito (2008), which colour-blind people can tell apart,
 * and differ in lightness too; shapes and dashes say the same again.
 */
export const style: string = `
:root {
  color-scheme: light dark;
  --paper: #fff; --card: #fff; --ink: #1c2330; --soft: #5b6678; --edge: #dde2ea; --grid: #e8ecf2;
  --train: #7d8798; --validation: #d55e00; --test: #0072b2; --accent: #0072b2; --good: #e6f2f9;
  --s0: #0072b2; --s1: #d55e00; --s2: #009e73; --s3: #b0568f; --s4: #b07d00; --s5: #3a8fc4; --s6: #6a5acd; --s7: #4d5666;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #12161d; --card: #1a2029; --ink: #e6eaf0; --soft: #9aa5b5; --edge: #2d3643; --grid: #28303c;
    --train: #8b96a8; --validation: #f5924a; --test: #56b4e9; --accent: #56b4e9; --good: #1c3342;
    --s0: #56b4e9; --s1: #f5924a; --s2: #2fc79b; --s3: #dd8dbd; --s4: #e6b32e; --s5: #8ecdf2; --s6: #a99bf5; --s7: #b5bdc9;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2rem 1.25rem 3rem; max-width: 68rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
h1 { margin: 0; font-size: 1.6rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.15rem; overflow-wrap: anywhere; }
h3 { margin: 0; font-size: .95rem; font-weight: 600; }
p { margin: .5rem 0; max-width: 48rem; }
.kind { margin: 0 0 .25rem; color: var(--soft); font-size: .85rem; }
table + h3, .scroll + h3 { margin-top: 1.75rem; }
.summary { font-size: 1.2rem; line-height: 1.45; text-wrap: pretty; overflow-wrap: anywhere; }
.caution { padding-left: .8rem; border-left: 3px solid var(--validation); }
.soft, figcaption p { color: var(--soft); font-size: .85rem; }
.cards, .stack { display: grid; gap: 1rem; align-content: start; }
.cards { margin: 1rem 0; grid-template-columns: minmax(0, 1.31fr) minmax(0, 1fr); }
.cards.pairs { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); }
.square .axis text, .square .highlight text { font-size: 9px; }
@media (max-width: 46rem) {
  .cards, .cards.pairs { grid-template-columns: minmax(0, 1fr); }
  .square .axis text, .square .highlight text { font-size: inherit; }
}
figure { margin: 0; padding: .9rem 1rem; border: 1px solid var(--edge); border-radius: 8px; background: var(--card); }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .6rem; border-bottom: 1px solid var(--grid); text-align: left; vertical-align: top; }
th { font-weight: 500; color: var(--soft); font-size: .85rem; }
tbody th { color: inherit; font-size: inherit; overflow-wrap: anywhere; }
tr > :first-child { padding-left: 0; } tr > :last-child { padding-right: 0; }
tbody tr:last-child > * { border-bottom: 0; }
.results { max-width: 40rem; table-layout: fixed; } .results th:first-child { width: 40%; } .results .part th { padding-top: .9rem; color: var(--ink); font-weight: 650; }
.runs { white-space: nowrap; } .runs th svg { vertical-align: -2px; margin-right: .4rem; } .runs tr > :first-child { padding-left: .6rem; } .runs tr > :last-child { padding-right: .6rem; } .runs .best > * { font-weight: 700; background: var(--good); }
.number { text-align: right; white-space: nowrap; }
.least { font-weight: 700; }
.notes { table-layout: fixed; }
.notes th { width: 11rem; } .notes td { overflow-wrap: anywhere; }
.notes td:nth-child(3) { width: 50%; color: var(--soft); }
@media (max-width: 46rem) {
  .notes tr, .notes th, .notes td, .notes td:nth-child(3) { display: block; width: auto; padding: 0; border: 0; }
  .notes th { color: var(--soft); font-size: .85rem; }
  .notes tr { padding: .45rem 0; border-bottom: 1px solid var(--grid); }
}
.scroll { overflow-x: auto; }
.cards svg { display: block; width: 100%; height: auto; font: 11.5px system-ui, sans-serif; }
.legend { display: flex; flex-wrap: wrap; gap: .1rem 1rem; margin: .15rem 0 .4rem; color: var(--soft); font-size: .85rem; }
.legend span { display: inline-flex; align-items: center; gap: .3rem; }
.cards .legend svg { display: inline; width: 26px; height: 14px; }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(12.5rem, 1fr)); gap: 1rem; margin: 1rem 0; }
.pictures figure { display: flex; flex-direction: column; justify-content: space-between; gap: .6rem; }
.pictures img { display: block; margin: auto; max-width: 100%; image-rendering: pixelated; border-radius: 3px; }
.pictures .file { margin: 0 0 .15rem; color: var(--ink); overflow-wrap: anywhere; }
.pictures dl { display: grid; grid-template-columns: 1fr auto; margin: 0; color: var(--soft); font-size: .85rem; font-variant-numeric: tabular-nums; } .pictures dd { margin: 0; text-align: right; color: var(--ink); overflow-wrap: anywhere; }
.definitions { position: absolute; }
.axis text { fill: var(--soft); } .axis .label { fill: var(--ink); }
.grid { stroke: var(--grid); } .base { stroke: var(--soft); fill: none; }
.guide { stroke: var(--ink); stroke-width: 1; stroke-dasharray: 5 4; fill: none; opacity: .65; }
.train { --colour: var(--train); } .validation { --colour: var(--validation); } .test { --colour: var(--test); }
.points { fill: var(--colour); fill-opacity: .55; stroke: var(--colour); stroke-width: .8; }
.points.train { fill-opacity: .12; }
.lines path { fill: none; stroke: var(--colour, var(--accent)); stroke-width: 1.8; stroke-linejoin: round; stroke-linecap: round; }
.lines path.validation { stroke-dasharray: 6 4; }
.lines path.train { stroke-width: 2.2; }
.s0 { --colour: var(--s0); } .s1 { --colour: var(--s1); } .s2 { --colour: var(--s2); } .s3 { --colour: var(--s3); }
.s4 { --colour: var(--s4); } .s5 { --colour: var(--s5); } .s6 { --colour: var(--s6); } .s7 { --colour: var(--s7); }
.lines .d1 { stroke-dasharray: 7 4; } .lines .d2 { stroke-dasharray: 1.5 3.5; } .lines .d3 { stroke-dasharray: 9 3.5 2 3.5; }
.lines .d4 { stroke-dasharray: 12 4; } .lines .d5 { stroke-dasharray: 4 3; } .lines .d6 { stroke-dasharray: 12 3 2 3 2 3; } .lines .d7 { stroke-dasharray: 3 5; }
.lines path.start { stroke: var(--ink); stroke-width: 1.4; opacity: .75; }
.dot { fill: var(--colour); } .value { fill: var(--ink); }
.histogram { fill: var(--colour); fill-opacity: .12; stroke: var(--colour); stroke-width: 1.6; }
.histogram.train { stroke-width: 1; fill-opacity: .25; } .histogram.validation { stroke-dasharray: 5 3; }
.highlight .drop { stroke: var(--soft); stroke-dasharray: 1.5 3; fill: none; }
.highlight circle { fill: var(--card); stroke: var(--ink); stroke-width: 1.5; } .highlight text { fill: var(--ink); font-weight: 600; }
@media print {
  body { padding: 0; max-width: none; font-size: 10pt; }
  h2, h3 { break-after: avoid; }
  figure, tr { break-inside: avoid; }
}
`;
