import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { COUNTED, dataAge, inPlace, known, state, totalOf, WEBSOCKET } from '../parts/domains.ts';
import { brokenFirst, ENDPOINT_COLUMNS, stateColumn, wellness } from '../parts/endpoints.ts';
import { rowToWebSocket } from '../parts/links.ts';
import { named, settingsOf } from '../parts/names.ts';
import { total } from '../parts/queries.ts';
import { type Steps, stat } from '../parts/states.ts';
import { table } from '../parts/tables.ts';
import { latest, rows } from '../parts/targets.ts';
import { BOUNDS, GHOSTS, ghostShare, LIVING, REGISTERED, whole } from './estimate.ts';

const ALL = known(WEBSOCKET);

/** A few ghosts are normal; from the half on there is an alert. */
const GHOST_SHARES: Steps = [
  [0, 'alive'],
  [0.1, 'changing'],
  [0.5, 'fault'],
];

/** Whether all is well, and the numbers that matter most. */
export function webSocketHeadlines(): readonly Panel[] {
  return [
    ...wellness(WEBSOCKET, 'Endpoints whose last pass was incomplete or failed.'),
    stat({
      title: 'Living connections',
      description:
        'Estimated connections that are open, with the bounds of the estimate, as of the last pass. Exact when every id was looked up: then the three are one.',
      unit: 'none',
      width: 12,
      colour: 'living',
      targets: [
        latest(whole(total(BOUNDS.lower)), 'at least'),
        latest(whole(totalOf(WEBSOCKET, LIVING)), `living, ${COUNTED}`),
        latest(whole(total(BOUNDS.upper)), 'at most'),
      ],
    }),
    stat({
      title: 'Registered',
      description:
        'Connection ids that can be alive, at the start of the last pass. Ghosts are among them. The words say of how many endpoints: one whose data is stale, or whose exporter is down, cannot count.',
      unit: 'none',
      width: 6,
      named: true,
      colour: 'registered',
      targets: [latest(totalOf(WEBSOCKET, REGISTERED), COUNTED)],
    }),
    stat({
      title: 'Ghost share',
      description:
        'The share of registered ids whose connection has ended untold, as estimated in the last pass. A few percent are normal: AWS delivers disconnect events as best it can.',
      emptyWhen: 'nothing is registered',
      unit: 'percentunit',
      width: 6,
      steps: GHOST_SHARES,
      targets: [latest(ghostShare(), 'share')],
    }),
  ];
}

/** Every endpoint with its numbers. */
export function webSocketEndpoints(): Panel {
  return table({
    title: 'Endpoints',
    description:
      'Every endpoint as of its last complete pass, those in trouble first; click a heading to sort by it, a name to see that endpoint only. A dash stands for what is stale, or not known while the exporter is down; names, states and ages are remembered for an hour.',
    width: 24,
    height: 8,
    sortedBy: brokenFirst('Living'),
    targets: [
      rows(named(ALL, WEBSOCKET)),
      rows(inPlace(whole(LIVING), ALL)),
      rows(inPlace(whole(BOUNDS.lower), ALL)),
      rows(inPlace(whole(BOUNDS.upper), ALL)),
      rows(inPlace(REGISTERED, ALL)),
      rows(inPlace(whole(GHOSTS), ALL)),
      rows(state(WEBSOCKET)),
      rows(inPlace(dataAge(WEBSOCKET), ALL)),
      rows(settingsOf(WEBSOCKET, ['api_id', 'stage', 'source'])),
    ],
    columns: [
      { field: 'name', title: 'Name', link: rowToWebSocket },
      stateColumn('Value #G'),
      { field: 'stage', title: 'Stage', width: 80 },
      { field: 'source', title: 'Source', width: 90 },
      { field: 'Value #B', title: 'Living', width: 75 },
      { field: 'Value #C', title: 'At least', width: 75 },
      { field: 'Value #D', title: 'At most', width: 75 },
      { field: 'Value #E', title: 'Registered', width: 95 },
      { field: 'Value #F', title: 'Ghosts', width: 75 },
      { field: 'Value #H', title: 'Data age', unit: 's', width: 100 },
      { field: 'api_id', title: 'API', width: 110 },
      ...ENDPOINT_COLUMNS,
    ],
    hidden: ['Value #A', 'Value #I'],
  });
}
