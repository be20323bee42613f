import type { Change } from './change.ts';
import type { Context } from './kind.ts';
import { kindOf } from './kinds.ts';
import type { Plan } from './plan.ts';
import { tell } from './told.ts';
import {
  createUndoFile,
  removeUndoFile,
  replaceUndoFile,
  type UndoRecord,
  type Wiring,
} from './undo-file.ts';

/** How somebody hears of what is done, and stops it. */
export interface Telling {
  /** Prints a line. */
  readonly say: (line: string) => Promise<void>;
  /** Whether somebody wants it to stop, between two changes: none is broken off. */
  readonly isStopped: () => boolean;
}

/**
 * Carries a plan out, change after change, each read back and compared. What was before is in the undo file before anything is changed. Resolves to
 * why it did not come to its end, in a sentence.
 */
export async function carryOut(
  { place, changes }: Plan,
  wiring: Wiring,
  path: string,
  context: Context,
  { say, isStopped }: Telling,
): Promise<string | undefined> {
  const record: UndoRecord = {
    wiring,
    writtenAt: new Date(context.clock.now()).toISOString(),
    accountId: place.accountId,
    region: place.target.region,
    apiId: place.apiId,
    changes,
  };
  try {
    await createUndoFile(path, record);
  } catch (cause) {
    throw new Error('nothing was changed, for the undo file could not be written to the folder of work', {
      cause,
    });
  }
  await say(`What was before is in ${path}`);
  const written = [...changes];
  for (const [n, change] of changes.entries()) {
    const { title } = kindOf(change).show(place);
    let problem: string | undefined;
    try {
      problem = isStopped() ? 'stopped, as told' : await carryOutOne(change, context, n, written);
      if (written[n] !== change) await replaceUndoFile(path, { ...record, changes: written });
    } catch (error) {
      problem = tell(error);
    }
    if (problem === undefined) {
      await say(`${n + 1}. ${title}: done, and reads back as asked for`);
      continue;
    }
    if (n === 0 && (await isUntouched(change, context))) {
      await removeUndoFile(path);
      return `${problem}. Nothing was changed`;
    }
    const undone = changes.length - n;
    return (
      `${n + 1}. ${title}: ${problem}. Of ${changes.length} changes ${undone === 1 ? 'this one' : `the last ${undone}`} did not come to ` +
      `the end; wire ${wiring} --undo=${path} brings back what was before`
    );
  }
  return undefined;
}

async function carryOutOne(
  change: Change,
  context: Context,
  n: number,
  written: Change[],
): Promise<string | undefined> {
  const kind = kindOf(change);
  const stands = await kind.stand(context);
  if (typeof stands !== 'string') return `changed by somebody else since it was planned: ${stands.otherwise}`;
  if (stands === 'left') return undefined;
  const done = await kind.carryOut(context);
  written[n] = done.change;
  return done.otherwise === undefined ? undefined : `AWS took the change, but ${done.otherwise}`;
}

/** Whether it is certain that a change was not made. */
async function isUntouched(change: Change, context: Context): Promise<boolean> {
  try {
    return (await kindOf(change).stand(context)) === 'before';
  } catch {
    // Whoever cannot look does not know, and keeps the undo file.
    return false;
  }
}
