import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { openLab, ready } from './lab.ts';
import { cleanEnv, DEADLINE_MS, keys } from './program.ts';

const API = 'a1b2c3d4e5';
const sections = {
  clientVpn: 'enabled: false',
  websocket: `enabled: true, schedule: "0 0 1 1 *", stale_after: 3y, \
endpoints: [{url: "https://${API}.execute-api.eu-west-1.amazonaws.com/prod", source: {type: intake}}]`,
  intake: 'enabled: true, listen_address: "127.0.0.1:0", allow_unauthenticated: true',
};
/** No write that begins while the file `flag` is there ever ends, as on a network disk whose server is gone. */
const hangingDisk = (flag: string) => `
import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
const { open } = fs;
fs.open = (path, flags, ...more) =>
  flags !== 'r' && existsSync(${JSON.stringify(flag)}) ? new Promise(() => {}) : open(path, flags, ...more);
syncBuiltinESMExports();
`;

test(
  'a disk that hangs keeps no event waiting, and SIGTERM ends the program all the same',
  async () => {
    const lab = await openLab(sections);
    const flag = join(lab.folder, 'hang');
    const preload = join(lab.folder, 'hanging-disk.mjs');
    writeFileSync(preload, hangingDisk(flag));
    const env = { ...cleanEnv, ...keys, NODE_OPTIONS: `--import=${pathToFileURL(preload).href}` };
    const daemon = await lab.serve([], { env });
    await ready(daemon);
    writeFileSync(flag, '');
    for (const connectionId of ['a=', 'b=', 'c=']) {
      const body = JSON.stringify({ requestContext: { connectionId, eventType: 'CONNECT' } });
      const { status } = await fetch(`${daemon.intakeUrl}/websocket`, { method: 'POST', body });
      expect(status).toBe(200);
    }
    daemon.kill('SIGTERM');
    const { signal, stderr } = await daemon.ended;
    expect(signal).toBeNull();
    expect(stderr).toContain('The disk does not answer');
  },
  DEADLINE_MS,
);
