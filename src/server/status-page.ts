import type { EndpointStatus, TargetStatus } from '../core/collector.ts';
import { type Html, html } from './html.ts';

/** One collector, as people want to see it; times are milliseconds since 1970. */
export interface CollectorView {
  readonly collector: string;
  /** When the pass under way began; undefined when there is none. */
  readonly startedAt: number | undefined;
  readonly last:
    | {
        readonly success: boolean;
        readonly endedAt: number;
        readonly durationSeconds: number;
        readonly error: string | undefined;
      }
    | undefined;
  readonly nextPassAt: number | undefined;
  readonly targets: readonly TargetStatus[];
}

/** All that the status page shows. */
export interface StatusModel {
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly telemetryPath: string;
  /** Whether `/api/v1/connections` answers. */
  readonly connectionsEnabled: boolean;
  readonly collectors: readonly CollectorView[];
}

/** The style sheet of the page, for the hash in its content security policy. */
export const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 0 auto; padding: 1rem; max-width: 80rem; }
nav ul { display: flex; flex-wrap: wrap; gap: 0 1.5rem; padding: 0; list-style: none; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; }
dd { margin: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: start; font-weight: 600; padding: 0.5rem 0; }
th, td { text-align: start; vertical-align: top; padding: 0.25rem 0.75rem 0.25rem 0; border-top: 1px solid #8886; }
h3::first-letter { text-transform: uppercase; }
th[scope='row'] { white-space: nowrap; }
.number { text-align: end; font-variant-numeric: tabular-nums; }
.bad { color: #b3001b; font-weight: 600; }
@media (prefers-color-scheme: dark) { .bad { color: #ff9c94; } }
`;

/** The page for people: what every collector, target and endpoint is doing, and where to read on; no scripts. */
export function statusPage(model: StatusModel): string {
  const links: readonly (readonly [path: string, name: string])[] = [
    [model.telemetryPath, 'Metrics'],
    ['/config', 'Configuration'],
    ['/-/healthy', 'Health'],
    ['/-/ready', 'Readiness'],
    ...(model.connectionsEnabled ? [['/api/v1/connections', 'Connections (JSON)'] as const] : []),
  ];
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>AWS connections exporter</title>
<style>${{ html: STYLE }}</style>
</head>
<body>
<header>
<h1>AWS connections exporter</h1>
<p>Version ${model.version}, as of ${time(model.now, new Date(model.now).toUTCString())}.</p>
<nav aria-label="Other pages"><ul>
${links.map(([path, name]) => html`<li><a href=".${path}">${name}</a></li>\n`)}</ul></nav>
</header>
<main>
${model.collectors.map((collector) => collectorSection(collector, model.now))}</main>
</body>
</html>
`.html;
}

function collectorSection(view: CollectorView, now: number): Html {
  const { collector, last, targets } = view;
  const error = last?.error;
  const unknown = html`<p>No account and region is known yet.</p>\n`;
  return html`<section aria-labelledby="${collector}">
<h2 id="${collector}">${collector}</h2>
<dl>
<dt>Last pass</dt><dd>${lastPass(view, now)}</dd>
<dt>Next pass</dt><dd>${nextPass(view, now)}</dd>
${error === undefined ? [] : html`<dt>Problem</dt><dd class="bad">${error}</dd>\n`}</dl>
${targets.length > 0 ? targets.map((target) => targetSection(target, now)) : unknown}</section>
`;
}

function lastPass({ last }: CollectorView, now: number): Html {
  if (!last) return html`none yet`;
  const outcome = last.success ? html`succeeded` : html`<span class="bad">failed</span>`;
  return html`${outcome} ${ago(last.endedAt, now)}, after ${last.durationSeconds.toFixed(1)} s`;
}

function nextPass({ startedAt, nextPassAt }: CollectorView, now: number): Html {
  if (startedAt !== undefined) return html`under way, begun ${ago(startedAt, now)}`;
  return nextPassAt === undefined ? html`none` : time(nextPassAt, `in ${toSpan(nextPassAt - now)}`);
}

function targetSection({ accountId, region, up, error, endpoints }: TargetStatus, now: number): Html {
  const place = `account ${accountId}, region ${region}`;
  const table =
    endpoints.length > 0 ? endpointTable(endpoints, place, now) : html`<p>No endpoints are known here.</p>`;
  return html`<h3>${place}: ${up ? 'up' : html`<span class="bad">down</span>`}</h3>
${error === undefined ? [] : html`<p class="bad">${error}</p>\n`}${table}
`;
}

function endpointTable(endpoints: readonly EndpointStatus[], place: string, now: number): Html {
  const statuses = [...new Set(endpoints.flatMap(({ connections }) => [...connections.keys()]))];
  const columns = statuses.map((status) => html`<th scope="col" class="number">${status}</th>`);
  return html`<div class="scroll" role="region" aria-label="Endpoints, ${place}" tabindex="0">
<table>
<caption>Endpoints and their connections by status, as of the last complete pass</caption>
<thead><tr><th scope="col">Endpoint</th><th scope="col">Name</th><th scope="col">State</th>${columns}<th scope="col">Last success</th><th scope="col">Problem</th></tr></thead>
<tbody>
${endpoints.map((endpoint) => endpointRow(endpoint, statuses, now))}</tbody>
</table>
</div>`;
}

function endpointRow(endpoint: EndpointStatus, statuses: readonly string[], now: number): Html {
  const { endpointId, name, up, stale, connections, lastSuccessAt, error = '' } = endpoint;
  const state = [up ? 'up' : 'down', ...(stale ? ['data stale'] : [])].join(', ');
  // Nothing is said where nothing true can be said; a dash is not a zero.
  const count = (status: string) => (connections.size > 0 ? (connections.get(status) ?? 0) : '–');
  const numbers = statuses.map((status) => html`<td class="number">${count(status)}</td>`);
  const age = lastSuccessAt === undefined ? 'never' : ago(lastSuccessAt, now);
  const bad = up && !stale ? [] : html` class="bad"`;
  return html`<tr><th scope="row">${endpointId}</th><td>${name}</td><td${bad}>${state}</td>${numbers}<td>${age}</td><td>${error}</td></tr>
`;
}

function ago(at: number, now: number): Html {
  return time(at, `${toSpan(now - at)} ago`);
}

function time(at: number, text: string): Html {
  return html`<time datetime="${new Date(at).toISOString()}">${text}</time>`;
}

function toSpan(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)} h` : `${Math.floor(seconds / 86_400)} days`;
}
