import type { EndpointStatus } from '../../core/collector.ts';
import { toEndpointState } from './endpoint-state.ts';
import type { CollectorView } from './model.ts';

/** The most endpoints on the page, over all targets: a page that a browser shows at once. */
export const MOST_ROWS = 500;

/** An endpoint that is shown, and its place among all of its target. */
export interface Row {
  readonly endpoint: EndpointStatus;
  readonly place: number;
}

/** Which endpoints of a target are shown, in their order: over all targets those with problems first, then the first that come. */
export type RowsOf = (endpoints: readonly EndpointStatus[]) => readonly Row[];

/** Chooses the endpoints that are shown. */
export function chooseRows(collectors: readonly CollectorView[]): RowsOf {
  const all = collectors.flatMap(({ targets }) => targets.flatMap(({ endpoints }) => endpoints));
  const hasProblem = (endpoint: EndpointStatus) => toEndpointState(endpoint).problem !== undefined;
  const chosen = new Set(
    all.length <= MOST_ROWS
      ? all
      : [...all.filter(hasProblem), ...all.filter((endpoint) => !hasProblem(endpoint))].slice(0, MOST_ROWS),
  );
  return (endpoints) =>
    endpoints.flatMap((endpoint, place) => (chosen.has(endpoint) ? [{ endpoint, place }] : []));
}
