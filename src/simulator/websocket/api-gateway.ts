import { randomBytes } from 'node:crypto';
import { answerJson, commonRefusals, refuseJson } from '../wire/json-answers.ts';
import { Quota } from '../wire/quota.ts';
import { type Answer, type Call, Refusal, type Service } from '../wire/service.ts';
import type { Api } from './api.ts';
import { type Addressed, readLookup, routeOf } from './api-gateway-route.ts';
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
  const quota = new Quota(world.now);

  /** Who is asked about; throws what is refused before anybody asks who the caller is. */
  function find({ params: { connectionId: id = '' } }: Call, { api }: Addressed) {
    const known = world.look(api.apiId, id);
    if (known === 'invalid') throw new Refusal(400, 'BadRequestException', `Invalid connectionId: ${id}`);
    return known;
  }

  function look(call: Call, addressed: Addressed): Answer {
    const { api, stage } = addressed;
    const known = find(call, addressed);
    if (api.region !== call.region) throw wrongRegion(call.region);
    if (api.accountId !== call.accountId || call.action !== 'GetConnection') throw denied(call, api, stage);
    if (quota.exceeds(call, throttleAbove)) throw throttled;
    if (known === 'gone') throw gone;
    return show(known);
  }

  /** The answer to a call, of which the access log of the stage has a row, whatever it was. */
  function lookAloud(call: Call, addressed: Addressed): Answer {
    const tell = (status: number) => {
      const { connectionId = '' } = call.params;
      const said = {
        stage: addressed.stage,
        method: methodOf(call),
        connectionId,
        status,
        userArn: call.arn,
      };
      world.manage(addressed.api.apiId, said);
    };
    try {
      const answer = look(call, addressed);
      tell(answer.status);
      return answer;
    } catch (error) {
      // Who signs for another region is refused at the door, where nothing is logged.
      if (error instanceof Refusal && error.code !== 'InvalidSignatureException') tell(error.status);
      throw error;
    }
  }

  return {
    latencyMs,
    takes: (target) => target.includes('/@connections/'),
    read: readLookup,
    answer: (call) => lookAloud(call, routeOf(world.apis(), call)),
    refuse: (refusal) => ({ ...refuseJson(refusal), ...(refusal.code === gone.code ? { body: '' } : {}) }),
    refusals: {
      ...commonRefusals,
      throttled,
      'not-found': gone,
      denied(call) {
        const addressed = routeOf(world.apis(), call);
        find(call, addressed);
        return denied(call, addressed.api, addressed.stage);
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
function denied(call: Call, { accountId, region, apiId }: Api, stage: string): Refusal {
  const resource = `arn:aws:execute-api:${region}:********${accountId.slice(8)}:${apiId}/${stage}/${methodOf(call)}/@connections/{connectionId}`;
  const message =
    `User: ${call.arn} is not authorized to perform: execute-api:ManageConnections on resource: ${resource}` +
    ' because no session policy allows the execute-api:ManageConnections action';
  return new Refusal(403, 'AccessDeniedException', message);
}

function methodOf({ action }: Call): 'GET' | 'POST' | 'DELETE' {
  if (action === 'GetConnection') return 'GET';
  return action === 'PostToConnection' ? 'POST' : 'DELETE';
}

function wrongRegion(region: string): Refusal {
  const message = `Credential should be scoped to a valid region, not '${region}'.`;
  return new Refusal(403, 'InvalidSignatureException', message);
}

const gone = new Refusal(410, 'GoneException', '');
const throttled = new Refusal(429, 'LimitExceededException', 'Too Many Requests');
