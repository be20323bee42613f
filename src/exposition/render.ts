import { breathe } from '../core/clock.ts';
import type { Family, Sample } from '../core/family.ts';
import type { RenderedFamily } from './forms.ts';
import { SeriesWriter } from './series.ts';

/** Series rendered at a time before the event loop gets its turn; a few milliseconds of work. */
const SERIES_AT_A_TIME = 2_000;

/** Who hears what becomes of families that are rendered. */
export interface RenderHooks {
  /** Hears of a family that threw, and was left out whole. */
  onFamilyError(family: string, error: unknown): void;
  /** Hears of a label with a value too long to be exported as it is; of each of them, so that it can be often. */
  onCut?(family: string, label: string): void;
}

/**
 * The families as they are at the call, written once for every form; one that has no samples, or throws, leaves no trace.
 * Of those that `isCounted` names, series are counted and not written.
 */
export async function renderFamilies(
  families: readonly Family[],
  { onFamilyError, onCut }: RenderHooks,
  isCounted: (family: Family) => boolean = () => false,
): Promise<readonly RenderedFamily[]> {
  const taken: { family: Family; samples: Iterable<Sample> }[] = [];
  for (const family of families) {
    try {
      taken.push({ family, samples: family.samples() });
    } catch (error) {
      onFamilyError(family.name, error);
    }
  }
  const rendered: RenderedFamily[] = [];
  const writer = new SeriesWriter();
  let sinceBreath = 0;
  for (const { family, samples } of taken) {
    const isWritten = !isCounted(family);
    const cut = (label: string) => onCut?.(family.name, label);
    let count = 0;
    try {
      for (const sample of samples) {
        if (isWritten) writer.write(family.name, sample, cut);
        count += 1;
        sinceBreath += 1;
        if (sinceBreath < SERIES_AT_A_TIME) continue;
        sinceBreath = 0;
        await breathe();
      }
    } catch (error) {
      writer.take();
      onFamilyError(family.name, error);
      continue;
    }
    if (count > 0) rendered.push({ family, series: writer.take(), count });
  }
  return rendered;
}
