import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { formatCommand } from '../../../src/collectors/websocket/wire/command.ts';
import { FORMAT, judgeFormat } from '../../../src/collectors/websocket/wire/format.ts';
import { managerOf } from '../../../src/collectors/websocket/wire/managed.ts';
import { toRow, USUAL_KEYS } from '../../../src/event-forms/access-log-row.ts';
import {
  CLF_FORMAT,
  CONSOLE_JSON_FORMAT,
  checkFormat,
  JSON_FORMAT,
  writeRow,
} from '../../../src/simulator/websocket/access-log-format.ts';

test.each([
  ['that wiring sets', FORMAT],
  ['with addresses', JSON_FORMAT],
  ['of the console, JSON', CONSOLE_JSON_FORMAT],
  ['of the console, CLF', CLF_FORMAT],
  ['with names in braces', FORMAT.replace(/\$context\.(\w+)/g, '$${context.$1}')],
  [
    'that tells the event by its route',
    '{"connectionId":"$context.connectionId","routeKey":"$context.routeKey","status":"$context.status","r":"$context.requestId"}',
  ],
])('the format %s is read as it is', (_, format) => {
  expect(judgeFormat(format)).toEqual({ isRead: true, keys: {} });
});

test('names of its own are told as keys of a source, also where a value has no quotes', () => {
  const format =
    '{"id":"$context.connectionId", "what":"$context.eventType", "code":$context.status, "at":"$context.connectedAt"}';
  const keys = { connection_id: 'id', event_type: 'what', status: 'code', connected_at: 'at' };
  expect(judgeFormat(format)).toEqual({ isRead: true, keys });
});

test.each([
  ['{"requestId":"$context.requestId"}', '$context.connectionId, $context.eventType, $context.status', true],
  [
    '{"requestId":"$context.requestId","connectionId":"$context.connectionId","eventType":"$context.eventType"}',
    '$context.status',
    true,
  ],
  [
    '$context.requestId "$context.identity.sourceIp"',
    '$context.connectionId, $context.eventType, $context.status',
    true,
  ],
  [
    '<r id="$context.requestId">$context.connectionId $context.eventType $context.status</r>',
    "a form that is known: JSON, or the console's CLF format",
    true,
  ],
  [
    '{"connectionId":"$context.requestId"}',
    '$context.connectionId, $context.eventType, $context.status',
    false,
  ],
  [
    '{"a":{"connectionId":"$context.connectionId"},"eventType":"$context.eventType","status":"$context.status","r":"$context.requestId"}',
    "a form that is known: JSON, or the console's CLF format",
    false,
  ],
])('%s lacks %s, and is mended so that AWS takes it and its rows are read', (format, lacks, isKept) => {
  const judged = judgeFormat(format);
  expect(judged).toMatchObject({ isRead: false, lacks, isKept });
  if (judged.isRead) return;
  checkFormat(judged.mended);
  if (isKept) expect(judged.mended.startsWith(format.replace(/\}$/, ''))).toBe(true);
  expect(judgeFormat(judged.mended)).toMatchObject({ isRead: true });
  const row = writeRow(judged.mended, {
    connectionId: 'L0SM9cOFvHcCIhw=',
    eventType: 'DISCONNECT',
    routeKey: '$disconnect',
    status: 200,
    requestId: 'EP5yqFByIAMElXw=',
  });
  expect(toRow(row, USUAL_KEYS, 0)).toMatchObject({
    event: { connectionId: 'L0SM9cOFvHcCIhw=', type: 'disconnect' },
  });
});

test.each([
  [{ 'aws:cloudformation:stack-id': 'arn:…', 'aws:cloudformation:stack-name': 'chat' }, 'CloudFormation'],
  [{ Terraform: 'true' }, 'Terraform'],
  [{ provisioner: 'OpenTofu' }, 'Terraform'],
  [{ repository: 'github.com/example/terraform-live' }, 'Terraform'],
  [{ 'sst:app': 'chat' }, 'Pulumi'],
  [{ terraform: 'false' }, undefined],
  [{ env: 'prod', team: 'transform' }, undefined],
])('the tags %j are those of %s', (tags, tool) => {
  expect(managerOf([['the API', tags]])?.tool).toBe(tool);
});

test('a shell reads a command as it is meant, whatever is in it', () => {
  const json = { Format: `it's "$context.requestId" \\ \`x\``, empty: '', list: ['a b'] };
  const words = ['printf', '%s\\n', '--name', "o'clock", '', '$HOME', '*', json] as const;
  const printed = execFileSync('sh', ['-c', formatCommand(words)], { encoding: 'utf8' }).split('\n');
  expect(printed.slice(0, -2)).toEqual(['--name', "o'clock", '', '$HOME', '*']);
  expect(JSON.parse(printed.at(-2) ?? '')).toEqual(json);
});

test('constants are left out of a command, which fails until a variable has them', () => {
  const line = formatCommand([
    'printf',
    '%s',
    { 'integration.request.header.X-Intake-Token': "'s3cret'", a: 'context.apiId' },
  ]);
  expect(line).not.toContain('s3cret');
  const run = (env: Record<string, string>) =>
    execFileSync('sh', ['-c', line], { encoding: 'utf8', stdio: 'pipe', env });
  expect(() => run({})).toThrow('the constant that the parameter X-Intake-Token has now, without its quotes');
  expect(JSON.parse(run({ VALUE_OF_X_INTAKE_TOKEN: 's3cret' }))).toEqual({
    'integration.request.header.X-Intake-Token': "'s3cret'",
    a: 'context.apiId',
  });
});
