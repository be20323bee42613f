import { expect, test } from 'vitest';
import { discover } from '../../../src/collectors/client-vpn/endpoints.ts';
import type { RawEndpoint, Source } from '../../../src/collectors/client-vpn/source.ts';
import type { Selection } from '../../../src/polling/selection.ts';

const TARGET = { name: 'home', region: 'eu-west-1' };
const PAGES: RawEndpoint[][] = [
  [{ ClientVpnEndpointId: 'e1', Tags: [{ Key: 'team', Value: 'network' }] }, {}],
  [
    { ClientVpnEndpointId: 'e2', Tags: [{ Key: 'team', Value: 'other' }] },
    {
      ClientVpnEndpointId: 'e3',
      Tags: [
        { Key: 'team', Value: 'network' },
        { Key: 'stage', Value: '' },
      ],
    },
  ],
];

/** The ids found, the ids that AWS was asked for, and the fields rejected. */
async function find(selection: Partial<Selection>, pages = PAGES) {
  let asked: readonly string[] | undefined;
  const source: Source = {
    accountId: async () => '111122223333',
    knownAccount: () => '111122223333',
    async *endpointPages(_target, ids) {
      asked = ids;
      yield* pages;
    },
    connectionPages: async function* () {},
  };
  const rejected: string[] = [];
  const found = await discover(
    source,
    TARGET,
    { named: [], tags: new Map(), exclude: [], ...selection },
    (field) => rejected.push(field),
    new AbortController().signal,
  );
  return { found: [...found.endpoints.keys()], asked, rejected, isGone: found.isGone };
}

test('without a selection every endpoint is wanted; one without an id is rejected', async () => {
  expect(await find({})).toMatchObject({
    found: ['e1', 'e2', 'e3'],
    asked: undefined,
    rejected: ['endpoint_id'],
  });
});

test('named endpoints alone are asked for by id', async () => {
  expect(await find({ named: ['e2', 'e9'] })).toMatchObject({ found: ['e2'], asked: ['e2', 'e9'] });
});

test('tags are matched by us, all of them, an empty value included', async () => {
  const tags = new Map([
    ['team', 'network'],
    ['stage', ''],
  ]);
  expect(await find({ tags })).toMatchObject({ found: ['e3'], asked: undefined });
});

test('an endpoint is wanted when it is named or carries the tags', async () => {
  expect(await find({ named: ['e2'], tags: new Map([['team', 'network']]) })).toMatchObject({
    found: ['e1', 'e2', 'e3'],
    asked: undefined,
  });
});

test.each<[string, Partial<Selection>, readonly string[]]>([
  ['everything was listed', {}, ['e8', 'e9']],
  ['tags choose from all', { tags: new Map([['team', 'network']]) }, ['e8', 'e9']],
  ['only named ones were asked for', { named: ['e2', 'e8'] }, ['e8']],
])('an endpoint is gone when it was asked for and not listed: %s', async (_, selection, gone) => {
  const { isGone } = await find(selection);
  expect(['e1', 'e2', 'e3', 'e8', 'e9'].filter(isGone)).toEqual(gone);
});
