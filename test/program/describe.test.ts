import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openLab } from './lab.ts';
import { run } from './program.ts';

test.each([
  ['metrics', 'docs/metrics.md'],
  ['config-schema', 'config/exporter.schema.json'],
  ['iam-policy', 'docs/iam-policy.json'],
])('describe %s prints %s; if that is stale: npm run generate', async (topic, file) => {
  const { code, stdout, stderr } = await run(['describe', topic]);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toBe(readFileSync(file, 'utf8'));
});

test('the policy names no more than the configuration needs', async () => {
  const role = 'arn:aws:iam::444455556666:role/exporter';
  const lab = await openLab({
    targets: `{regions: [eu-west-1, us-east-1], role_arn: "${role}"}`,
    clientVpn: 'endpoints: [cvpn-endpoint-0123456789abcdef0]',
  });
  const { code, stdout } = await lab.run('describe', 'iam-policy');
  expect(code).toBe(0);
  const arn = (region: string) =>
    `arn:aws:ec2:${region}:444455556666:client-vpn-endpoint/cvpn-endpoint-0123456789abcdef0`;
  expect(JSON.parse(stdout)).toEqual({
    Version: '2012-10-17',
    Statement: [
      { Sid: 'AssumeRole', Effect: 'Allow', Action: 'sts:AssumeRole', Resource: role },
      {
        Sid: 'DescribeClientVpnEndpoints',
        Effect: 'Allow',
        Action: 'ec2:DescribeClientVpnEndpoints',
        Resource: '*',
        Condition: { StringEquals: { 'ec2:Region': ['eu-west-1', 'us-east-1'] } },
      },
      {
        Sid: 'DescribeClientVpnConnections',
        Effect: 'Allow',
        Action: 'ec2:DescribeClientVpnConnections',
        Resource: [arn('eu-west-1'), arn('us-east-1')],
      },
    ],
  });
});
