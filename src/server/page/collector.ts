import type { TargetStatus } from '../../core/collector.ts';
import { type Html, html } from '../html.ts';
import { targetAnchor } from './anchor.ts';
import { badge } from './badge.ts';
import { endpointTable } from './endpoints.ts';
import type { CollectorView } from './model.ts';
import { NO_DATA, toCount, toNumber } from './number.ts';
import { placeText } from './place.ts';
import type { RowsOf } from './rows.ts';
import { ago, until } from './time.ts';

/** One collector: its passes, and its targets with their endpoints. */
export function collectorSection(view: CollectorView, rowsOf: RowsOf, now: number): Html {
  const { collector, title, last, targets } = view;
  const unknown = html`<p class="muted">No account and region is known yet.</p>\n`;
  return html`<section class="card" aria-labelledby="${collector}">
<h2 id="${collector}">${title}</h2>
<dl class="facts">
<div><dt>Last pass</dt><dd>${lastPass(view, now)}</dd></div>
<div><dt>Next pass</dt><dd>${nextPass(view, now)}</dd></div>
<div><dt>Endpoints</dt><dd>${endpointsUp(view)}</dd></div>
</dl>
${problem(last?.error)}${targets.length > 0 ? targets.map((target, index) => targetPart(view, target, index, rowsOf, now)) : unknown}</section>
`;
}

function lastPass({ last }: CollectorView, now: number): Html {
  if (!last) return badge('waiting', 'none yet');
  const outcome = last.success ? badge('good', 'succeeded') : badge('bad', 'failed');
  return html`${outcome} ${ago(last.endedAt, now)}, after ${last.durationSeconds.toFixed(1)} s`;
}

function nextPass({ startedAt, nextPassAt }: CollectorView, now: number): Html {
  if (startedAt !== undefined) return html`under way, begun ${ago(startedAt, now)}`;
  return nextPassAt === undefined ? html`none` : until(nextPassAt, now);
}

function endpointsUp({ targets }: CollectorView): Html {
  if (targets.length === 0) return NO_DATA;
  const endpoints = targets.flatMap((target) => target.endpoints);
  const up = endpoints.filter((endpoint) => endpoint.up).length;
  return endpoints.length === 0 ? html`none` : html`${toNumber(up)} of ${toNumber(endpoints.length)} up`;
}

function targetPart(
  view: CollectorView,
  target: TargetStatus,
  index: number,
  rowsOf: RowsOf,
  now: number,
): Html {
  const { name, up, error, endpoints } = target;
  const id = targetAnchor(view.collector, index);
  const place = placeText(target);
  const heading =
    name === undefined ? html`${place}` : html`<bdi>${name}</bdi><span class="muted">, ${place}</span>`;
  const rows = rowsOf(endpoints);
  const hidden = endpoints.length - rows.length;
  const none = html`<p class="muted">No endpoints are known here.</p>\n`;
  const more = html`<p class="muted">${toCount(hidden, rows.length > 0 ? 'more endpoint' : 'endpoint')}, not shown here: the metrics have all.</p>\n`;
  return html`<div class="target">
<div class="head"><h3 id="${id}">${heading}</h3>${up ? badge('good', 'up') : badge('bad', 'down')}</div>
${problem(error)}${rows.length > 0 ? endpointTable(view, index, rows, now) : []}${endpoints.length === 0 ? none : hidden > 0 ? more : []}</div>
`;
}

function problem(sentence: string | undefined): Html | readonly Html[] {
  return sentence === undefined ? [] : html`<p class="problem"><bdi>${sentence}</bdi></p>\n`;
}
