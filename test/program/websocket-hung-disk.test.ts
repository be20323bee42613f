import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { onHangingDisk } from './hanging-disk.ts';
import { type Daemon, openLab, ready } from './lab.ts';
import { DEADLINE_MS } from './program.ts';

/** The promise is 5 s; a machine under load may take longer. */
const EXIT_MS = 8_000;
const MKFIFO = '/usr/bin/mkfifo';
const API = 'a1b2c3d4e5';
const sections = {
  clientVpn: 'enabled: false',
  websocket: `enabled: true, schedule: "0 0 1 1 *", stale_after: 3y, \
endpoints: [{url: "https://${API}.execute-api.eu-west-1.amazonaws.com/prod", source: {type: intake}}]`,
  intake: 'enabled: true, listen_address: "127.0.0.1:0", allow_unauthenticated: true',
};
/** A daemon whose disk hangs from now on, with an event that it could not save. */
async function hungDaemon(hangs: (folder: string) => string): Promise<Daemon> {
  const lab = await openLab(sections);
  const flag = join(lab.folder, 'hang');
  const env = onHangingDisk(flag, join(lab.folder, 'hanging-disk.mjs'), hangs(lab.folder));
  const daemon = await lab.serve([], { env });
  await ready(daemon);
  writeFileSync(flag, '');
  for (const connectionId of ['a=', 'b=', 'c=']) expect(await tell(daemon, connectionId)).toBe(200);
  return daemon;
}

test(
  'a disk that hangs keeps no event waiting, and SIGTERM ends the program all the same',
  async () => {
    const daemon = await hungDaemon(() => 'new Promise(() => {})');
    const took = await exitTimeMs(daemon);
    console.log(`SIGTERM while writes hang: exit after ${took} ms`);
    expect(took).toBeLessThan(EXIT_MS);
    const { code, signal, stderr } = await daemon.ended;
    expect([code, signal]).toEqual([1, null]);
    expect(stderr).toMatch(
      /level=ERROR msg="Shutting down did not go as it should; what changed last may not be saved" err="the pass under way, or the disk .* did not end within 4 s .*: the disk did not take what changed last in websocket\/a1b2c3d4e5\S+\.registry/,
    );
  },
  DEADLINE_MS,
);

test.skipIf(spawnSync(MKFIFO, ['--version']).status !== 0)(
  'a call to the system that never returns, for which Node.js would wait at exit, keeps nobody waiting either',
  async () => {
    // Whoever opens a pipe waits, in the system, until somebody opens its other end.
    const daemon = await hungDaemon((folder) => {
      const pipe = join(folder, 'pipe');
      spawnSync(MKFIFO, [pipe]);
      return `open(${JSON.stringify(pipe)}, 'r')`;
    });
    const took = await exitTimeMs(daemon);
    console.log(`SIGTERM while a call to the system hangs: exit after ${took} ms`);
    expect(took).toBeLessThan(EXIT_MS);
    const { code, signal, stderr } = await daemon.ended;
    expect([code, signal]).toEqual([null, 'SIGKILL']);
    expect(stderr).toContain('the disk did not take what changed last in websocket/');
  },
  DEADLINE_MS,
);

test('SIGTERM while the disk is full: what is not saved is named, and the exit code says so', async () => {
  const lab = await openLab(sections);
  const daemon = await lab.serve();
  await ready(daemon);
  writeFileSync(join(lab.storage, 'websocket'), 'a file where the folder should be');
  expect(await tell(daemon, 'a=')).toBe(200);
  const took = await exitTimeMs(daemon);
  console.log(`SIGTERM while writes are refused: exit after ${took} ms`);
  const { code, signal, stderr } = await daemon.ended;
  expect([code, signal]).toEqual([1, null]);
  expect(stderr).toMatch(
    /msg="Shutting down did not go as it should; .* in websocket\/a1b2c3d4e5\S+\.registry"/,
  );
});

async function tell(daemon: Daemon, connectionId: string): Promise<number> {
  const body = JSON.stringify({ requestContext: { connectionId, eventType: 'CONNECT' } });
  const { status } = await fetch(`${daemon.intakeUrl}/websocket`, { method: 'POST', body });
  return status;
}

async function exitTimeMs(daemon: Daemon): Promise<number> {
  const begin = performance.now();
  daemon.kill('SIGTERM');
  await daemon.ended;
  return Math.round(performance.now() - begin);
}
