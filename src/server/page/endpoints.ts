import type { EndpointStatus, Estimated } from '../../core/collector.ts';
import { cut } from '../../core/cut.ts';
import { type Html, html } from '../html.ts';
import { endpointAnchor, targetAnchor } from './anchor.ts';
import { badge } from './badge.ts';
import { toEndpointState } from './endpoint-state.ts';
import type { CollectorView } from './model.ts';
import { MOST_CHARACTERS, NO_DATA, toNumber } from './number.ts';
import type { Row } from './rows.ts';
import { ago } from './time.ts';

/** The most columns of statuses; the rest is one. */
export const MOST_STATUSES = 12;

/** A column after the endpoint: what it shows of one. */
interface Column {
  readonly title: string;
  readonly isNumber: boolean;
  cell(endpoint: EndpointStatus): Html;
}

/**
 * The endpoints of a target, one a row. Roles are said although elements imply them: on a phone the rows are no table to
 * the eye, and some browsers would take that for the meaning as well.
 */
export function endpointTable(
  { collector, counted }: Pick<CollectorView, 'collector' | 'counted'>,
  target: number,
  shownRows: readonly Row[],
  now: number,
): Html {
  const columns = columnsOf(
    shownRows.map(({ endpoint }) => endpoint),
    counted,
    now,
  );
  const heads = columns.map(
    ({ title, isNumber }) => html`<th scope="col" role="columnheader"${numeric(isNumber)}>${title}</th>`,
  );
  const rows = shownRows.map(({ endpoint, place }) =>
    endpointRow(endpointAnchor(collector, target, place), endpoint, columns),
  );
  // Both headings: two collectors ask the same target, and landmarks are told apart by their names.
  const names = `${collector} ${targetAnchor(collector, target)}`;
  return html`<div class="scroll" role="region" aria-labelledby="${names}" tabindex="0">
<table role="table">
<caption>Endpoints and their ${counted} by status, as of the last complete pass</caption>
<thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Endpoint</th>${heads}</tr></thead>
<tbody role="rowgroup">
${rows}</tbody>
</table>
</div>
`;
}

function endpointRow(id: string, endpoint: EndpointStatus, columns: readonly Column[]): Html {
  const { name, endpointId } = endpoint;
  const named = name === '' ? [] : html`<bdi class="name">${cut(name, MOST_CHARACTERS)}</bdi> `;
  const { problem } = toEndpointState(endpoint);
  const head = `${id}-name`;
  const cells = columns.map(
    (column) =>
      html`<td role="cell" data-label="${column.title}"${numeric(column.isNumber)}>${column.cell(endpoint)}</td>`,
  );
  return html`<tr role="row" id="${id}"><th scope="row" role="rowheader" id="${head}">${named}<bdi class="id">${cut(endpointId, MOST_CHARACTERS)}</bdi></th>${cells}</tr>
${problem === undefined ? [] : html`<tr role="row" class="more"><td role="cell" class="why" headers="${head}" colspan="${columns.length + 1}">Problem: <bdi>${problem}</bdi></td></tr>\n`}`;
}

function columnsOf(endpoints: readonly EndpointStatus[], counted: string, now: number): readonly Column[] {
  const title = counted.replace(/^./, (letter) => letter.toUpperCase());
  const all = [...new Set(endpoints.flatMap(({ connections }) => [...connections.keys()]))];
  const statuses = all.slice(0, MOST_STATUSES);
  const others = all.slice(MOST_STATUSES);
  const hasEstimates = endpoints.some(({ estimated }) => estimated);
  return [
    { title: 'State', isNumber: false, cell: state },
    { title: 'Last success', isNumber: false, cell: age(now) },
    ...(hasEstimates ? [{ title, isNumber: true, cell: estimate }] : []),
    ...statuses.map((status) => ({
      title: cut(status, MOST_CHARACTERS),
      isNumber: true,
      cell: count([status]),
    })),
    ...(others.length > 0 ? [{ title: 'others', isNumber: true, cell: count(others) }] : []),
    ...(statuses.length === 0 ? [{ title, isNumber: true, cell: () => NO_DATA }] : []),
  ];
}

function state(endpoint: EndpointStatus): Html {
  const { tone, words } = toEndpointState(endpoint);
  return badge(tone, words);
}

function count(statuses: readonly string[]) {
  return ({ connections, estimated }: EndpointStatus): Html => {
    if (connections.size === 0) return NO_DATA;
    const sum = statuses.reduce((all, status) => all + (connections.get(status) ?? 0), 0);
    return html`<span>${about(estimated)}${toNumber(sum)}</span>`;
  };
}

function estimate({ estimated }: EndpointStatus): Html {
  if (!estimated) return NO_DATA;
  const { total, lower, upper, confidence } = estimated;
  const bounds = isExact(estimated)
    ? 'exact'
    : `${toNumber(lower)} to ${toNumber(upper)} at ${toPercent(confidence)} %`;
  return html`<span>${about(estimated)}${toNumber(total)} <small>${bounds}</small></span>`;
}

function about(estimated: Estimated | undefined): string {
  return estimated && !isExact(estimated) ? 'about ' : '';
}

function isExact({ lower, upper }: Estimated): boolean {
  return lower === upper;
}

function toPercent(share: number): string {
  // 0.57 * 100 is 56.99999999999999.
  return String(Number((share * 100).toPrecision(12)));
}

function age(now: number) {
  return ({ lastSuccessAt }: EndpointStatus): Html =>
    lastSuccessAt === undefined ? html`never` : ago(lastSuccessAt, now);
}

function numeric(isNumber: boolean): Html {
  return isNumber ? html` class="number"` : html``;
}
