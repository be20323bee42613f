import type { Random } from '../wire/random.ts';
import type { Api } from './api.ts';
import type { Departure, Visitor, WebSocketConnection } from './connection.ts';

/** What chance does to a world: the same few moves that a test makes by hand. */
export interface WebSocketMoves {
  connect(apiId: string, visitor: Visitor): string;
  talk(connectionId: string): void;
  disconnect(connectionId: string, departure: Departure): void;
}

const userAgents = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
  'okhttp/4.12.0',
];

/** Somebody at some stage of an API, with an address from the blocks for documentation. */
export function inventVisitor(random: Random, { stages }: Api): Visitor {
  return {
    stage: random.pick(stages),
    sourceIp: `${random.pick(['192.0.2', '198.51.100', '203.0.113'])}.${1 + random.below(254)}`,
    userAgent: random.pick(userAgents),
  };
}

/** The way APIs go by themselves: clients come by lot, stay as long as chance has it, and every third hardly ever speaks. */
export function createWebSocketEvolution(random: Random, moves: WebSocketMoves) {
  const pauses = new WeakMap<Readonly<WebSocketConnection>, number>();

  function pauseSecondsOf(connection: Readonly<WebSocketConnection>): number {
    const known = pauses.get(connection);
    if (known !== undefined) return known;
    const pause = random.below(3) === 0 ? 8 * 60 : 30 + random.below(60);
    pauses.set(connection, pause);
    return pause;
  }

  /** Lets `seconds` go by at one API; returns how many connections began or ended. */
  return function evolve(
    api: Api,
    living: readonly Readonly<WebSocketConnection>[],
    seconds: number,
  ): number {
    const { pace } = api;
    if (!pace) return 0;
    let moved = 0;
    for (const connection of living) {
      if (random.happens(seconds, pace.meanStaySeconds)) {
        moves.disconnect(connection.id, { isTold: random.fraction() >= pace.untoldShare });
        moved++;
      } else if (random.happens(seconds, pauseSecondsOf(connection))) moves.talk(connection.id);
    }
    const arrivals = random.poisson((pace.arrivalsPerMinute * seconds) / 60);
    for (let n = 0; n < arrivals; n++) moves.connect(api.apiId, inventVisitor(random, api));
    return moved + arrivals;
  };
}
