import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboard } from '../parts/dashboard.ts';
import { perMinute, WEBSOCKET } from '../parts/domains.ts';
import { healthPanels } from '../parts/endpoints.ts';
import { heatmap } from '../parts/graphs.ts';
import { ofWebSocket } from '../parts/queries.ts';
import { buckets } from '../parts/targets.ts';
import { webSocketEndpoints, webSocketHeadlines } from './endpoints.ts';
import { estimate, ghostsPanel, livingByStatus, registered } from './estimate.ts';
import { samples, turnover } from './events.ts';

function ages(): readonly Panel[] {
  const byBucket = (metric: string) => [buckets(perMinute(WEBSOCKET, ofWebSocket(metric), ['le']))];
  return [
    heatmap({
      title: 'Age of living connections',
      description:
        'Living connections that were looked up, by their age at that moment, per minute; the scale below says how many each colour stands for. API Gateway ends a connection after two hours.',
      unit: 's',
      width: 12,
      targets: byBucket('aws_websocket_connection_age_seconds_bucket'),
    }),
    heatmap({
      title: 'Idle time of living connections',
      description:
        'Living connections that were looked up, by the time since their last message in either direction, per minute; the scale below says how many each colour stands for. API Gateway ends a connection that was idle for ten minutes.',
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
    choices: {
      metric: 'aws_websocket_up',
      endpoints: { variable: 'websocket_endpoint_id', info: 'aws_websocket_endpoint_info' },
    },
    sections: [
      {
        panels: [
          ...webSocketHeadlines(),
          estimate(),
          livingByStatus(),
          registered(),
          ghostsPanel(),
          ...turnover(),
        ],
      },
      { title: 'Endpoints', panels: [webSocketEndpoints(), ...healthPanels(WEBSOCKET)] },
      { title: 'Age and idle time', panels: ages() },
      { title: 'Samples', panels: samples() },
    ],
  });
}
