import type { Exact } from '../../core/exact.ts';
import type { Family, Sample } from '../../core/family.ts';
import type { Scope } from './book.ts';
import { NAME } from './name.ts';
import type { LastPass, View } from './state.ts';

/** What families read. */
export interface Readable {
  views(): Iterable<View>;
  /** Whether the polled gauges of an endpoint are young enough to be shown. */
  isFresh(last: LastPass): boolean;
}

const SCOPE_LABELS = ['account_id', 'region', 'endpoint_id'] as const;

/** Ends the help of every polled metric. */
export const AS_OF = 'as of the last complete pass over the endpoint';

/** A value and the labels it has beside those of its endpoint. */
export type Value = readonly [labels: Readonly<Record<string, string>>, value: number];

/** What one family says: its labels beside the endpoint's, and its values for one endpoint. */
export interface Says<T> {
  readonly help: string;
  readonly labels?: readonly string[];
  values(view: T): Iterable<Value>;
}

/** Makes families that read `state`, each series labelled with its endpoint. */
export function familiesOf(state: Readable) {
  const family = (
    name: string,
    type: Family['type'],
    { help, labels = [] }: Omit<Says<View>, 'values'>,
    samples: (view: View) => Iterable<Sample>,
  ): Family => ({
    name: `aws_${NAME.replaceAll('-', '_')}_${name}`,
    help,
    type,
    labelNames: [...SCOPE_LABELS, ...labels],
    *samples() {
      for (const view of state.views()) yield* samples(view);
    },
  });
  const scalar = (name: string, type: Family['type'], says: Says<View>) =>
    family(name, type, says, function* (view) {
      const scope = scopeLabels(view);
      for (const [own, value] of says.values(view)) yield { labels: { ...scope, ...own }, value };
    });
  return {
    /** A gauge that is shown however old it is. */
    gauge: (name: string, says: Says<View>) => scalar(name, 'gauge', says),
    counter: (name: string, says: Says<View>) => scalar(name, 'counter', says),
    histogram: (name: string, help: string, samples: (view: View) => Iterable<Sample>) =>
      family(name, 'histogram', { help }, samples),
    /** A gauge of the last complete pass, absent once that pass is stale; its help says as of when it is. */
    polled: (name: string, { help, labels = [], values }: Says<LastPass>) =>
      scalar(name, 'gauge', {
        help: `${help}, ${AS_OF}.`,
        labels,
        values: ({ last }) => (last && state.isFresh(last) ? values(last) : []),
      }),
  };
}

/** The labels of an endpoint. */
export function scopeLabels({
  accountId,
  region,
  endpointId,
}: Scope): Record<(typeof SCOPE_LABELS)[number], string> {
  return { account_id: accountId, region, endpoint_id: endpointId };
}

/** One value per entry, under `label`; entries without a number are left out. */
export function* valuesBy<T>(
  label: string,
  entries: Iterable<readonly [string, T]>,
  value: (item: T) => Exact | undefined,
): Iterable<Value> {
  for (const [key, item] of entries) {
    const number = value(item);
    if (number !== undefined) yield [{ [label]: key }, Number(number)];
  }
}

/** Milliseconds since 1970 as Prometheus wants them. */
export function seconds(at: number | undefined): number | undefined {
  return at === undefined ? undefined : at / 1000;
}

/** `ingress_bytes` in words: `ingress bytes (sent by clients)`; the direction is the service's. */
export function inWords(counter: string): string {
  const [direction, unit] = counter.split('_');
  return `${direction} ${unit} (${direction === 'ingress' ? 'sent' : 'received'} by clients)`;
}
