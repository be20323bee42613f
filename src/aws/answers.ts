/** An error for an answer that is not what was asked for; the SDK's retry strategy takes its mark and asks again. */
export function brokenAnswer(message: string): Error {
  return Object.assign(new Error(message), { name: 'BrokenAnswer', $retryable: { throttling: false } });
}

/** One page as `send` got it: `items` is undefined where the answer has no list, `next` without anything where it is the last. */
export interface Page<T> {
  readonly items: readonly T[] | undefined;
  readonly next: string | undefined;
}

/** A listing page by page, complete or throwing `brokenAnswer`: a page without its list, or with a token seen before, is an error. */
export async function* pages<T>(
  operation: string,
  send: (token: string | undefined) => Promise<Page<T>>,
): AsyncIterable<readonly T[]> {
  const seen = new Set<string>();
  let token: string | undefined;
  do {
    const { items, next } = await send(token);
    if (!items)
      throw brokenAnswer(
        `${operation}: the answer lacks its list; AWS, or something between, sent an empty or foreign document`,
      );
    yield items;
    token = next || undefined;
    if (token !== undefined) {
      if (seen.has(token))
        throw brokenAnswer(
          `${operation}: page ${seen.size + 1} came with a page token that was used before; the listing would never end`,
        );
      seen.add(token);
    }
  } while (token !== undefined);
}
