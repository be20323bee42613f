import type { EndpointStatus } from '../../src/core/collector.ts';
import type { CollectorView, StatusModel } from '../../src/server/page/model.ts';

/** As of when the models are. */
export const NOW = Date.UTC(2026, 10, 22, 12);

/** Names that would do harm, or break a layout, where they are not shown as text. */
export const HOSTILE_NAMES: readonly string[] = [
  '\u202egnp.exe',
  `"><script>document.title = 'pwned'</script>`,
  `' onmouseover='alert(1)' & &amp; <!--`,
  'W'.repeat(255),
  '👩‍💻 büro 東京 \u0301\u0301\u0301',
];

/** An endpoint of a VPN that is up. */
export const vpnEndpoint: EndpointStatus = {
  endpointId: 'cvpn-endpoint-123456789123abcde',
  name: 'office',
  up: true,
  connections: new Map([
    ['active', 1_204],
    ['failed-to-terminate', 0],
    ['terminating', 2],
    ['terminated', 318],
  ]),
  estimated: undefined,
  lastSuccessAt: NOW - 12_000,
  stale: false,
  error: undefined,
};

const chat: EndpointStatus = {
  ...vpnEndpoint,
  endpointId: 'a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod',
  name: 'chat',
  connections: new Map([
    ['active', 97],
    ['idle', 45],
  ]),
  estimated: { total: 142, lower: 128, upper: 156, confidence: 0.95 },
};

const target = {
  name: 'network',
  accountId: '111122223333',
  region: 'eu-west-1',
  up: true,
  error: undefined,
  endpoints: [vpnEndpoint],
};

/** A collector of which all is well. */
export const vpn: CollectorView = {
  collector: 'client-vpn',
  title: 'Client VPN',
  counted: 'connections',
  startedAt: undefined,
  last: { success: true, endedAt: NOW - 12_000, durationSeconds: 1.26, error: undefined },
  nextPassAt: NOW + 18_000,
  intervalMs: 30_000,
  isOverdue: false,
  targets: [target],
};

const websocket: CollectorView = {
  ...vpn,
  collector: 'websocket',
  title: 'WebSocket',
  counted: 'connections',
  startedAt: NOW - 3_000,
  targets: [
    {
      ...target,
      endpoints: [
        chat,
        {
          ...chat,
          endpointId: 'k1l2m3n4o5.execute-api.eu-west-1.amazonaws.com/dev',
          name: '',
          connections: new Map([
            ['active', 7],
            ['idle', 0],
          ]),
          estimated: { total: 7, lower: 7, upper: 7, confidence: 0.95 },
        },
      ],
    },
  ],
};

/** Everything is up. */
export const well: StatusModel = {
  version: '1.2.3',
  now: NOW,
  intakeUrls: ['http://localhost:10177/websocket'],
  problems: [],
  collectors: [vpn, websocket],
};

const DENIED =
  'DescribeClientVpnConnections failed (UnauthorizedOperation, 403): You are not authorized; allow the action in the IAM policy';

/** Everything that can be wrong, under hostile names. */
export const broken: StatusModel = {
  ...well,
  problems: ['State cannot be saved: no space left on device. Make room.'],
  collectors: [
    {
      ...vpn,
      last: {
        success: false,
        endedAt: NOW - 130_000,
        durationSeconds: 300,
        error: '1 of 2 targets failed, 8 of 9 endpoints failed',
      },
      targets: [
        {
          ...target,
          name: HOSTILE_NAMES[0],
          up: false,
          endpoints: [
            ...HOSTILE_NAMES.map((name, index) => ({
              ...vpnEndpoint,
              endpointId: `cvpn-endpoint-${index}`,
              name,
              up: false,
              error: `${DENIED} (${name})`,
              connections: new Map([...vpnEndpoint.connections, [name, 1]]),
            })),
            {
              ...vpnEndpoint,
              endpointId: 'never',
              name: '',
              up: false,
              connections: new Map(),
              lastSuccessAt: undefined,
            },
            { ...vpnEndpoint, endpointId: 'stale', stale: true, connections: new Map() },
            {
              ...vpnEndpoint,
              endpointId: 'new',
              up: undefined,
              connections: new Map(),
              lastSuccessAt: undefined,
            },
          ],
        },
        {
          ...target,
          name: 'partner',
          accountId: 'unknown',
          region: 'us-east-1',
          up: false,
          error: 'AssumeRole failed (AccessDenied, 403): not authorized; check the trust policy of the role',
          endpoints: [],
        },
        {
          ...target,
          name: undefined,
          accountId: 'unknown',
          region: 'unknown',
          up: false,
          endpoints: [
            { ...vpnEndpoint, endpointId: 'cvpn-endpoint-nowhere', up: false, connections: new Map() },
          ],
        },
      ],
    },
    {
      ...websocket,
      last: {
        success: false,
        endedAt: NOW - 40_000,
        durationSeconds: 50,
        error: 'the pass took longer than its timeout of 50 s',
      },
    },
  ],
};

/** Before the first pass has ended. */
export const starting: StatusModel = {
  ...well,
  collectors: [vpn, websocket].map((view) => ({
    ...view,
    startedAt: NOW - 2_000,
    last: undefined,
    targets: [],
  })),
};

/** Nothing is enabled. */
export const idle: StatusModel = { ...well, intakeUrls: [], collectors: [] };
