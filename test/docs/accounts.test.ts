import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config/load.ts';
import { openLab } from '../program/lab.ts';
import { needs } from '../support/programs.ts';
import { readTemplate, references } from './cloudformation.ts';
import { blocks, docs } from './page.ts';
import { typed } from './shell.ts';

const page = readFileSync(`${docs}accounts.md`, 'utf8');
const [settings = '', ...scripts] = blocks('sh', page);
const [trust = '', configuration = ''] = blocks('yaml', page);
const find = (word: string) => `${settings}${scripts.find((script) => script.includes(word))}`;
const cliTest = needs('aws');
const timeoutMs = 120_000;
const LIST = 'AWSOrganizationsV20161128.ListAccountsForParent';
const role = (account: string) => `arn:aws:iam::${account}:role/connections-exporter`;

test('the page shows the trust policy of the template', () => {
  expect(readFileSync(`${docs}wiring/member-role.yaml`, 'utf8')).toContain(trust);
});

test('the configuration of the page loads, and its targets are the roles that the template makes', () => {
  const loaded = loadConfig({ text: configuration, readFile: () => '' });
  expect(loaded).toMatchObject({ config: { targets: [{ role_arn: null }, {}, {}] } });
  const { RoleName } = readTemplate('member-role').Parameters as { RoleName: { Default: string } };
  expect(configuration.match(/:role\/[\w-]+/g)).toEqual(Array(2).fill(`:role/${RoleName.Default}`));
});

test.each([
  ['ClientVpnPolicy', '{}', '{}', '{}'],
  ['SiteToSiteVpnPolicy', '{enabled: false}', '{}', '{enabled: true}'],
  [
    'WebSocketPolicy',
    '{enabled: false}',
    '{enabled: true, discover: true, discover_source: {type: file, path: "{api_id}-{stage}"}}',
    '{}',
  ],
])(
  '%s of the template is what describe prints for a member that is read in every region',
  async (policy, vpn, websocket, siteToSite) => {
    const lab = await openLab({
      targets: `{name: "222233334444", role_arn: "${role('222233334444')}"}`,
      clientVpn: vpn.slice(1, -1),
      websocket: websocket.slice(1, -1),
      siteToSiteVpn: siteToSite.slice(1, -1),
    });
    const { code, stdout } = await lab.run('describe', 'iam-policy', '--for=member');
    expect(code).toBe(0);
    const { PolicyDocument } = readTemplate('member-role').Resources[policy]?.Properties ?? {};
    const plain = JSON.stringify(PolicyDocument)
      .replace(/\{"Fn::Sub":("[^"]*")\}/g, '$1')
      .replaceAll('$' + '{AWS::Partition}', 'aws');
    expect(JSON.parse(plain)).toEqual(JSON.parse(stdout));
  },
);

test('who is let in: one role, with the external id', () => {
  const { AssumeRolePolicyDocument } = readTemplate('member-role').Resources.Role?.Properties ?? {};
  expect(AssumeRolePolicyDocument).toMatchObject({
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: { Ref: 'ExporterRoleArn' } },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'sts:ExternalId': { Ref: 'ExternalId' } } },
      },
    ],
  });
  expect(references(AssumeRolePolicyDocument)).toEqual(['ExporterRoleArn', 'ExternalId']);
});

cliTest(
  'the commands make the StackSet and the stack of the template',
  async () => {
    const { Parameters } = readTemplate('member-role');
    const template = readFileSync(`${docs}wiring/member-role.yaml`, 'utf8');
    const set = await typed(find('create-stack-set'));
    expect(set.failure).toBe(undefined);
    expect(set.asked.map(({ target }) => target)).toEqual(['CreateStackSet', 'CreateStackInstances']);
    expect(set.asked[0]?.body).toMatchObject({
      TemplateBody: template,
      PermissionModel: 'SERVICE_MANAGED',
      'AutoDeployment.Enabled': 'true',
      'Capabilities.member.1': 'CAPABILITY_NAMED_IAM',
    });
    expect(set.asked[1]?.body).toMatchObject({
      'DeploymentTargets.OrganizationalUnitIds.member.1': 'ou-ab12-cdef3456',
      'Regions.member.1': 'eu-west-1',
    });
    const stack = await typed(find('create-stack '));
    expect([stack.failure, stack.asked.map(({ target }) => target)]).toEqual([undefined, ['CreateStack']]);
    for (const body of [set.asked[0]?.body, stack.asked[0]?.body]) {
      const given = Object.entries(body ?? {}).filter(([key]) => key.endsWith('.ParameterKey'));
      for (const [, name] of given) expect(Object.keys(Parameters ?? {})).toContain(name);
      expect(given.map(([, name]) => name)).toEqual(
        expect.arrayContaining(['ExporterRoleArn', 'ExternalId']),
      );
    }
  },
  timeoutMs,
);

cliTest(
  'the commands write a target for each account of the unit, and the policy of the hub names their roles',
  async () => {
    const accounts = Array.from({ length: 40 }, (_, n) => String(222_233_330_000 + n));
    const Accounts = accounts.map((Id) => ({ Id, Status: 'ACTIVE' }));
    const list = { Accounts: [...Accounts, { Id: '999988887777', Status: 'SUSPENDED' }] };
    const answers = { [LIST]: list, config: 'targets.yaml' };
    const hub = scripts.find((script) => script.includes('--for=hub'));
    const { folder, asked, failure } = await typed(`${find('list-accounts')}\n${hub}`, answers);
    expect(failure).toBe(undefined);
    const text = readFileSync(join(folder, 'targets.yaml'), 'utf8');
    const loaded = loadConfig({ text, readFile: () => '' });
    expect(loaded).toMatchObject({
      config: {
        targets: accounts.map((name) => ({
          name,
          regions: ['eu-west-1'],
          role_arn: role(name),
          external_id: 'connections-of-our-company',
        })),
      },
    });
    expect(asked.map(({ target }) => target)).toEqual([LIST, 'PutRolePolicy']);
    expect(parse(String(asked[1]?.body.PolicyDocument))).toMatchObject({
      Statement: [{ Action: 'sts:AssumeRole', Resource: accounts.map(role) }],
    });
  },
  timeoutMs,
);
