import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { colourOf, inColour } from '../parts/colours.ts';
import { graph, ON_THE_RIGHT } from '../parts/graphs.ts';
import { ENDPOINT, gauge, KEY, ofWebSocket, once, total } from '../parts/queries.ts';
import { overTime } from '../parts/targets.ts';

const CONNECTIONS = ofWebSocket('aws_websocket_connections');

/** Estimates are fractions; nobody has half a connection. */
export const whole = (expr: string): string => `round(${expr})`;

/** Living connections by endpoint. */
export const LIVING = gauge(CONNECTIONS, ['status'], ENDPOINT);

/** The bounds of the estimate by endpoint. */
export const BOUNDS = {
  lower: once(ofWebSocket('aws_websocket_connections_lower_bound')),
  upper: once(ofWebSocket('aws_websocket_connections_upper_bound')),
};

/** Registered ids by endpoint. */
export const REGISTERED = once(ofWebSocket('aws_websocket_registered_connections'));

/** Registered ids whose connection has ended, by endpoint. */
export const GHOSTS = `clamp_min(${REGISTERED} - on (${KEY}) ${LIVING}, 0)`;

/** The share of ghosts among the registered ids of the endpoints that have an estimate. */
export const ghostShare = (): string =>
  `${total(GHOSTS)} / on () (${total(`${REGISTERED} and on (${KEY}) ${LIVING}`)} > 0)`;

/** The estimate with its interval as a band. */
export function estimate(): Panel {
  const alive = inColour(colourOf('living'));
  const noArea = { id: 'custom.fillOpacity', value: 0 };
  const line = (width: number) => [
    alive,
    { id: 'custom.lineWidth', value: width },
    { id: 'custom.showPoints', value: 'never' },
  ];
  return graph({
    title: 'Living connections, with interval',
    description:
      'Estimated open connections (line) and the interval that holds the true number in 95 % of all passes, unless configured otherwise (band), as of the last pass. Bounds of several endpoints are summed, which makes the band wider than it need be. The axis need not begin at zero. A gap is a time without answers.',
    unit: 'none',
    width: 12,
    from: 'anywhere',
    overrides: {
      living: [...line(2), noArea],
      'at least': [...line(0), noArea],
      'at most': [
        ...line(0),
        { id: 'custom.fillBelowTo', value: 'at least' },
        { id: 'custom.fillOpacity', value: 25 },
      ],
    },
    targets: [
      overTime(whole(total(LIVING)), 'living'),
      overTime(whole(total(BOUNDS.lower)), 'at least'),
      overTime(whole(total(BOUNDS.upper)), 'at most'),
    ],
  });
}

/** Living connections that are active and idle. */
export function livingByStatus(): Panel {
  return graph({
    title: 'Active and idle',
    description:
      'Estimated open connections by whether they had a message within idle_after (5 minutes unless configured otherwise), as of the last pass.',
    unit: 'none',
    width: 12,
    stacked: true,
    colours: ['active', 'idle'],
    targets: [overTime(whole(gauge(CONNECTIONS, ['status'])), '{{status}}')],
  });
}

/** What is registered: what of it lives, and ghosts on top. */
export function registered(): Panel {
  return graph({
    title: 'Registered: living and ghosts',
    description:
      'Ids that can be alive, at the start of the last pass: those that are estimated to be, and on top of them ghosts, whose connection has ended untold. A thin layer of ghosts is normal, one that grows tells of lost disconnect events.',
    unit: 'none',
    width: 12,
    stacked: true,
    colours: ['living', 'ghosts'],
    targets: [overTime(whole(total(LIVING)), 'living'), overTime(whole(total(GHOSTS)), 'ghosts')],
  });
}

/** Ghosts, as a number and as a share. */
export function ghostsPanel(): Panel {
  return graph({
    title: 'Ghosts',
    description:
      'Registered ids whose connection has ended untold: how many (left), and their share (right), as estimated in the last pass.',
    emptyWhen: 'nothing is registered',
    unit: 'none',
    width: 12,
    colours: ['ghosts'],
    overrides: {
      share: [inColour(colourOf('share')), { id: 'unit', value: 'percentunit' }, ...ON_THE_RIGHT],
    },
    targets: [overTime(whole(total(GHOSTS)), 'ghosts'), overTime(ghostShare(), 'share')],
  });
}
