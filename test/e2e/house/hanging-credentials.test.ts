import { expect, test } from 'vitest';
import { HOME } from '../../support/configuration.ts';
import { credentialHelper, isRunning, sharedFiles } from '../../support/credentials.ts';
import { said, startRig, until } from '../../support/exporter.ts';
import { startServer } from '../../support/http-server.ts';

const DEADLINE_MS = 25_000;
const NO_CREDENTIALS = 'There are no credentials for the account of a target, so it is not polled';

async function withHelper(profile: string, target: Readonly<Record<string, string>>, sections: object = {}) {
  const files = sharedFiles();
  const helper = credentialHelper(files.folder);
  files.config(`[${profile}]\ncredential_process = PIN=1234 ${helper.path} --secret s3cret\n`);
  const targets = [{ regions: [HOME.region], account_id: HOME.accountId, ...target }];
  const rig = await startRig({ ...sections, targets, env: files.env });
  rig.world.addEndpoint();
  const hung = (calls: number) => until(async () => helper.hung().length === 2 * calls);
  const ended = () => until(async () => !helper.hung().some(isRunning));
  return { rig, helper, targets, hung, ended };
}

test.each([
  {
    whose: 'a profile',
    profile: 'profile network',
    target: { profile: 'network' },
    where: 'profile network: ',
  },
  { whose: 'the default profile', profile: 'default', target: {}, where: '' },
])('a helper of $whose that hangs is killed with its children, told of, and asked anew', async (given) => {
  const { rig, helper, hung, ended } = await withHelper(given.profile, given.target);
  helper.hangs();
  for (const pass of [1, 2]) {
    const under = rig.pass();
    await hung(pass);
    await rig.clock.advance(DEADLINE_MS);
    expect(await under).toBe(false);
    await ended();
  }
  const reason = `${given.where}getting credentials failed (CredentialsTimeout): the credential_process (${helper.path}) did not end within 25 seconds and was killed; look why it hangs`;
  expect(said(rig.log, NO_CREDENTIALS)[0]).toContain(reason);
  expect((await rig.get('/')).text).toContain('did not end within 25 seconds and was killed');
  expect([...said(rig.log, 's3cret'), ...said(rig.log, '1234')]).toEqual([]);
  helper.gives('AKIAHOME');
  expect(await rig.pass()).toBe(true);
});

test('a helper that hangs is told of before the shortest pass has taken too long', async () => {
  const of = { client_vpn: { enabled: false }, site_to_site_vpn: { enabled: true } };
  const { rig, helper, hung } = await withHelper('profile network', { profile: 'network' }, of);
  helper.hangs();
  const under = rig.pass();
  await hung(1);
  await rig.clock.advance(30_000);
  expect(await under).toBe(false);
  expect(said(rig.log, NO_CREDENTIALS)[0]).toContain(`(${helper.path}) did not end within`);
});

test('a helper that hangs ends with a reload, and with the exporter', async () => {
  const { rig, helper, targets, hung, ended } = await withHelper('profile network', { profile: 'network' });
  helper.hangs();
  const first = rig.pass();
  await hung(1);
  expect(await rig.reload({ targets })).toMatchObject({ status: 200 });
  await first;
  // The reload began a pass of its own, which asks anew.
  await hung(2);
  await until(async () => !helper.hung().slice(0, 2).some(isRunning));
  rig.exporter.beginClosing();
  await ended();
  expect(said(rig.log, NO_CREDENTIALS)).toEqual([]);
  expect(said(rig.log, 'could not be renewed')).toEqual([]);
});

test('a helper that writes without end is stopped, and asked anew', async () => {
  const { rig, helper, ended } = await withHelper('profile network', { profile: 'network' });
  helper.floods();
  expect(await rig.pass()).toBe(false);
  expect(said(rig.log, NO_CREDENTIALS)[0]).toContain('its credential_process wrote more than 1 MiB');
  await ended();
  helper.gives('AKIAHOME');
  expect(await rig.pass()).toBe(true);
});

test('a container endpoint that never answers costs a target no more than the deadline', async () => {
  const server = await startServer(() => {});
  const rig = await startRig({
    targets: [{ regions: [HOME.region], account_id: HOME.accountId }],
    env: { ...sharedFiles().env, AWS_CONTAINER_CREDENTIALS_FULL_URI: `${server.url}/role` },
  });
  const under = rig.pass();
  await until(async () => server.requests.length > 0);
  await rig.clock.advance(DEADLINE_MS);
  expect(await under).toBe(false);
  expect(said(rig.log, NO_CREDENTIALS)[0]).toContain('did not answer within 25 seconds');
  await server.close();
});
