import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sharedFiles } from '../support/credentials.ts';
import { ODD_FILES, putOdd } from '../support/odd-files.ts';
import { openLab, ready } from './lab.ts';
import { cleanEnv, keys, run } from './program.ts';

test.each(ODD_FILES)(
  'a $kind as shared AWS configuration file is told at the start of every command',
  async (odd) => {
    const lab = await openLab();
    lab.world.addEndpoint();
    const files = sharedFiles();
    for (const variable of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE'] as const) {
      const path = join(files.folder, variable);
      putOdd(odd.kind, path);
      const env = { ...cleanEnv, ...keys, [variable]: path };
      for (const [command, flag] of [
        ['serve', '--storage.path='],
        ['once', '--storage.path='],
        ['check', '--aws'],
        ['connections', '--output=json'],
      ]) {
        const address = command === 'serve' ? ['--web.listen-address=127.0.0.1:0'] : [];
        const { code, stderr } = await run(
          [`${command}`, `--config.file=${lab.configFile}`, `${flag}`, ...address],
          {
            env,
          },
        );
        expect(code).toBe(1);
        expect(stderr).toContain(`${path} (${variable}) cannot be used: ${odd.words}`);
      }
    }
    expect(lab.simulator.requests()).toEqual([]);
  },
);

test('/dev/null is a shared AWS configuration file without anything in it', async () => {
  const lab = await openLab();
  const endpointId = lab.world.addEndpoint();
  const { code, stdout } = await lab.once();
  expect([code, stdout.includes(endpointId)]).toEqual([0, true]);
});

test.each(ODD_FILES)('a $kind as web identity token fails the target, and nothing else', async (odd) => {
  const lab = await openLab({
    targets:
      '{name: token, regions: [us-east-1], account_id: "444455556666"}, {name: lab, regions: [eu-west-1], profile: lab, account_id: "111122223333"}',
  });
  const endpointId = lab.world.addEndpoint();
  const files = sharedFiles();
  files.credentials({ lab: 'AKIALAB' });
  const path = join(files.folder, 'token');
  putOdd(odd.kind, path);
  const env = {
    ...cleanEnv,
    ...files.env,
    AWS_WEB_IDENTITY_TOKEN_FILE: path,
    AWS_ROLE_ARN: 'arn:aws:iam::444455556666:role/exporter',
  };
  const daemon = await lab.serve([], { env });
  await ready(daemon);
  const { text } = await daemon.get('/metrics');
  expect(text).toMatch(new RegExp(`^aws_client_vpn_up\\{[^}]*${endpointId}[^}]*\\} 1$`, 'm'));
  expect(daemon.stderr()).toContain(
    `getting credentials failed (TokenFileError): the token file ${path} cannot be read: ${odd.words}`,
  );
  daemon.kill('SIGTERM');
  expect(await daemon.ended).toMatchObject({ code: 0, signal: null });
});

test.each(ODD_FILES)('a $kind as lock is told, with what to do', async ({ kind, words }) => {
  const lab = await openLab();
  mkdirSync(lab.storage);
  const path = join(lab.storage, 'lock');
  putOdd(kind, path);
  const { code, stderr } = await lab.once();
  expect(code).toBe(1);
  expect(stderr).toContain(
    `cannot use the folder ${lab.storage} (--storage.path): ${path} is no lock, ${words}; remove it`,
  );
});

test.each(ODD_FILES)(
  'a $kind as ledger is left alone and fails its endpoint, and nothing else',
  async (odd) => {
    const lab = await openLab();
    const [broken, whole] = [lab.world.addEndpoint(), lab.world.addEndpoint()];
    expect((await lab.once()).code).toBe(0);
    const folder = join(lab.storage, 'client-vpn');
    const files = readdirSync(folder);
    const name = files.find((file) => file.includes(broken)) ?? '';
    putOdd(odd.kind, join(folder, name));
    const { code, stdout, stderr } = await lab.once();
    expect(code).toBe(1);
    expect(stderr).toContain(
      `the ledger client-vpn/${name} below --storage.path cannot be read (${odd.words})`,
    );
    expect(stdout).toMatch(new RegExp(`^aws_client_vpn_up\\{[^}]*${broken}[^}]*\\} 0$`, 'm'));
    expect(stdout).toMatch(new RegExp(`^aws_client_vpn_up\\{[^}]*${whole}[^}]*\\} 1$`, 'm'));
    expect(readdirSync(folder).sort()).toEqual(files.sort());
  },
);
