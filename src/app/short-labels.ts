import { createHash } from 'node:crypto';
import { cut } from '../core/cut.ts';
import type { Family, Sample } from '../core/family.ts';

/** The most characters of a label; AWS' own texts are shorter: names of tags have 256 at most. */
export const MOST_CHARACTERS = 256;
/** 128 bits, and more: no two texts that anybody could find have the same. */
const DIGEST_CHARACTERS = 22;

/** Hears of a label that has a value too long to be exported as it is. */
export type OnCut = (family: string, label: string) => void;

/** The samples of a family as they are now, no label longer than 256 characters; throws as the family does. */
export function takeSamples(family: Family, onCut: OnCut): readonly Sample[] {
  return Array.from(family.samples(), (sample) => {
    const labels = shorten(sample.labels, (label) => onCut(family.name, label));
    return labels === sample.labels ? sample : { ...sample, labels };
  });
}

/**
 * A text of at most 256 characters: a longer one is cut, and ends in `…` and 22 characters that tell it from every other that
 * begins as it does.
 */
export function toLabel(text: string): string {
  const short = cut(text, MOST_CHARACTERS);
  if (short === text) return text;
  const digest = createHash('sha256').update(text).digest('base64url').slice(0, DIGEST_CHARACTERS);
  // By way of bytes: a slice would keep the whole text in memory.
  return `${Buffer.from(cut(text, MOST_CHARACTERS - DIGEST_CHARACTERS))}${digest}`;
}

/** The same object where nothing is too long. */
function shorten(labels: Sample['labels'], onCut: (label: string) => void): Sample['labels'] {
  const long = Object.entries(labels).filter(([, value]) => value.length > MOST_CHARACTERS);
  const changed = long.filter(([, value]) => toLabel(value) !== value);
  for (const [label] of changed) onCut(label);
  if (changed.length === 0) return labels;
  return { ...labels, ...Object.fromEntries(changed.map(([label, value]) => [label, toLabel(value)])) };
}
