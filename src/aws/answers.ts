import { createHash } from 'node:crypto';

/** An error for an answer that is not what was asked for; the SDK's retry strategy takes its mark and asks again. */
export function brokenAnswer(message: string): Error {
  return Object.assign(new Error(message), { name: 'BrokenAnswer', $retryable: { throttling: false } });
}

/**
 * The error of a call, or a `brokenAnswer` where the SDK's reader, which leaves the answer in its errors, fell over one whose members are not
 * what their types say.
 */
export function toReadError(error: unknown): unknown {
  if (!(error instanceof TypeError && '$response' in error)) return error;
  const broken = brokenAnswer('the answer is not of the form that AWS gives it');
  const { $metadata } = error as { $metadata?: unknown };
  return Object.assign(broken, { cause: error, ...($metadata !== undefined && { $metadata }) });
}

/** An error for a call that is no longer wanted; named as the SDK names it, so that nobody takes it for one worth a retry. */
export function abortError(cause: unknown): Error {
  return Object.assign(new Error('the call was given up', { cause }), { name: 'AbortError' });
}

/** One page as `send` got it: `items` is undefined where the answer has no list, `next` without anything where it is the last. */
export interface Page<Items extends { readonly length: number }> {
  readonly items: Items | undefined;
  readonly next: string | undefined;
}

/**
 * The largest listing is that of a Client VPN endpoint: 126,000 connections at a time, and those that ended within the last
 * hour; on the smallest pages, of 5, the former are 25,200 pages.
 */
export const MAX_ITEMS = 500_000;
export const MAX_PAGES = 50_000;

/** The most endpoints of an account and region, and items of the listings that lead to them: more than any quota of AWS can be raised to. */
export const MOST_ENDPOINTS = 10_000;

/** An error for a listing that goes on for too long. */
export function tooLong(operation: string, after: string): Error {
  return brokenAnswer(`${operation}: no end after ${after}; AWS has no listing as long as that`);
}

/**
 * A listing page by page, complete or throwing `brokenAnswer`: a page without its list, or with a token seen before, is an error,
 * and so is a listing that goes on for too long, or has more than `mostItems`. A list is an array, unless `isList` knows better.
 */
export async function* pages<Items extends { readonly length: number }>(
  operation: string,
  send: (token: string | undefined) => Promise<Page<Items>>,
  { mostItems = MAX_ITEMS, isList = Array.isArray as (items: unknown) => boolean } = {},
): AsyncIterable<Items> {
  const seen = new Set<string>();
  let items = 0;
  let token: string | undefined;
  do {
    const page = await send(token);
    // The SDK hands on what JSON holds, whatever its types say.
    if (!page.items || !isList(page.items))
      throw brokenAnswer(
        `${operation}: the answer lacks its list; AWS, or something between, sent an empty or foreign document`,
      );
    items += page.items.length;
    if (items > mostItems || seen.size >= MAX_PAGES)
      throw tooLong(operation, `${items} items on ${seen.size + 1} pages`);
    yield page.items;
    token = page.next || undefined;
    if (token !== undefined && typeof token !== 'string')
      throw brokenAnswer(`${operation}: the token of the next page is no text`);
    if (token !== undefined) {
      // Tokens can be long, and are many.
      const digest = createHash('sha256').update(token).digest('base64');
      if (seen.has(digest))
        throw brokenAnswer(
          `${operation}: page ${seen.size + 1} came with a page token that was used before; the listing would never end`,
        );
      seen.add(digest);
    }
  } while (token !== undefined);
}
