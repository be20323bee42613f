import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { startSimulator } from '../../src/simulator/server.ts';
import { JSON_FORMAT } from '../../src/simulator/websocket/access-log-format.ts';
import { type Lab, openLab } from '../program/lab.ts';
import { cleanEnv, keys, main } from '../program/program.ts';
import { last, toStages } from '../support/dockerfile.ts';
import { programPath } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
const [stage] = toStages(read('Dockerfile')).slice(-1);
const entryPoint = JSON.parse(stage ? last(stage, 'ENTRYPOINT').rest : '[]') as readonly string[];

/** The ways of running, each with the block of the page about alerts that makes the command. */
const alertsPage = read('docs/alerts.md');
const [, chapter = ''] = /\n## The commands of the runbooks\n(.*?)\n## /s.exec(alertsPage) ?? [];
export const ways = [...chapter.matchAll(/^A (\w+).*?```sh\n(.*?)^```$/gms)].map(
  ([, way = '', block = '']) => ({
    way,
    block,
  }),
);

/** A machine with AWS' command line, a container engine and the exporter, before a simulated AWS. */
export interface World {
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
  'logs',
  'sqs',
];

async function openWorld(): Promise<World> {
  const lab = await openLab();
  const role = 'arn:aws:iam::111122223333:role/connections-exporter';
  const simulator = await startSimulator({
    world: lab.world,
    websockets: lab.websockets,
    vpns: lab.vpns,
    queues: lab.queues,
    roles: { [role]: {} },
  });
  onTestFinished(() => simulator.close());
  const home = temporaryFolder();
  const bin = join(home, 'bin');
  for (const path of [bin, join(home, 'config'), join(home, 'dist'), lab.storage]) mkdirSync(path);
  symlinkSync(lab.storage, join(home, 'data'));
  for (const file of ['exporter.yaml', 'config/exporter.yaml', 'service.yaml'])
    symlinkSync(lab.configFile, join(home, file));
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

/** The account and region that the examples name. */
export const PLACE = { account_id: '111122223333', region: 'eu-west-1' };
/** The endpoint that the examples name. */
export const ENDPOINT = 'cvpn-endpoint-0123456789abcdef0';
/** The Site-to-Site VPN connection that the examples name. */
export const VPN = 'vpn-0123456789abcdef0';
/** The connection that the examples name. */
export const CONNECTION = 'cvpn-connection-0123456789abcdef0';
const SOCKET = 'gbgBR89uMQAYKEiZJA==';

/** A world that has what the examples name. */
export async function exampleWorld(): Promise<World> {
  const world = await openWorld();
  const { lab } = world;
  lab.world.addEndpoint({ id: ENDPOINT, name: 'office', subnetIds: ['subnet-0123456789abcdef0'] });
  lab.world.connect(ENDPOINT, { id: CONNECTION, username: 'ada' });
  lab.vpns.addConnection({ id: VPN, name: 'branch' });
  const destinationArn = lab.websockets.logs.addGroup({ name: '/ws/access' });
  lab.websockets.addApi({
    apiId: 'a1b2c3d4e5',
    routes: [{ key: '$connect', integrationId: 'abc1234' }],
    accessLogs: { prod: { destinationArn, format: JSON_FORMAT } },
  });
  lab.queues.addQueue({ name: 'ws-events' });
  lab.websockets.connect('a1b2c3d4e5', { id: SOCKET });
  return world;
}
