import type { Family, Sample } from '../core/family.ts';
import type { RenderedFamily } from './forms.ts';
import { type RenderHooks, renderFamilies } from './render.ts';

/** What a family said, and how it is written; undefined for one that said nothing. */
interface Said {
  readonly samples: readonly Sample[];
  readonly rendered: RenderedFamily | undefined;
}

/** Families that may change at any time, rendered often: those that say what they said the time before are not written again. */
export class LiveFamilies {
  readonly #hooks: RenderHooks;
  #said: ReadonlyMap<string, Said> = new Map();

  constructor(hooks: RenderHooks) {
    this.#hooks = hooks;
  }

  /** The families as they are at the call, as `renderFamilies` gives them; one that says the same as before is the same object. */
  async render(families: readonly Family[]): Promise<readonly RenderedFamily[]> {
    const said = new Map<string, Said>();
    const news: Family[] = [];
    for (const family of families) {
      try {
        const { name, help, type, labelNames } = family;
        const given = family.samples();
        const samples = Array.isArray(given) ? given : [...given];
        const before = this.#said.get(name);
        const isOld = before && isSame(before.samples, samples);
        said.set(name, isOld ? before : { samples, rendered: undefined });
        if (!isOld) news.push({ name, help, type, labelNames, samples: () => samples });
      } catch (error) {
        this.#hooks.onFamilyError(family.name, error);
      }
    }
    for (const rendered of await renderFamilies(news, this.#hooks)) {
      const { name } = rendered.family;
      said.set(name, { samples: said.get(name)?.samples ?? [], rendered });
    }
    this.#said = said;
    return [...said.values()].flatMap(({ rendered }) => rendered ?? []);
  }
}

function isSame(before: readonly Sample[], now: readonly Sample[]): boolean {
  // What a family once gave stays as it was.
  if (before === now) return true;
  if (before.length !== now.length) return false;
  let index = 0;
  for (const { labels, scope, value, suffix } of before) {
    const other = now[index];
    if (value !== other?.value || suffix !== other.suffix) return false;
    if (!isSameLabels(labels, other.labels) || !isSameLabels(scope, other.scope)) return false;
    index += 1;
  }
  return true;
}

/** With the same names in the same order, which a family gives each of its series. */
function isSameLabels(one: Labels, other: Labels): boolean {
  if (one === other) return true;
  if (!one || !other) return false;
  const names = Object.keys(one);
  const otherNames = Object.keys(other);
  return (
    names.length === otherNames.length &&
    names.every((name, index) => name === otherNames[index] && one[name] === other[name])
  );
}

type Labels = Readonly<Record<string, string>> | undefined;
