import { clientVpnActions } from './client-vpn/actions.ts';
import { clientVpnTruth } from './client-vpn/truth.ts';
import type { World } from './client-vpn/world.ts';
import { createEc2 } from './ec2/ec2.ts';
import { createLogs, type LogsOptions } from './logs/logs.ts';
import { siteToSiteVpnActions } from './site-to-site-vpn/actions.ts';
import { siteToSiteVpnTruth } from './site-to-site-vpn/truth.ts';
import { createVpnWorld, type VpnWorld } from './site-to-site-vpn/world.ts';
import { createSqs } from './sqs/sqs.ts';
import { createQueueWorld, type QueueWorld } from './sqs/world.ts';
import { createSts, type StsOptions } from './sts/sts.ts';
import { createApiGateway, type LookupOptions } from './websocket/api-gateway.ts';
import { createApiGatewayControl } from './websocket/control/control.ts';
import { webSocketTruth } from './websocket/truth.ts';
import { createWebSocketWorld, type WebSocketWorld } from './websocket/world.ts';
import { AccessKeys } from './wire/access-keys.ts';
import { serve, type Wire } from './wire/http.ts';

export interface SimulatorOptions {
  readonly world: World;
  /** Site-to-Site VPN connections; none if not given. */
  readonly vpns?: VpnWorld;
  /** WebSocket APIs; none if not given. */
  readonly websockets?: WebSocketWorld;
  /** How looking up one WebSocket connection goes. */
  readonly lookups?: LookupOptions;
  /** Queues of SQS; none if not given. */
  readonly queues?: QueueWorld;
  /** How CloudWatch Logs answers, which holds the access logs of the WebSocket APIs. */
  readonly logs?: LogsOptions;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  readonly host?: string;
  /** Account by access key id; a key that is not named belongs to 111122223333. */
  readonly accounts?: Readonly<Record<string, string>>;
  readonly roles?: StsOptions['roles'];
  readonly credentialsSeconds?: number;
}

export interface Simulator extends Wire {
  readonly world: World;
}

/** Starts one HTTP port that answers as EC2, STS, API Gateway, CloudWatch Logs and SQS of every region. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { world, port, host, accounts = {}, roles = {}, credentialsSeconds } = options;
  const { vpns = createVpnWorld({ now: world.now }), lookups = {} } = options;
  const { websockets = createWebSocketWorld({ now: world.now }) } = options;
  const { queues = createQueueWorld({ now: world.now }) } = options;
  const keys = new AccessKeys(accounts);
  const wire = await serve({
    services: {
      ec2: createEc2({ ...clientVpnActions(world), ...siteToSiteVpnActions(vpns) }),
      sts: createSts({ keys, roles, credentialsSeconds }),
      'execute-api': createApiGateway(websockets, lookups),
      apigateway: createApiGatewayControl(websockets),
      sqs: createSqs(queues),
      logs: createLogs(websockets.logs, options.logs),
    },
    unsigned: 'ec2',
    truth: () => ({
      client_vpn: clientVpnTruth(world),
      site_to_site_vpn: siteToSiteVpnTruth(vpns),
      websocket: webSocketTruth(websockets),
    }),
    keys,
    now: world.now,
    port,
    host,
  });
  return { ...wire, world };
}
