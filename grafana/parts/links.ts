import {
  DashboardLinkBuilder,
  DashboardLinkType,
  type DynamicConfigValue,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** The tag by which the dashboards find each other. */
export const TAG = 'aws-connections-exporter';

/** The links on top of a dashboard: the other dashboards, with time range and variables. (The exporter adds its documentation when it serves one.) */
export function links() {
  return [
    new DashboardLinkBuilder('Connections')
      .type(DashboardLinkType.Dashboards)
      .icon('external link')
      .tooltip('The other dashboards of the exporter, with this time range and these variables')
      .tags([TAG])
      .asDropdown(true)
      .includeVars(true)
      .keepTime(true),
  ];
}

/** Where a cell or a bar of one endpoint leads; `label` gives one of its labels. */
function toEndpoint(uid: string, variable: string, label: (name: string) => string): DynamicConfigValue {
  const kept = ['datasource', 'job', 'instance'].map((name) => `\${${name}:queryparam}`);
  const chosen = Object.entries({
    account_id: 'account_id',
    region: 'region',
    [variable]: 'endpoint_id',
  }).map(([name, from]) => `var-${name}=${label(from)}`);
  const url = `/d/${uid}?\${__url_time_range}&${[...kept, ...chosen].join('&')}`;
  return { id: 'links', value: [{ title: 'Show this endpoint', url, targetBlank: false }] };
}

const ofRow = (name: string) => `\${__data.fields.${name}}`;

/** Makes a cell of a table a link to the dashboard of the row's Client VPN endpoint. */
export const rowToEndpoint = toEndpoint('aws-client-vpn-endpoint', 'endpoint_id', ofRow);

/** Makes a cell of a table a link that narrows the dashboard to the row's WebSocket endpoint. */
export const rowToWebSocket = toEndpoint('aws-websocket', 'websocket_endpoint_id', ofRow);

/** Makes a cell of a table a link that narrows the dashboard to the row's Site-to-Site VPN connection. */
export const rowToVpnConnection = toEndpoint('aws-site-to-site-vpn', 'vpn_connection_id', ofRow);

/** Makes a series a link to the dashboard of its Client VPN endpoint. */
export const seriesToEndpoint = toEndpoint(
  'aws-client-vpn-endpoint',
  'endpoint_id',
  (name) => `\${__field.labels.${name}}`,
);
