import { BLOCK_MONITOR, longestBlockMs } from '../frame/blocks.ts';
import { cpuMsOf, memoryOf } from '../frame/figures.ts';
import { type Program, startProgram } from '../frame/program.ts';
import type { Study } from '../frame/row.ts';
import type { Run } from '../frame/run.ts';
import type { AccessLogOptions, Asked } from '../roles/access-log.ts';

const API = 'a1b2c3d4e5';
const LOOK_EVERY_MS = 500;
const POLL_SECONDS = 15;
/** How long a first start may take. */
const LONGEST_MS = 600_000;
const SOURCE = 'aws_connections_exporter_event_source_';

/** The program as it is shipped, reading an access log of which 1,000,000 rows can be read when it starts, and which goes on at that pace. */
export const accessLog: Study = {
  name: 'access-log',
  async measure(run) {
    const options: AccessLogOptions = {
      apiId: API,
      rows: run.size(1_000_000, 20_000),
      living: run.size(50_000, 1_000),
    };
    const aws = await run.start<string>('access-log', options);
    const program = await startProgram(run, {
      folder: await run.folder(),
      config: toConfig(aws.first),
      preload: BLOCK_MONITOR,
    });
    const url = await program.url;
    const look = watcher(run, program, url, () => aws.child.ask<Asked>('asked'));
    run.say('a first start');
    const rows = [await look('a first start', (now) => now.lastRead > 0 && now.registered > 0)];
    const { registered } = await numbers(url);
    if (Math.abs(registered - options.living) > 0.1 * options.living)
      throw new Error(`${registered} connections are registered, not ${options.living}`);
    for (let poll = 1; poll <= run.size(3, 1); poll += 1) {
      run.say(`poll ${poll} of new rows`);
      const { lastRead } = await numbers(url);
      rows.push(await look(`poll ${poll}, while clients come and go`, (now) => now.lastRead > lastRead));
    }
    await aws.child.ask('pause');
    for (let poll = 1; poll <= run.size(3, 1); poll += 1) {
      run.say(`poll ${poll} of nothing new`);
      const { lastRead } = await numbers(url);
      rows.push(await look(`poll ${poll} after the last of them`, (now) => now.lastRead > lastRead));
    }
    await program.stop();
    await aws.child.stop();
    return {
      title: `An access log: a first start with ${options.rows.toLocaleString('en')} rows of two hours, and what each poll costs after it (every ${POLL_SECONDS} s, 3 minutes of overlap)`,
      header: [
        'what',
        'time',
        'calls',
        'most calls in a second',
        'rows read',
        'new of them',
        'CPU',
        'CPU a row',
        'longest event-loop block',
        'memory, at most so far',
      ],
      rows,
    };
  },
};

interface Numbers {
  readonly registered: number;
  readonly lastRead: number;
  readonly accepted: number;
}

/** Looks at the exporter until something is there; what it cost. */
function watcher(run: Run, program: Program, url: string, ask: () => Promise<Asked>) {
  const { pid, child } = program;
  return async (what: string, isThere: (now: Numbers) => boolean): Promise<readonly string[]> => {
    await longestBlockMs(run, child);
    const [cpu, beganAt, before] = [cpuMsOf(pid), performance.now(), await numbers(url)];
    let now = before;
    while (!isThere(now)) {
      if (performance.now() - beganAt > LONGEST_MS) throw new Error(`it stands at ${JSON.stringify(now)}`);
      await run.wait(LOOK_EVERY_MS);
      now = await numbers(url);
    }
    const block = await longestBlockMs(run, child);
    const { calls, mostInSecond, rows } = await ask();
    const cpuMs = cpuMsOf(pid) - cpu;
    return [
      what,
      `${((performance.now() - beganAt) / 1_000).toFixed(1)} s`,
      String(calls),
      String(mostInSecond),
      rows.toLocaleString('en'),
      (now.accepted - before.accepted).toLocaleString('en'),
      `${cpuMs.toFixed(0)} ms`,
      `${((cpuMs * 1_000) / Math.max(rows, 1)).toFixed(1)} µs`,
      `${block.toFixed(0)} ms`,
      `${memoryOf(pid).peak.toFixed(0)} MB`,
    ];
  };
}

async function numbers(url: string): Promise<Numbers> {
  const text = await (await fetch(url)).text();
  const sum = (name: string, labels = '') =>
    [...text.matchAll(new RegExp(`^${name}\\{.*${labels}.*\\} (\\S+)$`, 'gm'))].reduce(
      (total, [, value]) => total + Number(value),
      0,
    );
  return {
    registered: sum('aws_websocket_registered_connections'),
    lastRead: sum(`${SOURCE}last_read_timestamp_seconds`, 'source="access_log"'),
    accepted: sum(`${SOURCE}events_total`, 'source="access_log".*result="accepted"'),
  };
}

function toConfig(awsUrl: string): string {
  return `
targets: [{regions: [eu-west-1], account_id: "111122223333"}]
aws: {endpoint_url: "${awsUrl}"}
client_vpn: {enabled: false}
websocket:
  enabled: true
  schedule: "*/10 * * * * *"
  timeout: 9s
  sample_size: 1
  endpoints:
    - url: "https://${API}.execute-api.eu-west-1.amazonaws.com/prod"
      source: {type: access_log, log_group: /ws/access, poll: ${POLL_SECONDS}s}
`;
}
