/** One thing that happened to a registry, at a time in milliseconds. */
export type Happening = { readonly at: number } & (
  | {
      readonly what: 'connect' | 'disconnect' | 'message';
      readonly id: string;
      readonly connectedAt: number | undefined;
    }
  | {
      readonly what: 'listing';
      readonly beganAt: number;
      readonly ids: ReadonlyMap<string, number | undefined>;
    }
  | {
      readonly what: 'outcomes';
      readonly outcomes: readonly (readonly [
        string,
        'alive' | 'gone' | 'invalid' | 'error',
        number | undefined,
      ])[];
    }
  | { readonly what: 'age' }
);

/** What can be said of a registry. */
export interface Picture {
  readonly opened: number;
  readonly closed: number;
  readonly missed: number;
  readonly remembered: readonly string[];
  readonly sampleable: readonly string[];
  readonly young: number;
}

const SECOND = 1000;
const HOUR = 3600 * SECOND;

/** The time for which an id was remembered. */
interface Life {
  readonly firstSeen: number;
  connected: number | undefined;
  death: { cause: 'closed' | 'gone' | 'invalid' | 'expired'; at: number } | undefined;
  /** What happened since death. */
  readonly afterlife: Happening[];
}

/** Tells from the list of all that ever happened, each id by itself and from the beginning, what a registry must look like now. */
export function toPicture(
  happenings: readonly Happening[],
  kind: 'events' | 'listing',
  now: number,
): Picture {
  const ids = new Set(happenings.flatMap(idsOf));
  const remembered: string[] = [];
  const sampleable: string[] = [];
  let young = 0;
  const sum = { opened: 0, closed: 0, missed: 0 };
  for (const id of ids) {
    const { lives, opened, closed, current } = toLives(id, happenings, kind);
    sum.opened += opened;
    sum.closed += closed;
    sum.missed += lives.filter((life) => isMissed(life, id, kind)).length;
    if (!current) continue;
    remembered.push(id);
    if (current.death) continue;
    if (Math.abs(now - birth(current)) < 30 * SECOND) young += 1;
    else sampleable.push(id);
  }
  return { ...sum, remembered: remembered.sort(), sampleable: sampleable.sort(), young };
}

function idsOf(happening: Happening): readonly string[] {
  if (happening.what === 'listing') return [...happening.ids.keys()];
  return 'id' in happening ? [happening.id] : [];
}

function birth({ connected, firstSeen }: Life): number {
  return connected ?? firstSeen;
}

/** An id may live again only after it was forgotten. */
function toLives(id: string, happenings: readonly Happening[], kind: 'events' | 'listing') {
  const lives: Life[] = [];
  let current: Life | undefined;
  let opened = 0;
  let closed = 0;
  let anyListing = false;
  for (const happening of happenings) {
    const { what, at } = happening;
    const concerns = what === 'age' || what === 'listing' || ('id' in happening && happening.id === id);
    if (concerns && current) expire(current, at);
    if (current?.death && (what === 'age' || what === 'listing')) {
      current.afterlife.push({ what: 'age', at });
      if (isForgotten(current, id, kind, at)) current = undefined;
    }
    if (what === 'outcomes' && current && !current.death) {
      const [, status, connectedAt] = happening.outcomes.find(([one]) => one === id) ?? [];
      if (status === 'gone' || status === 'invalid') current.death = { cause: status, at };
      if (status === 'alive' && connectedAt !== undefined && connectedAt <= at)
        current.connected = connectedAt;
    }
    if (!concerns || what === 'age' || what === 'outcomes') continue;
    const isFirst: boolean = what === 'listing' && !anyListing;
    if (what === 'listing') anyListing = true;
    const isNamed = what !== 'listing' || happening.ids.has(id);
    const isNew = current === undefined && isNamed;
    if (isNew) {
      current = {
        firstSeen: isFirst ? at - 30 * SECOND : at,
        connected: undefined,
        death: undefined,
        afterlife: [],
      };
      lives.push(current);
      if (what === 'connect') opened += 1;
    }
    if (!current) continue;
    if (current.death) {
      const isFirstWord = !current.afterlife.some((one) => one.what === 'disconnect');
      if (what === 'disconnect' && isFirstWord && current.death.cause !== 'closed') closed += 1;
      current.afterlife.push(happening);
      continue;
    }
    if (!isNamed) {
      current = undefined;
      continue;
    }
    const said = what === 'listing' ? happening.ids.get(id) : happening.connectedAt;
    if (said !== undefined && said <= at) current.connected ??= said;
    if (what === 'disconnect') {
      closed += 1;
      current.death = { cause: 'closed', at };
    } else expire(current, at);
    // The listing that shows an id to be over two hours old may be the one that shows its disconnect to be missed.
    if (current.death && what === 'listing') current.afterlife.push(happening);
  }
  return { lives, opened, closed, current };
}

function expire(life: Life, now: number): void {
  if (!life.death && now >= birth(life) + 2 * HOUR)
    life.death = { cause: 'expired', at: birth(life) + 2 * HOUR };
}

/** The moment at which the present stretch of listings that lack the id began. */
function delistedAt({ afterlife }: Life, id: string): number | undefined {
  const listings = afterlife.filter((one) => one.what === 'listing');
  const lastSeen = listings.findLastIndex((one) => one.ids.has(id));
  return listings[lastSeen + 1]?.at;
}

function isForgotten(life: Life, id: string, kind: 'events' | 'listing', now: number): boolean {
  if (!life.death) return false;
  const delisted = delistedAt(life, id);
  if (kind === 'listing' && delisted === undefined) return false;
  const last = Math.max(life.death.at, birth(life) + 2 * HOUR, (delisted ?? -Infinity) + 2 * HOUR);
  return now > last + 600 * SECOND;
}

/** A disconnect is missed if its time passed without a word of it. */
function isMissed({ death, afterlife }: Life, id: string, kind: 'events' | 'listing'): boolean {
  if (death?.cause !== 'gone' && death?.cause !== 'expired') return false;
  const deadline = death.at + 60 * SECOND;
  for (const one of afterlife) {
    if (kind === 'events' && one.what === 'disconnect') return one.at > deadline;
    if (kind === 'events' && one.what === 'age' && one.at > deadline) return true;
    if (one.what !== 'listing') continue;
    if (!one.ids.has(id)) return false;
    if (one.beganAt >= deadline) return true;
  }
  return false;
}
