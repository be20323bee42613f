import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { sleep } from '../../../src/core/clock.ts';
import { type Rig, startRig, until } from '../../support/exporter.ts';
import type { Exposition } from '../../support/exposition.ts';
import { createBursts, createSender, type Sender } from '../../support/intake-load.ts';
import { slowStorage } from '../../support/slow-storage.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { API, lookedUp, NAMED } from '../../support/websocket.ts';

const TOKEN = 'correct-horse';
const [EVENTS, BURST] = [20_000, 500];
const PROMPTLY = { timeout: 60_000 };

/** An exporter of one API that asks a simulator which answers nothing, on a disk that takes two seconds for every write. */
async function startOverwhelmed() {
  const tokenFile = join(temporaryFolder(), 'token');
  writeFileSync(tokenFile, TOKEN);
  let started: Rig | undefined;
  const disk = { writeMs: 2000, writes: 0 };
  const rig = await startRig({
    targets: [{ name: 'home', regions: ['eu-west-1'], account_id: '111122223333' }],
    // It runs in real time: what hangs must hang until the pass gives up.
    aws: { request_timeout: '10m' },
    client_vpn: { enabled: false },
    websocket: { enabled: true, sample_size: 10_000, endpoints: [NAMED] },
    intake: { enabled: true, token_file: tokenFile },
    wrapStorage: (storage) =>
      slowStorage(storage, async () => {
        disk.writes += 1;
        if (started && disk.writeMs > 0) await sleep(started.clock, disk.writeMs);
      }),
  });
  started = rig;
  rig.websockets.addApi({ apiId: API });
  rig.simulator.failNext(Number.POSITIVE_INFINITY, 'hang');
  const calm = async () => {
    rig.simulator.clearFaults();
    disk.writeMs = 0;
    await rig.clock.advance(10_000);
  };
  onTestFinished(calm);
  return { rig, disk, calm };
}

/** What must never be taken in, with the status that says so. */
async function sendBad({ post }: Sender) {
  const good = JSON.stringify({ connectionId: 'forged', domain: 'any', stage: 'prod', params: '' });
  const long = `{"connectionId":"forged","params":"${'x'.repeat(64 * 1024)}"}`;
  const path = '/websocket/connect';
  return Promise.all([
    post({ path, headers: { 'X-Intake-Token': 'wrong' }, body: good }),
    post({ path, headers: {}, body: good.slice(1) }),
    post({ path, headers: {}, body: long }),
    post({ path: '/metrics', headers: {}, body: '' }),
    post({ path: '/', headers: {}, body: '' }),
  ]);
}

/** Lets time pass until it has ended. */
async function ended<T>({ clock }: Rig, work: Promise<T>): Promise<T> {
  let isOver = false;
  const over = work.finally(() => {
    isOver = true;
  });
  await until(async () => {
    await clock.advance(1000);
    return isOver;
  });
  return over;
}

test(
  'while AWS hangs and the disk is slow, every one of 20,000 events is answered 200, and none is lost',
  PROMPTLY,
  async () => {
    const { rig, disk, calm } = await startOverwhelmed();
    const sender = createSender(rig.intakeUrl, TOKEN, 100);
    onTestFinished(() => sender.close());
    const told = { connect: 0, disconnect: 0, message: 0 };
    let pass: Promise<boolean> | undefined;

    for (const burst of createBursts({ world: rig.websockets, apiId: API, events: EVENTS, burst: BURST })) {
      for (const { requestContext } of burst) told[toType(requestContext.eventType)] += 1;
      // The time of the disk and of AWS stands still meanwhile: no answer can wait for them.
      const [bad, ...answers] = await Promise.all([
        sendBad(sender),
        ...burst.map((event) => sender.send(event)),
      ]);
      expect(bad).toEqual([401, 400, 413, 404, 404]);
      expect(answers.filter((status) => status !== 200)).toEqual([]);
      await rig.clock.advance(1000);
      if (pass) continue;
      // The first have to be half a minute old to be looked up.
      await rig.clock.advance(30_000);
      pass = rig.exporter.runOnce();
      // STS hangs too: it is waited for a little, and the account that is written down is believed.
      await until(async () => rig.simulator.requests().some(({ action }) => action === 'GetCallerIdentity'));
      await rig.clock.advance(5_000);
      await until(async () => lookedUp(rig).length > 0);
    }

    expect(told.connect + told.disconnect + told.message).toBe(EVENTS);
    expect(await ended(rig, pass ?? Promise.reject(new Error('no pass began')))).toBe(false);
    expect(disk.writes).toBeGreaterThan(5);
    await until(async () => {
      await rig.clock.advance(1000);
      return (await rig.metrics()).value('aws_websocket_connections_opened_total') === told.connect;
    });
    const events = await rig.metrics();
    expect(
      events.by('event', 'aws_connections_exporter_intake_events_total', { result: 'accepted' }),
    ).toEqual(told);
    expectCounters(events, told);
    expect(events.value('aws_websocket_up')).toBe(0);
    expect(events.value('aws_websocket_registered_connections')).toBeUndefined();

    await calm();
    await rig.restart();
    expectCounters(await rig.metrics(), told);
    const before = lookedUp(rig).length;
    expect(await rig.pass()).toBe(true);
    const living = rig.websockets.connections(API).map(({ id }) => id);
    expect([...lookedUp(rig).slice(before)].sort()).toEqual([...living].sort());
    const after = await rig.metrics();
    expectCounters(after, told);
    expect(after.value('aws_websocket_registered_connections')).toBe(living.length);
    expect(after.by('status', 'aws_websocket_sampled_connections')).toEqual({
      active: expect.any(Number),
      idle: expect.any(Number),
      gone: 0,
      invalid: 0,
      error: 0,
    });
    expect(after.value('aws_websocket_missed_disconnects_total')).toBe(0);
  },
);

function toType(eventType: 'CONNECT' | 'DISCONNECT' | 'MESSAGE') {
  return eventType.toLowerCase() as 'connect' | 'disconnect' | 'message';
}

function expectCounters(
  { value }: Pick<Exposition, 'value'>,
  { connect, disconnect }: { readonly connect: number; readonly disconnect: number },
) {
  expect(value('aws_websocket_connections_opened_total')).toBe(connect);
  expect(value('aws_websocket_connections_closed_total')).toBe(disconnect);
}
