import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboard } from '../parts/dashboard.ts';
import { dataAge, ENDPOINT_COLUMNS, healthPanels, notUp, oldestData, WEBSOCKET } from '../parts/endpoints.ts';
import { heatmap } from '../parts/graphs.ts';
import { ofWebSocket, once, perMinute, total } from '../parts/queries.ts';
import { colouredText, inWords, NONE_IS_GOOD, stat } from '../parts/states.ts';
import { table } from '../parts/tables.ts';
import { buckets, latest, rows } from '../parts/targets.ts';
import {
  BOUNDS,
  estimate,
  GHOSTS,
  ghostShare,
  ghostsPanel,
  LIVING,
  livingByStatus,
  REGISTERED,
  registeredAgainstLiving,
} from '../parts/websocket.ts';
import { samples, turnover } from '../parts/websocket-events.ts';

function headlines(): readonly Panel[] {
  return [
    stat({
      title: 'Living connections',
      description:
        'Estimated connections that are open, with the bounds of the estimate, as of the last pass. Exact when every id was looked up: then the three are one.',
      unit: 'short',
      width: 8,
      colours: ['living'],
      targets: [
        latest(total(BOUNDS.lower), 'at least'),
        latest(total(LIVING), 'living'),
        latest(total(BOUNDS.upper), 'at most'),
      ],
    }),
    stat({
      title: 'Registered',
      description: 'Connection ids that can be alive, at the start of the last pass. Ghosts are among them.',
      unit: 'short',
      width: 4,
      colour: 'registered',
      targets: [latest(total(REGISTERED), 'registered')],
    }),
    stat({
      title: 'Ghost share',
      description:
        'The share of registered ids whose connection has ended untold, as estimated in the last pass. A few percent are normal: AWS delivers disconnect events as best it can.',
      emptyWhen: 'nothing is registered',
      unit: 'percentunit',
      width: 4,
      colour: 'ghosts',
      targets: [latest(ghostShare(), 'share')],
    }),
    stat({
      title: 'Endpoints not polled',
      description: 'Endpoints whose last pass was incomplete or failed. Zero is normal.',
      unit: 'none',
      width: 4,
      steps: NONE_IS_GOOD,
      targets: [latest(notUp(WEBSOCKET), 'not polled')],
    }),
    oldestData(WEBSOCKET, 4),
  ];
}

function endpoints(): Panel {
  const own = ['name', 'api_id', 'stage', 'source'];
  return table({
    title: 'Endpoints',
    description:
      'Every endpoint as of its last complete pass; click a heading to sort by it. Data age and Up stay when the rest has gone stale.',
    width: 24,
    height: 8,
    sortedBy: 'Living',
    targets: [
      rows(once(WEBSOCKET.info, ...own)),
      rows(LIVING),
      rows(BOUNDS.lower),
      rows(BOUNDS.upper),
      rows(REGISTERED),
      rows(GHOSTS),
      rows(once(WEBSOCKET.up)),
      rows(dataAge(WEBSOCKET)),
    ],
    columns: [
      { field: 'name', title: 'Name' },
      { field: 'stage', title: 'Stage' },
      { field: 'source', title: 'Source' },
      { field: 'Value #B', title: 'Living', unit: 'short' },
      { field: 'Value #C', title: 'At least', unit: 'short' },
      { field: 'Value #D', title: 'At most', unit: 'short' },
      { field: 'Value #E', title: 'Registered', unit: 'short' },
      { field: 'Value #F', title: 'Ghosts', unit: 'short' },
      { field: 'Value #G', title: 'Up', properties: colouredText(inWords('Up', 'Down')) },
      { field: 'Value #H', title: 'Data age', unit: 's' },
      { field: 'api_id', title: 'API' },
      ...ENDPOINT_COLUMNS,
    ],
    hidden: ['Value #A'],
  });
}

function ages(): readonly Panel[] {
  const byBucket = (metric: string) => [buckets(perMinute(ofWebSocket(metric), ['le']))];
  return [
    heatmap({
      title: 'Age of living connections',
      description:
        'Living connections that were looked up, by their age at that moment, per minute. The stronger the colour, the more. API Gateway ends a connection after two hours.',
      unit: 's',
      width: 12,
      targets: byBucket('aws_websocket_connection_age_seconds_bucket'),
    }),
    heatmap({
      title: 'Idle time of living connections',
      description:
        'Living connections that were looked up, by the time since their last message in either direction, per minute. The stronger the colour, the more. API Gateway ends a connection that was idle for ten minutes.',
      unit: 's',
      width: 12,
      targets: byBucket('aws_websocket_connection_idle_seconds_bucket'),
    }),
  ];
}

/** WebSocket APIs of API Gateway. */
export function websocket(): Dashboard {
  return dashboard({
    uid: 'aws-websocket',
    title: 'AWS API Gateway WebSocket',
    description:
      'Living connections of WebSocket APIs, estimated from samples with an interval, and what is known of their coming and going.',
    tag: 'aws-websocket',
    choices: { metric: 'aws_websocket_up', endpointVariable: 'websocket_endpoint_id' },
    sections: [
      {
        panels: [
          ...headlines(),
          estimate(),
          livingByStatus(),
          registeredAgainstLiving(),
          ghostsPanel(),
          ...turnover(),
        ],
      },
      { title: 'Endpoints', panels: [endpoints(), ...healthPanels(WEBSOCKET)] },
      { title: 'Age and idle time', panels: ages() },
      { title: 'Samples', panels: samples() },
    ],
  });
}
