import { JSON_FORMAT } from './access-log-format.ts';
import type { ApiSpec, Pace } from './api.ts';
import { inventVisitor } from './evolution.ts';
import type { ProxyEvent } from './proxy-event.ts';
import type { AccessLogSettings } from './stage.ts';
import { createWebSocketWorld, type WebSocketWorld, type WebSocketWorldOptions } from './world.ts';

/** A little over a quarter, because those whom AWS itself ends are always told of. */
const untoldShare = 0.29;

const apis: readonly { readonly spec: ApiSpec; readonly pace: Pace; readonly ghosts: number }[] = [
  {
    spec: { apiId: 'c4a7chat01', name: 'chat', region: 'eu-west-1', stages: ['prod'] },
    pace: { arrivalsPerMinute: 20, meanStaySeconds: 600, untoldShare },
    ghosts: 70,
  },
  {
    spec: { apiId: 'd8b2dash02', name: 'dashboards', region: 'eu-west-1', stages: ['live'] },
    pace: { arrivalsPerMinute: 8, meanStaySeconds: 900, untoldShare },
    ghosts: 40,
  },
  {
    spec: { apiId: 'f1e6trac03', name: 'tracking', region: 'us-east-1', stages: ['main'] },
    pace: { arrivalsPerMinute: 6, meanStaySeconds: 600, untoldShare },
    ghosts: 20,
  },
];

/** The log group of the API chat, where it has an access log. */
export const CHAT_LOG_GROUP = '/aws/apigateway/chat';

export interface LivelyOptions extends Omit<WebSocketWorldOptions, 'isLimited'> {
  /** Whether the API chat has an access log, from its beginning on; false if not given. */
  readonly isLogged?: boolean;
}

export interface LivelyWebSockets {
  readonly world: WebSocketWorld;
  /** The connect events of all whose end nobody was told when the world was made, the oldest first: the living and the ghosts. */
  current(): readonly ProxyEvent[];
}

/** Three WebSocket APIs in two regions with a few hundred connections; when stepped, some come and go every few seconds, a quarter untold. */
export function livelyWebSockets({ isLogged = false, ...options }: LivelyOptions = {}): LivelyWebSockets {
  const world = createWebSocketWorld({ ...options, isLimited: true });
  const accessLogs = isLogged ? { prod: logOfChat(world) } : undefined;
  const registered: ProxyEvent[] = [];
  const unlisten = world.listen((event) => registered.push(event));
  for (const { spec, pace, ghosts } of apis) {
    const apiId = world.addApi({ ...spec, pace, ...(spec.name === 'chat' && accessLogs && { accessLogs }) });
    const living = Math.round((pace.arrivalsPerMinute * pace.meanStaySeconds) / 60);
    for (let n = 0; n < living + ghosts; n++) settle(world, apiId, pace.meanStaySeconds, n >= living);
  }
  unlisten();
  registered.sort((a, b) => a.requestContext.connectedAt - b.requestContext.connectedAt);
  return { world, current: () => registered };
}

function logOfChat({ logs }: WebSocketWorld): AccessLogSettings {
  return { destinationArn: logs.addGroup({ name: CHAT_LOG_GROUP, retentionInDays: 1 }), format: JSON_FORMAT };
}

/** One who came within the last 100 minutes, and is still there, having spoken lately, or left without a word. */
function settle(world: WebSocketWorld, apiId: string, meanStaySeconds: number, isGhost: boolean): void {
  const { random } = world;
  const api = world.apis().find((known) => known.apiId === apiId);
  if (!api) throw new Error(`there is no API ${apiId}`);
  const ageMs = Math.round(Math.min(random.exponential(meanStaySeconds), 6_000) * 1000);
  const connectedAt = world.now() - ageMs;
  const silentMs = Math.min(random.below(540_000), ageMs);
  const lastActiveAt = world.now() - silentMs;
  const id = world.connect(apiId, { ...inventVisitor(random, api), connectedAt, lastActiveAt });
  if (isGhost) world.disconnect(id, { isTold: false, at: lastActiveAt });
}
