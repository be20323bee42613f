import { fstatSync } from 'node:fs';
import type { ListenDescriptor } from './listen-target.ts';

/** Sockets that were opened for this process, by what is to be served there. */
export interface Activated {
  readonly metrics: readonly ListenDescriptor[];
  readonly intake: readonly ListenDescriptor[];
}

type Environment = Record<string, string | undefined>;

const VARIABLES = ['LISTEN_FDS', 'LISTEN_PID', 'LISTEN_FDNAMES'] as const;
/** They follow stdin, stdout and stderr. */
const FIRST = 3;
/** Names of who does not care: a socket unit without FileDescriptorName= gives its own. */
const OF_METRICS = /^(|metrics|unknown|.*\.socket)$/;

/**
 * What systemd says of sockets that it opened for the process `pid`; no process that is started later takes them for its own, since the
 * variables are removed.
 */
export function takeVariables(env: Environment): Environment {
  const taken = VARIABLES.map((name) => [name, env[name]] as const);
  for (const name of VARIABLES) delete env[name];
  return Object.fromEntries(taken);
}

/** The sockets that these variables tell of; throws in words when there is none for the metrics, or one that nothing can be served at. */
export function toActivated(variables: Environment, pid: number): Activated {
  const { LISTEN_FDS: count, LISTEN_PID: receiver, LISTEN_FDNAMES: names = '' } = variables;
  const none = 'no socket activation file descriptors found';
  if (count === undefined || receiver === undefined)
    throw new Error(`${none}: start it by a .socket unit of systemd, or leave out --web.systemd-socket`);
  if (receiver !== String(pid))
    throw new Error(
      `${none}: they are for process ${receiver} (LISTEN_PID), and this is process ${pid}; let systemd start it directly, not through a shell or npm`,
    );
  if (!/^[1-9][0-9]{0,3}$/.test(count)) throw new Error(`${none}: LISTEN_FDS is ${JSON.stringify(count)}`);
  const given = names.split(':');
  const all = Array.from({ length: Number(count) }, (_, index) =>
    toDescriptor(FIRST + index, given[index] ?? ''),
  );
  const intake = all.filter(({ name }) => name === 'intake');
  const metrics = all.filter((descriptor) => !intake.includes(descriptor));
  if (metrics.length === 0) throw new Error(`${none} for the metrics: all of them are named intake`);
  return { metrics, intake };
}

function toDescriptor(fd: number, name: string): ListenDescriptor {
  if (name !== 'intake' && !OF_METRICS.test(name))
    throw new Error(
      `socket activation gave a descriptor named ${JSON.stringify(name)}: FileDescriptorName= must be metrics or intake, and Accept= no`,
    );
  const isSocket = () => {
    try {
      return fstatSync(fd).isSocket();
    } catch {
      return false; // there is none of this number
    }
  };
  if (!isSocket()) throw new Error(`socket activation gave descriptor ${fd}, which is no socket`);
  return { fd, name };
}
