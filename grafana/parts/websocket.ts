import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { colourOf, inColour } from './colours.ts';
import { graph } from './graphs.ts';
import { ENDPOINT, gauge, ofWebSocket, once, total } from './queries.ts';
import { overTime } from './targets.ts';

const CONNECTIONS = ofWebSocket('aws_websocket_connections');
const KEY = ENDPOINT.join(', ');

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
  const edge = [alive, { id: 'custom.lineWidth', value: 0 }];
  return graph({
    title: 'Living connections, with interval',
    description:
      'Estimated open connections (line) and the interval that holds the true number in 95 % of all passes, unless configured otherwise (band), as of the last pass. Bounds of several endpoints are summed, which makes the band wider than it need be. A gap is a time without answers.',
    unit: 'short',
    width: 12,
    overrides: {
      living: [alive, { id: 'custom.fillOpacity', value: 0 }, { id: 'custom.lineWidth', value: 2 }],
      'at least': [...edge, { id: 'custom.fillOpacity', value: 0 }],
      'at most': [
        ...edge,
        { id: 'custom.fillBelowTo', value: 'at least' },
        { id: 'custom.fillOpacity', value: 25 },
      ],
    },
    targets: [
      overTime(total(LIVING), 'living'),
      overTime(total(BOUNDS.lower), 'at least'),
      overTime(total(BOUNDS.upper), 'at most'),
    ],
  });
}

/** Living connections that are active and idle. */
export function livingByStatus(): Panel {
  return graph({
    title: 'Active and idle',
    description:
      'Estimated open connections by whether they had a message within idle_after (5 minutes unless configured otherwise), as of the last pass.',
    unit: 'short',
    width: 12,
    stacked: true,
    colours: ['active', 'idle'],
    targets: [overTime(gauge(CONNECTIONS, ['status']), '{{status}}')],
  });
}

/** What is registered, and what of it lives. */
export function registeredAgainstLiving(): Panel {
  return graph({
    title: 'Registered and living',
    description:
      'Ids that can be alive, at the start of the last pass, and those of them that are estimated to be. Between the lines are ghosts: a narrow gap is normal, one that widens tells of lost disconnect events.',
    unit: 'short',
    width: 12,
    colours: ['registered', 'living'],
    targets: [overTime(total(REGISTERED), 'registered'), overTime(total(LIVING), 'living')],
  });
}

/** Ghosts, as a number and as a share. */
export function ghostsPanel(): Panel {
  return graph({
    title: 'Ghosts',
    description:
      'Registered ids whose connection has ended untold: how many (left), and their share (right), as estimated in the last pass.',
    emptyWhen: 'nothing is registered',
    unit: 'short',
    width: 12,
    colours: ['ghosts'],
    overrides: {
      share: [
        { id: 'unit', value: 'percentunit' },
        { id: 'max', value: 1 },
        { id: 'custom.axisPlacement', value: 'right' },
        { id: 'custom.fillOpacity', value: 0 },
      ],
    },
    targets: [overTime(total(GHOSTS), 'ghosts'), overTime(ghostShare(), 'share')],
  });
}
