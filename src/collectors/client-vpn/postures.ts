import { OTHER } from '../../core/slots.ts';

/** The most posture compliance statuses with a series of their own. */
export const MAX_POSTURES = 20;

/** Connections by posture, the most frequent by themselves and the rest as `_other`; `folded` is how many statuses went there. */
export function foldPostures(postures: ReadonlyMap<string, number>): {
  readonly values: ReadonlyMap<string, number>;
  readonly folded: number;
} {
  const bySize = [...postures].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const values = new Map(bySize.slice(0, MAX_POSTURES));
  const rest = bySize.slice(MAX_POSTURES);
  for (const [, connections] of rest) values.set(OTHER, (values.get(OTHER) ?? 0) + connections);
  return { values, folded: rest.length };
}
