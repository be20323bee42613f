import { DescribeClientVpnEndpointsCommand } from '@aws-sdk/client-ec2';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InFlight, MOST_IN_FLIGHT } from '../../src/aws/in-flight.ts';
import { NEVER, openAws, TARGET } from '../support/aws.ts';
import { until } from '../support/exporter.ts';

const EMPTY = '<DescribeClientVpnEndpointsResponse><clientVpnEndpoint/></DescribeClientVpnEndpointsResponse>';

test('of any number of requests, so many are under way at a time; another place has one all the same', async () => {
  const waiting: (() => void)[] = [];
  const { aws } = await openAws((response) => void waiting.push(() => response.end(EMPTY)), {
    connectTimeoutMs: 60_000,
    requestTimeoutMs: 60_000,
  });
  const ask = async (region: string) => {
    const client = await aws.ec2({ ...TARGET, region });
    await client.send(new DescribeClientVpnEndpointsCommand({}));
  };
  const extra = 40;
  const here = Array.from({ length: MOST_IN_FLIGHT + extra }, () => ask('eu-west-1'));
  await until(async () => waiting.length >= MOST_IN_FLIGHT);
  const there = [ask('us-east-1'), ask('us-east-1')];
  await until(async () => waiting.length >= MOST_IN_FLIGHT + 1);
  // STS waits for nobody; by the time that it has answered, whatever else was sent is there.
  await aws.accountId({ name: 'bare', region: 'eu-west-1' }, NEVER);
  expect(waiting).toHaveLength(MOST_IN_FLIGHT + 1);
  const all = Promise.all([...here, ...there]);
  let done = false;
  void all.finally(() => {
    done = true;
  });
  await until(async () => {
    for (const answer of waiting.splice(0)) answer();
    return done;
  });
  await all;
});

test('whoever gives up while waiting takes no place', async () => {
  const inFlight = new InFlight(1);
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const first = inFlight.run('a', () => held, undefined);
  const controller = new AbortController();
  const second = inFlight.run('a', async () => 'never', controller.signal);
  controller.abort(new Error('enough'));
  await expect(second).rejects.toThrow('enough');
  const third = inFlight.run('a', async () => 'third', undefined);
  release();
  await first;
  expect(await third).toBe('third');
});

test('whatever comes and goes, no place has more than its share, and everybody gets a turn', async () => {
  const step = fc.record({ place: fc.constantFrom('a', 'b', 'c'), fails: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(step, { maxLength: 40 }),
      async (max, steps) => {
        const inFlight = new InFlight(max);
        const running = { a: 0, b: 0, c: 0 };
        const runs = steps.map(({ place, fails }) =>
          inFlight.run(
            place,
            async () => {
              running[place] += 1;
              const { a, b, c } = running;
              // Places beyond the limit are those of who had none.
              expect(a + b + c).toBeLessThanOrEqual(max + 2);
              await new Promise(setImmediate);
              running[place] -= 1;
              if (fails) throw new Error('failed');
            },
            undefined,
          ),
        );
        const settled = await Promise.allSettled(runs);
        expect(settled.map(({ status }) => status === 'rejected')).toEqual(steps.map(({ fails }) => fails));
      },
    ),
  );
});
