import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { markedKeys } from '../../src/fields/marks.ts';
import { CERTIFICATE } from '../support/certificate.ts';
import { openLab, ready } from './lab.ts';
import { DEADLINE_MS, eventually } from './program.ts';

const toWebConfig = (value: string) => `http_server_config: {headers: {X-Frame-Options: ${value}}}\n`;

/** Two contents of the file for each key that names one which is read when the configuration is; a new key wants a line here. */
const CONTENTS: Readonly<Record<string, readonly [string, string]>> = {
  'aws.ca_bundle': [CERTIFICATE, CERTIFICATE + CERTIFICATE],
  'client_vpn.identity_key_file': ['one', 'two'],
  'intake.token_file': ['old\n', 'old\nnew\n'],
  'intake.web_config_file': [toWebConfig('deny'), toWebConfig('sameorigin')],
};

test('every key that names a file which is read with the configuration is watched', () => {
  const needed = markedKeys(configSchema).filter(({ file }) => file === 'needed' || file === 'web');
  expect(needed.map(({ keys }) => keys.join('.')).sort()).toEqual(Object.keys(CONTENTS).sort());
});

test(
  'each of these files that changes is named, and reloads the configuration',
  async () => {
    const lab = await openLab();
    const path = (key: string) => join(lab.folder, key);
    for (const [key, [content]] of Object.entries(CONTENTS)) writeFileSync(path(key), content);
    lab.configure({
      aws: `max_attempts: 1, ca_bundle: "${path('aws.ca_bundle')}"`,
      clientVpn: `identity: hash, identity_key_file: "${path('client_vpn.identity_key_file')}"`,
      websocket: 'enabled: true, endpoints: [{url: "https://a.example/x", source: {type: intake}}]',
      intake: `enabled: true, listen_address: "127.0.0.1:0", token_file: "${path('intake.token_file')}", web_config_file: "${path('intake.web_config_file')}"`,
    });
    const daemon = await lab.serve(['--config.enable-auto-reload']);
    await ready(daemon);
    for (const [index, [key, [, content]]] of Object.entries(CONTENTS).entries()) {
      writeFileSync(path(key), content);
      await eventually(() =>
        expect(daemon.stderr()).toContain(`msg="Files of the configuration changed" files=${path(key)}\n`),
      );
      await eventually(() =>
        expect(daemon.stderr().match(/msg="The configuration was reloaded"/g)).toHaveLength(index + 1),
      );
    }
  },
  4 * DEADLINE_MS,
);
