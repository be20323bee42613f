import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Coloured } from '../parts/colours.ts';
import { perMinute, WEBSOCKET } from '../parts/domains.ts';
import { graph } from '../parts/graphs.ts';
import { gauge, ofWebSocket } from '../parts/queries.ts';
import { overTime } from '../parts/targets.ts';
import { PER_MINUTE } from '../parts/units.ts';

const LOOKED_UP: readonly Coloured[] = ['active', 'idle', 'gone', 'invalid', 'error'];

/** Connections that came, went, and went untold. */
export function turnover(): readonly Panel[] {
  const counter = (name: string) => perMinute(WEBSOCKET, ofWebSocket(`aws_websocket_${name}_total`));
  return [
    graph({
      title: 'Connects and disconnects',
      description: 'Connections that events told of, each counted once.',
      emptyWhen: 'the source of the endpoints is not `intake`: only there are events',
      unit: PER_MINUTE,
      width: 12,
      colours: ['connects', 'disconnects'],
      targets: [
        overTime(counter('connections_opened'), 'connects'),
        overTime(counter('connections_closed'), 'disconnects'),
      ],
    }),
    graph({
      title: 'Missed disconnects',
      description:
        'Connections that were found ended without a disconnect event within a minute (or without their removal from the table or file). A few are normal.',
      unit: PER_MINUTE,
      width: 12,
      colours: ['missed'],
      targets: [overTime(counter('missed_disconnects'), 'missed')],
    }),
  ];
}

/** What came of the look-ups. */
export function samples(): readonly Panel[] {
  const status = { width: 12, stacked: true, colours: LOOKED_UP } as const;
  return [
    graph({
      title: 'Outcomes of the last pass',
      description:
        'Ids that were looked up in the last pass, by what came of it. Active and idle live, gone is a ghost, invalid never was a connection; error is a look-up without an answer, and none is normal.',
      unit: 'none',
      ...status,
      targets: [overTime(gauge(ofWebSocket('aws_websocket_sampled_connections'), ['status']), '{{status}}')],
    }),
    graph({
      title: 'Look-ups',
      description:
        'Calls of GetConnection, by what came of them. They count against the throttle that the account shares.',
      unit: PER_MINUTE,
      ...status,
      targets: [
        overTime(perMinute(WEBSOCKET, ofWebSocket('aws_websocket_lookups_total'), ['status']), '{{status}}'),
      ],
    }),
  ];
}
