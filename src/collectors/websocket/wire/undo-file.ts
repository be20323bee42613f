import { open, rename, rm } from 'node:fs/promises';
import { toSentence } from '../../../core/error-text.ts';
import { takeSmallFile } from '../../../files/small-file.ts';
import { syncFolderOf } from '../../../storage/file.ts';
import type { Change, Parameters } from './change.ts';
import { Refused } from './plan.ts';

/** Which command wrote, and so undoes. */
export type Wiring = 'access-log' | 'headers';

/** What was to be changed where, and as what it was left; enough to bring back what was before. */
export interface UndoRecord {
  readonly wiring: Wiring;
  /** ISO 8601, UTC. */
  readonly writtenAt: string;
  readonly accountId: string;
  readonly region: string;
  readonly apiId: string;
  readonly changes: readonly Change[];
}

const FORMAT = 'aws-connections-exporter/undo/1';

/** Writes a file that is not there yet, for its owner alone: constants of integrations can be secrets. It is on disk when this resolves. */
export async function createUndoFile(path: string, record: UndoRecord): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(toText(record));
    await file.sync();
  } finally {
    await file.close();
  }
  await syncFolderOf(path);
}

/** The same over one that is there, which stays whole until the new one is on disk. */
export async function replaceUndoFile(path: string, record: UndoRecord): Promise<void> {
  const next = `${path}.next`;
  await rm(next, { force: true });
  await createUndoFile(next, record);
  await rename(next, path);
  await syncFolderOf(path);
}

/** Takes away one of a change that never was. */
export async function removeUndoFile(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** Reads what was written; rejects with a sentence that says what is wrong, and where. */
export async function readUndoFile(path: string): Promise<UndoRecord> {
  const text = (await takeSmallFile(path)).toString();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refused(`${path} is no undo file: it is not JSON`);
  }
  try {
    return toRecord(value);
  } catch (error) {
    throw new Refused(`${path} is no undo file of this version: ${toSentence(error)}`);
  }
}

function toText(record: UndoRecord): string {
  return `${JSON.stringify({ format: FORMAT, ...record }, null, 2)}\n`;
}

function toRecord(value: unknown): UndoRecord {
  const fields = toFields(value, 'the file');
  if (fields.format !== FORMAT) throw new Error(`format is not ${FORMAT}`);
  const wiring = (['access-log', 'headers'] as const).find((one) => one === fields.wiring);
  if (wiring === undefined) throw new Error('wiring is neither access-log nor headers');
  if (!Array.isArray(fields.changes)) throw new Error('changes is no list');
  return {
    wiring,
    writtenAt: toWord(fields, 'writtenAt'),
    accountId: toWord(fields, 'accountId'),
    region: toWord(fields, 'region'),
    apiId: toWord(fields, 'apiId'),
    changes: fields.changes.map((change, n) => {
      const where = `changes[${n}]`;
      return toChange(toFields(change, where), `${where}.`);
    }),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function toChange(fields: Fields, where: string): Change {
  const word = (name: string) => toWord(fields, name, where);
  const left = fields.left !== undefined;
  switch (fields.kind) {
    case 'log-group':
      return { kind: 'log-group', group: word('group'), retentionInDays: Number(fields.retentionInDays) };
    case 'access-log':
      return {
        kind: 'access-log',
        stage: word('stage'),
        after: toSettings(fields.after, `${where}after`),
        ...(left && { left: toSettings(fields.left, `${where}left`) }),
      };
    case 'parameters':
      return {
        kind: 'parameters',
        integrationId: word('integrationId'),
        before: toWords(fields.before, `${where}before`),
        after: toWords(fields.after, `${where}after`),
        ...(left && { left: toWords(fields.left, `${where}left`) }),
      };
    case 'deployment':
      return {
        kind: 'deployment',
        stage: word('stage'),
        before: word('before'),
        mark: word('mark'),
        ...(left && { left: word('left') }),
      };
    default:
      throw new Error(`${where}kind is none that is known`);
  }
}

function toSettings(value: unknown, where: string) {
  const fields = toFields(value, where);
  return {
    destinationArn: toWord(fields, 'destinationArn', `${where}.`),
    format: toWord(fields, 'format', `${where}.`),
  };
}

function toWords(value: unknown, where: string): Parameters {
  const fields = toFields(value, where);
  return Object.fromEntries(Object.keys(fields).map((name) => [name, toWord(fields, name, `${where}.`)]));
}

function toFields(value: unknown, where: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new Error(`${where} is no object`);
}

function toWord(fields: Fields, name: string, where = ''): string {
  const value = fields[name];
  if (typeof value === 'string') return value;
  throw new Error(`${where}${name} is no text`);
}
