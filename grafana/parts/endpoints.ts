import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { graph } from './graphs.ts';
import { ENDPOINT, named, ofClientVpn, ofWebSocket, once, since, total } from './queries.ts';
import { ageSteps, inWords, stat, timeline } from './states.ts';
import { latest, overTime } from './targets.ts';

/** What both kinds of endpoints have, under names of their own. */
export interface Domain {
  readonly up: string;
  readonly lastSuccess: string;
  readonly info: string;
  /** The usual time between passes, in words, and the usual `stale_after`, in seconds. */
  readonly every: string;
  readonly staleAfter: number;
}

/** Client VPN endpoints. */
export const CLIENT_VPN: Domain = {
  up: ofClientVpn('aws_client_vpn_up'),
  lastSuccess: ofClientVpn('aws_client_vpn_last_success_timestamp_seconds'),
  info: ofClientVpn('aws_client_vpn_endpoint_info'),
  every: '30 seconds',
  staleAfter: 600,
};

/** WebSocket APIs, by stage. */
export const WEBSOCKET: Domain = {
  up: ofWebSocket('aws_websocket_up'),
  lastSuccess: ofWebSocket('aws_websocket_last_success_timestamp_seconds'),
  info: ofWebSocket('aws_websocket_endpoint_info'),
  every: 'minute',
  staleAfter: 300,
};

/** The legend of series that `named` has made. */
export const NAMED = '{{name}} {{endpoint_id}}';

/** How many endpoints could not be polled in the last pass. */
export const notUp = ({ up }: Domain): string => total(`1 - ${once(up)}`);

/** How old the data of each endpoint is, in seconds. */
export const dataAge = ({ lastSuccess }: Domain): string => since(once(lastSuccess));

/** The age of the oldest data, as a number. */
export function oldestData(domain: Domain, width: number): Panel {
  return stat({
    title: 'Oldest data',
    description: `Time since the last complete pass over an endpoint, the oldest of all that ever had one. Passes come every ${domain.every} unless configured otherwise: a few of them are normal. Past stale_after the gauges of the endpoint vanish.`,
    unit: 's',
    width,
    steps: ageSteps(domain.staleAfter),
    targets: [latest(`max(${dataAge(domain)})`, 'oldest data')],
  });
}

/** Whether each endpoint could be polled, and how old its data is, over time. */
export function healthPanels(domain: Domain): readonly Panel[] {
  return [
    timeline({
      title: 'Passes by endpoint',
      description:
        'Whether the last pass over the endpoint was complete. Up is normal; while it is down the gauges keep their last values until stale_after.',
      unit: 'none',
      width: 12,
      mappings: inWords('Up', 'Down'),
      targets: [overTime(named(once(domain.up), domain.info), NAMED)],
    }),
    graph({
      title: 'Data age by endpoint',
      description: `Time since the last complete pass over each endpoint. A line that stays low is normal; one that climbs is an endpoint that cannot be polled. Passes come every ${domain.every} unless configured otherwise.`,
      unit: 's',
      width: 12,
      targets: [overTime(named(dataAge(domain), domain.info), NAMED)],
    }),
  ];
}

/** The labels of an endpoint, as columns. */
export const ENDPOINT_COLUMNS = ENDPOINT.map((field) => ({
  field,
  title: { account_id: 'Account', region: 'Region', endpoint_id: 'Endpoint' }[field],
}));
