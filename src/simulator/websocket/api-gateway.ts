import { randomBytes } from 'node:crypto';
import { answerJson, commonRefusals, refuseJson } from '../wire/json-answers.ts';
import { type Answer, type Call, Refusal, type Service } from '../wire/service.ts';
import type { Api } from './api.ts';
import { readLookup, routeOf } from './api-gateway-route.ts';
import type { WebSocketConnection } from './connection.ts';
import type { WebSocketWorld } from './world.ts';

export interface LookupOptions {
  /** Calls of one account and region past so many within a second of the world's clock are throttled. */
  readonly throttleAbove?: number;
  readonly latencyMs?: number;
}

/** The management API of WebSocket APIs at their own hosts, for callers who may look connections up and do nothing else. */
export function createApiGateway(
  world: WebSocketWorld,
  { throttleAbove = Number.POSITIVE_INFINITY, latencyMs }: LookupOptions,
): Service {
  const seconds = new Map<string, { readonly second: number; calls: number }>();

  function throttle({ accountId, region }: Call): void {
    const second = Math.floor(world.now() / 1000);
    const known = seconds.get(`${accountId} ${region}`);
    const current = known?.second === second ? known : { second, calls: 0 };
    seconds.set(`${accountId} ${region}`, current);
    current.calls++;
    if (current.calls > throttleAbove) throw throttled;
  }

  /** Who is asked about; throws what is refused before anybody asks who the caller is. */
  function find(call: Call) {
    const { api, stage } = routeOf(world.apis(), call);
    const id = call.params.connectionId ?? '';
    const known = world.look(api.apiId, id);
    if (known === 'invalid') throw new Refusal(400, 'BadRequestException', `Invalid connectionId: ${id}`);
    return { api, stage, known };
  }

  return {
    latencyMs,
    takes: (target) => target.includes('/@connections/'),
    read: readLookup,
    answer(call) {
      const { api, stage, known } = find(call);
      if (api.region !== call.region) throw wrongRegion(call.region);
      if (api.accountId !== call.accountId || call.action !== 'GetConnection') throw denied(call, api, stage);
      throttle(call);
      if (known === 'gone') throw gone;
      return show(known);
    },
    refuse: (refusal) => ({ ...refuseJson(refusal), ...(refusal.code === gone.code ? { body: '' } : {}) }),
    refusals: {
      ...commonRefusals,
      throttled,
      'not-found': gone,
      denied(call) {
        const { api, stage } = find(call);
        return denied(call, api, stage);
      },
    },
  };
}

/** One connection as it is shown: laid out for people, without what is not known of the client. */
function show({ connectedAt, lastActiveAt, sourceIp, userAgent }: Readonly<WebSocketConnection>): Answer {
  const identity = { sourceIp, ...(userAgent === undefined ? {} : { userAgent }) };
  const times = {
    connectedAt: new Date(connectedAt).toISOString(),
    lastActiveAt: new Date(lastActiveAt).toISOString(),
  };
  const body = JSON.stringify({ identity, ...times }, null, 2).replace(/^( *"\w+"): /gm, '$1 : ');
  return answerJson(body, {
    'x-amz-apigw-id': randomBytes(11).toString('base64'),
    'X-Amzn-Trace-Id': `Root=1-${randomBytes(4).toString('hex')}-${randomBytes(12).toString('hex')}`,
  });
}

/** Authorization sees a template where the id stands, and hides most of the account. */
function denied({ arn, action }: Call, { accountId, region, apiId }: Api, stage: string): Refusal {
  const method = action === 'GetConnection' ? 'GET' : action === 'PostToConnection' ? 'POST' : 'DELETE';
  const resource = `arn:aws:execute-api:${region}:********${accountId.slice(8)}:${apiId}/${stage}/${method}/@connections/{connectionId}`;
  const message =
    `User: ${arn} is not authorized to perform: execute-api:ManageConnections on resource: ${resource}` +
    ' because no session policy allows the execute-api:ManageConnections action';
  return new Refusal(403, 'AccessDeniedException', message);
}

function wrongRegion(region: string): Refusal {
  const message = `Credential should be scoped to a valid region, not '${region}'.`;
  return new Refusal(403, 'InvalidSignatureException', message);
}

const gone = new Refusal(410, 'GoneException', '');
const throttled = new Refusal(429, 'LimitExceededException', 'Too Many Requests');
