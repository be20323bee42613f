import fc from 'fast-check';
import { expect, test } from 'vitest';
import { simulate } from '../simulation.ts';
import { ask, askAllConnections } from '../wire.ts';

test('pages add up to every connection exactly once, in another order than they came', async () => {
  const { world, url } = await simulate();
  const endpointId = world.addEndpoint();
  const ids = Array.from({ length: 12 }, () => world.connect(endpointId));

  const pages = await askAllConnections({ url }, endpointId);

  const listed = pages.map((page) => page.all('connectionId'));
  expect(listed.map((page) => page.length)).toEqual([5, 5, 2]);
  expect(listed.flat().sort()).toEqual([...ids].sort());
  expect(listed.flat()).not.toEqual(ids);
});

test('a listing that fills its last page ends there, and an empty one is an empty list', async () => {
  const { world, url } = await simulate();
  const full = world.addEndpoint();
  const empty = world.addEndpoint();
  for (let n = 0; n < 10; n++) world.connect(full);

  expect((await askAllConnections({ url }, full)).map((page) => page.all('connectionId').length)).toEqual([
    5, 5,
  ]);
  const [page, ...more] = await askAllConnections({ url }, empty);
  expect(page?.body).toContain('<connections/>');
  expect(more).toEqual([]);
});

test('what stays is listed exactly once while others come and go between pages', async () => {
  const { world, url, advance } = await simulate();
  const moves = fc.array(fc.constantFrom('come', 'go', 'pass an hour'), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 30 }),
      fc.array(moves, { maxLength: 8, size: 'max' }),
      async (count, script) => {
        const endpointId = world.addEndpoint();
        const staying = Array.from({ length: count }, () => world.connect(endpointId));
        const going = Array.from({ length: count }, () => world.connect(endpointId));

        const pages = await askAllConnections({ url }, endpointId, {
          between() {
            for (const move of script.shift() ?? []) {
              const next = move === 'go' ? going.pop() : undefined;
              if (next) world.disconnect(next);
              else if (move === 'come') world.connect(endpointId);
              else advance(61 * 60 * 1000);
            }
          },
        });

        const listed = pages.flatMap((page) => page.all('connectionId'));
        expect(listed.filter((id) => staying.includes(id)).sort()).toEqual([...staying].sort());
        expect(new Set(listed).size).toBe(listed.length);
      },
    ),
    { numRuns: 40 },
  );
});

test.each([
  ['4', 'InvalidParameterValue'],
  ['1001', 'InvalidParameterValue'],
  ['many', 'InvalidParameterValue'],
  ['5', undefined],
  ['1000', undefined],
])('MaxResults %s: %s', async (MaxResults, code) => {
  const { world, url } = await simulate();
  const reply = await ask({ url }, 'DescribeClientVpnConnections', {
    ClientVpnEndpointId: world.addEndpoint(),
    MaxResults,
  });
  expect(reply.all('Code')[0]).toBe(code);
  expect(reply.status).toBe(code ? 400 : 200);
});

test('a token is good for its own listing only', async () => {
  const { world, url } = await simulate();
  const [one, other] = [world.addEndpoint(), world.addEndpoint()];
  for (const endpointId of [one, other]) for (let n = 0; n < 6; n++) world.connect(endpointId);
  const first = { ClientVpnEndpointId: one, MaxResults: '5' };
  const page = await ask({ url }, 'DescribeClientVpnConnections', first);
  const token = page.all('nextToken')[0] ?? '';

  const next = (params: Record<string, string>) =>
    ask({ url }, 'DescribeClientVpnConnections', { ...first, NextToken: token, ...params });
  expect((await next({})).all('connectionId')).toHaveLength(1);
  const refused = [
    await next({ ClientVpnEndpointId: other }),
    await next({ 'Filter.1.Name': 'username', 'Filter.1.Value.1': 'a' }),
    await next({ NextToken: `A${token}` }),
    await next({ NextToken: 'abc' }),
    await ask({ url, region: 'us-east-1' }, 'DescribeClientVpnConnections', { ...first, NextToken: token }),
  ];
  expect(refused.map((reply) => [reply.status, reply.all('Code')[0]])).toEqual(
    Array(5).fill([400, 'InvalidPaginationToken']),
  );
});
