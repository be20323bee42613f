import { beginning, cutPage, type Page, type Ranked, type Tokens } from '../wire/pages.ts';
import { listParam } from '../wire/query.ts';
import { type Answer, type Call, Refusal } from '../wire/service.ts';
import { leaf, list } from '../wire/xml.ts';
import { refuseDryRun, succeed } from './answers.ts';
import { createMatch, type Filters, invalidValue, readFilters } from './filters.ts';

/** One Describe action: what it lists, and how it may be narrowed. */
export interface Listing<T extends Ranked> {
  /** The element that holds the items. */
  readonly element: string;
  /** A parameter that must be given. */
  readonly required?: string;
  /** The list parameter that names items one by one; it does not go together with MaxResults. */
  readonly idsParam?: string;
  /** Absent where one answer holds everything. */
  readonly tokens?: Tokens;
  readonly filters: Filters<T>;
  /** Everything there is, in rank order; throws a refusal for ids that do not exist. */
  items(call: Call, ids: readonly string[]): readonly T[];
  write(item: T): string;
}

/** Answers one call of a Describe action: a page, or a refusal thrown. */
export function answerListing<T extends Ranked>(listing: Listing<T>, call: Call): Answer {
  const { tokens, required, idsParam } = listing;
  const { params, fault } = call;
  if (required && !params[required])
    throw new Refusal(400, 'MissingParameter', `The request must contain the parameter ${required}`);
  refuseDryRun(call);
  if (!tokens) refusePaging(params);
  const ids = idsParam === undefined ? [] : listParam(params, idsParam);
  const limit = readLimit(params.MaxResults, ids, idsParam);
  const filters = readFilters(listing.filters, params);
  const about = required && params[required];
  const scope = JSON.stringify([call.accountId, call.region, call.action, about, ids, filters]);
  const after = readPlace(tokens, scope, params.NextToken);
  const items = listing.items(call, ids);

  const matches = createMatch(listing.filters, filters);
  const page: Page<T> =
    fault === 'empty-pages'
      ? { items: [], next: after }
      : cutPage(items, matches, after, tokens ? limit : Number.POSITIVE_INFINITY);
  const token =
    fault === 'repeating-token'
      ? params.NextToken || tokens?.issue(scope, page.next ?? beginning)
      : page.next === undefined
        ? undefined
        : tokens?.issue(scope, page.next);
  const rows = fault === 'missing-connections' ? '' : list(listing.element, page.items.map(listing.write));
  return succeed(call, [rows, leaf('nextToken', token)]);
}

function refusePaging(params: Call['params']): void {
  const param = ['MaxResults', 'NextToken'].find((name) => params[name] !== undefined);
  if (param) throw new Refusal(400, 'UnknownParameter', `The parameter ${param} is not recognized`);
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

function readPlace(tokens: Tokens | undefined, scope: string, token: string | undefined): number {
  if (!tokens || !token) return beginning;
  const place = tokens.read(scope, token);
  if (place === undefined)
    throw new Refusal(400, 'InvalidPaginationToken', 'The pagination token is not valid.');
  return place;
}
