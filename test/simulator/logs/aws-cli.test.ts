import { expect } from 'vitest';
import { aws, withCli } from '../aws-cli.ts';
import { simulate } from '../simulation.ts';

withCli('aws reads a log group page by page, and finds it', async () => {
  const { websockets, simulator, url, advance } = await simulate();
  const destinationArn = websockets.logs.addGroup({ name: '/ws/access', retentionInDays: 1 });
  const format =
    '{"id":"$context.requestId","eventType":"$context.eventType","connectionId":"$context.connectionId"}';
  const apiId = websockets.addApi({ accessLogs: { prod: { destinationArn, format } } });
  const ids = Array.from({ length: 5 }, () => websockets.connect(apiId));
  for (const id of ids) {
    advance(1_000);
    websockets.talk(id);
    websockets.disconnect(id);
  }
  advance(25_000);
  const filter = ['logs', 'filter-log-events', '--log-group-name', '/ws/access', '--page-size', '4'];
  const pattern = '{ ($.eventType = "CONNECT") || ($.eventType = "DISCONNECT") }';
  const read = await aws(url, ...filter, '--filter-pattern', pattern);
  const { events } = JSON.parse(read.stdout) as { events: { message: string; timestamp: number }[] };
  const rows = events.map(({ message }) => JSON.parse(message) as Record<string, string>);
  expect(
    rows
      .filter(({ eventType }) => eventType === 'CONNECT')
      .map(({ connectionId }) => connectionId)
      .sort(),
  ).toEqual([...ids].sort());
  expect(rows.slice(5).map(({ eventType, connectionId }) => [eventType, connectionId])).toEqual(
    ids.map((id) => ['DISCONNECT', id]),
  );
  expect(simulator.requests().filter(({ action }) => action === 'FilterLogEvents')).toHaveLength(4);

  const groups = await aws(url, 'logs', 'describe-log-groups', '--log-group-name-prefix', '/ws');
  expect(JSON.parse(groups.stdout)).toMatchObject({
    logGroups: [{ logGroupName: '/ws/access', logGroupClass: 'STANDARD', retentionInDays: 1 }],
  });
  simulator.deny('FilterLogEvents');
  expect((await aws(url, ...filter)).stderr).toContain(
    '(AccessDeniedException) when calling the FilterLogEvents operation: User: arn:aws:iam::111122223333:user/simulated is not',
  );
});
