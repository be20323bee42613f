import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { startBare } from '../frame/bare.ts';
import { cpuMsOf, memoryOf } from '../frame/figures.ts';
import { end } from '../frame/processes.ts';
import { freePort, startProgram } from '../frame/program.ts';
import { family } from '../frame/row.ts';
import type { Run } from '../frame/run.ts';

const TRY_EVERY_MS = 2;
const LONGEST_MS = 30_000;
const BASELINE = 'bare node:http';
const REQUEST = 'GET /metrics HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n';

/** From the start of the process to the first answer. */
export const start = family({
  name: 'start',
  rows: {
    time: {
      what: 'From the start of the process to the first answer of `/metrics`',
      unit: 'ms',
      baseline: BASELINE,
      must: { of: 'ratio', most: 2 },
    },
    cpu: { what: 'CPU until then', unit: 'ms', baseline: BASELINE },
    memory: {
      what: 'Memory resident then',
      unit: 'MB',
      baseline: BASELINE,
      must: { of: 'ratio', most: 1.6 },
    },
  },
  async measure(run) {
    const folder = await run.folder();
    // An AWS that takes calls and answers none: the first pass begins, and hangs in its first call.
    const hole = createServer().listen(0, '127.0.0.1');
    await once(hole, 'listening');
    const config = `targets: [{regions: [eu-west-1], account_id: "111122223333"}]
aws: {endpoint_url: "http://127.0.0.1:${(hole.address() as AddressInfo).port}"}
`;
    const { ours, bare } = await run.inTurn(run.size(15, 1), {
      ours: () => timed(run, (port) => startProgram(run, { folder: join(folder, 'exporter'), config, port })),
      bare: () => timed(run, (port) => startBare(run, port)),
    });
    hole.close();
    return {
      time: { figure: ours.ms, baseline: bare.ms },
      cpu: { figure: ours.cpu, baseline: bare.cpu },
      memory: { figure: ours.megabytes, baseline: bare.megabytes },
    };
  },
});

async function timed(
  run: Run,
  begin: (port: number) => Promise<{ readonly child: ChildProcess; readonly pid: number }>,
) {
  const port = await freePort();
  const beganAt = performance.now();
  const { child, pid } = await begin(port);
  while (!(await isAnswered(port))) {
    if (performance.now() - beganAt > LONGEST_MS) throw new Error('it does not answer');
    await run.wait(TRY_EVERY_MS);
  }
  const ms = performance.now() - beganAt;
  const used = { cpu: cpuMsOf(pid), megabytes: memoryOf(pid).resident };
  await end(child, 'SIGKILL');
  return { ms, ...used };
}

function isAnswered(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(REQUEST));
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.once('error', () => resolve(false));
    socket.once('end', () => resolve(text.startsWith('HTTP/1.1 200')));
  });
}
