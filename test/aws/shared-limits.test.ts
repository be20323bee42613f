import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Calls } from '../../src/aws/calls.ts';
import { createAws } from '../../src/aws/clients.ts';
import type { Target } from '../../src/aws/targets.ts';
import { callerIdentity } from '../support/aws.ts';
import { until } from '../support/exporter.ts';
import { createHandClock } from '../support/hand-clock.ts';
import { startServer } from '../support/http-server.ts';
import { createLogBook } from '../support/log-book.ts';

/** AWS on a clock that stands still; it may be asked twice a second for logs. `answered` counts who was answered, by target and region. */
async function setUp() {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIA');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  const logs = await startServer((response) => void response.end('{"events":[]}'));
  const sts = await startServer(callerIdentity('111122223333'));
  const clock = createHandClock();
  const endpoints = {
    endpointUrl: logs.url,
    endpointUrls: { sts: sts.url },
    connectTimeoutMs: 1000,
    requestTimeoutMs: 5000,
    maxAttempts: 1,
  };
  const deps = { clock, calls: new Calls(clock), logger: createLogBook(), requestsPerSecond: { logs: 2 } };
  const aws = createAws(endpoints, deps);
  onTestFinished(async () => {
    aws.close();
    await Promise.all([logs.close(), sts.close()]);
    vi.unstubAllEnvs();
  });
  const answered: string[] = [];
  const ask = async (name: string, region = 'eu-west-1') => {
    const target: Target = { name, region };
    await (await aws.logs(target)).send(new FilterLogEventsCommand({ logGroupName: '/ws/access' }));
    answered.push(`${name} ${region}`);
  };
  return { clock, answered, ask };
}

test('targets of one account share what the account may ask a second in a region', async () => {
  const { clock, answered, ask } = await setUp();
  const asked = ['one', 'other', 'one', 'other'].map((name) => ask(name));
  const elsewhere = [ask('one', 'us-east-1'), ask('other', 'us-east-1')];
  await Promise.all(elsewhere);
  await until(async () => answered.length >= 4);
  // Whoever may ask by now has asked before the last of those who were answered.
  await ask('another', 'eu-north-1');
  expect(answered.filter((who) => who.endsWith('eu-west-1'))).toHaveLength(2);
  await clock.advance(500);
  await until(async () => answered.length >= 6);
  expect(answered.filter((who) => who.endsWith('eu-west-1'))).toHaveLength(3);
  await clock.advance(500);
  await Promise.all(asked);
});
