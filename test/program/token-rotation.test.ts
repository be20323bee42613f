import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { told, toldSamples } from '../docs/in-trouble.ts';
import { Alarms } from '../support/alarms.ts';
import { toExposition } from '../support/exposition.ts';
import { needs } from '../support/programs.ts';
import { openLab, ready } from './lab.ts';
import { DEADLINE_MS, eventually } from './program.ts';
import { openVolume } from './volume.ts';

const TITLE = "The intake's token rotates under load";
const test = needs('promtool');

test(
  'the token rotates under load, and nobody is refused',
  async () => {
    const lab = await openLab();
    const volume = openVolume(join(lab.folder, 'secrets'));
    volume.mount({ token: 'old\n' });
    lab.configure({
      websocket: 'enabled: true, endpoints: [{url: "https://a.example/x", source: {type: intake}}]',
      intake: `enabled: true, listen_address: "127.0.0.1:0", token_file: "${volume.folder}/token"`,
    });
    const daemon = await lab.serve(['--config.enable-auto-reload']);
    await ready(daemon);
    const connect = async (token: string, id: string) => {
      const headers = { 'X-Intake-Token': token, ConnectionId: id };
      return (await fetch(`${daemon.intakeUrl}/websocket/connect`, { method: 'POST', headers })).status;
    };

    /** Clients that go on connecting with the token that they know. */
    let known = 'old';
    let isOver = false;
    let answered = 0;
    const refused: number[] = [];
    const client = async (number: number) => {
      for (let n = 0; !isOver; n += 1) {
        const status = await connect(known, `client-${number}-${n}=`);
        if (status === 200) answered += 1;
        else refused.push(status);
      }
    };
    const clients = Array.from({ length: 4 }, (_, number) => client(number));
    onTestFinished(() => {
      isOver = true;
    });
    const reloads = (count: number) =>
      eventually(async () =>
        expect(daemon.stderr().match(/The configuration was reloaded/g)).toHaveLength(count),
      );

    volume.mount({ token: 'old\nnew\n' });
    await reloads(1);
    known = 'new';
    const before = answered;
    await eventually(async () => expect(answered).toBeGreaterThan(before + 100));
    volume.mount({ token: 'new\n' });
    await reloads(2);
    isOver = true;
    await Promise.all(clients);
    expect(refused).toEqual([]);

    const metrics = toExposition((await daemon.get('/metrics')).text);
    for (const { name, labels, value } of toldSamples(TITLE)) {
      const values = metrics.all(name, labels).map((sample) => sample.value);
      expect([name, ...new Set(values)]).toEqual([name, value]);
    }
    for (const words of told(TITLE, 'log')) expect(daemon.stderr()).toContain(words);
    const alarms = new Alarms();
    for (let minute = 0; minute < 30; minute += 1) alarms.scrape(metrics);
    await alarms.expectFiring(new Map([[alarms.minute, told(TITLE, 'alerts')]]));
    expect(await connect('old', 'late=')).toBe(401);
  },
  6 * DEADLINE_MS,
);
