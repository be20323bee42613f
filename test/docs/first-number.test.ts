import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FORMAT } from '../../src/collectors/websocket/wire/format.ts';
import { USUAL_KEYS } from '../../src/event-forms/access-log-row.ts';
import { toMessage } from '../../src/event-forms/message.ts';
import { openLab } from '../program/lab.ts';
import { eventually } from '../program/program.ts';
import { needs } from '../support/programs.ts';
import { openMachine } from './machine.ts';
import { blocks as blocksOf, docs } from './page.ts';
import { openShell } from './typing.ts';

const page = readFileSync(`${docs}first-number.md`, 'utf8');
/** The blocks of each step of the page, by its number; 0 is the last part, which takes all back. */
const steps = page.split(/^## /m).map((step) => {
  const blocks = [...step.matchAll(/^```(\w+)\n(.*?)^```$/gms)];
  return {
    number: Number.parseInt(step, 10) || 0,
    blocks: blocks.map(([, language, code = '']) => ({ language, code })),
  };
});
const stepOf = (number: number) =>
  steps.filter((step) => step.number === number).flatMap(({ blocks }) => blocks.map(({ code }) => code));

/** Living connections as the lines of an exposition have them, and the bounds of their number. */
function numbersOf(lines: string): readonly number[] {
  const sum = (name: string) =>
    [...lines.matchAll(new RegExp(`^${name}\\{.*\\} (.*)$`, 'gm'))].reduce(
      (all, [, value]) => all + Number(value),
      0,
    );
  return ['', '_lower_bound', '_upper_bound'].map((end) => sum(`aws_websocket_connections${end}`));
}

test('the page has its steps in their order, and nothing in them but commands', () => {
  expect(steps.map(({ number }) => number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 0]);
  expect(steps.flatMap(({ blocks }) => blocks.map(({ language }) => language))).toEqual(Array(12).fill('sh'));
  expect([stepOf(8).length, stepOf(0).length]).toEqual([2, 1]);
});

needs('aws', 'curl')(
  'whoever follows the page letter by letter comes to the true number, and back',
  { timeout: 300_000 },
  async () => {
    const times = { settleMs: 0, lingerMs: 0, spreadMs: 0 };
    const lab = await openLab({}, { times, accessLog: { delayMs: [0, 0] } });
    const { websockets } = lab;
    const apiId = websockets.addApi({ apiId: 'a1b2c3d4e5', name: 'chat' });
    websockets.connect(apiId);
    const { home, env } = openMachine(lab);
    const shell = openShell(home, env);
    const follow = async (number: number) => {
      const printed = [];
      for (const block of stepOf(number)) printed.push(await shell.type(block));
      return printed;
    };

    for (const number of [1, 2]) await follow(number);
    expect((await follow(3)).join('')).toMatch(/^arn:aws:iam::111122223333:role\//m);
    const [plan, applied] = await follow(4);
    expect(plan).toContain('Nothing was changed');
    expect(applied).toContain('reads back as asked for');

    const ids = Array.from({ length: 5 }, () => websockets.connect(apiId));
    for (const id of ids.slice(3)) websockets.disconnect(id);
    const [rows = ''] = await follow(5);
    expect(rows.match(/"eventType":"CONNECT"[^}]*"status":"200"/g)).toHaveLength(5);
    expect(rows.match(/"eventType":"DISCONNECT"/g)).toHaveLength(2);

    const [, allowed] = await follow(6);
    expect(allowed).toMatch(/logs:FilterLogEvents/);
    expect(readFileSync(join(home, 'policy.json'), 'utf8')).toContain('log-group:/ws/access');
    expect(numbersOf((await follow(7)).join(''))).toEqual([3, 3, 3]);

    const [serve = '', look = ''] = stepOf(8);
    const other = openShell(home, {
      ...env,
      AWS_CONNECTIONS_EXPORTER_CONFIG_FILE: 'exporter.yaml',
      AWS_REGION: 'eu-west-1',
    });
    other.type(serve).catch(() => {});
    const url = await eventually(() => {
      const [, found] = /\bmsg=Listening urls="?(https?:\/\/[^/]+)/.exec(other.printed()) ?? [];
      if (found === undefined) throw new Error(`it does not listen yet:\n${other.printed()}`);
      return found;
    });
    writeFileSync(join(home, 'served.url'), url);
    await eventually(async () =>
      expect(numbersOf(await shell.type(`${look.trim()} || true`))).toEqual([3, 3, 3]),
    );

    expect((await follow(0)).join('')).not.toContain('level=error');
    expect(websockets.apis()[0]?.settings.get('prod')?.accessLog).toBe(undefined);
  },
);

/** The command blocks of the guide about access logs and queues, and what stands before them. */
const guide = (word: string) => blocksOf('sh').find((block) => block.includes(word)) ?? '';
const SETTINGS = 'export API_ID=a1b2c3d4e5 STAGE=prod AWS_DEFAULT_REGION=eu-west-1';

needs('aws')('by hand the access log is set as in one command', { timeout: 120_000 }, async () => {
  const lab = await openLab();
  lab.websockets.addApi({ apiId: 'a1b2c3d4e5', name: 'chat' });
  const { home, env } = openMachine(lab);
  const shell = openShell(home, env);
  await shell.type(SETTINGS);
  expect(await shell.type(guide('get-account'))).toContain('arn:aws:iam::111122223333:role/');
  await shell.type(guide('update-stage'));
  await shell.type(guide('MessageCount'));
  const destinationArn = 'arn:aws:logs:eu-west-1:111122223333:log-group:/ws/access';
  const stage = lab.websockets.apis()[0]?.settings.get('prod');
  expect(stage?.accessLog).toEqual({ destinationArn, format: FORMAT });
  expect(lab.websockets.logs.group(destinationArn)).toMatchObject({ class: 'STANDARD', retentionInDays: 1 });
  const planned = await shell.type(`AWS_REGION=eu-west-1 ${guide('wire access-log')}`);
  expect(planned).toContain('Nothing is to be changed.');
});

needs('aws')('a message that is sent by hand is an event', { timeout: 120_000 }, async () => {
  const lab = await openLab();
  const queue = lab.queues.addQueue({ name: 'ws-events' });
  const { home, env } = openMachine(lab);
  const shell = openShell(home, env);
  await shell.type(SETTINGS);
  await shell.type(guide('send-message'));
  const [body = ''] = queue.bodies(Date.now());
  expect(toMessage(body, USUAL_KEYS, Date.now())).toMatchObject({ is: 'event', event: { type: 'connect' } });
});
