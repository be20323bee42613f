import { expect } from 'vitest';
import { aws, withCli } from '../aws-cli.ts';
import { simulate } from '../simulation.ts';

withCli('aws reads identity and role keys from STS', async () => {
  const role = 'arn:aws:iam::444455556666:role/exporter';
  const { url } = await simulate({ roles: { [role]: { externalId: 'example' } } });
  const identity = await aws(url, 'sts', 'get-caller-identity');
  expect(JSON.parse(identity.stdout)).toMatchObject({ Account: '111122223333' });

  const assume = ['sts', 'assume-role', '--role-arn', role, '--role-session-name', 'test'];
  expect((await aws(url, ...assume)).stderr).toContain(
    '(AccessDenied) when calling the AssumeRole operation',
  );
  expect(JSON.parse((await aws(url, ...assume, '--external-id', 'example')).stdout)).toMatchObject({
    Credentials: { AccessKeyId: expect.stringMatching(/^ASIA/) },
    AssumedRoleUser: { Arn: 'arn:aws:sts::444455556666:assumed-role/exporter/test' },
  });
});
