import type { Api } from './api.ts';
import type { Speaker } from './proxy-event.ts';

export interface Visitor {
  readonly id?: string;
  /** The first stage of the API if not given. */
  readonly stage?: string;
  /** The host that it calls; the default endpoint if not given, or a custom domain where that is disabled. */
  readonly domain?: string;
  readonly sourceIp?: string;
  readonly userAgent?: string;
  /** Milliseconds since 1970; now if not given. */
  readonly connectedAt?: number;
  /** When anybody last spoke, milliseconds since 1970; `connectedAt` if not given. */
  readonly lastActiveAt?: number;
  /** How long its $connect goes on after `connectedAt`; until then looking it up finds it gone. */
  readonly connectingMs?: number;
}

export interface Departure {
  /** Whether AWS sends $disconnect, which it only tries to; true if not given. */
  readonly isTold?: boolean;
  /** Milliseconds since 1970; now if not given. */
  readonly at?: number;
  readonly code?: number;
  readonly reason?: string;
}

/** A connection that lives; times in milliseconds since 1970. */
export interface WebSocketConnection extends Speaker {
  /** When its $connect is answered. */
  readonly openAt: number;
  lastActiveAt: number;
}

const maxAgeMs = 2 * 60 * 60 * 1000;
const maxIdleMs = 10 * 60 * 1000;

/** When AWS ends a connection by itself, milliseconds since 1970: after 2 hours, or 10 minutes in which nobody spoke. */
export function limitOf({ connectedAt, lastActiveAt }: WebSocketConnection): number {
  return Math.min(connectedAt + maxAgeMs, lastActiveAt + maxIdleMs);
}

/** A connection to an API that begins at `now` unless its visitor says otherwise; throws for a stage that the API has not. */
export function createConnection(api: Api, id: string, visitor: Visitor, now: number): WebSocketConnection {
  const { stage = api.stages[0] ?? '', connectedAt = now } = visitor;
  if (!api.stages.includes(stage)) throw new Error(`the API ${api.apiId} has no stage ${stage}`);
  const mapped = api.domains.find((mapping) => mapping.stage === stage)?.domain;
  return {
    id,
    apiId: api.apiId,
    stage,
    domainName: visitor.domain ?? (api.isDefaultDisabled && mapped ? mapped : api.host),
    sourceIp: visitor.sourceIp ?? '203.0.113.7',
    userAgent: visitor.userAgent,
    connectedAt,
    openAt: connectedAt + (visitor.connectingMs ?? 0),
    lastActiveAt: visitor.lastActiveAt ?? connectedAt,
  };
}
