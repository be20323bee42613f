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
  const samples: Sample[] = [];
  for (const sample of family.samples()) {
    // Of hundreds of thousands of series nearly none has a long label: nothing is made for the others.
    const isLong = family.labelNames.some((name) => (sample.labels[name]?.length ?? 0) > MOST_CHARACTERS);
    samples.push(isLong ? shorten(sample, (label) => onCut(family.name, label)) : sample);
  }
  return samples;
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

function shorten(sample: Sample, onCut: (label: string) => void): Sample {
  const labels = Object.entries(sample.labels).map(([label, value]) => {
    const short = toLabel(value);
    if (short !== value) onCut(label);
    return [label, short] as const;
  });
  return { ...sample, labels: Object.fromEntries(labels) };
}
