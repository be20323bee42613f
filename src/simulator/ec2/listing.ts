import { randomUUID } from 'node:crypto';
import { beginning, cutPage, type Ranked, type Tokens } from '../wire/pages.ts';
import { listParam } from '../wire/query.ts';
import { type Answer, type Call, Refusal } from '../wire/service.ts';
import { declaration, leaf, list } from '../wire/xml.ts';

export const version = '2016-11-15';
export const contentType = 'text/xml;charset=UTF-8';

/** One Describe action: what it lists, and how it may be narrowed. */
export interface Listing<T extends Ranked> {
  /** The element that holds the items. */
  readonly element: string;
  readonly endpointRequired: boolean;
  /** The list parameter that names items one by one; it does not go together with MaxResults. */
  readonly idsParam?: string;
  readonly filters: Readonly<Record<string, (item: T) => string | undefined>>;
  /** Everything there is, in rank order; throws a refusal for ids that do not exist. */
  items(call: Call, ids: readonly string[]): readonly T[];
  write(item: T): string;
}

/** Answers one call of a Describe action: a page, or a refusal thrown. */
export function answerListing<T extends Ranked>(listing: Listing<T>, tokens: Tokens, call: Call): Answer {
  const { params } = call;
  if (listing.endpointRequired && !params.ClientVpnEndpointId) {
    throw new Refusal(400, 'MissingParameter', 'The request must contain the parameter ClientVpnEndpointId');
  }
  if (params.DryRun === 'true') {
    throw new Refusal(412, 'DryRunOperation', 'Request would have succeeded, but DryRun flag is set.');
  }
  const ids = listing.idsParam === undefined ? [] : listParam(params, listing.idsParam);
  const limit = readLimit(params.MaxResults, ids, listing.idsParam);
  const filters = readFilters(listing.filters, params);
  const scope = JSON.stringify([
    call.accountId,
    call.region,
    call.action,
    params.ClientVpnEndpointId,
    ids,
    filters,
  ]);
  const after = readPlace(tokens, scope, params.NextToken);
  const items = listing.items(call, ids);

  const { fault } = call;
  const matches = (item: T) =>
    filters.every(([name, values]) => values.includes(listing.filters[name]?.(item)));
  const page = fault === 'empty-pages' ? { items: [], next: after } : cutPage(items, matches, after, limit);
  const token =
    fault === 'repeating-token'
      ? params.NextToken || tokens.issue(scope, page.next ?? beginning)
      : page.next === undefined
        ? undefined
        : tokens.issue(scope, page.next);

  const rows = fault === 'missing-connections' ? '' : list(listing.element, page.items.map(listing.write));
  const content = leaf('requestId', randomUUID()) + rows + leaf('nextToken', token);
  const root = `${call.action}Response`;
  const body = `${declaration}<${root} xmlns="http://ec2.amazonaws.com/doc/${version}/">${content}</${root}>`;
  return { status: 200, contentType, body };
}

function readLimit(text: string | undefined, ids: readonly string[], idsParam = ''): number {
  if (text === undefined) return 1000;
  if (ids.length > 0) {
    const message = `The parameter ${idsParam} cannot be used with the parameter MaxResults`;
    throw new Refusal(400, 'InvalidParameterCombination', message);
  }
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 5 && limit <= 1000) return limit;
  throw invalidValue(text, 'MaxResults', 'Expecting a value between 5 and 1000.');
}

function readFilters(known: object, params: Call['params']): [string, (string | undefined)[]][] {
  const numbers = new Set(Object.keys(params).flatMap((key) => /^Filter\.(\d+)\./.exec(key)?.[1] ?? []));
  return [...numbers].map((number) => {
    const name = params[`Filter.${number}.Name`] ?? '';
    if (!Object.hasOwn(known, name)) throw invalidValue(name, 'Filter', 'It is not a known filter.');
    return [name, listParam(params, `Filter.${number}.Value`)];
  });
}

function readPlace(tokens: Tokens, scope: string, token: string | undefined): number {
  if (!token) return beginning;
  const place = tokens.read(scope, token);
  if (place === undefined)
    throw new Refusal(400, 'InvalidPaginationToken', 'The pagination token is not valid.');
  return place;
}

function invalidValue(value: string, param: string, hint: string): Refusal {
  const message = `Value ( ${value} ) for parameter ${param} is invalid. ${hint}`;
  return new Refusal(400, 'InvalidParameterValue', message);
}
