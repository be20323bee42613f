import type { Random } from '../wire/random.ts';
import type { Client, Connection, Traffic } from './connection.ts';
import type { Endpoint } from './endpoint.ts';

/** What chance does to a world: the same few moves that a test makes by hand. */
export interface Moves {
  connect(endpointId: string, client: Client): string;
  talk(connectionId: string, traffic: Traffic): void;
  beginTerminate(connectionId: string): void;
  disconnect(connectionId: string): void;
  hang(connectionId: string): void;
}

interface Fate {
  secondsToNextMove: number;
  readonly ingressBytesPerSecond: number;
}

const words = (text: string) => text.split(' ');
const firstNames = words(
  'ada alan amina björn carmen chen dmitri elif grace hana ingrid jamal joão linh maría priya yuki',
);
const lastNames = words(
  "andersson baker costa demir fischer garcía ivanova jensen khan martin nguyen o'brien okafor sato",
);

/** A person with a name fit for a user name, a certificate and a posture report. */
export function inventClient(random: Random): Client {
  const username = `${random.pick(firstNames)}.${random.pick(lastNames)}`;
  return {
    username,
    commonName: `${username}@example.com`,
    postures: [random.pick(['compliant', 'compliant', 'compliant', 'compliant', 'non-compliant', 'unknown'])],
  };
}

/** What a client exchanges who sends about `meanIngressBytes`: most receive more than they send. */
export function inventTraffic(random: Random, meanIngressBytes: number): Traffic {
  const ingressBytes = Math.round(random.exponential(meanIngressBytes));
  const egressBytes = Math.round(ingressBytes * random.exponential(5));
  return {
    ingressBytes,
    egressBytes,
    ingressPackets: Math.ceil(ingressBytes / 300),
    egressPackets: Math.ceil(egressBytes / 900),
  };
}

/**
 * The way a world goes by itself. Clients come by lot, talk or stay silent, stay for up to 20 minutes, then leave: at
 * once, or through `terminating`, where some hang in `failed-to-terminate` for minutes.
 */
export function createEvolution(random: Random, moves: Moves) {
  const fates = new WeakMap<Connection, Fate>();

  function fateOf(connection: Connection): Fate {
    const known = fates.get(connection);
    if (known) return known;
    const fate = {
      secondsToNextMove: random.below(connection.status === 'active' ? 20 * 60 : 60),
      ingressBytesPerSecond: random.exponential(4_000),
    };
    fates.set(connection, fate);
    return fate;
  }

  function leave(connection: Connection, fate: Fate): void {
    if (connection.status === 'active' && random.fraction() < 0.4) {
      moves.beginTerminate(connection.id);
      fate.secondsToNextMove = 5 + random.below(20);
    } else if (connection.status === 'terminating' && random.fraction() < 0.3) {
      moves.hang(connection.id);
      fate.secondsToNextMove = 60 + random.below(180);
    } else {
      moves.disconnect(connection.id);
    }
  }

  /** Lets `seconds` go by at one endpoint; returns how many connections began or changed their status. */
  return function evolve(endpoint: Endpoint, listed: readonly Connection[], seconds: number): number {
    let moved = 0;
    for (const connection of [...listed]) {
      if (connection.status === 'terminated') continue;
      const fate = fateOf(connection);
      const talks = random.fraction() < 0.7;
      if (talks) moves.talk(connection.id, inventTraffic(random, fate.ingressBytesPerSecond * seconds));
      fate.secondsToNextMove -= seconds;
      if (fate.secondsToNextMove > 0) continue;
      leave(connection, fate);
      moved++;
    }
    if (endpoint.status !== 'available') return moved;
    const arrivals = random.poisson(((endpoint.spec.arrivalsPerMinute ?? 6) * seconds) / 60);
    for (let n = 0; n < arrivals; n++) moves.connect(endpoint.id, inventClient(random));
    return moved + arrivals;
  };
}
