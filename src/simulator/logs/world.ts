import { createRandom } from '../wire/random.ts';
import type { WorldOptions } from '../wire/steps.ts';
import { type GroupSpec, LogGroup } from './group.ts';

export interface LogsWorldOptions extends WorldOptions {
  /** How many streams the events of a group are spread over, as over the hosts that write them; 4 if not given. */
  readonly streams?: number;
}

/** Where something is: log groups of one name may be in every account and region. */
interface At {
  readonly accountId?: string;
  readonly region?: string;
}

interface Row {
  /** The event's own time, milliseconds since 1970; now if not given. */
  readonly timestamp?: number;
  /** When it can be seen; now if not given. */
  readonly ingestionTime?: number;
  readonly message: string;
}

/** A world without log groups, filled by hand or by what logs into it. */
export function createLogsWorld(options: LogsWorldOptions = {}): LogsWorld {
  return new LogsWorld(options);
}

/** The log groups of every account and region, and what lies in them. */
export class LogsWorld {
  readonly now: () => number;
  readonly #random;
  readonly #groups = new Map<string, LogGroup>();
  readonly #streams = new Map<LogGroup, readonly string[]>();
  readonly #streamCount: number;

  constructor({ seed = 1, now = Date.now, streams = 4 }: LogsWorldOptions) {
    this.now = now;
    this.#random = createRandom(seed);
    this.#streamCount = streams;
  }

  /** Adds a group and returns its ARN, as access logs want it. */
  addGroup(spec: GroupSpec): string {
    const group = new LogGroup(spec, this.now());
    if (this.#groups.has(group.arn)) throw new Error(`there is a log group ${group.arn} already`);
    this.#groups.set(group.arn, group);
    this.#streams.set(
      group,
      Array.from({ length: this.#streamCount }, () => this.#random.hex(32)),
    );
    return group.arn;
  }

  removeGroup(name: string, at: At = {}): void {
    this.#groups.delete(arnOf(name, at));
  }

  /** Writes a row into a group, in one of its streams; throws where there is no such group. */
  put(name: string, row: Row, at: At = {}): void {
    if (!this.putAt(arnOf(name, at), row)) throw new Error(`there is no log group ${name}`);
  }

  /** The same by the ARN of the group; false where there is none: then the row is lost. */
  putAt(arn: string, { timestamp = this.now(), ingestionTime = this.now(), message }: Row): boolean {
    const group = this.#groups.get(arn);
    if (!group) return false;
    const stream = this.#random.pick(this.#streams.get(group) ?? []);
    group.put({ timestamp, ingestionTime, stream, message });
    return true;
  }

  group(arn: string): LogGroup | undefined {
    return this.#groups.get(arn);
  }

  /** The groups of an account in a region, by name. */
  groups(accountId: string, region: string): readonly LogGroup[] {
    return [...this.#groups.values()]
      .filter((group) => group.accountId === accountId && group.region === region)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

function arnOf(name: string, { accountId = '111122223333', region = 'eu-west-1' }: At): string {
  return `arn:aws:logs:${region}:${accountId}:log-group:${name}`;
}
