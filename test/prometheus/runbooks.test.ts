import { execFile } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startSimulator } from '../../src/simulator/server.ts';
import { type Lab, openLab } from '../program/lab.ts';
import { cleanEnv, eventually, keys, main } from '../program/program.ts';
import { launchPrometheus } from '../program/prometheus.ts';
import { anchorsOf } from '../support/anchors.ts';
import { last, toStages } from '../support/dockerfile.ts';
import { needs, programPath } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { unknownNames } from './known-names.ts';
import { alerts } from './rule-files.ts';

const folder = fileURLToPath(new URL('../../docs/runbooks', import.meta.url));
const dockerfile = readFileSync(fileURLToPath(new URL('../../Dockerfile', import.meta.url)), 'utf8');
const [stage] = toStages(dockerfile).slice(-1);
const entryPoint = JSON.parse(stage ? last(stage, 'ENTRYPOINT').rest : '[]') as readonly string[];
const HEADINGS = ['What it means', 'How to check', 'What to do', 'When to ignore'];

const pages = readdirSync(folder).map((file) => {
  const text = readFileSync(join(folder, file), 'utf8');
  const blocks = (language: string) =>
    [...text.matchAll(/^( *)```(\w+)\n(.*?)^ *```$/gms)].flatMap(([, , name, code = '']) =>
      name === language ? [code] : [],
    );
  return { name: file.replace(/\.md$/, ''), text, queries: blocks('promql'), commands: blocks('sh') };
});

test('every alert has a page, and every page an alert', () => {
  expect(pages.map(({ name }) => name).sort()).toEqual(alerts.map(({ name }) => name).sort());
});

describe.each(pages)('$name', ({ name, text, queries }) => {
  test('it is built like the others, and its links lead somewhere', () => {
    expect(text.match(/^#+ .*/gm)).toEqual([`# ${name}`, ...HEADINGS.map((heading) => `## ${heading}`)]);
    for (const [, file = '', anchor = ''] of text.matchAll(/\]\(([^)#]+)#?([^)]*)\)/g)) {
      expect(['', ...anchorsOf(readFileSync(join(folder, file), 'utf8'))]).toContain(anchor);
    }
  });

  test('its queries are PromQL about metrics that exist', () => {
    expect(queries.length).toBeGreaterThan(0);
    expect(queries.flatMap(unknownNames)).toEqual([]);
  });
});

test('a page with a command of the exporter says how to come by it, and none goes into what may be down', () => {
  for (const { name, text, commands } of pages) {
    const isUsed = commands.some((command) => /^aws-connections-exporter /m.test(command));
    expect([name, text.includes('](../alerts.md#the-commands-of-the-runbooks)')]).toEqual([name, isUsed]);
    if (/Down|Restarting/.test(name)) expect(text).not.toMatch(/(docker|kubectl) exec/);
  }
});

needs('prometheus')('Prometheus takes every query', { timeout: 120_000 }, async () => {
  const prometheus = await launchPrometheus('{}', temporaryFolder());
  await eventually(() => prometheus.query('vector(1)'));
  for (const query of new Set(pages.flatMap(({ queries }) => queries)))
    expect(await prometheus.query(query.trim())).toEqual([]);
});

/** The ways of running, each with the block of the page about alerts that makes the command. */
const alertsPage = readFileSync(join(folder, '../alerts.md'), 'utf8');
const [, chapter = ''] = /\n## The commands of the runbooks\n(.*?)\n## /s.exec(alertsPage) ?? [];
const ways = [...chapter.matchAll(/^A (\w+).*?```sh\n(.*?)^```$/gms)].map(([, way = '', block = '']) => ({
  way,
  block,
}));

interface World {
  readonly lab: Lab;
  /** Runs a script as people would type it; what it printed, or what it complained of. */
  type(script: string, way?: string): Promise<{ readonly code: number; readonly output: string }>;
}

/** What the simulator answers of `aws`; for the rest aws itself checks a command and its parameters, and asks nobody. */
const ANSWERED = [
  'sts',
  'apigatewayv2 get-*',
  'apigatewaymanagementapi',
  'ec2 describe-*',
  'ec2 terminate-*',
];

async function openWorld(): Promise<World> {
  const lab = await openLab();
  const role = 'arn:aws:iam::111122223333:role/connections-exporter';
  const simulator = await startSimulator({
    world: lab.world,
    websockets: lab.websockets,
    roles: { [role]: {} },
  });
  onTestFinished(() => simulator.close());
  const home = temporaryFolder();
  const bin = join(home, 'bin');
  for (const path of [bin, join(home, 'config'), join(home, 'dist'), join(home, 'data')]) mkdirSync(path);
  for (const file of ['exporter.yaml', 'config/exporter.yaml', 'service.yaml'])
    copyFileSync(lab.configFile, join(home, file));
  symlinkSync(main, join(home, 'dist/main.js'));
  const answered = ANSWERED.map((words) => `"${words}"`.replace('*"', '"*)')).map((word) =>
    word.endsWith(')') ? word : `${word}*)`,
  );
  const programs = {
    aws: `url="${simulator.url}"
[ "$1" = apigatewaymanagementapi ] && url="$url/prod"
case "$1 $2" in
${answered.map((pattern) => `${pattern} exec "${programPath('aws')}" "$@" --endpoint-url "$url" ;;`).join('\n')}
*) exec "${programPath('aws')}" "$@" --generate-cli-skeleton output ;;
esac`,
    // A container engine that has one image, with the entry point of the Dockerfile, and one container of it that runs.
    docker: `command=$1; shift
if [ "$command" = exec ]
then [ "$1" = connections-exporter ] || exit 125; shift
else
  [ "$command" = run ] || exit 125
  config=
  while [ "$1" != aws-connections-exporter ]
  do case "$1" in
    --rm) ;;
    -e) shift; case "$1" in *=*) export "$1" ;; esac ;;
    -v) shift; config=\${1%%:/config:ro} ;;
    *) exit 125 ;;
    esac; shift
  done; shift
  AWS_CONNECTIONS_EXPORTER_CONFIG_FILE=$config/\${AWS_CONNECTIONS_EXPORTER_CONFIG_FILE#/config/}
  set -- ${entryPoint.join(' ')} "$@"
fi
[ "$1" = /nodejs/bin/node ] || exit 127; shift
case "$1" in
/app/dist/main.js) shift; exec "${process.execPath}" "${main}" "$@" ;;
*) flag=$1; code=$(printf %s "$2" | sed "s|'/data'|'${home}/data'|"); exec "${process.execPath}" "$flag" "$code" ;;
esac`,
    'aws-connections-exporter': `exec "${process.execPath}" "${main}" "$@"`,
  };
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const env = {
    ...cleanEnv,
    ...keys,
    PATH: `${bin}:${process.env.PATH}`,
    AWS_DEFAULT_REGION: 'eu-west-1',
    AWS_PAGER: '',
    AWS_MAX_ATTEMPTS: '1',
  };
  return {
    lab,
    type: (script, way = 'service') => {
      const { block = '' } = ways.find((each) => each.way === way) ?? {};
      const prepared = block.replace('/etc/aws-connections-exporter/exporter.yaml', `${home}/service.yaml`);
      return new Promise((resolve) => {
        execFile('sh', ['-euc', `${prepared}\n${script}`], { env, cwd: home }, (error, stdout, stderr) => {
          resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr });
        });
      });
    },
  };
}

const ENDPOINT = 'cvpn-endpoint-0123456789abcdef0';
const CONNECTION = 'cvpn-connection-0123456789abcdef0';
const SOCKET = 'gbgBR89uMQAYKEiZJA==';

/** A world that has what the examples name. */
async function exampleWorld(): Promise<World> {
  const world = await openWorld();
  const { lab } = world;
  lab.world.addEndpoint({ id: ENDPOINT, name: 'office', subnetIds: ['subnet-0123456789abcdef0'] });
  lab.world.connect(ENDPOINT, { id: CONNECTION, username: 'ada' });
  lab.websockets.addApi({ apiId: 'a1b2c3d4e5', routes: [{ key: '$connect', integrationId: 'abc1234' }] });
  lab.websockets.connect('a1b2c3d4e5', { id: SOCKET });
  return world;
}

needs('aws')('every command works as it is typed', { timeout: 300_000 }, async () => {
  const { type } = await exampleWorld();
  const scripts = new Set(pages.flatMap(({ commands }) => commands));
  for (const script of scripts)
    expect([script, await type(script)]).toEqual([script, { code: 0, output: expect.any(String) }]);
});

test.each(['checkout', 'container', 'service'])(
  'in a %s every command of the exporter works as it is typed',
  { timeout: 120_000 },
  async (way) => {
    expect(ways.map((each) => each.way)).toContain(way);
    const { type } = await exampleWorld();
    const commands = new Set(
      pages.flatMap(({ commands }) => commands.join('').match(/^ *aws-connections-exporter .*$/gm) ?? []),
    );
    expect(commands.size).toBeGreaterThanOrEqual(5);
    for (const command of commands)
      expect([command, await type(command, way)]).toEqual([command, { code: 0, output: expect.any(String) }]);
  },
);

/** The commands of a page that have this word, in their order. */
const commandsOf = (name: string, word: string) =>
  pages.find((page) => page.name === name)?.commands.filter((command) => command.includes(word)) ?? [];

needs('aws')(
  'who follows the page about connections that hang sees whose they are, and ends them',
  { timeout: 60_000 },
  async () => {
    const { lab, type } = await exampleWorld();
    lab.world.hang(CONNECTION);
    const page = 'ClientVpnFailedToTerminate';
    for (const look of [commandsOf(page, 'describe'), commandsOf(page, 'aws-connections-exporter')])
      expect((await type(look.join(''))).output).toMatch(new RegExp(`${CONNECTION}.*ada`));
    const [end = ''] = commandsOf(page, 'terminate-client');
    expect(JSON.parse((await type(end)).output)).toMatchObject({
      ConnectionStatuses: [
        { PreviousStatus: { Code: 'failed-to-terminate' }, CurrentStatus: { Code: 'terminating' } },
      ],
    });
    lab.world.disconnect(CONNECTION);
    expect((await type(commandsOf(page, 'describe').join(''))).output).not.toContain(CONNECTION);
  },
);

needs('aws')(
  'who follows the page about missed disconnects sees which route is not wired',
  { timeout: 60_000 },
  async () => {
    const { type } = await exampleWorld();
    const { output } = await type(commandsOf('WebSocketMissedDisconnects', 'get-routes').join(''));
    expect(output).toContain('integrations/abc1234');
    expect(output).not.toContain('$disconnect');
    expect(output).toContain('DEPLOYED');
  },
);

needs('aws')(
  'who follows the page about denied calls sees what is missing, until it is there',
  { timeout: 60_000 },
  async () => {
    const { lab, type } = await exampleWorld();
    const allow = lab.simulator.deny('DescribeClientVpnConnections');
    const [ask = ''] = commandsOf('AwsConnectionsPermissionDenied', 'check');
    const denied = await type(ask);
    expect(denied.code).toBe(1);
    expect(denied.output).toMatch(/ec2:DescribeClientVpnConnections.*denied/);
    allow();
    expect((await type(ask)).code).toBe(0);
  },
);

needs('aws')(
  'who follows the page about an endpoint without data reads why',
  { timeout: 60_000 },
  async () => {
    const { lab, type } = await exampleWorld();
    lab.configure({ clientVpn: 'endpoints: [cvpn-endpoint-00000000000000000]' });
    lab.world.removeEndpoint(ENDPOINT);
    const { code, output } = await type(commandsOf('ClientVpnDataStale', 'describe').join(''));
    expect(code).not.toBe(0);
    expect(output).toContain(`Endpoint ${ENDPOINT} does not exist`);
  },
);
