import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Books } from '../../../src/collectors/client-vpn/books.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { openStorage } from '../../../src/storage/open.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { changed } from '../../support/changed-storage.ts';
import { connection, createLedgerDesk } from '../../support/client-vpn.ts';
import { createLogBook } from '../../support/log-book.ts';
import { copyOf } from '../../support/registry-disk.ts';

/** The folder that version 0.1 left after it had polled the simulator. */
const FIXTURE = join(import.meta.dirname, '../../fixtures/ledger-0.1');
const PLACE = { accountId: '111122223333', region: 'eu-west-1' };
const [A, B] = ['cvpn-endpoint-0a000000000000001', 'cvpn-endpoint-0b000000000000002'];
const options = { identity: 'plain', filters: [] };

const live = { opening: false, isOver: false, ended: false, absentSinceMs: undefined };
const [FIRST, SECOND] = [1767225630000, 1767225660000];
/** What its lines say, with the end that version 0.1 did not write down. */
const TRUTH = {
  state: {
    ...PLACE,
    endpointId: A,
    identity: 'plain',
    retiredAt: undefined,
    ledger: {
      begun: true,
      listedMs: 3_730_000,
      opened: 3,
      transitions: { active: 3, 'failed-to-terminate': 0, terminating: 1, terminated: 2 },
      totals: {
        active: [18446744073709551727n, 1201, 4, 6],
        'failed-to-terminate': [0, 0, 0, 0],
        terminating: [0, 0, 0, 0],
        terminated: [0, 0, 0, 0],
      },
    },
    durations: { counts: [2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], sum: 60 },
    users: {
      open: true,
      slots: [
        { user: 'carol', totals: [0, 0, 0, 0], absentSinceMs: 3_700_000 },
        { user: 'alice', totals: [2n ** 64n, 1000, 3, 4], absentSinceMs: undefined },
        { user: 'bob', totals: [100, 201, 1, 2], absentSinceMs: 3_700_000 },
      ],
      other: [11, 0, 0, 0],
    },
  },
  entries: {
    'cvpn-connection-43069c43a8c3b7cf3': {
      ...{ ...live, status: 'terminated', opening: true, ended: true, absentSinceMs: 3_700_000 },
      ...{ updatedAt: FIRST, readings: [5, 0, 0, 0] },
    },
    'cvpn-connection-8ff49b6f772632716': {
      ...{ ...live, status: 'active', opening: true, updatedAt: FIRST },
      readings: [19599665578316398593n, 1007, 3, 4],
    },
    'cvpn-connection-25632b92409d3fb64': {
      ...{ ...live, status: 'terminated', isOver: true, ended: true, absentSinceMs: 3_700_000 },
      ...{ updatedAt: SECOND, readings: [100, 201, 1, 2] },
    },
    'cvpn-connection-of another "form" é': {
      ...{ ...live, status: 'terminating', updatedAt: SECOND, readings: [11, 0, 0, 0] },
    },
    'cvpn-connection-ebede10d4e8eb2af2': {
      ...{ ...live, status: 'active', updatedAt: undefined, readings: [0, undefined, 0, 0] },
    },
  },
};

async function openBooks(folder: string, interfere: Partial<Storage> = {}) {
  const { lines: log, ...logger } = createLogBook();
  const storage = await openStorage(folder, { clock: systemClock, logger });
  onTestFinished(() => storage.close());
  const books = new Books({ storage: changed(storage, interfere), clock: systemClock, logger });
  await books.load('plain');
  const open = (endpointId: string) => books.open({ ...PLACE, endpointId }, options);
  /** What is known of the endpoint with all that can happen. */
  const contents = async () => {
    const book = await open(A);
    return { state: book.state(), entries: Object.fromEntries(book.entries()) };
  };
  return { books, log, open, contents };
}

function formats(folder: string): string[] {
  const files = readdirSync(join(folder, 'client-vpn'));
  return files.map((file) => readFileSync(join(folder, 'client-vpn', file), 'latin1').split('\n')[0] ?? '');
}

test('what version 0.1 wrote is read, and written anew as columns by the first pass', async () => {
  const folder = copyOf(FIXTURE);
  const first = await openBooks(folder);
  expect(await first.contents()).toEqual(TRUTH);
  await first.books.save();
  expect(formats(folder)).toEqual(Array(2).fill('aws-connections-exporter client-vpn-ledger 1'));

  const desk = createLedgerDesk(await first.open(B));
  await desk.list([connection({ id: 'cvpn-connection-26165a881cd424e42', readings: [5, 0, 0, 2n ** 53n] })]);
  await first.books.save();
  expect(formats(folder).sort()).toEqual([
    'aws-connections-exporter client-vpn-ledger 1',
    'aws-connections-exporter client-vpn-ledger 2',
  ]);
  const again = await openBooks(copyOf(folder));
  expect((await again.open(B)).counters()).toEqual(desk.counters());
  expect((await again.open(B)).counters()?.ledger.totals.active).toEqual([5, 0, 0, 2n ** 53n]);

  await createLedgerDesk(await first.open(A)).list([]);
  await first.books.save();
  const last = await openBooks(copyOf(folder));
  expect(new Set(formats(folder))).toEqual(new Set(['aws-connections-exporter client-vpn-ledger 2']));
  expect(await last.contents()).toEqual(await first.contents());
  expect([first.log, again.log, last.log]).toEqual([[], [], []]);
});

test('a write that fails leaves what version 0.1 wrote', async () => {
  const folder = copyOf(FIXTURE);
  const { books, open } = await openBooks(folder, { write: () => Promise.reject(new Error('ENOSPC')) });
  await createLedgerDesk(await open(A)).list([]);
  await books.save();
  const again = await openBooks(copyOf(folder));
  expect(await again.contents()).toEqual(TRUTH);
  expect(again.log).toEqual([]);
});
