import type { Exact } from '../core/exact.ts';
import type { Family, Sample } from '../core/family.ts';
import { SCOPE_LABELS, type Scope, scopeLabels } from '../core/scope.ts';

/** What families of endpoints read: views `V`, each with what its last complete pass `L` saw, undefined before the first. */
export interface Readable<V extends Scope & { readonly last: L | undefined }, L> {
  views(): Iterable<V>;
  /** Whether the polled gauges of an endpoint are young enough to be shown. */
  isFresh(last: L): boolean;
}

/** Ends the help of every polled metric. */
export const AS_OF = 'as of the last complete pass over the endpoint';

/** A value and the labels it has beside those of its endpoint. */
export type Value = readonly [labels: Readonly<Record<string, string>>, value: number];

/** What one family says: its labels beside the endpoint's, and its values for one endpoint. */
export interface Says<T> {
  /** A sentence; that of a `polled` family without its end, which is as of when it is. */
  readonly help: string;
  readonly labels?: readonly string[];
  values(view: T): Iterable<Value>;
}

/** Makes families that read `state`, each named with the domain's prefix and each series labelled with its endpoint. */
export function familiesOf<V extends Scope & { readonly last: L | undefined }, L>(
  domain: string,
  state: Readable<V, L>,
) {
  const family = (
    name: string,
    type: Family['type'],
    { help, labels = [] }: Omit<Says<V>, 'values'>,
    samples: (view: V) => Iterable<Sample>,
    isShown: (view: V) => boolean = () => true,
  ): Family => ({
    name: `aws_${domain.replaceAll('-', '_')}_${name}`,
    help,
    type,
    labelNames: [...SCOPE_LABELS, ...labels],
    samples: () => samplesOf([...state.views()].filter(isShown), samples),
  });
  const scalar = (name: string, type: Family['type'], says: Says<V>, isShown?: (view: V) => boolean) =>
    family(
      name,
      type,
      says,
      function* (view) {
        const scope = scopeLabels(view);
        for (const [labels, value] of says.values(view)) yield { scope, labels, value };
      },
      isShown,
    );
  const isFresh = ({ last }: V) => last !== undefined && state.isFresh(last);
  return {
    /** A gauge that is shown however old it is. */
    gauge: (name: string, says: Says<V>) => scalar(name, 'gauge', says),
    counter: (name: string, says: Says<V>) => scalar(name, 'counter', says),
    histogram: (name: string, help: string, samples: (view: V) => Iterable<Sample>) =>
      family(name, 'histogram', { help }, samples),
    /** A gauge of the last complete pass, absent once that pass is stale; its help says as of when it is. */
    polled: (name: string, { help, labels = [], values }: Says<L>) =>
      scalar(
        name,
        'gauge',
        {
          help: `${help}, ${AS_OF}.`,
          labels,
          values: ({ last }) => (last === undefined ? [] : values(last)),
        },
        isFresh,
      ),
  };
}

/** Views are replaced and never changed: what is read of them later is of when they were taken. */
function* samplesOf<V>(views: readonly V[], samples: (view: V) => Iterable<Sample>): Iterable<Sample> {
  for (const view of views) yield* samples(view);
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

/** The two families that every domain begins with: whether the last pass was complete, and when one was. */
export function health<V extends Scope & Health>({
  gauge,
}: Pick<ReturnType<typeof familiesOf<V, unknown>>, 'gauge'>): readonly Family[] {
  const families = [
    gauge('up', {
      help: 'Whether the last pass over the endpoint was complete (1) or not (0).',
      values: ({ up }) => (up === undefined ? [] : [[{}, Number(up)]]),
    }),
    gauge('last_success_timestamp_seconds', {
      help: 'End of the last complete pass over the endpoint, in seconds since 1970.',
      values: ({ lastSuccessAt }) => (lastSuccessAt === undefined ? [] : [[{}, lastSuccessAt / 1000]]),
    }),
  ];
  return families.map((family) => ({ ...family, importance: 'first' }));
}

interface Health {
  readonly up: boolean | undefined;
  readonly lastSuccessAt: number | undefined;
  readonly last: unknown;
}
