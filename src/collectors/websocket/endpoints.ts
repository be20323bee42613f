import { explain } from '../../aws/errors.ts';
import { subjectOf, type Target } from '../../aws/targets.ts';
import { Stopped } from '../../core/collector.ts';
import { toSentence } from '../../core/error-text.ts';
import type { FaultLog } from '../../core/fault-log.ts';
import type { LogFields } from '../../core/logger.ts';
import { isExcluded } from '../../polling/selection.ts';
import type { Storage } from '../../storage/storage.ts';
import { type Discovered, discover, type Stage } from './discovery.ts';
import { type Endpoint, isSame, targetKey, toEndpoint, withDiscovered } from './endpoint.ts';
import { createRoute, type Route } from './events/router.ts';
import { NAME } from './name.ts';
import type { PassDeps, PassOptions } from './pass-options.ts';

const FILE = `${NAME}/discovered`;
const FORMAT = `aws-connections-exporter ${NAME}-discovered 1`;
const LOST = 'which stages there are, until they are discovered again; events wait for that';
/** APIs come and go rarely, and the calls that list them are rationed for the whole account: 10 a second. */
const DISCOVERY_EVERY_MS = 5 * 60_000;

/** What endpoints are kept with. */
export interface EndpointsDeps extends Pick<PassDeps, 'source' | 'clock' | 'logger'> {
  readonly storage: Storage;
  readonly faults: FaultLog;
  /** What was discovered last, by target; it outlives configurations. */
  readonly discovered: Map<string, Discovered>;
}

/** A line of the file: what is known of one target. */
type Line = readonly [
  key: string,
  stages: readonly Stage[],
  behind: readonly (readonly [endpointId: string, Pick<Stage, 'apiId' | 'stage'>])[],
];

interface Known {
  readonly found: Discovered;
  /** On the monotonic clock; undefined for what was read from disk. */
  readonly at: number | undefined;
}

/** The endpoints to look at: those named, and those discovered, which are kept on disk so that events find them at once after a restart. */
export class Endpoints {
  readonly #options: PassOptions;
  readonly #deps: EndpointsDeps;
  readonly #known = new Map<string, Known>();
  readonly #targets: readonly Target[];
  readonly #leftOut = new Set<string>();
  #route: Route;
  #saved: Promise<void> = Promise.resolve();

  constructor(options: PassOptions, deps: EndpointsDeps, targets: readonly Target[]) {
    this.#targets = targets;
    this.#options = options;
    this.#deps = deps;
    this.#route = createRoute(options.named);
  }

  /** Takes up what was discovered before: by the configuration before, else by the process before. Never rejects: it will be discovered again. */
  async load(): Promise<void> {
    if (!this.#options.discoverOrigin) return;
    const { discovered, storage, logger } = this.#deps;
    const found = new Map<string, Discovered>();
    try {
      for (const line of (await storage.read(FILE, FORMAT, LOST)) ?? []) {
        const [key, stages, behind] = JSON.parse(line) as Line;
        found.set(key, { stages, behind: new Map(behind), unreachable: 0, notFound: [] });
      }
    } catch (err) {
      logger.warn('What was discovered before cannot be read; it is discovered again', { err });
    }
    for (const [key, one] of [...found, ...discovered])
      if (this.#targets.some((target) => targetKey(target) === key))
        this.#known.set(key, { found: one, at: undefined });
    this.#reroute();
  }

  /** Every endpoint of a target as it is known now. */
  of(target: Target): readonly Endpoint[] {
    const { named, discoverOrigin } = this.#options;
    const key = targetKey(target);
    const own = named.filter((endpoint) => targetKey(endpoint.target) === key);
    const found = this.#known.get(key)?.found;
    if (!found || !discoverOrigin || this.#leftOut.has(key)) return own;
    const known = own
      .map((endpoint) => withDiscovered(endpoint, found))
      .filter((one) => !this.#isExcluded(one));
    const stages = found.stages
      .filter((stage) => !this.#isExcluded(stage))
      .map((stage) => toEndpoint(stage, target, discoverOrigin));
    return [...known, ...stages.filter((stage) => ![...known, ...named].some((one) => isSame(one, stage)))];
  }

  #isExcluded({ apiId = '', stage = '', name }: Pick<Endpoint, 'apiId' | 'stage' | 'name'>): boolean {
    return isExcluded(this.#options, { ids: [apiId, `${apiId}/${stage}`], name });
  }

  /** The endpoint that an event of a feed belongs to. */
  route(...[feed, event]: Parameters<Route>): Endpoint | undefined {
    return this.#route(feed, event);
  }

  /** Whether every target has been discovered at least once, now or before a restart. */
  get isComplete(): boolean {
    if (!this.#options.discoverOrigin) return true;
    return this.#targets.map(targetKey).every((key) => this.#known.has(key) || this.#leftOut.has(key));
  }

  /** Whether a target is not to be discovered, for another one sees the same. */
  leaveOut(target: Target, isLeftOut: boolean): void {
    const key = targetKey(target);
    if (this.#leftOut.has(key) === isLeftOut) return;
    if (isLeftOut) this.#leftOut.add(key);
    else this.#leftOut.delete(key);
    this.#reroute();
  }

  /** Discovers a target's endpoints when it is time to; why that failed, or was not done by `until`, in a sentence. Rejects only when the pass is broken off. */
  async refresh(target: Target, until: AbortSignal, signal: AbortSignal): Promise<string | undefined> {
    const { source, clock, faults, discovered } = this.#deps;
    const { named, discoverOrigin } = this.#options;
    const key = targetKey(target);
    const { at } = this.#known.get(key) ?? {};
    if (
      !discoverOrigin ||
      this.#leftOut.has(key) ||
      (at !== undefined && clock.monotonic() - at < DISCOVERY_EVERY_MS)
    )
      return undefined;
    const own = named.filter((endpoint) => targetKey(endpoint.target) === key);
    try {
      const found = await discover(source, target, own.some(isCustom), until);
      this.#known.set(key, { found, at: clock.monotonic() });
      discovered.set(key, found);
      this.#warn(target, found, own);
      // At once: what was held for this discovery must find its endpoints.
      this.#reroute();
      await this.#save();
      return undefined;
    } catch (cause) {
      if (signal.reason instanceof Stopped) throw signal.reason;
      const reason = explain(cause, until);
      const message = 'Discovery of WebSocket APIs failed; those known before are looked at';
      faults.fail(subjectOf(target), { message, reason, fields: fieldsOf(target) });
      return reason;
    }
  }

  #reroute(): void {
    this.#route = createRoute(this.#targets.flatMap((target) => this.of(target)));
  }

  #warn(target: Target, found: Discovered, own: readonly Endpoint[]): void {
    const { faults } = this.#deps;
    const { discoverOrigin } = this.#options;
    const warnOnce = (message: string, about: string, fields: LogFields) =>
      faults.warnOnce(`${message} ${about}`, message, { ...fieldsOf(target), ...fields });
    for (const endpoint of own.map((one) => withDiscovered(one, found))) {
      const { endpointId: endpoint_id } = endpoint;
      if (this.#isExcluded(endpoint))
        warnOnce(
          'A WebSocket endpoint is both named and excluded by its name; it is not looked at',
          endpoint_id,
          {
            endpoint_id,
          },
        );
      const isTwice = found.stages.some(
        (stage) => discoverOrigin && isSame(endpoint, toEndpoint(stage, target, discoverOrigin)),
      );
      if (isTwice)
        warnOnce(
          'A WebSocket endpoint is both named and discovered; it is looked at once, as named',
          endpoint_id,
          {
            endpoint_id,
          },
        );
    }
    if (found.unreachable > 0)
      warnOnce(
        'Stages without an address are not looked at: their API has no endpoint of its own, and no custom domain is mapped to them',
        targetKey(target),
        { stages: found.unreachable },
      );
    for (const item of found.notFound)
      warnOnce(
        'api_id' in item
          ? 'A WebSocket API is listed but not found when asked for its stages; it is taken to have no stages'
          : 'A custom domain is listed but not found when asked for its mappings; it is taken to lead nowhere',
        JSON.stringify([targetKey(target), item]),
        item,
      );
  }

  /** Targets are discovered side by side, and share a file: each waits for the one before. */
  #save(): Promise<void> {
    this.#saved = this.#saved.then(() => this.#write());
    return this.#saved;
  }

  async #write(): Promise<void> {
    const { storage, faults } = this.#deps;
    const lines = [...this.#known].map(([key, { found }]) =>
      JSON.stringify([key, found.stages, [...found.behind]] satisfies Line),
    );
    try {
      await storage.write(FILE, FORMAT, lines);
      faults.succeed(FILE, 'What was discovered is written again', {});
    } catch (err) {
      const message =
        'What was discovered was not written: after a restart events wait for the first discovery';
      faults.fail(FILE, { message, reason: toSentence(err), reasonField: 'err', fields: {} });
    }
  }
}

function fieldsOf({ name, region }: Target): LogFields {
  return { target: name, region };
}

function isCustom({ apiId }: Endpoint): boolean {
  return apiId === undefined;
}
