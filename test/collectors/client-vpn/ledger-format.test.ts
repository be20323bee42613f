import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Books } from '../../../src/collectors/client-vpn/books.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { openStorage } from '../../../src/storage/open.ts';
import { connection, createLedgerDesk, SCOPE } from '../../support/client-vpn.ts';
import { createLogBook } from '../../support/log-book.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** What a stranger reads who has the decision record of the format and none of our code. */
function readAsStranger(file: Buffer) {
  const sealed = file.length - 'sha256 '.length - 65;
  const seal = createHash('sha256').update(file.subarray(0, sealed)).digest('hex');
  if (file.toString('latin1', sealed) !== `sha256 ${seal}\n`) throw new Error('damaged');
  let at = 0;
  const line = () => {
    const from = at;
    at = file.indexOf('\n', from) + 1;
    return file.toString('utf8', from, at - 1);
  };
  const column = (width: number, length: number, read: (at: number) => number | string | null) => {
    const cells = Array.from({ length }, (_, row) => read(at + row * width));
    at += Math.ceil((width * length) / 8) * 8;
    return cells;
  };
  const format = line();
  const { columns, ...state } = JSON.parse(line());
  const rows: unknown[] = [];
  while (at < sealed) {
    const slice = JSON.parse(line());
    const ids = column(9, slice.rows, (at) => `cvpn-connection-${file.toString('hex', at, at + 9).slice(1)}`);
    for (const [row, id] of slice.ids ?? []) ids[row] = id;
    const statuses = column(1, slice.rows, (at) => slice.statuses[file.readUInt8(at)]);
    const flags = column(1, slice.rows, (at) => file.readUInt8(at));
    const numbers = slice.numbers.map((form: [kind: string, base: number] | null) => {
      if (!form) return Array(slice.rows).fill(null);
      const [kind, base] = form;
      if (kind === 'f8')
        return column(8, slice.rows, (at) =>
          Number.isNaN(file.readDoubleLE(at)) ? null : file.readDoubleLE(at),
        );
      return column(4, slice.rows, (at) =>
        file.readUInt32LE(at) === 2 ** 32 - 1 ? null : base + file.readUInt32LE(at),
      );
    });
    for (const [row, counter, digits] of slice.large ?? []) numbers[2 + counter][row] = digits;
    for (let row = 0; row < slice.rows; row += 1)
      rows.push([ids[row], statuses[row], flags[row], ...numbers.map((cells: unknown[]) => cells[row])]);
  }
  return { format, columns, state, rows };
}

test('who has only the decision record reads every entry of a file', async () => {
  const folder = temporaryFolder();
  const { lines: _, ...logger } = createLogBook();
  const storage = await openStorage(folder, { clock: systemClock, logger });
  onTestFinished(() => storage.close());
  const books = new Books({ storage, clock: systemClock, logger });
  const desk = createLedgerDesk(await books.open(SCOPE, { identity: 'plain', filters: [] }));
  const id = (n: number) => `cvpn-connection-0123456789abcdef${n}`;
  const row = connection({ updatedAt: 1_767_225_600_000 });
  await desk.list([{ ...row, id: id(1), readings: [1, 2 ** 53 - 1, 3, undefined] }]);
  const ended = { ...row, id: id(2), status: 'terminated', endedAt: row.establishedAt };
  await desk.list([{ ...row, id: 'é', updatedAt: undefined, readings: [5, 0, 2n ** 64n, 0] }, ended], {
    afterMs: 60_000.5,
  });
  await books.save();
  const name = `${SCOPE.accountId}_${SCOPE.region}_${SCOPE.endpointId}_all.ledger`;
  const { format, columns, state, rows } = readAsStranger(readFileSync(join(folder, 'client-vpn', name)));
  expect(format).toBe('aws-connections-exporter client-vpn-ledger 2');
  expect(columns).toEqual({
    order: 'LE',
    numbers: [
      'updated_at',
      'absent_since_ms',
      'ingress_bytes',
      'egress_bytes',
      'ingress_packets',
      'egress_packets',
    ],
  });
  expect(state).toMatchObject({
    ...SCOPE,
    ledger: { begun: true, opened: 2, totals: { active: [5, 0, { exact: String(2n ** 64n) }, 0] } },
  });
  expect(rows).toEqual([
    [id(1), 'active', 1, row.updatedAt, 60_000.5, 1, 2 ** 53 - 1, 3, null],
    ['é', 'active', 0, null, null, 5, 0, String(2n ** 64n), 0],
    [id(2), 'terminated', 2 | 4, row.updatedAt, null, 0, 0, 0, 0],
  ]);
});
