import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { faultOfProfile } from '../../src/aws/profiles.ts';
import { sharedFiles } from '../support/credentials.ts';

function useFiles() {
  const files = sharedFiles();
  for (const [name, value] of Object.entries(files.env)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  const config = join(files.folder, 'config');
  const credentials = join(files.folder, 'credentials');
  return { ...files, paths: { config, credentials }, both: `${config} and ${credentials}` };
}

/** What is said of the profile network. */
async function words(): Promise<string | undefined> {
  return (await faultOfProfile('network'))?.words;
}

test.each([
  ['keys in the other file', '', { network: 'AKIANETWORK' }],
  ['keys and a region', '[profile network]\nregion = eu-west-1\n', { network: 'AKIANETWORK' }],
  ['a helper', '[profile network]\ncredential_process = helper\n', {}],
  ['a role', '[profile network] # ours\nrole_arn = arn\nsource_profile = base\n', {}],
  [
    'a heading that says more',
    '[profile default]\nregion = eu-west-1\n[profile network]\nsso_session = corp\n[sso-session corp]\nsso_region = eu-west-1\n',
    {},
  ],
  ['quotes', '[profile "network"]\nsso_session = corp\n[sso-session corp]\nsso_region = eu-west-1\n', {}],
])('a profile with %s is whole', async (_, config, keys) => {
  const files = useFiles();
  files.config(config);
  files.credentials(keys);
  expect(await faultOfProfile('network')).toBeUndefined();
});

test('a profile that is nowhere comes with the name that was meant, or with those that are there', async () => {
  const { both, config, credentials } = useFiles();
  expect(await words()).toBe(`there is no such profile in ${both}: they have none`);
  config('[profile netwrok]\nregion = eu-west-1\n[default]\nregion = eu-west-1\n');
  expect(await words()).toBe(`there is no such profile in ${both}: did you mean netwrok?`);
  config('[default]\n');
  credentials({ production: 'AKIAPRODUCTION' });
  expect(await words()).toBe(`there is no such profile in ${both}: known are default, production`);
  credentials(Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [name, 'AKIAOTHER'])));
  expect(await words()).toMatch(/: known are (\w+, ){4}\w+ and others$/);
});

test('a profile that is there and empty, or has no keys, is told as that', async () => {
  const { paths, config, credentials } = useFiles();
  config('[profile network]\n[default]\nregion = eu-west-1\n');
  expect(await faultOfProfile('network')).toEqual({
    isThere: true,
    words: expect.stringMatching(`^it is in ${paths.config}, and is empty: it needs aws_access_key_id and `),
  });
  config('[profile network]\nrole_arn = arn:aws:iam::111122223333:role/r\n');
  expect(await words()).toContain(
    `it is in ${paths.config}, but has nothing that gives credentials: it needs `,
  );
  credentials({ other: 'AKIAOTHER' });
  rmSync(paths.credentials);
  mkdirSync(paths.credentials);
  expect(await words()).toContain(
    `; ${paths.credentials} cannot be read (it is a folder): it must be a file that`,
  );
});

test('a session that is nowhere is told by its heading', async () => {
  const { paths, config } = useFiles();
  config('[profile network]\nsso_session = corp\n[sso-session crop]\nsso_region = eu-west-1\n');
  expect(await words()).toBe(
    `its sso_session is corp, and there is no [sso-session corp] in ${paths.config}`,
  );
});

test('files that are not there, or cannot be read, are named', async () => {
  const { paths, config } = useFiles();
  rmSync(paths.config);
  expect(await words()).toBe(`there is no such profile in ${paths.credentials}: it has none`);
  rmSync(paths.credentials);
  expect(await words()).toBe(
    `neither ${paths.config} nor ${paths.credentials} is there: mount them, or say where they are ` +
      '(AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE)',
  );
  config('[default]\n');
  mkdirSync(paths.credentials);
  expect(await words()).toContain(`${paths.credentials} cannot be read (it is a folder)`);
});

test('a heading that names no profile in its file is told with the one that does', async () => {
  const { paths, config } = useFiles();
  config('[network]\nregion = eu-west-1\n');
  expect(await words()).toBe(`${paths.config} has [network], which is read there only as [profile network]`);
  config('');
  writeFileSync(paths.credentials, '[profile network]\naws_access_key_id = AKIANETWORK\n');
  expect(await words()).toBe(
    `${paths.credentials} has [profile network], which is read there only as [network]`,
  );
});

test('a file that is broken is told by the line, never by what stands there', async () => {
  const { paths, both, config } = useFiles();
  config('# ours\n[profile network\naws_secret_access_key = s3cret\n');
  expect(await words()).toBe(
    `there is no such profile in ${both}: they have none; line 2 of ${paths.config} is neither a [section] nor key = value`,
  );
  writeFileSync(paths.config, Buffer.from('[profile network]\nregion = eu-west-1\n', 'utf16le'));
  expect(await words()).toContain(`line 1 of ${paths.config} is neither`);
});
