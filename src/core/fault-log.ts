import type { Clock } from './clock.ts';
import type { LogFields, Logger } from './logger.ts';

/** What is wrong with a subject (an endpoint, a target, a file) in a pass. */
export interface Fault {
  readonly message: string;
  /** In a sentence; what is not the same from pass to pass in it (numbers, the subject's name) makes no other fault. */
  readonly reason: string;
  /** What the log says of the subject, when it is the only one. */
  readonly fields: LogFields;
  /** The field that the reason stands in; `reason` unless it is given. */
  readonly reasonField?: 'error' | 'err';
  /** `error` unless it is expected. */
  readonly level?: 'info' | 'warn' | 'error';
}

interface Known extends Fault {
  readonly subject: string;
  /** Faults that are alike are said together. */
  readonly like: string;
  /** On the monotonic clock, as `saidAt`. */
  readonly beganAt: number;
  /** How often in a row it was met; also for other reasons, since it began. */
  times: number;
  saidAt: number;
}

const SUM_UP_EVERY_MS = 60 * 60 * 1000;
const MOST_NAMED = 3;
/** How many things the same message of `warnOnce` is said of. */
export const MOST_SAID_ONCE = 20;

/**
 * Says a fault when it begins, when its reason changes, and when it is over; in between a line an hour with the count. Subjects with
 * the same fault are one line. Passes tell it what fails and what succeeds; `say` at their end writes what is new.
 */
export class FaultLog {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #known = new Map<string, Known>();
  readonly #failed = new Map<string, Fault>();
  readonly #succeeded = new Map<string, { readonly message: string; readonly fields: LogFields }>();
  readonly #once = new Set<string>();
  /** How many different things each message of `warnOnce` was said of. */
  readonly #saidOnce = new Map<string, number>();
  readonly #events = new Map<string, { readonly subject: string; readonly fields: LogFields }[]>();

  constructor({ clock, logger }: { readonly clock: Clock; readonly logger: Logger }) {
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Notes that a subject failed; of several faults until `say` the last counts. */
  fail(subject: string, fault: Fault): void {
    this.#failed.set(subject, fault);
  }

  /** Notes that a subject succeeded; `message` is said of it if it had failed. */
  succeed(subject: string, message: string, fields: LogFields): void {
    this.#succeeded.set(subject, { message, fields });
  }

  /** Forgets a subject that is no more, saying nothing. */
  forget(subject: string): void {
    for (const map of [this.#known, this.#failed, this.#succeeded]) map.delete(subject);
  }

  /** Takes back what was noted since the last `say`, because the pass was broken off. */
  discard(): void {
    this.#failed.clear();
    this.#succeeded.clear();
  }

  /** Says something once in the life of this log; `key` tells what was said. The same message is said of at most twenty things. */
  warnOnce(key: string, message: string, fields: LogFields): void {
    if (this.#once.has(key)) return;
    const said = this.#saidOnce.get(message) ?? 0;
    if (said === MOST_SAID_ONCE) return;
    this.#saidOnce.set(message, said + 1);
    this.#once.add(key);
    const isLast = said + 1 === MOST_SAID_ONCE;
    this.#logger.warn(isLast ? `${message}; it is not said of more` : message, fields);
  }

  /** Notes what happened to a subject, to be said once; subjects to which the same happened are one line. */
  happen(subject: string, message: string, fields: LogFields): void {
    const events = this.#events.get(message);
    if (events) events.push({ subject, fields });
    else this.#events.set(message, [{ subject, fields }]);
  }

  /** Writes what is new since it was called last. */
  say(): void {
    const now = this.#clock.monotonic();
    const begun: Known[] = [];
    const going: Known[] = [];
    for (const [subject, fault] of this.#failed) {
      const before = this.#known.get(subject);
      const like = likeness(subject, fault);
      const isNew = before?.like !== like;
      const known = {
        ...fault,
        subject,
        like,
        beganAt: before?.beganAt ?? now,
        times: (before?.times ?? 0) + 1,
        saidAt: isNew ? now : (before?.saidAt ?? now),
      };
      this.#known.set(subject, known);
      (isNew ? begun : going).push(known);
    }
    for (const group of groupsBy(begun, ({ like }) => like)) this.#line(group, '', now);
    for (const group of groupsBy(going, ({ like }) => like)) {
      if (!group.some(({ saidAt }) => now - saidAt >= SUM_UP_EVERY_MS)) continue;
      this.#line(group, ' (still so)', now);
      for (const known of group) known.saidAt = now;
    }
    this.#sayOver(now);
    for (const [message, events] of this.#events) this.#logger.info(message, subjectsOf(events));
    this.#events.clear();
    this.discard();
  }

  #sayOver(now: number): void {
    const over = [...this.#succeeded].flatMap(([subject, { message, fields }]) => {
      const known = this.#failed.has(subject) ? undefined : this.#known.get(subject);
      return known ? [{ ...known, message, fields }] : [];
    });
    for (const { subject } of over) this.#known.delete(subject);
    for (const group of groupsBy(over, ({ message }) => message)) {
      const [first] = group;
      if (first) this.#logger.info(first.message, { ...subjectsOf(group), ...since(group, now) });
    }
  }

  #line(group: readonly Known[], suffix: string, now: number): void {
    const [first] = group;
    if (!first) return;
    const { message, reason, reasonField = 'reason', level = 'error' } = first;
    const isFirst = group.every(({ times }) => times === 1);
    this.#logger[level](`${message}${suffix}`, {
      ...subjectsOf(group),
      [reasonField]: reason,
      ...(isFirst ? {} : since(group, now)),
    });
  }
}

/** Numbers, addresses and request ids; what HTTP answered is no such number. */
const CHANGING = /\b(?<!HTTP )(?=[0-9a-f:.-]*\d)[0-9a-f]+(?:[:.-]+[0-9a-f]+)*\b/gi;

function likeness(subject: string, { message, reason, level }: Fault): string {
  return JSON.stringify([message, level, reason.replaceAll(subject, '…').replace(CHANGING, '#')]);
}

/** One subject by its fields, several by their number and a few names. */
function subjectsOf(group: readonly Pick<Known, 'subject' | 'fields'>[]): LogFields {
  const [first] = group;
  if (group.length === 1 && first) return first.fields;
  const named = group.slice(0, MOST_NAMED).map(({ subject }) => subject);
  return { count: group.length, such_as: named.join(', ') };
}

function since(group: readonly Known[], now: number): LogFields {
  const times = Math.max(...group.map((known) => known.times));
  const beganAt = Math.min(...group.map((known) => known.beganAt));
  return { times, for_seconds: Math.round((now - beganAt) / 1_000) };
}

function groupsBy<T>(all: readonly T[], keyOf: (one: T) => string): Iterable<readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const key = keyOf(one);
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  return groups.values();
}
