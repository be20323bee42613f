/** The style sheet of every page, for the hash in their content security policy. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f4f6f8; --card: #fff; --line: #d9dfe6; --text: #1a2028; --muted: #434d59; --link: #06498a;
  --good: #0e5330; --good-field: #e3f4e9; --warn: #623b00; --warn-field: #fdf0d5;
  --bad: #8c0d22; --bad-field: #fdebed; --waiting: #3a4450; --waiting-field: #e9edf2;
  font: 1rem/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
  background: var(--page); color: var(--text);
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f1317; --card: #181d23; --line: #2e3640; --text: #e5e9ee; --muted: #9fabb8; --link: #82bdff;
    --good: #7fdca4; --good-field: #143322; --warn: #f0c169; --warn-field: #38290b;
    --bad: #ffa19b; --bad-field: #411a1f; --waiting: #b3bdc9; --waiting-field: #262e37;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 76rem; }
h1, h2, h3, p, ul, dl, dd { margin: 0; padding: 0; }
h1 { font-size: 1.5rem; line-height: 1.25; letter-spacing: -0.01em; }
h2 { font-size: 1.1875rem; line-height: 1.3; }
h3 { font-size: 1rem; }
h3 .muted { font-weight: 400; }
h1, h2, h3, p, li, dd, .name, .id, .why { overflow-wrap: anywhere; }
ul { list-style: none; }
a { color: var(--link); text-underline-offset: 0.15em; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 0.25rem; }
code, .id { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 0.8125rem; }
.muted, .id, caption { color: var(--muted); }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; top: -10rem; background: var(--card); padding: 0.5rem 1rem; }
.skip:focus { top: 0.5rem; }
main { outline: none; }
main > * { margin-top: 1.25rem; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin-top: 0.75rem; }
nav a { display: inline-block; padding: 0.125rem 0; }
.card, .state { border: 1px solid var(--line); border-radius: 0.625rem; background: var(--card); padding: 1.25rem; }
.state { border-inline-start-width: 0.375rem; }
.state.good { border-color: var(--good); } .state.bad { border-color: var(--bad); }
.state.waiting { border-color: var(--waiting); }
.state h2 { display: flex; gap: 0.5rem; align-items: center; }
.state.good h2 { color: var(--good); } .state.bad h2 { color: var(--bad); }
.state li { margin-top: 0.375rem; }
.state a { display: inline-block; max-width: min(100%, 36rem); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; vertical-align: bottom; }
.symbol { flex: none; width: 1em; height: 1em; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
.badge { display: inline-flex; gap: 0.375em; align-items: center; padding: 0.0625rem 0.5rem; border: 1px solid transparent; border-radius: 1rem; font-size: 0.8125rem; font-weight: 600; white-space: nowrap; }
.badge.good { color: var(--good); background: var(--good-field); }
.badge.warn { color: var(--warn); background: var(--warn-field); }
.badge.bad { color: var(--bad); background: var(--bad-field); }
.badge.waiting { color: var(--waiting); background: var(--waiting-field); }
.head { display: flex; flex-wrap: wrap; gap: 0.25rem 0.75rem; align-items: center; }
.facts { display: flex; flex-wrap: wrap; gap: 0.5rem 2.5rem; margin-top: 0.75rem; }
dt { color: var(--muted); font-size: 0.8125rem; }
.problem { color: var(--bad); margin-top: 0.5rem; }
.target { border-top: 1px solid var(--line); margin-top: 1.25rem; padding-top: 1.25rem; }
.card > .muted, .target > .muted { margin-top: 0.5rem; }
.scroll { position: relative; overflow-x: auto; margin-top: 0.5rem; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: start; font-size: 0.8125rem; padding-bottom: 0.375rem; }
th, td { text-align: start; vertical-align: top; padding: 0.5rem 0 0.5rem 1.25rem; font-weight: 400; }
th:first-child, td:first-child { padding-inline-start: 0; }
thead th { color: var(--muted); font-size: 0.8125rem; vertical-align: bottom; }
thead th:first-child { width: 36%; }
tbody tr { border-top: 1px solid var(--line); }
tbody tr:target { background: var(--waiting-field); }
tbody th { min-width: 14rem; }
tbody tr.more { border-top: none; }
.name { font-weight: 600; display: block; }
.id { display: block; }
.number { text-align: end; font-variant-numeric: tabular-nums; max-width: 12rem; }
td.number, td time { white-space: nowrap; }
.number small { display: block; color: var(--muted); font-size: 0.8125rem; }
td.why { color: var(--bad); padding-top: 0; }
.prose > * + * { margin-top: 0.75rem; }
.prose h2 { margin-top: 1.75rem; }
.prose ol, .prose ul { list-style: revert; padding-inline-start: 1.5rem; }
.prose li + li, .prose li pre, .prose li p { margin-top: 0.5rem; }
.prose pre { margin: 0; padding: 0.75rem; border: 1px solid var(--line); border-radius: 0.375rem; background: var(--page); white-space: pre-wrap; overflow-wrap: anywhere; }
.prose p > code, .prose li > code, .prose td code { overflow-wrap: anywhere; }
.prose thead th:first-child { width: auto; }
.list > li + li { border-top: 1px solid var(--line); margin-top: 1rem; padding-top: 1rem; }
@media (max-width: 45rem) {
  body { padding: 1rem; }
  .card, .state { padding: 1rem; }
  .facts { gap: 0.5rem 1.5rem; }
  table, caption, tbody, tbody th, tbody td { display: block; width: 100%; }
  caption { padding-bottom: 0.75rem; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tbody tr { display: block; padding: 0.75rem 0; }
  tbody th, tbody td { min-width: 0; padding: 0.125rem 0; }
  tbody th { padding-bottom: 0.375rem; }
  tbody td { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; text-align: end; }
  tbody td::before { content: attr(data-label); content: attr(data-label) / ''; color: var(--muted); text-align: start; overflow-wrap: anywhere; }
  tbody td.number { max-width: none; }
  tbody tr.more { padding-top: 0; }
  tbody td.why { display: block; text-align: start; }
  tbody td.why::before { content: none; }
  tbody tr:last-child { padding-bottom: 0; }
}
`;
