import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openAws, resolvePolledTargets } from '../../../src/app/aws.ts';
import { Calls } from '../../../src/aws/calls.ts';
import { readConfig } from '../../../src/cli/configuration.ts';
import { websocket } from '../../../src/collectors/websocket/index.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { JSON_FORMAT } from '../../../src/simulator/websocket/access-log-format.ts';
import { GROUP, startAccessLogRig } from '../../support/access-log.ts';
import type { Rig } from '../../support/exporter.ts';
import { createLogBook } from '../../support/log-book.ts';
import { API, ENDPOINT, websocketSections } from '../../support/websocket.ts';

/** What `check --aws` says that is not as it should be, by what it is about. */
async function complaints({ folder }: Rig): Promise<Readonly<Record<string, string>>> {
  const read = readConfig(join(folder, 'exporter.yaml'));
  if ('problems' in read) throw new Error(read.problems.join('\n'));
  const { config } = read;
  const aws = openAws(config, { clock: systemClock, calls: new Calls(systemClock), logger: createLogBook() });
  onTestFinished(() => aws.close());
  const targets = await resolvePolledTargets(config);
  const [target] = targets;
  if (!target) throw new Error('there is no target');
  const setting = { config: config.websocket, house: config, targets, aws: aws.ofSection('websocket', {}) };
  const found: Record<string, string> = {};
  for await (const { action, resource, isFailure, reason } of websocket.ask(
    setting,
    target,
    AbortSignal.timeout(60_000),
  ))
    if (isFailure) found[`${action} ${resource}`] = reason;
  return found;
}

const STAGE = `apigateway:GET arn:aws:apigateway:eu-west-1::/apis/${API}/stages/prod`;
const now = { startAt: Date.now() };
const NO_STATUS =
  '{"requestId":"$context.requestId","eventType":"$context.eventType","connectionId":"$context.connectionId"}';
const MAPPED = JSON_FORMAT.replace('"connectionId":', '"cid":');

test('check finds nothing to say of a stage whose access log is as it should be', async () => {
  const { rig } = await startAccessLogRig(now);
  expect(await complaints(rig)).toEqual({});
});

test.each([
  [
    'a format without the status, before there is a row',
    NO_STATUS,
    /lacks \$context\.status: set it to \{.*"status":"\$context\.status"/,
  ],
  ['other names', MAPPED, /set keys of the source to \{connection_id: "cid"\}/],
])('check tells what to set of %s', async (_, format, reason) => {
  const { rig } = await startAccessLogRig({ ...now, format });
  expect(await complaints(rig)).toEqual({ [STAGE]: expect.stringMatching(reason) });
  await rig.configure(
    websocketSections({
      websocket: { endpoints: [], discover: true, discover_source: { type: 'access_log' } },
      intake: { enabled: false },
    }),
  );
  expect(await complaints(rig)).toEqual({ [STAGE]: expect.stringMatching(reason) });
});

test('check tells of a stage without a log, of one that logs elsewhere, and of a group that may not be read', async () => {
  const { rig } = await startAccessLogRig({ ...now, source: { log_group: '/ws/other' } });
  rig.websockets.logs.addGroup({ name: '/ws/other' });
  expect(await complaints(rig)).toEqual({
    [STAGE]: `the stage logs to the group ${GROUP}, not to /ws/other: set log_group to that, or have the stage log to /ws/other`,
  });
  rig.simulator.deny('FilterLogEvents');
  const denied = await complaints(rig);
  expect(denied['logs:FilterLogEvents arn:aws:logs:eu-west-1:111122223333:log-group:/ws/other']).toMatch(
    /IAM policy/,
  );
  rig.simulator.deny('GetStages');
  expect(Object.keys(await complaints(rig))).toHaveLength(1);
});

test('check and a pass tell of a stage that logs to Firehose, or to where nothing is asked', async () => {
  const stream = 'arn:aws:firehose:eu-west-1:111122223333:deliverystream/amazon-apigateway-ws';
  const { rig, pass } = await startAccessLogRig({
    ...now,
    websocket: { endpoints: [], discover: true, discover_source: { type: 'access_log' } },
  });
  const log = (destinationArn: string) => ({ accessLogs: { prod: { destinationArn, format: JSON_FORMAT } } });
  rig.websockets.removeApi(API);
  rig.websockets.addApi({ apiId: 'firehose01', ...log(stream) });
  rig.websockets.addApi({
    apiId: 'elsewhere1',
    ...log('arn:aws:logs:us-east-1:111122223333:log-group:/ws/far'),
  });
  rig.websockets.addApi({ apiId: 'silent0001' });
  const said = Object.values(await complaints(rig));
  expect(said).toHaveLength(3);
  const wanted = [
    /logs to Firehose \(deliverystream\/amazon-apigateway-ws\), which cannot be read back/,
    /logs to the group \/ws\/far of account 111122223333 in us-east-1/,
    /has no access log: set one \(AccessLogSettings, with a log group and the format \{/,
  ];
  for (const one of wanted) expect(said.some((reason) => one.test(reason))).toBe(true);
  expect(await pass()).toBe(false);
  for (const one of wanted)
    expect(rig.log.some((line) => line.includes('could not be estimated') && one.test(line))).toBe(true);
});

test('check tells of a queue that is not there', async () => {
  const { rig } = await startAccessLogRig(now);
  const queue_url = 'https://sqs.eu-west-1.amazonaws.com/111122223333/ws-events';
  await rig.configure(
    websocketSections({
      websocket: { endpoints: [{ url: `https://${ENDPOINT}`, source: { type: 'sqs', queue_url } }] },
      intake: { enabled: false },
    }),
  );
  expect(Object.values(await complaints(rig))).toEqual([expect.stringMatching(/check queue_url/)]);
});
