import type { Fault } from '../src/simulator/wire/faults.ts';
import type { Random } from '../src/simulator/wire/random.ts';
import type { Aws } from './aws.ts';
import type { Machine, Trouble } from './machine.ts';

const FAULTS: readonly Fault[] = [
  ...(['throttled', 'internal-error', 'denied', 'expired-token', 'html-503', 'truncated-xml'] as const),
  ...([
    'reset-mid-body',
    'stall-mid-body',
    'hang',
    'empty-200',
    'missing-connections',
    'repeating-token',
  ] as const),
  { slow: 300 },
];
const DISKS = ['full', 'slow', 'hanging'] as const;
/** The wall clock is never further off than this: ids of connections would be taken for dead. */
const FURTHEST_MS = 45 * 60_000;
/** In real time. */
const EVERY_MS = { fault: 4_000, disk: 5_000, step: 7_000, stop: 17_000, endpoint: 10_000 };

/** What goes wrong while a program runs. */
export interface Troubles {
  /** By kind, how often. */
  readonly made: ReadonlyMap<string, number>;
  /** Does what is due; resolves when the program can be asked again. */
  tick(elapsedMs: number): Promise<void>;
  /** Ends all of it. */
  end(): Promise<void>;
}

/** Makes trouble by chance, until it is told to end. */
export function createTroubles(random: Random, aws: Aws, machine: Machine): Troubles {
  const made = new Map<string, number>();
  const note = (kind: string) => void made.set(kind, (made.get(kind) ?? 0) + 1);
  const dueAt = new Map<string, number>(Object.entries(EVERY_MS));
  let offMs = 0;
  let disk: NonNullable<Trouble['disk']> = 'ok';
  const kinds: Readonly<Record<string, () => Promise<void>>> = {
    async fault() {
      aws.simulator.clearFaults();
      const fault = FAULTS[random.below(FAULTS.length)] ?? 'hang';
      note(typeof fault === 'string' ? fault : 'slow');
      aws.simulator.failNext(1 + random.below(20), fault);
    },
    async disk() {
      disk = disk === 'ok' ? (DISKS[random.below(DISKS.length)] ?? 'full') : 'ok';
      if (disk !== 'ok') note(`disk ${disk}`);
      await machine.make({ disk });
    },
    async step() {
      const to = (random.fraction() * 2 - 1) * FURTHEST_MS;
      note(to > offMs ? 'clock forward' : 'clock back');
      await machine.make({ stepMs: to - offMs });
      offMs = to;
    },
    async stop() {
      note('stopped');
      machine.signal('SIGSTOP');
      await new Promise((resolve) => setTimeout(resolve, 500 + random.below(1_500)));
      machine.signal('SIGCONT');
    },
    async endpoint() {
      note('endpoint replaced');
      aws.replaceEndpoint();
    },
  };
  return {
    made,
    async tick(elapsedMs) {
      for (const [kind, at] of dueAt) {
        if (at > elapsedMs) continue;
        dueAt.set(
          kind,
          elapsedMs + (EVERY_MS[kind as keyof typeof EVERY_MS] ?? 0) * (0.5 + random.fraction()),
        );
        await kinds[kind]?.();
      }
    },
    async end() {
      aws.simulator.clearFaults();
      await machine.make({ disk: 'ok', stepMs: -offMs });
    },
  };
}
