import type { Key } from './keys.ts';

/**
 * Whether an object, of which these are the keys and none is repeated, names a connection where a client can have written it: in both places
 * that are read, or in one of them with another `connectionId` where the true one can have ended up. For a query can also close the object of
 * the template that it stands in, and open another one round the true id.
 */
export function isNamedTwice(keys: readonly Key[]): boolean {
  const ids = keys.filter(({ name }) => name === 'connectionId');
  if (ids.some(({ within }) => within === undefined)) {
    const hasContext = keys.some(({ name, within }) => name === 'requestContext' && within === undefined);
    return hasContext || ids.some(({ within }) => within !== undefined && within !== 'params');
  }
  // API Gateway tells headers and query, whose names are a client's, before the context.
  const first = ids.findIndex(({ within }) => within === 'requestContext');
  return first >= 0 && first < ids.length - 1;
}
