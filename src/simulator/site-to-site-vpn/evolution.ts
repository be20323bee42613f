import type { Random } from '../wire/random.ts';
import type { VpnConnection } from './connection.ts';
import { inventBlock, inventSpec } from './invention.ts';
import type { Pace, VpnSpec, VpnState } from './spec.ts';
import type { Tunnel } from './tunnel.ts';

/** What chance does to a world: the same few moves that a test makes by hand. */
export interface VpnMoves {
  addConnection(spec: VpnSpec): string;
  setState(id: string, state: VpnState): void;
  bringUp(id: string, tunnel: number, routes: number): void;
  takeDown(id: string, tunnel: number): void;
  stall(id: string, tunnel: number): void;
  learn(id: string, tunnel: number, routes: number): void;
  addRoute(id: string, block: string): void;
  dropRoute(id: string, block: string): void;
}

/** How connections come and go: orders in a minute, how long one stays on average, and where they are made. */
export interface Turnover {
  readonly arrivalsPerMinute: number;
  readonly meanStaySeconds: number;
  readonly places: readonly { readonly accountId: string; readonly region: string }[];
}

const MEAN_WORK_SECONDS = 40;

/**
 * The way VPN connections go by themselves. Tunnels go down and come back, at times between two looks; BGP stalls while
 * IPsec holds; routes come and go; connections are made, wait, are deleted and linger.
 */
export function createVpnEvolution(random: Random, moves: VpnMoves, turnover?: Turnover) {
  const someRoutes = () => random.below(12);

  function moveTunnel(
    { id, routing }: VpnConnection,
    tunnel: Tunnel,
    n: number,
    pace: Pace,
    seconds: number,
  ) {
    const { status, routes } = tunnel.truth;
    if (status === 'DOWN') {
      if (!random.happens(seconds, pace.meanDownSeconds)) return 0;
      moves.bringUp(id, n, someRoutes());
      return 1;
    }
    if (random.happens(seconds, pace.meanUpSeconds)) {
      const lot = random.fraction();
      if (lot < 0.25 && routing === 'bgp') moves.stall(id, n);
      else moves.takeDown(id, n);
      if (lot > 0.75) moves.bringUp(id, n, routes);
      return 1;
    }
    if (routing !== 'bgp' || !random.happens(seconds, pace.meanRoutesSeconds)) return 0;
    moves.learn(id, n, someRoutes());
    return 1;
  }

  function moveRoutes({ id, routing, routes }: VpnConnection, pace: Pace, seconds: number): number {
    if (routing !== 'static' || !random.happens(seconds, pace.meanRoutesSeconds)) return 0;
    if (routes.size > 1 && random.fraction() < 0.5) moves.dropRoute(id, random.pick([...routes]));
    else moves.addRoute(id, inventBlock(random));
    return 1;
  }

  function moveConnection(connection: VpnConnection, pace: Pace, seconds: number): number {
    const { id, state } = connection;
    if (state === 'pending' || state === 'deleting') {
      if (!random.happens(seconds, MEAN_WORK_SECONDS)) return 0;
      moves.setState(id, state === 'pending' ? 'available' : 'deleted');
      return 1;
    }
    if (state === 'deleted') return 0;
    if (turnover && random.happens(seconds, turnover.meanStaySeconds)) {
      moves.setState(id, 'deleting');
      return 1;
    }
    const moved = connection.tunnels.map((tunnel, n) =>
      tunnel.isSteady ? 0 : moveTunnel(connection, tunnel, n, pace, seconds),
    );
    return moved.reduce<number>((sum, one) => sum + one, moveRoutes(connection, pace, seconds));
  }

  /** Lets `seconds` go by; returns how many tunnels, routes and connections changed. */
  return function evolve(listed: readonly VpnConnection[], seconds: number): number {
    let moved = 0;
    for (const connection of listed)
      if (connection.spec.pace) moved += moveConnection(connection, connection.spec.pace, seconds);
    const arrivals = turnover ? random.poisson((turnover.arrivalsPerMinute * seconds) / 60) : 0;
    for (let n = 0; n < arrivals; n++) {
      const place = random.pick(turnover?.places ?? []);
      moves.addConnection({ ...inventSpec(random), ...place, state: 'pending' });
    }
    return moved + arrivals;
  };
}
