import type { Family, Sample } from '../core/family.ts';
import { MOST_CHARACTERS, shown } from '../core/shown.ts';

/** Hears of a label that has a value too long to be exported as it is. */
export type OnCut = (family: string, label: string) => void;

/** The samples of a family as they are now, no label longer than 256 characters; throws as the family does. */
export function takeSamples(family: Family, onCut: OnCut): readonly Sample[] {
  return Array.from(family.samples(), (sample) => {
    const labels = shorten(sample.labels, (label) => onCut(family.name, label));
    return labels === sample.labels ? sample : { ...sample, labels };
  });
}

/** The same object where nothing is too long. */
function shorten(labels: Sample['labels'], onCut: (label: string) => void): Sample['labels'] {
  const long = Object.entries(labels).filter(([, value]) => value.length > MOST_CHARACTERS);
  const cut = long.map(([label, value]) => [label, shown(value)] as const);
  const changed = cut.filter(([label, value]) => value !== labels[label]);
  for (const [label] of changed) onCut(label);
  return changed.length === 0 ? labels : { ...labels, ...Object.fromEntries(changed) };
}
