import { execFile } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { flags } from '../../src/cli/flags.ts';
import { cleanEnv, keys, main } from '../program/program.ts';
import { API_ID, openWireLab, type WireLab } from '../program/wire.ts';

const page = readFileSync('docs/wire.md', 'utf8');
const scripts = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, script = '']) => script);

/** Types a line of the page in the lab's folder. */
function type(lab: WireLab, line: string): Promise<string> {
  const env = {
    ...cleanEnv,
    ...keys,
    PATH: `${lab.folder}:${process.env.PATH}`,
    AWS_CONNECTIONS_EXPORTER_CONFIG_FILE: lab.configFile,
  };
  return new Promise((resolve, reject) => {
    execFile('sh', ['-c', line], { env, cwd: lab.folder }, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    );
  });
}

test('every command of the page does what it says, and all is as it was before in the end', async () => {
  const lab = await openWireLab();
  symlinkSync(main, join(lab.folder, 'aws-connections-exporter'));
  const uri = 'http://nlb.example.com:10177/websocket';
  lab.websockets.addApi({
    apiId: API_ID,
    routes: ['$connect', '$disconnect'].map((key) => ({ key, integrationId: 'abc1234' })),
    integrations: [{ integrationId: 'abc1234', uri }],
  });
  const lines = scripts.flatMap((script) => script.trim().split('\n'));
  expect(lines).toHaveLength(7);
  for (const line of lines) await type(lab, line);
  expect(lab.written()).toEqual([
    ...['CreateLogGroup', 'PutRetentionPolicy', 'UpdateStage'],
    ...['UpdateIntegration', 'CreateDeployment'],
    ...['DeleteAccessLogSettings', 'UpdateStage', 'UpdateIntegration'],
  ]);
  const api = lab.websockets.apis().find(({ apiId }) => apiId === API_ID);
  expect(api?.settings.get('prod')).toMatchObject({ accessLog: undefined, deploymentId: 'dep0' });
  expect(api?.deployments.integration('abc1234')?.requestParameters).toBe(undefined);
});

test('the page names every flag of the command', () => {
  const names = Object.entries(flags).flatMap(([name, { commands }]) =>
    (commands as readonly string[]).includes('wire') && !/^(log\.|version|help)/.test(name) ? [name] : [],
  );
  expect(names.filter((name) => !page.includes(`--${name}`))).toEqual([]);
});
