/** Which endpoints are wanted: those named, and those that carry all tags; everything when neither is given. */
export interface Selection {
  readonly named: readonly string[];
  readonly tags: ReadonlyMap<string, string>;
}

/** As the keys `endpoints` and `tags` of a section say it. */
export function toSelection({
  endpoints,
  tags,
}: {
  readonly endpoints: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}): Selection {
  return { named: endpoints, tags: new Map(Object.entries(tags)) };
}

/** Whether nothing is wanted but what is named. */
export function isOnlyNamed({ named, tags }: Selection): boolean {
  return named.length > 0 && tags.size === 0;
}

/** Whether an endpoint is wanted. */
export function isSelected(
  selection: Selection,
  { id, tags }: { readonly id: string; readonly tags: ReadonlyMap<string, string> },
): boolean {
  if (selection.named.includes(id)) return true;
  return !isOnlyNamed(selection) && [...selection.tags].every(([key, value]) => tags.get(key) === value);
}
