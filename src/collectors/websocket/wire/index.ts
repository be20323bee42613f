import { randomUUID } from 'node:crypto';
import { partitionOf } from '../../../aws/targets.ts';
import type { Clock } from '../../../core/clock.ts';
import type { Permission, PolicyPlace } from '../../../polling/domain.ts';
import { planAccessLog } from './access-log-plan.ts';
import { carryOut, type Telling } from './carry-out.ts';
import { planHeaders } from './headers-plan.ts';
import type { Context } from './kind.ts';
import { wirePermissions as permissions, type Wired } from './permissions.ts';
import { findApi, findTarget, type Reach } from './place.ts';
import { type Asked, type Plan, Refused } from './plan.ts';
import { formatPlan } from './print.ts';
import { createReads } from './source-reads.ts';
import { createWrites } from './source-writes.ts';
import { tell } from './told.ts';
import { undo } from './undo.ts';
import { readUndoFile, type Wiring } from './undo-file.ts';

/** What a command that wires is asked for. */
export interface Wanted {
  readonly wiring: Wiring;
  readonly apiId: string;
  readonly stages: readonly string[];
  readonly logGroup: string | undefined;
  readonly applies: boolean;
  readonly deploys: boolean;
  readonly isForced: boolean;
  /** Whether the intake of the configuration refuses events without a token. */
  readonly wantsToken: boolean;
}

/** What it is done with. */
export interface WireDeps extends Reach {
  readonly clock: Clock;
  readonly print: (text: string) => Promise<void>;
  /** Says why it failed, in sentences. */
  readonly complain: (text: string) => void;
}

/** Plans, and carries the plan out where that is wanted; resolves to whether all is well. */
export async function wire(wanted: Wanted, deps: WireDeps): Promise<boolean> {
  const { wiring, applies } = wanted;
  try {
    const plan = await toPlan(wanted, deps);
    await deps.print(formatPlan(plan));
    if (plan.changes.length === 0) {
      await deps.print('\nNothing is to be changed.\n');
      return true;
    }
    if (!applies) {
      await deps.print(
        `\nNothing was changed. --apply carries this out; before it does, it writes what was there into a file in this folder, and wire ${wiring} --undo=FILE brings that back.\n`,
      );
      return true;
    }
    const path = undoPath(wanted, deps.clock.now());
    await deps.print('\n');
    const context = toContext(deps, plan.place);
    const problem = await carryOut(plan, wiring, path, context, telling(deps));
    if (problem === undefined)
      await deps.print(`All of it is done. wire ${wiring} --undo=${path} brings back what was before.\n`);
    else deps.complain(problem);
    return problem === undefined;
  } catch (error) {
    return fail(error, deps);
  }
}

/** Brings back what was before the changes of an undo file; resolves to whether all is well. */
export async function unwire(wiring: Wiring, path: string, deps: WireDeps): Promise<boolean> {
  try {
    const record = await readUndoFile(path);
    if (record.wiring !== wiring)
      throw new Refused(
        `${path} was written by wire ${record.wiring}: undo it with wire ${record.wiring} --undo=${path}`,
      );
    const target = await findTarget(record, deps);
    const { accountId, apiId } = record;
    const context = toContext(deps, { target, accountId, partition: partitionOf(target), apiId });
    const problem = await undo(record.changes, context, telling(deps));
    if (problem !== undefined) deps.complain(problem);
    return problem === undefined;
  } catch (error) {
    return fail(error, deps);
  }
}

/** What wiring needs, its undoing among it. */
export function wirePermissions(places: readonly PolicyPlace[], wired: Wired): readonly Permission[] {
  return permissions(places, wired);
}

async function toPlan(wanted: Wanted, deps: WireDeps): Promise<Plan> {
  const { place, api } = await findApi(wanted.apiId, deps);
  const { stages, isForced } = wanted;
  const asked: Asked = {
    place,
    api,
    reads: createReads(deps.aws, place.target, deps.signal),
    stages,
    isForced,
  };
  if (wanted.wiring === 'access-log') return planAccessLog({ ...asked, logGroup: wanted.logGroup });
  const mark = `aws-connections-exporter wire headers ${randomUUID()}`;
  return planHeaders({ ...asked, deploys: wanted.deploys, wantsToken: wanted.wantsToken, mark });
}

/** What writes is not broken off, and neither is the reading back of it. */
function toContext({ aws, clock }: WireDeps, place: Context['place']): Context {
  const untilDone = new AbortController().signal;
  return {
    place,
    reads: createReads(aws, place.target, untilDone),
    writes: createWrites(aws, place.target),
    clock,
  };
}

function telling({ print, signal }: WireDeps): Telling {
  return { say: (line) => print(`${line}\n`), isStopped: () => signal.aborted };
}

async function fail(error: unknown, { print, complain, signal }: WireDeps): Promise<boolean> {
  if (error instanceof Refused) {
    complain(error.message);
    if (error.instead !== '') await print(error.instead);
  } else {
    complain(tell(error, signal));
  }
  return false;
}

/** A file of its own for each run, in the folder of work. */
function undoPath({ wiring, apiId }: Wanted, now: number): string {
  return `undo-${wiring}-${apiId}-${new Date(now).toISOString().replace(/[-:.]/g, '')}.json`;
}
