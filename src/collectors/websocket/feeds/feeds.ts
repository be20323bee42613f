import type { Aws } from '../../../aws/clients.ts';
import { knownAccountId, type Target } from '../../../aws/targets.ts';
import type { EventSource } from '../../../core/collector.ts';
import type { ConnectionEvent, Told } from '../../../core/websocket-event.ts';
import { type RowPlace, USUAL_KEYS } from '../../../event-forms/access-log-row.ts';
import { type Endpoint, feedOf } from '../endpoint.ts';
import type { IdReader } from '../ids/id-reader.ts';
import { queueAccount, queueName } from '../queue-url.ts';
import type { OpenedRegistry } from '../registry/registries.ts';
import type { Feed } from './feed.ts';
import { FeedLog, type FeedLogDeps, type FeedName } from './feed-log.ts';
import { FeedLoop } from './feed-loop.ts';
import { LogFeed } from './log-feed.ts';
import type { LogPosition } from './log-position.ts';
import { quotaProblem } from './log-quota.ts';
import { toLogSettings } from './log-settings.ts';
import { namingTrouble } from './naming-trouble.ts';
import { QueueFeed } from './queue-feed.ts';
import { createReadLog, type LogRequest } from './source-logs.ts';
import { createQueue } from './source-sqs.ts';

/** What feeds are made with. */
export interface FeedsDeps extends FeedLogDeps {
  readonly aws: Pick<Aws, 'logs' | 'sqs'>;
  /** The endpoints that are known now. */
  readonly endpoints: () => readonly Endpoint[];
  readonly open: (endpoint: Endpoint) => Promise<OpenedRegistry>;
  readonly tell: (feed: string, event: ConnectionEvent, at: number) => Told | 'early';
  /** The endpoint of a feed that is at that place; undefined for none that is known. */
  readonly endpointOf: (feed: string, place: RowPlace) => string | undefined;
  /** Has on disk what was told; whether it is. */
  readonly save: () => Promise<boolean>;
  /** How far the log group of this key has been read; it outlives configurations. */
  readonly positionOf: (key: string) => LogPosition;
}

/** What reads the events of a configuration where they wait: each log group and queue once, however many endpoints it tells of. */
export class Feeds {
  readonly #deps: FeedsDeps;
  readonly #loops = new Map<string, FeedLoop>();
  /** The endpoints that each was told of. */
  readonly #log: FeedLog;
  readonly #members = new Map<string, Set<string>>();
  #followed: { readonly signal: AbortSignal; readonly underWay: Set<Promise<void>> } | undefined;

  constructor(deps: FeedsDeps) {
    this.#deps = deps;
    this.#log = new FeedLog(deps);
  }

  /** Reads until the signal aborts; also what becomes known meanwhile. Never rejects. */
  async follow(signal: AbortSignal): Promise<void> {
    const underWay = new Set<Promise<void>>();
    this.#followed = { signal, underWay };
    for (const loop of this.#loops.values()) this.#start(loop);
    for (const endpoint of this.#deps.endpoints()) this.#loopOf(endpoint);
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
    this.#followed = undefined;
    await Promise.all(underWay);
  }

  /** What tells a pass how the feed of an endpoint is read; undefined where its ids come from elsewhere. */
  readerOf(endpoint: Endpoint): IdReader | undefined {
    const { origin } = endpoint;
    if (origin.type === 'access_log' && origin.log_group === null)
      return { read: () => Promise.reject(new Error(origin.trouble)) };
    const loop = this.#loopOf(endpoint);
    return loop && { read: (signal) => loop.read(endpoint.endpointId, signal) };
  }

  #loopOf(endpoint: Endpoint): FeedLoop | undefined {
    const key = feedOf(endpoint);
    if (key === undefined) return undefined;
    const known = this.#loops.get(key);
    const members = this.#members.get(key) ?? new Set();
    if (known && !members.has(endpoint.endpointId)) known.hasten();
    this.#members.set(key, members.add(endpoint.endpointId));
    return known ?? this.#newLoop(key, endpoint);
  }

  #newLoop(key: string, endpoint: Endpoint): FeedLoop | undefined {
    const feed = this.#toFeed(key, endpoint);
    if (!feed) return undefined;
    for (const { endpointId } of this.#endpointsOf(key)) this.#members.get(key)?.add(endpointId);
    const loop = new FeedLoop(feed, this.#deps.clock);
    this.#loops.set(key, loop);
    this.#start(loop);
    if (endpoint.origin.type === 'access_log') this.#warnOfQuota(endpoint);
    return loop;
  }

  /** Says once of an account and region that its log groups are more than can be read as often as they are to be. */
  #warnOfQuota({ target }: Endpoint): void {
    const polls = new Map<string, number>();
    for (const one of this.#deps.endpoints()) {
      const key = feedOf(one);
      if (key === undefined || one.origin.type !== 'access_log' || !isSamePlace(one.target, target)) continue;
      polls.set(key, Math.min(one.origin.poll, polls.get(key) ?? one.origin.poll));
    }
    const reason = quotaProblem([...polls.values()]);
    if (reason === undefined) return;
    const { name, region } = target;
    const message = 'Access logs are read less often than they are to be, and events come late';
    this.#deps.faults.warnOnce(`quota ${name} ${region}`, message, { target: name, region, reason });
  }

  /** How the reading of each goes. */
  sources(): readonly EventSource[] {
    const all = new Map<string, EventSource>();
    for (const endpoint of this.#deps.endpoints()) {
      const key = feedOf(endpoint) ?? '';
      const loop = this.#loops.get(key);
      if (loop) all.set(key, { ...nameOf(endpoint), ...loop.state });
    }
    return [...all.values()];
  }

  #start(loop: FeedLoop): void {
    if (!this.#followed) return;
    const { signal, underWay } = this.#followed;
    const followed = loop.follow(signal).finally(() => underWay.delete(followed));
    underWay.add(followed);
  }

  #toFeed(key: string, { origin, target: first }: Endpoint): Feed | undefined {
    const { deps, own } = { deps: this.#deps, own: () => this.#endpointsOf(key) };
    const shared = {
      clock: deps.clock,
      open: () => Promise.all(own().map(deps.open)),
      save: deps.save,
    };
    if (origin.type === 'sqs') {
      const { queue_url: url } = origin;
      const name = queueName(url);
      // Of several that could ask, one of its own account needs no policy of the queue.
      const owner = own().find((one) => knownAccountId(one.target) === queueAccount(url));
      return new QueueFeed({
        ...shared,
        name,
        keys: USUAL_KEYS,
        queue: namingTrouble(createQueue(deps.aws, owner?.target ?? first, url), `the queue ${name}`),
        tell: (event, at) => this.#tell(key, { source: 'sqs', name }, event, at),
        onEvent: this.#log.counterOf({ source: 'sqs', name }),
      });
    }
    if (origin.type !== 'access_log' || origin.log_group === null) return undefined;
    const group = origin.log_group;
    const read = createReadLog(deps.aws);
    const endpointOf = (place: RowPlace) => deps.endpointOf(key, place);
    return new LogFeed({
      ...shared,
      group,
      settings: () => toLogSettings(own(), endpointOf),
      position: deps.positionOf(key),
      // The rows of an endpoint that becomes known later are read again for it.
      tell: (event, at) => {
        const told = this.#tell(key, { source: 'access_log', name: group }, event, at);
        return told === 'early' ? 'unroutable' : told;
      },
      endpointOf,
      ...namingTrouble(
        { readPage: (request: LogRequest, signal: AbortSignal) => read(first, request, signal) },
        `the log group ${group}`,
      ),
      onEvent: this.#log.counterOf({ source: 'access_log', name: group }),
    });
  }

  /** Hands an event over, and says now and then whose it is if it is of no endpoint. */
  #tell(key: string, named: FeedName, event: ConnectionEvent, at: number): Told | 'early' {
    const told = this.#deps.tell(key, event, at);
    if (told === 'unroutable') this.#log.unroutable(named, event);
    return told;
  }

  #endpointsOf(key: string): readonly Endpoint[] {
    return this.#deps.endpoints().filter((endpoint) => feedOf(endpoint) === key);
  }
}

/** Whether two are of the same account, as far as that is known, and region. */
function isSamePlace(one: Target, other: Target): boolean {
  const accountOf = (target: Target) => knownAccountId(target) ?? target.name;
  return one.region === other.region && accountOf(one) === accountOf(other);
}

/** What its series are called. */
function nameOf({ origin }: Endpoint): FeedName {
  const { type: source } = origin;
  if (origin.type === 'sqs') return { source, name: queueName(origin.queue_url) };
  return { source, name: (origin.type === 'access_log' && origin.log_group) || source };
}
