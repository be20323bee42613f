import type { FaultLog } from '../core/fault-log.ts';
import { type Scope, scopeLabels } from '../core/scope.ts';
import type { Named } from './named.ts';

/** Which endpoints are wanted: those named, and those that carry all tags; everything when neither is given; never what is excluded. */
export interface Selection {
  readonly named: readonly string[];
  readonly tags: ReadonlyMap<string, string>;
  /** Ids, and names in which `*` stands for any text. */
  readonly exclude: readonly string[];
}

/** The most tags of an endpoint: AWS allows 50, beside its own; the rest is rejected. */
export const MOST_TAGS = 200;

/** As the keys `endpoints`, `tags` and `exclude` of a section say it. */
export function toSelection({
  endpoints,
  tags,
  exclude,
}: {
  readonly endpoints: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly exclude: readonly string[];
}): Selection {
  return { named: endpoints, tags: new Map(Object.entries(tags)), exclude };
}

/** Whether nothing is wanted but what is named. */
export function isOnlyNamed({ named, tags }: Pick<Selection, 'named' | 'tags'>): boolean {
  return named.length > 0 && tags.size === 0;
}

/** Whether an endpoint is excluded, by one of its ids or by its name; without a name it can be excluded by id alone. */
export function isExcluded(
  { exclude }: Pick<Selection, 'exclude'>,
  { ids, name }: { readonly ids: readonly string[]; readonly name: string },
): boolean {
  return exclude.some((entry) => ids.includes(entry) || (name !== '' && isLike(entry, name)));
}

/** Whether an endpoint is wanted. */
export function isSelected(
  selection: Selection,
  {
    id,
    name,
    tags,
  }: { readonly id: string; readonly name: string; readonly tags: ReadonlyMap<string, string> },
): boolean {
  if (isExcluded(selection, { ids: [id], name })) return false;
  if (selection.named.includes(id)) return true;
  return !isOnlyNamed(selection) && [...selection.tags].every(([key, value]) => tags.get(key) === value);
}

/** Named endpoints that a name excludes, as listings find them: they are not polled, and that is said once. */
export class NamedButExcluded {
  readonly #named: Named;
  readonly #faults: FaultLog;
  readonly #ids = new Set<string>();

  constructor(named: Named, faults: FaultLog) {
    this.#named = named;
    this.#faults = faults;
  }

  /** Notes one that a listing holds. */
  note(scope: Scope, name: string): void {
    if (!this.#named.ids.includes(scope.endpointId)) return;
    this.#ids.add(scope.endpointId);
    const message = `A ${this.#named.noun} is both named and excluded by its name; it is not polled`;
    this.#faults.warnOnce(`excluded ${scope.endpointId}`, message, { ...scopeLabels(scope), name });
  }

  /** What is named, without them. */
  get others(): Named {
    return { ...this.#named, ids: this.#named.ids.filter((id) => !this.#ids.has(id)) };
  }
}

/** Whether a text is like a pattern in which `*` stands for any text; in time that grows no faster than both together. */
function isLike(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return pattern === text;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
